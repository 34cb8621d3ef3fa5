"""The class's workspace: nbgrader's gradebook and folders, the table of grades, feedback pages.

A score is kept by nbgrader, in SQLite. What a person gives in its formgrader stands beside the
automatic score and takes precedence; grading again changes the automatic score alone.
"""

import csv
import warnings
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbgrader.api import Gradebook
from nbgrader.converters import GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import GetGrades, NbGraderPreprocessor, SaveAutoGrades
from sqlalchemy.exc import SAWarning

from grader import course, release


class Waiting(NbGraderPreprocessor):
    """Tells the template of a feedback page which marks by hand are still waited for."""

    def preprocess(self, nb, resources):
        """Put the names of the cells into the resources."""
        about = resources["nbgrader"]
        names = about["notebook"], about["assignment"], about["student"]
        with Gradebook(about["db_url"]) as gradebook:
            grades = gradebook.find_submission_notebook(*names).grades
            resources["waiting"] = [grade.cell.name for grade in grades if _waits(grade)]
        return nb, resources


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

    def __init__(self, folder):
        self.folder = Path(folder).resolve()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.config = course.configuration(self.folder)

    def enter_chapter(self, chapter, source):
        """Enter a chapter into the gradebook, unless it is there as its source has it."""
        entered = course.notebook(self.folder / "source", chapter)
        released = course.notebook(self.folder / "release", chapter)
        known = released.exists() and entered.exists()
        if not (known and entered.read_bytes() == source.read_bytes()):
            release.generate(chapter, source, self.folder)

    def released(self, chapter):
        """Return a chapter's release notebook."""
        return course.read(course.notebook(self.folder / "release", chapter))

    def record(self, student, chapter, marked, original):
        """Keep a marked submission: its automatic scores, its notebook, and what was handed in."""
        settled = self._settled(student, chapter, original)
        submitted = course.notebook(self.folder / "submitted" / student, chapter)
        graded = course.notebook(self.folder / "autograded" / student, chapter)
        for place, notebook in ((submitted, original), (graded, marked)):
            place.parent.mkdir(parents=True, exist_ok=True)
            _write(notebook, place)
        with self._gradebook() as gradebook, warnings.catch_warnings():
            # nbgrader links a submission before it is in the session; SQLAlchemy 2 tells of it.
            warnings.simplefilter("ignore", SAWarning)
            gradebook.update_or_create_student(student)
            gradebook.update_or_create_submission(chapter, student)
        about = {"notebook": chapter, "assignment": chapter, "student": student}
        resources = {"nbgrader": about | {"db_url": self.config.CourseDirectory.db_url}}
        SaveAutoGrades(config=self.config).preprocess(marked, resources)
        with self._gradebook() as gradebook:
            for cell in settled:
                grade = gradebook.find_grade(cell, chapter, chapter, student)
                grade.needs_manual_grade = False
            gradebook.db.commit()

    def write_feedback(self, student, chapter):
        """Write the page that a learner gets back; return its path."""
        folders = CourseDirectory(config=self.config, assignment_id=chapter, student_id=student)
        config = course.feedback_configuration(self.folder)
        config.GenerateFeedback.preprocessors = [GetGrades, Waiting, CSSHTMLHeaderPreprocessor]
        page = GenerateFeedback(coursedir=folders, config=config, force=True)
        page.start()
        return self.folder / "feedback" / student / chapter / f"{chapter}.html"

    def score(self, student, chapter):
        """Return what a student has in a chapter."""
        with self._gradebook() as gradebook:
            submission = gradebook.find_submission(chapter, student)
            grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
            waiting = sum(map(_waits, grades))
            return Score(submission.score, submission.max_score, waiting)

    def write_grades(self):
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
                rows.append([harmless(student.id), *_points(_grades(student), columns)])
        place = self.folder / "grades.csv"
        with place.with_suffix(".part").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rows)
        return place.with_suffix(".part").replace(place)

    def _settled(self, student, chapter, original):
        """Return the cells whose mark by hand holds: the answer is the one that was marked."""
        before = course.notebook(self.folder / "submitted" / student, chapter)
        if not before.exists():
            return []
        texts = [_answers(course.read(before)), _answers(original)]
        with self._gradebook() as gradebook:
            grades = gradebook.find_submission(chapter, student).notebooks[0].grades
            return [
                grade.cell.name
                for grade in grades
                if grade.manual_score is not None
                and not grade.needs_manual_grade
                and texts[0].get(grade.cell.name) == texts[1].get(grade.cell.name)
            ]

    def _gradebook(self):
        return Gradebook(self.config.CourseDirectory.db_url)


def _answers(notebook):
    """Return the text of each cell that nbgrader knows."""
    known = [cell for cell in notebook.cells if "grade_id" in cell.metadata.get("nbgrader", {})]
    return {cell.metadata.nbgrader.grade_id: cell.source for cell in known}


def _grades(student):
    """Return the points of a student by chapter and cell; None where a mark is waited for."""
    return {
        (submission.assignment.name, grade.cell.name): None if _waits(grade) else grade.score
        for submission in student.submissions
        for notebook in submission.notebooks
        for grade in notebook.grades
    }


def _waits(grade):
    return grade.auto_score is None and grade.manual_score is None


def _head(chapter, cell, points):
    return f"{chapter}/{cell.removesuffix('-check')} ({points:g})"


def _points(points, columns):
    """Return one number a column, then their sum."""
    given = [points.get(column) for column in columns]
    total = sum(number for number in given if number is not None)
    return [*("" if number is None else f"{number:g}" for number in given), f"{total:g}"]


def harmless(name):
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{name}" if name[:1] in "=+-@" else name


def _write(notebook, place):
    part = place.with_suffix(".part")
    nbformat.write(notebook, part)
    part.replace(place)
