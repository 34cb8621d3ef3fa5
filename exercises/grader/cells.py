"""What nbgrader knows of a cell: an entry in the cell's metadata, under `nbgrader`."""

import re

from nbformat import NotebookNode

__all__ = ["by_grade_id", "checks_of", "grade_id", "is_answer", "is_check", "is_text", "task_of"]

# A task's answer is named "c3", its check "c3-check"; further steps have "c3b-check", "c3c-check".
_STEP = re.compile(r"(?<=\d)[b-z]?-check$")


def grade_id(cell: NotebookNode) -> str:
    """Return the name by which nbgrader knows a cell; empty for one that it does not know."""
    return _entry(cell).get("grade_id", "")


def by_grade_id(notebook: NotebookNode) -> dict[str, NotebookNode]:
    """Return the cells that nbgrader knows, by their names."""
    return {grade_id(cell): cell for cell in notebook.cells if grade_id(cell)}


def task_of(name: str) -> str:
    """Return the task that a cell of this name belongs to, such as "c3" for "c3b-check"."""
    return _STEP.sub("", name)


def checks_of(notebook: NotebookNode, task: str) -> list[NotebookNode]:
    """Return the cells that check a task, a step each, in their order."""
    return [cell for cell in notebook.cells if is_check(cell) and task_of(grade_id(cell)) == task]


def is_answer(cell: NotebookNode) -> bool:
    """Return whether the learner writes in this cell of the source."""
    return bool(_entry(cell).get("solution"))


def is_check(cell: NotebookNode) -> bool:
    """Return whether a cell is a check that is marked without a person."""
    return cell.cell_type == "code" and bool(_entry(cell).get("grade")) and not is_answer(cell)


def is_text(cell: NotebookNode) -> bool:
    """Return whether a cell holds words rather than code."""
    return cell.cell_type == "markdown"


def _entry(cell: NotebookNode) -> dict:
    entry = cell.metadata.get("nbgrader")
    return entry if isinstance(entry, dict) else {}
