"""A plugin for nbval: its kernels take no port, which another kernel could take before them."""

from contextlib import ExitStack
from functools import partial

from jupyter_client.manager import KernelManager
from nbval import kernel

from linreg.checks.kernels import without_ports


def pytest_configure(config):
    places = ExitStack()
    config.add_cleanup(places.close)
    settings = places.enter_context(without_ports())
    kernel.KernelManager = partial(KernelManager, config=settings)
