"""The class's workspace: nbgrader's gradebook and folders, and the table of grades.

A score is kept by nbgrader, in SQLite. What a person gives in its formgrader stands beside the
automatic score and takes precedence; grading again changes the automatic score alone.
"""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Grade, Gradebook, MissingEntry, Student
from nbgrader.preprocessors import SaveAutoGrades
from sqlalchemy.exc import SAWarning

from grader import course, release
from grader.cells import by_grade_id
from grader.nbgrader_setup import configuration
from grader.spreadsheet import without_formula, write_table
from grader.storage import in_a_sentence

__all__ = ["Score", "Workspace", "waits"]

_TRIAL = 1_000_000  # bytes: more than a submission needs
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
        with in_a_sentence(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            self._try_out()
        self.config = configuration(self.folder)
        with in_a_sentence(self.folder), self._gradebook():
            pass  # a gradebook that is damaged is said to be so at once

    def enter_chapter(self, chapter: str, source: Path) -> None:
        """Enter a chapter into the gradebook, unless it is there as its source has it."""
        if self._is_entered(chapter, source):
            return
        # nbgrader writes the release last, so that one that is there vouches for all before it.
        course.notebook(self.folder / "release", chapter).unlink(missing_ok=True)
        release.enter_chapter(chapter, source, self.folder)

    def released(self, chapter: str) -> NotebookNode:
        """Return a chapter's release notebook."""
        return course.read(course.notebook(self.folder / "release", chapter))

    def keep(
        self, student: str, chapter: str, marked: NotebookNode, original: NotebookNode
    ) -> None:
        """Keep a marked submission: its automatic scores, its notebook, and what was handed in.

        All scores come first, and at once; the notebook by which the next run knows what was handed
        in comes last. So a run that ends anywhere in between is put right by the next.
        """
        with in_a_sentence(self.folder):
            final = self._cells_with_final_mark(student, chapter, original)
            self._keep_scores(student, chapter, marked, final)
            for top, notebook in (("autograded", marked), ("submitted", original)):
                _write(notebook, course.notebook(self.folder / top / student, chapter))

    def _keep_scores(
        self, student: str, chapter: str, marked: NotebookNode, final: list[str]
    ) -> None:
        saver = SaveAutoGrades(config=self.config)
        saver.student_id, saver.assignment_id, saver.notebook_id = student, chapter, chapter
        with self._gradebook() as saver.gradebook, _at_once(saver.gradebook):
            saver.gradebook.update_or_create_student(student)
            saver.gradebook.update_or_create_submission(chapter, student)
            for number, cell in enumerate(marked.cells):
                saver.preprocess_cell(cell, {}, number)
            for cell in final:
                grade = saver.gradebook.find_grade(cell, chapter, chapter, student)
                grade.needs_manual_grade = False

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
        before = _whole(course.notebook(self.folder / "submitted" / student, chapter))
        if before is None:
            return []
        marked, now = by_grade_id(before), by_grade_id(original)
        with self._gradebook() as gradebook:
            try:
                grades = gradebook.find_submission_notebook(chapter, chapter, student).grades
            except MissingEntry:  # the gradebook is a new one
                return []
            return [
                grade.cell.name
                for grade in grades
                if grade.manual_score is not None
                and not grade.needs_manual_grade
                and _text(marked, grade) == _text(now, grade)
            ]

    def _is_entered(self, chapter: str, source: Path) -> bool:
        """Return whether a chapter's source, its release and the gradebook are whole and agree."""
        entered = course.notebook(self.folder / "source", chapter)
        released = _whole(course.notebook(self.folder / "release", chapter))
        if released is None or not entered.exists() or entered.read_bytes() != source.read_bytes():
            return False
        with self._gradebook() as gradebook:
            try:
                known = gradebook.find_notebook(chapter, chapter).source_cells
            except MissingEntry:
                return False
            return {cell.name for cell in known} == set(by_grade_id(released))

    def _try_out(self) -> None:
        """Write and remove a file of a size that shows whether there is still a place for one."""
        part = self.folder / "trial.part"
        try:
            part.write_bytes(bytes(_TRIAL))
        finally:
            part.unlink(missing_ok=True)

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


@contextmanager
def _at_once(gradebook: Gradebook) -> Iterator[None]:
    """Let all changes to a gradebook be one: nbgrader would commit each by itself."""
    session = gradebook.db
    session.commit = session.flush
    with warnings.catch_warnings():
        # nbgrader links a submission before it is in the session; SQLAlchemy 2 warns of it.
        warnings.simplefilter("ignore", SAWarning)
        yield
    del session.commit
    session.commit()


def _whole(place: Path) -> NotebookNode | None:
    """Return a stored notebook; None where it is missing or damaged."""
    try:
        notebook = course.read(place)
        return notebook if notebook.cells else None
    except Exception:  # a damaged file can make nbformat raise almost anything
        return None


def _write(notebook: NotebookNode, place: Path) -> None:
    """Write a notebook, whole or not at all."""
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_suffix(".part")
    with part.open("w", encoding="utf-8") as file:
        nbformat.write(notebook, file)
        file.flush()
        os.fsync(file.fileno())
    part.replace(place)
