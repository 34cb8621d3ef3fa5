"""Write the page that a learner gets back."""

from typing import Any

from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.converters import GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import GetGrades, NbGraderPreprocessor

from grader.gradebook import Workspace, waits
from grader.nbgrader_setup import feedback_configuration

__all__ = ["write_page"]


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


def write_page(workspace: Workspace, student: str, chapter: str) -> None:
    """Write the page of a graded submission to `feedback/STUDENT/CHAPTER/CHAPTER.html`."""
    config = workspace.config
    folders = CourseDirectory(config=config, assignment_id=chapter, student_id=student)
    config = feedback_configuration(workspace.folder)
    config.GenerateFeedback.preprocessors = [GetGrades, _Waiting, CSSHTMLHeaderPreprocessor]
    GenerateFeedback(coursedir=folders, config=config, force=True).start()
