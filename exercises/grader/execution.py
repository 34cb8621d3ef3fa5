"""Execute a notebook that nobody has read: to the end, within bounds, whatever it holds.

The program `kernel.py` serves the kernel inside the sandbox. What comes back is read here as
untrusted text: one line a cell, of bounded length, of which only known and well-formed parts stay.
"""

import asyncio
import base64
import binascii
import copy
import json
import re
import secrets
import shutil
import signal
import sys
import tempfile
import time
from dataclasses import asdict

from nbformat.v4 import new_output

from . import sandbox
from .sandbox import Limits

START_SECONDS = 30  # for a kernel to come up on a busy machine
GRACE = 3  # for `kernel.py` to interrupt a cell and answer; after it the sandbox ends
LONGEST_ESCAPE = 12  # bytes that JSON needs for one character
OVERHEAD = 3_000_000  # bytes of a reply besides: its errors
CRASHES = [-number for number in (signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGFPE)]
ESCAPES = re.compile(r"\x1b\[[0-?]{0,64}[ -/]{0,64}[@-~]|\x1b\].{0,256}?(?:\x07|\x1b\\)")
CONTROLS = dict.fromkeys([*range(9), 11, 12, *range(14, 32), *range(127, 160)])


class KernelFailedError(RuntimeError):
    """No kernel could start, by no fault of the notebook's."""


async def execute(notebook, *, limits=None, sandboxed=True):
    """Return a copy of a notebook with each code cell executed.

    A cell that fails, hangs or ends its kernel costs itself alone: a fresh kernel replays the cells
    before it, and goes on after it. What did not run, or not to its end, gets an error output that
    says so.

    Parameters
    ----------
    notebook : NotebookNode
        Only the sources of its code cells matter, and whether nbgrader holds one for a test cell,
        which is not replayed.
    limits : Limits
        The standard limits unless given.
    sandboxed : bool
        False runs the kernel as the user who calls: it can read and change all that they can.

    Raises
    ------
    KernelFailedError
        Where no sandbox or no kernel can start.
    """
    reason = await asyncio.to_thread(sandbox.refusal) if sandboxed else None
    if reason:
        raise KernelFailedError(reason)
    notebook = copy.deepcopy(notebook)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    runner = Runner(cells, limits or Limits(), sandboxed)
    try:
        await runner.run()
    finally:
        await runner.kernel.close()
    return notebook


