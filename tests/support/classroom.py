"""A class for tests: what students hand in, and a quick way to have it graded."""

import csv
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from unittest import mock

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_output

from exercises import as_handed_in, settings, tasks
from grader import course, sandbox
from grader.cells import by_grade_id, is_check
from grader.grade import grade
from grader.limits import Limits

QUICK = Limits(cell_seconds=3)
WORDS = {"d1": "In *words*."}


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


def with_words(chapter: str) -> dict[str, str]:
    """Right answers by task, and words where the chapter asks for some."""
    return solutions(chapter) | (WORDS if "d1" in by_grade_id(released(chapter)) else {})


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


async def as_printed(notebook: NotebookNode, **options) -> NotebookNode:
    """Stands for a run in a sandbox: each check of ch01 prints what is right."""
    source = by_grade_id(course.read(course.source("ch01")))
    for name, cell in by_grade_id(notebook).items():
        if is_check(cell):
            text = "".join(output.get("text", "") for output in source[name].outputs)
            cell.outputs = [new_output("stream", name="stdout", text=text)]
    return notebook


def graded(folder: Path, workspace: Path, **options) -> list[str]:
    """Grade a folder; return the lines of the report.

    Tests side by side do not wait for each other, and the machine's memory of files is left alone.
    """
    lines = []
    lock = Path(tempfile.gettempdir(), f"linreg-grader-test-{os.getpid()}.lock")
    with mock.patch.multiple(sandbox, LOCK=lock, forget_files=lambda: None):
        grade(folder, workspace, say=lines.append, **({"limits": QUICK} | options))
    lock.unlink()
    return lines


def table(workspace: Path) -> dict[str, dict[str, str]]:
    """The table of grades: by student, then by task without its points."""
    with (workspace / "grades.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {row["student"]: {key.partition(" ")[0]: row[key] for key in row} for row in rows}


def points(chapter: str) -> dict[str, float]:
    return {f"{chapter}/{task.name}": task.points for task in tasks(chapter)}
