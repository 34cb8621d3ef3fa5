"""What nbgrader knows of a cell: an entry in the cell's metadata, under `nbgrader`."""

from nbformat import NotebookNode

__all__ = ["by_grade_id", "grade_id", "is_answer", "is_check", "is_text"]


def grade_id(cell: NotebookNode) -> str:
    """Return the name by which nbgrader knows a cell; empty for one that it does not know."""
    return _entry(cell).get("grade_id", "")


def by_grade_id(notebook: NotebookNode) -> dict[str, NotebookNode]:
    """Return the cells that nbgrader knows, by their names."""
    return {grade_id(cell): cell for cell in notebook.cells if grade_id(cell)}


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
