"""Watch over the processes of a kernel, and end them all."""

import asyncio
import contextlib
import time
from pathlib import Path

import psutil

from grader.limits import Limits

__all__ = ["alive", "end", "excess", "family", "watch"]

_FEW = 5  # processes of a notebook that starts one or two
_LISTED = Path("/proc/thread-self/children").exists()
_LEAST_FREE = 0.04  # of the machine's memory; below it the kernel ends, whatever it holds


async def watch(pid: int, limits: Limits, every: float = 0.1) -> str:
    """Return what the processes below ``pid`` did too much of, once they did."""
    while True:
        if reason := excess(family(pid), limits):
            return reason
        await asyncio.sleep(every)


def excess(processes: list[psutil.Process], limits: Limits) -> str | None:
    """Return what these processes together use too much of, or None.

    Memory that processes share counts for each: to subtract it takes seconds in a fork bomb.
    """
    threads = memory = 0
    for process in processes:
        try:
            threads += process.num_threads()
            memory += process.memory_info().rss
        except psutil.Error:
            continue  # it has ended
    if threads > limits.processes:
        return f"started more than {limits.processes} processes or threads"
    if memory > limits.memory_bytes:
        crowd = f", in {len(processes)} processes" if len(processes) > _FEW else ""
        return f"used more than {limits.memory_bytes / 1e9:g} GB of memory{crowd}"
    machine = psutil.virtual_memory()
    if machine.available < _LEAST_FREE * machine.total:
        return "left this machine too little memory"
    return None


def family(pid: int) -> list[psutil.Process]:
    """Return a process and all below it; in a sandbox none can leave."""
    try:
        found = [psutil.Process(pid)]
        if not _LISTED:
            return [*found, *found[0].children(recursive=True)]
    except psutil.Error:
        return []
    for member in found:  # it grows
        for child in _children(member.pid):
            with contextlib.suppress(psutil.Error):
                found.append(psutil.Process(child))
    return found


def _children(pid: int) -> list[int]:
    """Return a process's children as Linux lists them, with no look at the machine's others."""
    found = []
    with contextlib.suppress(OSError):  # it has ended
        for thread in Path(f"/proc/{pid}/task").iterdir():
            found += map(int, (thread / "children").read_text(encoding="ascii").split())
    return found


async def end(process: asyncio.subprocess.Process, patience: float = 2) -> None:
    """Kill all processes below a process, then itself, and wait until they are gone.

    bubblewrap ends when its child has, and reaps it; so it is killed only where it lingers.
    """
    rest = family(process.pid)
    process.stdin.close()
    for member in rest[1:]:
        _kill(member)
    try:
        async with asyncio.timeout(patience / 4):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
    deadline = time.monotonic() + patience
    while any(alive(member) for member in rest):
        if time.monotonic() > deadline:
            raise RuntimeError(f"processes of a kernel would not end: {rest}")
        await asyncio.sleep(0.005)


def alive(process: psutil.Process) -> bool:
    """Return whether a process still runs; what waits to be reaped does not."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _kill(process: psutil.Process) -> None:
    """Kill a process that may have ended."""
    with contextlib.suppress(psutil.Error):
        process.kill()
