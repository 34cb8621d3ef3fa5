"""Write the pages that learners get back."""

import contextlib
from functools import cache
from typing import Any

from nbconvert.exporters import HTMLExporter
from nbconvert.writers import FilesWriter
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.converters import GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import GetGrades, NbGraderPreprocessor

from grader import course
from grader.gradebook import Workspace, waits
from grader.nbgrader_setup import feedback_configuration

__all__ = ["Feedback"]


class _Waiting(NbGraderPreprocessor):
    """Gives the template of the page which marks by hand are still waited for."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Put the names of the cells into the resources."""
        about = resources["nbgrader"]
        names = about["notebook"], about["assignment"], about["student"]
        with Gradebook(about["db_url"]) as gradebook:
            grades = gradebook.find_submission_notebook(*names).grades
            resources["waiting"] = [grade.cell.name for grade in grades if waits(grade)]
        return nb, resources


class _Pages(GenerateFeedback):
    """nbgrader's converter with one exporter for all pages."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.writer = FilesWriter(parent=self, config=self.config)

    def start(self) -> None:
        """Convert what the course directory names."""
        self.exporter = _exporter()
        self.init_notebooks()
        with contextlib.chdir(self.coursedir.root):
            self.convert_notebooks()


class Feedback:
    """The pages of a class's workspace."""

    def __init__(self, workspace: Workspace) -> None:
        config = feedback_configuration(workspace.folder)
        config.GenerateFeedback.preprocessors = []  # the exporter has them
        self._folders = CourseDirectory(config=config)
        self._pages = _Pages(coursedir=self._folders, config=config, force=True)

    def get_ready(self) -> None:
        """Do once what every page needs, so that processes forked from this one need not."""
        _exporter()

    def write_page(self, student: str, chapter: str) -> None:
        """Write the page of a graded submission to `feedback/STUDENT/CHAPTER/CHAPTER.html`."""
        self._folders.student_id, self._folders.assignment_id = student, chapter
        self._pages.start()


@cache
def _exporter() -> HTMLExporter:
    """Return what makes pages, for any workspace, after it has made one that nobody gets.

    That compiles the template, and many patterns of the libraries that take part: two thirds of the
    work for a page.
    """
    config = feedback_configuration(course.EXERCISES)
    exporter = HTMLExporter(config=GenerateFeedback(config=config).config)
    sample = course.read(course.notebook(course.EXERCISES / "release", course.chapters()[0]))
    for cell in sample.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader.update(score=0, points=1)
    about = {"student": "", "notebook": "", "score": 0, "max_score": 1}
    exporter.from_notebook_node(sample, {"nbgrader": about, "waiting": []})
    for preprocessor in (GetGrades, _Waiting):
        exporter.register_preprocessor(preprocessor)
    return exporter
