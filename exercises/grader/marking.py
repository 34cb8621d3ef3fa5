"""Turn two runs of a submission into marks, and into what its learner may see.

The hidden run is compared here, outside every kernel, with what the solution printed. It is not
kept. What is kept is the visible run, whose kernel never held a hidden check, and a verdict.
"""

import re
from collections.abc import Iterable
from copy import deepcopy

from nbformat import NotebookNode
from nbformat.v4 import new_output

from grader.cells import by_grade_id, is_check
from linreg.checks.alone import HIDDEN

__all__ = ["VERDICT", "hidden_lines", "mark", "same_lines"]

VERDICT = (
    "The visible checks pass, the hidden ones do not: they try other data. Does the answer hold "
    "for data it has not seen?"
)

_HIDDEN_LINE = re.compile(rf"{HIDDEN}(.*)")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_TOLERANCE = 1e-3  # relative, so that another BLAS or an answer in three digits agrees
_WHOLE = 1e-5  # of whole numbers: exact for counts; the last digit of large sums may differ
_SCALAR = re.compile(r"\bnp\.\w+\(([^()]*)\)")  # how NumPy shows a number in a list
_BRACKETS = str.maketrans("()", "[]")


def mark(source: NotebookNode, visible: NotebookNode, hidden: NotebookNode) -> NotebookNode:
    """Return the visible run with marks that nbgrader reads: an error output is a point lost.

    Parameters
    ----------
    source : NotebookNode
        The executed source; what its check cells printed is what is right.
    visible, hidden : NotebookNode
        The same submission after its two runs, without and with the hidden checks.
    """
    right, found = by_grade_id(source), by_grade_id(hidden)
    kept = deepcopy(visible)
    for grade_id, cell in by_grade_id(kept).items():
        if is_check(cell):
            passed = _agrees(found[grade_id].outputs, right[grade_id].outputs)
            cell.outputs = _shown(cell.outputs, passed)
    return kept


def hidden_lines(printed: str) -> list[str]:
    """Return what the hidden region of a check printed, among all that its cell printed."""
    return _HIDDEN_LINE.findall(printed)


def same_lines(found: Iterable[str], right: Iterable[str]) -> bool:
    """Compare lines that two runs printed: words exactly, numbers closely.

    A tuple is as good as a list, and a number of NumPy's as good as Python's.
    """
    found, right = ([_plain(line) for line in lines] for lines in (found, right))
    return len(found) == len(right) and all(map(_same_line, found, right))


def _agrees(outputs: list[NotebookNode], right: list[NotebookNode]) -> bool:
    if any(output.output_type == "error" for output in outputs):
        return False
    expected = hidden_lines(_printed(right))
    return bool(expected) and same_lines(hidden_lines(_printed(outputs)), expected)


def _printed(outputs: list[NotebookNode]) -> str:
    return "".join(output.text for output in outputs if output.get("name") == "stdout")


def _plain(line: str) -> str:
    return _SCALAR.sub(r"\1", line).strip().translate(_BRACKETS).replace(",]", "]")


def _same_line(found: str, right: str) -> bool:
    return _NUMBER.split(found) == _NUMBER.split(right) and all(
        map(_same_number, _NUMBER.findall(found), _NUMBER.findall(right))
    )


def _same_number(found: str, right: str) -> bool:
    tolerance = _WHOLE if re.fullmatch(r"[-+]?\d+", right) else _TOLERANCE
    return abs(float(found) - float(right)) <= max(tolerance * abs(float(right)), 1e-9)


def _shown(outputs: list[NotebookNode], passed: bool) -> list[NotebookNode]:
    """Return the outputs of the visible run, made to say what the mark is."""
    failed = any(output.output_type == "error" for output in outputs)
    outputs = [_without_mark(output) for output in outputs]
    if passed:
        return [output for output in outputs if output.output_type == "stream"]
    if failed:
        return outputs
    verdict = new_output("error", ename="HiddenCheck", evalue=VERDICT, traceback=[VERDICT])
    return [*outputs, verdict]


def _without_mark(output: NotebookNode) -> NotebookNode:
    """Return an output in a form that nbgrader takes for no mark, unless it is an error.

    nbgrader marks by the first that it finds: an error or a word on stderr, which a mere warning
    is, is no point; a result is that many points.
    """
    if output.output_type == "stream":
        return new_output("stream", name="stdout", text=output.text)
    if output.output_type == "execute_result":
        return new_output("display_data", data=output.data)
    return output
