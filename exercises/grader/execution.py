"""Execute a notebook that nobody has read: to the end, within bounds, whatever it holds."""

import asyncio
import copy
import time
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

from grader import sandbox
from grader.cells import grade_id, is_check, task_of
from grader.kernel_process import KernelFailedError, KernelProcess
from grader.limits import Limits
from grader.outputs import Allowance, clean, failure

__all__ = ["KernelFailedError", "execute"]

START_SECONDS = 30  # for a kernel to come up on a busy machine


async def execute(
    notebook: NotebookNode, *, limits: Limits | None = None, sandboxed: bool = True
) -> NotebookNode:
    """Return a copy of a notebook with each code cell executed.

    A cell that fails, hangs or ends its kernel costs itself alone: a fresh kernel replays the cells
    before it, and goes on after it. When the time of a notebook or its kernels are used up, only
    checks of answers that did run are run. What did not run, or not to its end, gets an error
    output that says so.

    Parameters
    ----------
    notebook : NotebookNode
        Only the sources of its code cells matter, and which of them are checks: those are not
        replayed.
    limits : Limits, optional
        The standard limits unless given.
    sandboxed : bool, default True
        False runs the kernel as the user who calls: it can read and change all that they can.

    Raises
    ------
    KernelFailedError
        Where no sandbox or no kernel can start.
    """
    notebook = copy.deepcopy(notebook)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    limits = limits or Limits()
    kernel = KernelProcess(limits, sandboxed)
    try:
        await _Runner(cells, limits, kernel).run()
    except KernelFailedError as error:
        reason = await asyncio.to_thread(sandbox.refusal) if sandboxed else None
        raise KernelFailedError(reason or str(error)) from error
    finally:
        await kernel.close()
    return notebook


class _Runner:
    """Runs cells in order; replaces a kernel that was lost."""

    def __init__(self, cells: list[NotebookNode], limits: Limits, kernel: KernelProcess) -> None:
        self._cells, self._limits, self._kernel = cells, limits, kernel
        self._starts = 0
        self._spoilt: set[int] = set()  # cells that must not run again
        self._ran: set[int] = set()
        self._end = 0.0
        self._over = ""  # why no more cells run but the checks of answers that did
        self._notebook = Allowance(limits.notebook_outputs, limits.notebook_output_bytes)

    async def run(self) -> None:
        """Execute every cell; the notebook's time starts when the first kernel stands."""
        try:
            await self._start(START_SECONDS)
        except TimeoutError:
            message = f"no kernel came up in {START_SECONDS} seconds: is this machine very busy?"
            raise KernelFailedError(message) from None
        self._end = time.monotonic() + self._limits.notebook_seconds
        for k, cell in enumerate(self._cells):
            cell.execution_count = k + 1
            reason = await self._prepare(k)
            cell.outputs = [failure("NotRun", reason)] if reason else await self._outputs(k)

    async def _outputs(self, k: int) -> list[NotebookNode]:
        """Execute cell ``k`` and return its outputs."""
        seconds = self._seconds()
        reply = await self._step(k)
        if reply["ending"] == "gone":  # the cell before had left the kernel dying
            self._spoilt.add(k - 1)
            reason = await self._prepare(k)
            reply = {"outputs": [], "reason": reason} if reason else await self._step(k)
        outputs = self._kept(k, reply)
        if reply.get("late"):
            outputs = [output for output in outputs if output.get("ename") != "KeyboardInterrupt"]
            outputs.append(failure("Stopped", f"this cell ran longer than {seconds:.3g} seconds"))
        elif reply.get("reason"):
            outputs.append(failure("Stopped", f"this cell {reply['reason']}"))
        return outputs

    def _kept(self, k: int, reply: dict[str, Any]) -> list[NotebookNode]:
        """Return the outputs of cell ``k``, and a note where there were too many or too large."""
        kept, note = [], ""
        size = self._limits.output_bytes
        cell = Allowance(self._limits.outputs, 2 * size)  # errors come on top of its own count
        for output in clean(reply.get("outputs"), k + 1):
            if not cell.takes(output):
                note = f"The outputs of this cell beyond {self._limits.outputs} are left out."
                break
            if not is_check(self._cells[k]) and not self._notebook.takes(output):
                note = "The output of this cell is left out: this notebook puts out too much."
                break
            kept.append(output)
        if not note and reply.get("cut"):
            note = f"The output of this cell beyond {size / 1000:g} kB is left out."
        if note:
            kept.append(new_output("stream", name="stderr", text=f"[{note}]\n"))
        return kept

    async def _step(self, k: int) -> dict[str, Any]:
        """Send cell ``k`` to the kernel, and note it if it must not run again."""
        self._ran.add(k)
        reply = await self._kernel.run(self._cells[k].source, self._seconds())
        if reply.get("late") or reply["ending"] == "lost":
            self._spoilt.add(k)
        return reply

    async def _prepare(self, k: int) -> str | None:
        """See that a kernel stands that ran the cells before ``k``; else return why there is none.

        A replayed cell may lose the kernel too. Then it is left out as well.
        """
        if self._over and not self._checks_what_ran(k):
            return self._over
        if reason := await self._revive(k):
            if self._over:
                return reason
            self._over, self._starts = reason, 0
            self._end = time.monotonic() + self._limits.check_seconds
            return await self._prepare(k)
        return None

    async def _revive(self, k: int) -> str | None:
        """Replace a lost kernel; return why that cannot be, or why no cell may run."""
        while self._kernel.lost and self._seconds() > 0:
            if self._starts > self._limits.restarts:
                return f"not run: cells before it ended {self._starts} kernels"
            try:
                await self._start(min(START_SECONDS, self._left()))
            except TimeoutError:
                continue
            await self._replay(k)
        if self._seconds() <= 0:
            used = f"{self._limits.notebook_seconds:g} seconds"
            return f"not run: the notebook's {used} were used up"
        return None

    def _checks_what_ran(self, k: int) -> bool:
        """Return whether cell ``k`` is the check of an answer that did run."""
        answer = task_of(grade_id(self._cells[k]))
        return is_check(self._cells[k]) and any(
            grade_id(self._cells[j]) == answer for j in self._ran
        )

    async def _start(self, seconds: float) -> None:
        self._starts += 1
        await self._kernel.start(seconds)

    async def _replay(self, k: int) -> None:
        """Run the cells before ``k`` once more that ran, but for spoilt ones and checks."""
        for j in sorted(self._ran):
            if j >= k or j in self._spoilt or is_check(self._cells[j]):
                continue
            if self._seconds() <= 0:
                return
            reply = await self._step(j)
            if self._kernel.lost:
                if reply["ending"] == "gone":
                    self._spoilt.add(j - 1)
                return

    def _left(self) -> float:
        """Return how many seconds the notebook has left."""
        return self._end - time.monotonic()

    def _seconds(self) -> float:
        """Return how long the next cell may run."""
        return min(self._limits.cell_seconds, self._left())
