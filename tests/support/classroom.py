"""A class for tests: what students hand in, and a quick way to have it graded."""

import csv
from collections.abc import Mapping
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from exercises import as_handed_in, settings, tasks
from grader import course
from grader.grade import grade
from grader.limits import Limits

QUICK = Limits(cell_seconds=3)


def released(chapter: str) -> NotebookNode:
    return course.read(course.notebook(course.EXERCISES / "release", chapter))


def answered(chapter: str, answers: Mapping[str, str]) -> NotebookNode:
    """A release notebook in which some tasks are answered; the rest are as handed out."""
    notebook = released(chapter)
    for cell in notebook.cells:
        name = settings(cell).get("grade_id")
        if name in answers:
            cell.source = answers[name]
    return notebook


def solutions(chapter: str) -> dict[str, str]:
    """Right answers by task, as learners write them."""
    return {task.name: as_handed_in(task) for task in tasks(chapter)}


def hand_in(folder: Path, student: str, notebook: NotebookNode | str | bytes) -> Path:
    """Put a student's notebook, or what is to pass for one, into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / f"{student}.ipynb"
    if isinstance(notebook, bytes):
        place.write_bytes(notebook)
    elif isinstance(notebook, str):
        place.write_text(notebook, encoding="utf-8")
    else:
        place.write_text(nbformat.v4.writes(notebook), encoding="utf-8")
    return place


def graded(folder: Path, workspace: Path, **options) -> list[str]:
    """Grade a folder; return the lines of the report."""
    lines = []
    grade(folder, workspace, say=lines.append, **({"limits": QUICK} | options))
    return lines


def table(workspace: Path) -> dict[str, dict[str, str]]:
    """The table of grades: by student, then by task without its points."""
    with (workspace / "grades.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {row["student"]: {key.partition(" ")[0]: row[key] for key in row} for row in rows}


def points(chapter: str) -> dict[str, float]:
    return {f"{chapter}/{task.name}": task.points for task in tasks(chapter)}