class Runner:
    """Runs cells in order; replaces a kernel that was lost."""

    def __init__(self, cells, limits, sandboxed):
        self.cells, self.limits = cells, limits
        self.kernel = Kernel(limits, sandboxed)
        self.starts = 0
        self.spoilt = set()  # cells that must not run again
        self.end = None

    async def run(self):
        """Execute every cell; the notebook's time starts when the first kernel stands."""
        try:
            await self.start(START_SECONDS)
        except TimeoutError:
            message = f"no kernel came up in {START_SECONDS} seconds: is this machine very busy?"
            raise KernelFailedError(message) from None
        self.end = time.monotonic() + self.limits.notebook_seconds
        for k, cell in enumerate(self.cells):
            cell.execution_count = k + 1
            reason = await self.prepare(k)
            cell.outputs = [failure("NotRun", reason)] if reason else await self.one(k)

    async def one(self, k):
        """Execute cell ``k`` and return its outputs."""
        seconds = self.seconds()
        reply = await self.step(k)
        if reply["ending"] == "gone":  # the cell before had left the kernel dying
            self.spoilt.add(k - 1)
            reason = await self.prepare(k)
            reply = {"outputs": [], "reason": reason} if reason else await self.step(k)
        outputs = list(clean(reply.get("outputs"), k + 1))
        if reply.get("cut"):
            size = f"{self.limits.output_bytes / 1000:g} kB"
            note = f"[The output of this cell beyond {size} is left out.]\n"
            outputs.append(new_output("stream", name="stderr", text=note))
        if reply.get("late"):
            outputs = [output for output in outputs if output.get("ename") != "KeyboardInterrupt"]
            outputs.append(failure("Stopped", f"this cell ran longer than {seconds:.3g} seconds"))
        elif reply.get("reason"):
            outputs.append(failure("Stopped", f"this cell {reply['reason']}"))
        return outputs

    async def step(self, k):
        """Send cell ``k`` to the kernel, and note it if it must not run again."""
        reply = await self.kernel.run(self.cells[k].source, self.seconds())
        if reply.get("late") or reply["ending"] == "lost":
            self.spoilt.add(k)
        return reply

    async def prepare(self, k):
        """See that a kernel stands that ran the cells before ``k``; else return why there is none.

        A replayed cell may lose the kernel too. Then it is left out as well.
        """
        while self.kernel.lost and self.seconds() > 0:
            if self.starts > self.limits.restarts:
                return f"not run: cells before it ended {self.starts} kernels"
            try:
                await self.start(min(START_SECONDS, self.left()))
            except TimeoutError:
                continue
            await self.replay(k)
        if self.seconds() <= 0:
            used = f"{self.limits.notebook_seconds:g} seconds"
            return f"not run: the notebook's {used} were used up"
        return None

    async def start(self, seconds):
        """Start a kernel."""
        self.starts += 1
        await self.kernel.start(seconds)

    async def replay(self, k):
        """Run the cells before ``k`` once more, but for spoilt cells and tests."""
        for j, cell in enumerate(self.cells[:k]):
            if j in self.spoilt or is_test(cell):
                continue
            if self.seconds() <= 0:
                return
            reply = await self.step(j)
            if self.kernel.lost:
                if reply["ending"] == "gone":
                    self.spoilt.add(j - 1)
                return

    def left(self):
        """Return how many seconds the notebook has left."""
        return self.end - time.monotonic()

    def seconds(self):
        """Return how long the next cell may run."""
        return min(self.limits.cell_seconds, self.left())


class Kernel:
    """A handle on one kernel, in a sandbox or not, and on its successors."""

    def __init__(self, limits, sandboxed):
        self.limits, self.sandboxed = limits, sandboxed
        self.process = self.guard = self.folder = self.reason = None
        self.lost = True

    async def start(self, seconds):
        """Start a kernel and a watch over it."""
        await self.close()
        settings = json.dumps({**asdict(self.limits), "sandboxed": self.sandboxed})
        self.reason = None
        self.process = await asyncio.create_subprocess_exec(
            *self.command(settings),
            **self.surroundings(),
            limit=LONGEST_ESCAPE * self.limits.output_bytes + OVERHEAD,
            start_new_session=True,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        self.guard = asyncio.create_task(self.watch())
        async with asyncio.timeout(seconds):
            if not await self.process.stdout.readline():
                message = (await self.process.stderr.read(2000)).decode(errors="replace")
                raise KernelFailedError(self.reason or f"the kernel did not start: {message}")
        self.lost = False

    def command(self, settings):
        """Return the command that serves a kernel."""
        if self.sandboxed:
            python = [sys.executable, sandbox.inside_kernel(), settings]
            return sandbox.command(python, self.limits)
        return [sys.executable, str(sandbox.KERNEL), settings]

    def surroundings(self):
        """Return the folder and environment of a kernel that no sandbox gives them."""
        if self.sandboxed:
            return {}
        self.folder = tempfile.mkdtemp()
        variables = sandbox.environment(self.folder, sandbox.ROOT)
        return {"cwd": self.folder, "env": {**variables, "TMPDIR": self.folder}}

    async def watch(self):
        """End the kernel when it uses too much."""
        self.reason = await sandbox.watch(self.process.pid, self.limits)
        await sandbox.end(self.process)

    async def run(self, code, seconds):
        """Run a cell. Return the reply, in which ``ending`` is done, lost or gone.

        ``gone`` means that the kernel had ended before the cell began.
        """
        code = code.encode("utf-8", "replace").decode()  # no lone surrogates
        request = {"id": secrets.token_hex(8), "code": code, "seconds": seconds}
        reply = {"ending": "gone" if self.reason else "lost", "late": False}
        try:
            async with asyncio.timeout(seconds + GRACE):
                self.process.stdin.write(json.dumps(request).encode() + b"\n")
                await self.process.stdin.drain()
                reply = await self.reply_to(request["id"]) or reply
        except TimeoutError:
            reply["late"] = True
        except (ValueError, OSError):
            self.reason = self.reason or "said more than a cell may, or ended its kernel"
        if reply["ending"] in ("lost", "gone"):
            await self.lose(reply)
        return reply

    async def reply_to(self, request):
        """Return the reply to a request, and pass over all other lines; None when they end."""
        while line := await self.process.stdout.readline():
            reply = parse(line)
            if reply.get("id") == request and isinstance(reply.get("ending"), str):
                return {**reply, "reason": None}
        return None

    async def lose(self, reply):
        """Note why the kernel was lost, and clear it away."""
        self.lost = True
        await self.close()
        reply["reason"] = self.reason or self.word(reply.get("exit"))

    def word(self, status):
        """Return what the exit status of a kernel means."""
        if status == -signal.SIGXCPU:
            return f"used more than {self.limits.cpu_seconds} seconds of processor time"
        return "crashed its kernel" if status in CRASHES else "ended its kernel"

    async def close(self):
        """End the kernel with all its processes, and leave nothing behind."""
        self.lost = True
        if self.process is None:
            return
        self.guard.cancel()
        await asyncio.wait([self.guard])
        await sandbox.end(self.process)
        self.process._transport.close()  # its pipes too, whoever may still hold their other ends
        self.process = None
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)


