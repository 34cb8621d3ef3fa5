"""How a program that runs a notebook speaks with its kernel: through files, not ports."""

import os
from contextlib import contextmanager
from tempfile import TemporaryDirectory


@contextmanager
def without_ports():
    """Yield the configuration, for traitlets, of a kernel manager whose kernels take no port.

    Jupyter tells a kernel five ports that were free a moment before. Where other kernels start
    beside it, one of them may be taken by then, and the kernel dies or never answers. Nobody else
    takes a file in a folder of one's own. Windows has no such files: there the ports stay.
    """
    from traitlets.config import Config

    if os.name == "nt":
        yield Config()
        return
    # Jupyter's own names could grow beyond the 107 bytes that a socket's may have.
    with TemporaryDirectory(prefix="kernels-") as folder:
        yield Config({"KernelManager": {"transport": "ipc", "ip": f"{folder}/socket"}})
