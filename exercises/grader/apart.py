"""Run work in a process of its own, within bounds: whatever it meets, it ends alone and in time."""

import contextlib
import ctypes
import multiprocessing
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TypeVar

__all__ = ["Bounds", "WorkError", "apart"]

_Result = TypeVar("_Result")
_FORK = multiprocessing.get_context("fork")  # what was imported and compiled is there at once
_PR_SET_PDEATHSIG = 1
_LONGEST_REASON = 500  # characters


@dataclass(frozen=True)
class Bounds:
    """What the work may use beside the processes that it starts, and how long it may wait.

    Processor time ends it even within one regular expression. The time on the clock is so far off
    that only what hangs without working meets it.
    """

    cpu_seconds: int = 7
    memory_bytes: int = 400_000_000  # more than the process had at its start
    seconds: float = 300


class WorkError(RuntimeError):
    """The work failed or went past a bound; the message says why."""


def apart(work: Callable[[], _Result], bounds: Bounds) -> _Result:
    """Do some work in a forked process, and return its result, a small one.

    Raises
    ------
    WorkError
        If it raised an exception, went past a bound or ended its process.
    """
    receiver, sender = _FORK.Pipe(duplex=False)
    process = _FORK.Process(target=_serve, args=(work, bounds, sender, os.getpid()), daemon=True)
    process.start()
    sender.close()
    try:
        if not receiver.poll(bounds.seconds):
            raise WorkError(f"took more than {bounds.seconds:g} seconds")
        done, result = receiver.recv()
    except (EOFError, OSError):
        process.join()
        raise WorkError(_meaning(process.exitcode, bounds)) from None
    finally:
        process.kill()
        process.join()
        receiver.close()
    if not done:
        raise WorkError(result)
    return result


def _serve(work: Callable[[], object], bounds: Bounds, sender: Connection, parent: int) -> None:
    """Be the process that works."""
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # the process that waits hears Ctrl-C, and ends this
    _end_with(parent)
    _set(bounds)
    try:
        answer = (True, work())
    except MemoryError:
        answer = (False, f"needed more than {bounds.memory_bytes / 1e6:g} MB of memory")
    except Exception as error:  # any failure is reported, and ends nothing but this work
        answer = (False, f"{type(error).__name__}: {error}"[:_LONGEST_REASON])
    sender.send(answer)


def _end_with(parent: int) -> None:
    """Let this process be killed when its parent ends, however that ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


def _set(bounds: Bounds) -> None:
    """Set the bounds in their soft form: a kernel that this process starts sets its own."""
    used = time.process_time()
    _lower(resource.RLIMIT_CPU, int(used) + bounds.cpu_seconds)
    with contextlib.suppress(OSError):  # elsewhere than on Linux the memory has no bound
        status = Path("/proc/self/status").read_text(encoding="ascii")
        held = int(status.partition("VmData:")[2].split()[0]) * 1024
        _lower(resource.RLIMIT_DATA, held + bounds.memory_bytes)


def _lower(name: int, bound: int) -> None:
    _, highest = resource.getrlimit(name)
    bound = bound if highest == resource.RLIM_INFINITY else min(bound, highest)
    resource.setrlimit(name, (bound, highest))


def _meaning(status: int | None, bounds: Bounds) -> str:
    """Return what the exit status of a process says that sent no result."""
    if status == -signal.SIGXCPU:
        return f"took more than {bounds.cpu_seconds} seconds of processor time"
    return f"ended the process that worked on it (status {status})"
