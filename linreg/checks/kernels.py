"""How a program that runs a notebook speaks with its kernel: through files, not ports."""

import os
from contextlib import contextmanager
from tempfile import TemporaryDirectory

LONGEST = 90  # bytes of a folder's name: a socket's own may have 103 on macOS, 107 on Linux


@contextmanager
def without_ports():
    """Yield the configuration, for traitlets, of a kernel manager whose kernels take no port.

    Jupyter tells a kernel five ports that were free a moment before. Where other kernels start
    beside it, one of them may be taken by then, and the kernel dies or never answers. Nobody else
    takes a file in a folder of one's own. Where there are no such files, as on Windows, or the
    name of the folder for what is temporary is too long for them, the ports stay.
    """
    from traitlets.config import Config

    with TemporaryDirectory(prefix="kernels-") as folder:
        if os.name == "nt" or len(os.fsencode(folder)) > LONGEST:
            yield Config()
        else:
            yield Config({"KernelManager": {"transport": "ipc", "ip": f"{folder}/socket"}})
