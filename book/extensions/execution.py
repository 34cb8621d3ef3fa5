"""Sphinx extension: the kernels that execute the book take no port."""

from contextlib import ExitStack
from functools import partial

from jupyter_cache.executors import utils

from linreg.checks.kernels import without_ports


def setup(app):
    """Tell it to jupyter-cache, which takes no settings for its kernels, until the build ends."""
    places = ExitStack()
    utils.executenb = partial(utils.executenb, config=places.enter_context(without_ports()))
    app.connect("build-finished", lambda app, exception: places.close())
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
