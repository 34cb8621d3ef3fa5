"""Turn two runs of a submission into marks, and into what its learner may see.

The hidden run is compared here, outside every kernel, with what the solution printed. It is not
kept. What is kept is the visible run, whose kernel never held a hidden check, and a verdict.
"""

import re
from copy import deepcopy

from nbformat.v4 import new_output

HIDDEN_LINE = re.compile(r"hidden> (.*)")
NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
TOLERANCE = 1e-3  # relative, so that another BLAS or an answer in three digits agrees
WHOLE = 1e-5  # of whole numbers: exact for counts; the last digit of large sums may differ
SCALAR = re.compile(r"\bnp\.\w+\(([^()]*)\)")  # how NumPy shows a number in a list
BRACKETS = str.maketrans("()", "[]")
VERDICT = (
    "The visible checks pass, the hidden ones do not: they try other data. Does the answer hold "
    "for data it has not seen?"
)


def mark(source, visible, hidden):
    """Return the visible run with marks that nbgrader reads: an error output is a point lost.

    Parameters
    ----------
    source : NotebookNode
        The executed source; what its check cells printed is what is right.
    visible, hidden : NotebookNode
        The same submission after its two runs, without and with the hidden checks.
    """
    right, found = _by_grade_id(source), _by_grade_id(hidden)
    kept = deepcopy(visible)
    for grade_id, cell in _by_grade_id(kept).items():
        if is_automatic(cell):
            passed = _agrees(found[grade_id].outputs, right[grade_id].outputs)
            cell.outputs = _shown(cell.outputs, passed)
    return kept


def is_automatic(cell):
    """Tell whether a cell is a check that is marked without a person."""
    about = cell.metadata.get("nbgrader", {})
    return cell.cell_type == "code" and about.get("grade", False) and not about.get("solution")


def same_lines(found, right):
    """Compare lines that two runs printed: words exactly, numbers closely.

    A tuple is as good as a list, and a number of NumPy's as good as Python's.
    """
    found, right = ([_plain(line) for line in lines] for lines in (found, right))
    return len(found) == len(right) and all(map(_same_line, found, right))


def _agrees(outputs, right):
    if any(output.output_type == "error" for output in outputs):
        return False
    expected = _hidden_lines(right)
    return bool(expected) and same_lines(_hidden_lines(outputs), expected)


def _hidden_lines(outputs):
    printed = "".join(output.text for output in outputs if output.get("name") == "stdout")
    return HIDDEN_LINE.findall(printed)


def _plain(line):
    return SCALAR.sub(r"\1", line).strip().translate(BRACKETS).replace(",]", "]")


def _same_line(found, right):
    return NUMBER.split(found) == NUMBER.split(right) and all(
        map(_same_number, NUMBER.findall(found), NUMBER.findall(right))
    )


def _same_number(found, right):
    whole = re.fullmatch(r"[-+]?\d+", right)
    found, right = float(found), float(right)
    return abs(found - right) <= max((WHOLE if whole else TOLERANCE) * abs(right), 1e-9)


def _shown(outputs, passed):
    """Return the outputs of the visible run, made to say what the mark is."""
    failed = any(output.output_type == "error" for output in outputs)
    outputs = [_without_mark(output) for output in outputs]
    if passed:
        return [output for output in outputs if output.output_type == "stream"]
    if failed:
        return outputs
    verdict = new_output("error", ename="HiddenCheck", evalue=VERDICT, traceback=[VERDICT])
    return [*outputs, verdict]


def _without_mark(output):
    """Return an output in a form that nbgrader takes for no mark, unless it is an error.

    nbgrader marks by the first that it finds: an error or a word on stderr, which a mere warning
    is, is no point; a result is that many points.
    """
    if output.output_type == "stream":
        return new_output("stream", name="stdout", text=output.text)
    if output.output_type == "execute_result":
        return new_output("display_data", data=output.data)
    return output


def _by_grade_id(notebook):
    cells = ((cell.metadata.get("nbgrader", {}).get("grade_id"), cell) for cell in notebook.cells)
    return {grade_id: cell for grade_id, cell in cells if grade_id}
