"""Write the pages that learners get back."""

import contextlib
from typing import Any

from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbconvert.writers import FilesWriter
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.converters import GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import GetGrades, NbGraderPreprocessor

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
    """nbgrader's converter with one exporter for all pages: its template takes long to compile."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.writer = FilesWriter(parent=self, config=self.config)
        self.exporter = self.exporter_class(parent=self, config=self.config)
        for preprocessor in self.preprocessors:
            self.exporter.register_preprocessor(preprocessor)

    def start(self) -> None:
        """Convert what the course directory names."""
        self.init_notebooks()
        with contextlib.chdir(self.coursedir.root):
            self.convert_notebooks()


class Feedback:
    """The pages of a class's workspace."""

    def __init__(self, workspace: Workspace) -> None:
        config = feedback_configuration(workspace.folder)
        config.GenerateFeedback.preprocessors = [GetGrades, _Waiting, CSSHTMLHeaderPreprocessor]
        self._folders = CourseDirectory(config=config)
        self._pages = _Pages(coursedir=self._folders, config=config, force=True)

    def get_ready(self) -> None:
        """Compile the template, so that processes forked from this one need not."""
        _ = self._pages.exporter.template

    def write_page(self, student: str, chapter: str) -> None:
        """Write the page of a graded submission to `feedback/STUDENT/CHAPTER/CHAPTER.html`."""
        self._folders.student_id, self._folders.assignment_id = student, chapter
        self._pages.start()
