"""The class's workspace: nbgrader's gradebook and folders, and the table of grades.

A score is kept by nbgrader, in SQLite. What a person gives in its formgrader stands beside the
automatic score and takes precedence; grading again changes the automatic score alone.
"""

import warnings
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Grade, Gradebook, Student
from nbgrader.preprocessors import SaveAutoGrades
from sqlalchemy.exc import SAWarning

from grader import course, release
from grader.cells import by_grade_id
from grader.nbgrader_setup import configuration
from grader.spreadsheet import without_formula, write_table

__all__ = ["Score", "Workspace", "waits"]

_Task = tuple[str, str]  # chapter and check cell


@dataclass(frozen=True)
class Score:
    """What a submission has: its points, of how many, and how many tasks wait for a person."""

    points: float
    possible: float
    to_mark: int


class Workspace:
    """A class's folder, with what nbgrader keeps in it.

    Parameters
    ----------
    folder : path
        Made where it is missing. It holds `gradebook.db` and nbgrader's folders.
    """

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder).resolve()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.config = configuration(self.folder)

    def enter_chapter(self, chapter: str, source: Path) -> None:
        """Enter a chapter into the gradebook, unless it is there as its source has it."""
        entered = course.notebook(self.folder / "source", chapter)
        released = course.notebook(self.folder / "release", chapter)
        known = released.exists() and entered.exists()
        if not (known and entered.read_bytes() == source.read_bytes()):
            release.enter_chapter(chapter, source, self.folder)

    def released(self, chapter: str) -> NotebookNode:
        """Return a chapter's release notebook."""
        return course.read(course.notebook(self.folder / "release", chapter))

    def record(
        self, student: str, chapter: str, marked: NotebookNode, original: NotebookNode
    ) -> None:
        """Keep a marked submission: its automatic scores, its notebook, and what was handed in."""
        final = self._cells_with_final_mark(student, chapter, original)
        submitted = course.notebook(self.folder / "submitted" / student, chapter)
        graded = course.notebook(self.folder / "autograded" / student, chapter)
        for place, notebook in ((submitted, original), (graded, marked)):
            place.parent.mkdir(parents=True, exist_ok=True)
            _write(notebook, place)
        with self._gradebook() as gradebook, warnings.catch_warnings():
            # nbgrader links a submission before it is in the session; SQLAlchemy 2 warns of it.
            warnings.simplefilter("ignore", SAWarning)
            gradebook.update_or_create_student(student)
            gradebook.update_or_create_submission(chapter, student)
        about = {"notebook": chapter, "assignment": chapter, "student": student}
        resources = {"nbgrader": about | {"db_url": self.config.CourseDirectory.db_url}}
        SaveAutoGrades(config=self.config).preprocess(marked, resources)
        with self._gradebook() as gradebook:
            for cell in final:
                grade = gradebook.find_grade(cell, chapter, chapter, student)
                grade.needs_manual_grade = False
            gradebook.db.commit()

    def score(self, student: str, chapter: str) -> Score:
        """Return what a student has in a chapter."""
        with self._gradebook() as gradebook:
            submission = gradebook.find_submission(chapter, student)
            grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
            waiting = sum(map(waits, grades))
            return Score(submission.score, submission.max_score, waiting)

    def write_grades(self) -> Path:
        """Write `grades.csv`: a row a student, a column a task with its points in brackets.

        A field is empty where nothing was handed in, or where a mark by hand is waited for.
        """
        with self._gradebook() as gradebook:
            tasks = {
                (assignment.name, cell.name): cell.max_score
                for assignment in gradebook.assignments
                for notebook in assignment.notebooks
                for cell in notebook.grade_cells
            }
            columns = sorted(tasks)
            rows = [["student", *(_head(*column, tasks[column]) for column in columns), "total"]]
            for student in sorted(gradebook.students, key=lambda student: student.id):
                rows.append([without_formula(student.id), *_points(_grades(student), columns)])
        return write_table(self.folder / "grades.csv", rows)

    def _cells_with_final_mark(
        self, student: str, chapter: str, original: NotebookNode
    ) -> list[str]:
        """Return the cells whose mark by hand holds: the answer is the one that was marked."""
        before = course.notebook(self.folder / "submitted" / student, chapter)
        if not before.exists():
            return []
        marked, now = by_grade_id(course.read(before)), by_grade_id(original)
        with self._gradebook() as gradebook:
            grades = gradebook.find_submission(chapter, student).notebooks[0].grades
            return [
                grade.cell.name
                for grade in grades
                if grade.manual_score is not None
                and not grade.needs_manual_grade
                and _text(marked, grade) == _text(now, grade)
            ]

    def _gradebook(self) -> Gradebook:
        return Gradebook(self.config.CourseDirectory.db_url)


def waits(grade: Grade) -> bool:
    """Return whether a task still waits for a person's mark."""
    return grade.auto_score is None and grade.manual_score is None


def _text(cells: dict[str, NotebookNode], grade: Grade) -> str | None:
    cell = cells.get(grade.cell.name)
    return cell and cell.source


def _grades(student: Student) -> dict[_Task, float | None]:
    """Return the points of a student by chapter and cell; None where a mark is waited for."""
    return {
        (submission.assignment.name, grade.cell.name): None if waits(grade) else grade.score
        for submission in student.submissions
        for notebook in submission.notebooks
        for grade in notebook.grades
    }


def _head(chapter: str, cell: str, points: float) -> str:
    return f"{chapter}/{cell.removesuffix('-check')} ({points:g})"


def _points(points: dict[_Task, float | None], columns: list[_Task]) -> list[str]:
    """Return one number a column, then their sum."""
    given = [points.get(column) for column in columns]
    total = sum(number for number in given if number is not None)
    return [*("" if number is None else f"{number:g}" for number in given), f"{total:g}"]


def _write(notebook: NotebookNode, place: Path) -> None:
    part = place.with_suffix(".part")
    nbformat.write(notebook, part)
    part.replace(place)
