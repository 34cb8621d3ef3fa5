"""Execute a notebook that nobody has read: to the end, within bounds, whatever it holds."""

import asyncio
import copy
import time
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

from grader import sandbox
from grader.cells import is_check
from grader.kernel_process import KernelFailedError, KernelProcess
from grader.limits import Limits
from grader.outputs import clean, failure

__all__ = ["KernelFailedError", "execute"]

START_SECONDS = 30  # for a kernel to come up on a busy machine


async def execute(
    notebook: NotebookNode, *, limits: Limits | None = None, sandboxed: bool = True
) -> NotebookNode:
    """Return a copy of a notebook with each code cell executed.

    A cell that fails, hangs or ends its kernel costs itself alone: a fresh kernel replays the cells
    before it, and goes on after it. What did not run, or not to its end, gets an error output that
    says so.

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
        self._end = 0.0

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
        outputs = list(clean(reply.get("outputs"), k + 1))
        if reply.get("cut"):
            size = f"{self._limits.output_bytes / 1000:g} kB"
            note = f"[The output of this cell beyond {size} is left out.]\n"
            outputs.append(new_output("stream", name="stderr", text=note))
        if reply.get("late"):
            outputs = [output for output in outputs if output.get("ename") != "KeyboardInterrupt"]
            outputs.append(failure("Stopped", f"this cell ran longer than {seconds:.3g} seconds"))
        elif reply.get("reason"):
            outputs.append(failure("Stopped", f"this cell {reply['reason']}"))
        return outputs

    async def _step(self, k: int) -> dict[str, Any]:
        """Send cell ``k`` to the kernel, and note it if it must not run again."""
        reply = await self._kernel.run(self._cells[k].source, self._seconds())
        if reply.get("late") or reply["ending"] == "lost":
            self._spoilt.add(k)
        return reply

    async def _prepare(self, k: int) -> str | None:
        """See that a kernel stands that ran the cells before ``k``; else return why there is none.

        A replayed cell may lose the kernel too. Then it is left out as well.
        """
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

    async def _start(self, seconds: float) -> None:
        self._starts += 1
        await self._kernel.start(seconds)

    async def _replay(self, k: int) -> None:
        """Run the cells before ``k`` once more, but for spoilt cells and checks."""
        for j, cell in enumerate(self._cells[:k]):
            if j in self._spoilt or is_check(cell):
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
