"""A plugin for nbval: speak with kernels through files, not ports.

A kernel is told five ports that were free a moment before. Where other kernels start beside it, one
of them may be taken by then: the kernel dies, and all cells of its notebook fail. Nobody else takes
a file in a folder of one's own.
"""

from functools import partial
from tempfile import TemporaryDirectory

from jupyter_client.manager import KernelManager
from nbval import kernel


def pytest_configure(config):
    # Kept by Jupyter, the names could grow beyond the 107 bytes that a socket's may have.
    folder = TemporaryDirectory(prefix="kernels-")
    config.add_cleanup(folder.cleanup)
    kernel.KernelManager = partial(KernelManager, transport="ipc", ip=f"{folder.name}/socket")
