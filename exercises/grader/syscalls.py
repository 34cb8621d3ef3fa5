"""The system calls that a sandbox denies: a filter for the Linux kernel, as bubblewrap takes it.

Namespaces hold back neither every kind of socket (AF_VSOCK reaches the host of a virtual machine)
nor memory that lies in no process. The filter is a program of classic BPF: a list of instructions,
each of which loads a word, compares it, or returns a verdict.
"""

import platform
import struct

__all__ = ["MACHINES", "denied"]

# By machine: its mark in the filter's input, and its numbers of system calls.
MACHINES = {
    "x86_64": (0xC000003E, {"socket": 41, "socketpair": 53, "memfd_create": 319, "shmget": 29}),
    "aarch64": (0xC00000B7, {"socket": 198, "socketpair": 199, "memfd_create": 279, "shmget": 194}),
}
# io_uring opens sockets that no filter sees.
_EVERYWHERE = {"io_uring_setup": 425, "memfd_secret": 447}
_SOCKETS = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10, "AF_NETLINK": 16}  # all in its namespaces
_OTHER_TABLE = 0x40000000  # on x86_64, numbers from here on are those of another table

_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER, _MACHINE, _FIRST_ARGUMENT = 0, 4, 16  # places in the filter's input
_ALLOW, _ERROR = 0x7FFF0000, 0x00050000
_EPERM, _ENOSYS, _EAFNOSUPPORT = 1, 38, 97


def denied(machine: str | None = None) -> bytes:
    """Return the filter for a machine, this one unless named."""
    mark, numbers = MACHINES[machine or platform.machine()]
    sockets = [numbers["socket"], numbers["socketpair"]]
    absent = [numbers["memfd_create"], numbers["shmget"], *_EVERYWHERE.values()]
    program = [
        *(_load(_MACHINE), _skip_if(_EQUAL, mark, 1), _verdict(_ERROR | _EPERM)),
        *(_load(_NUMBER), *_return_if(_AT_LEAST, _OTHER_TABLE, _ERROR | _ENOSYS)),
        *(step for number in absent for step in _return_if(_EQUAL, number, _ERROR | _ENOSYS)),
        *(_skip_if(_EQUAL, sockets[0], 2), _skip_if(_EQUAL, sockets[1], 1), _verdict(_ALLOW)),
        _load(_FIRST_ARGUMENT),
        *(step for kind in _SOCKETS.values() for step in _return_if(_EQUAL, kind, _ALLOW)),
        _verdict(_ERROR | _EAFNOSUPPORT),
    ]
    return b"".join(program)


def _load(place: int) -> bytes:
    return _instruction(_LOAD, place)


def _verdict(value: int) -> bytes:
    return _instruction(_RETURN, value)


def _skip_if(test: int, value: int, steps: int) -> bytes:
    """Skip some steps if the loaded word compares so."""
    return _instruction(test, value, steps)


def _return_if(test: int, value: int, verdict: int) -> list[bytes]:
    """Return a verdict if the loaded word compares so."""
    return [_instruction(test, value, 0, 1), _verdict(verdict)]


def _instruction(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)
