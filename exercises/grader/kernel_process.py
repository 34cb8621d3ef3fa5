"""A handle on the process that serves a kernel, in a sandbox or not.

The program `kernel.py` serves the kernel inside the sandbox. What it answers is read here as
untrusted text: one line a cell, of bounded length.
"""

import asyncio
import json
import secrets
import shutil
import signal
import sys
import tempfile
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from typing import Any

from grader import sandbox
from grader.limits import Limits
from grader.processes import end, watch

__all__ = ["KernelFailedError", "KernelProcess"]

_GRACE = 3  # seconds for `kernel.py` to interrupt a cell and answer; after it the process ends
_LONGEST_ESCAPE = 12  # bytes that JSON needs for one character
_OVERHEAD = 3_000_000  # bytes of a reply besides: its errors
_CRASHES = [-number for number in (signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGFPE)]


class KernelFailedError(RuntimeError):
    """No kernel could start, by no fault of the notebook's."""


class KernelProcess:
    """One kernel, and its successors: at most one runs at a time.

    Attributes
    ----------
    lost : bool
        Whether there is no kernel now that could run a cell.
    """

    def __init__(self, limits: Limits, sandboxed: bool) -> None:
        self.lost = True
        self._limits, self._sandboxed = limits, sandboxed
        self._process = self._guard = self._folder = self._reason = None

    async def start(self, seconds: float) -> None:
        """Start a kernel and a watch over it."""
        await self.close()
        settings = json.dumps({**asdict(self._limits), "sandboxed": self._sandboxed})
        self._reason = None
        try:
            with self._command(settings) as (command, files):
                self._process = await asyncio.create_subprocess_exec(
                    *command,
                    **self._surroundings(),
                    limit=_LONGEST_ESCAPE * self._limits.output_bytes + _OVERHEAD,
                    start_new_session=True,
                    pass_fds=files,
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=asyncio.subprocess.PIPE,
                )
        except FileNotFoundError as error:  # bubblewrap is missing
            raise KernelFailedError(str(error)) from error
        self._guard = asyncio.create_task(self._end_on_excess())
        async with asyncio.timeout(seconds):
            if not await self._process.stdout.readline():
                message = (await self._process.stderr.read(2000)).decode(errors="replace")
                raise KernelFailedError(self._reason or f"the kernel did not start: {message}")
        self.lost = False

    async def run(self, code: str, seconds: float) -> dict[str, Any]:
        """Run a cell. Return the reply, in which ``ending`` is done, lost or gone.

        ``gone`` means that the kernel had ended before the cell began.
        """
        code = code.encode("utf-8", "replace").decode()  # no lone surrogates
        request = {"id": secrets.token_hex(8), "code": code, "seconds": seconds}
        reply = {"ending": "gone" if self._reason else "lost", "late": False}
        try:
            async with asyncio.timeout(seconds + _GRACE):
                self._process.stdin.write(json.dumps(request).encode() + b"\n")
                await self._process.stdin.drain()
                reply = await self._reply_to(request["id"]) or reply
        except TimeoutError:
            reply["late"] = True
        except (ValueError, OSError):
            self._reason = self._reason or "said more than a cell may, or ended its kernel"
        if reply["ending"] in ("lost", "gone"):
            await self.close()
            reply["reason"] = self._reason or self._meaning(reply.get("exit"))
        return reply

    async def close(self) -> None:
        """End the kernel with all its processes, and leave nothing behind."""
        self.lost = True
        if self._process is None:
            return
        self._guard.cancel()
        await asyncio.wait([self._guard])
        await end(self._process)
        self._process._transport.close()  # its pipes too, whoever may still hold their other ends
        self._process = None
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _command(self, settings: str) -> AbstractContextManager[tuple[list[str], tuple[int, ...]]]:
        """Give the command, and the files to pass to it."""
        if self._sandboxed:
            return sandbox.command([sys.executable, sandbox.INSIDE, settings], self._limits)
        return nullcontext(([sys.executable, str(sandbox.KERNEL), settings], ()))

    def _surroundings(self) -> dict[str, Any]:
        """Return the folder and environment of a kernel that no sandbox gives them."""
        if self._sandboxed:
            return {}
        self._folder = tempfile.mkdtemp()
        variables = sandbox.environment(self._folder, sandbox.ROOT)
        return {"cwd": self._folder, "env": {**variables, "TMPDIR": self._folder}}

    async def _end_on_excess(self) -> None:
        self._reason = await watch(self._process.pid, self._limits)
        await end(self._process)

    async def _reply_to(self, request: str) -> dict[str, Any] | None:
        """Return the reply to a request, and pass over all other lines; None when they end."""
        while line := await self._process.stdout.readline():
            reply = _parsed(line)
            if reply.get("id") == request and isinstance(reply.get("ending"), str):
                return {**reply, "reason": None}
        return None

    def _meaning(self, status: object) -> str:
        """Return what the exit status of a kernel means."""
        if status == -signal.SIGXCPU:
            return f"used more than {self._limits.cpu_seconds} seconds of processor time"
        return "crashed its kernel" if status in _CRASHES else "ended its kernel"


def _parsed(line: bytes) -> dict[str, Any]:
    """Return a line as a dictionary; an empty one where it is none."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