def is_test(cell):
    """Tell whether nbgrader holds a cell for a test."""
    entry = cell.metadata.get("nbgrader")
    return isinstance(entry, dict) and bool(entry.get("grade"))


def failure(name, message):
    """Return an error output that says what befell a cell."""
    return new_output("error", ename=name, evalue=message, traceback=[f"{name}: {message}"])


def parse(line):
    """Return a line as a dictionary; an empty one where it is none."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


# ---- Outputs, from a hand that is not trusted


def clean(outputs, count):
    """Yield the well-formed outputs: streams, errors, plain text and PNG pictures."""
    for output in outputs if isinstance(outputs, list) else []:
        if not isinstance(output, dict):
            continue
        if "text" in output:
            name = "stderr" if output.get("name") == "stderr" else "stdout"
            yield new_output("stream", name=name, text=plain(output["text"]))
        elif "data" in output:
            if data := clean_data(output["data"]):
                if output.get("result") is True:
                    yield new_output("execute_result", data=data, execution_count=count)
                else:
                    yield new_output("display_data", data=data)
        elif "ename" in output:
            lines = output.get("traceback")
            yield new_output(
                "error",
                ename=plain(output["ename"]),
                evalue=plain(output.get("evalue")),
                traceback=[plain(line) for line in lines] if isinstance(lines, list) else [],
            )


def clean_data(data):
    """Return the plain text and the picture of a display."""
    data = data if isinstance(data, dict) else {}
    kept = {}
    if isinstance(data.get("text/plain"), str):
        kept["text/plain"] = plain(data["text/plain"])
    if picture := png(data.get("image/png")):
        kept["image/png"] = picture
    return kept


def png(text):
    """Return base64 text in its normal form if it holds a PNG picture, else None."""
    try:
        picture = base64.b64decode("".join(text.split()), validate=True)
    except (AttributeError, binascii.Error, ValueError):
        return None
    return base64.b64encode(picture).decode() if picture.startswith(b"\x89PNG\r\n") else None


def plain(text):
    """Return text without colours, control characters and lone surrogates, lines as a screen shows.

    A carriage return goes back to the line's start: what stood there is written over.
    """
    if not isinstance(text, str):
        return ""
    text = ESCAPES.sub("", text).encode("utf-8", "replace").decode()
    lines = [line.rstrip("\r").rsplit("\r", 1)[-1] for line in text.split("\n")]
    return "\n".join(lines).translate(CONTROLS)
