"""What learners get in the place of each cell of a source."""

from copy import deepcopy

from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests, ClearSolutions

from grader import course
from grader.nbgrader_setup import configuration

__all__ = ["handed_out"]


def handed_out(source: NotebookNode) -> list[str]:
    """List the texts of a source's cells, without solutions and hidden checks."""
    config = configuration(course.EXERCISES)
    notebook = deepcopy(source)
    for step in (ClearSolutions, ClearHiddenTests):
        notebook, _ = step(config=config).preprocess(notebook, {})
    return [cell.source for cell in notebook.cells]
