"""What becomes of each file: taken, superseded by a later attempt, ignored, or refused."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from nbformat import NotebookNode

from grader.collect.chapters import Chapter, parts_of
from grader.collect.files import (
    File,
    UnreadableError,
    is_data,
    is_junk,
    is_notebook,
    read_bytes,
    shown,
)
from grader.collect.names import Label
from grader.collect.reading import read_notebook
from grader.collect.students import student_of
from grader.matching import words

__all__ = ["Found", "judge"]


@dataclass
class Found:
    """One file of the folder, and what became of it.

    Attributes
    ----------
    file : str
        Its path from the folder, through zips.
    label : Label
        What its path says.
    rank : tuple
        Sorts the attempts of one student at one chapter, the latest last.
    verdict : str
        "taken", "superseded", "ignored" or "refused".
    reason : str
        Why, in words for the teacher.
    student, chapter : str or None
        Whose it is and for which chapter, as far as one can say.
    notebook : NotebookNode or None
        What was taken, as `read_notebook` returns it; of a notebook with two chapters one's part.
    answered : bool
        Whether anything is answered in it.
    work : tuple of str
        The texts of its cells: equal for copies of one notebook.
    """

    file: str
    label: Label = field(repr=False)
    rank: tuple[float, int, float, tuple[str, ...]] = field(repr=False)
    verdict: str = "refused"
    reason: str = ""
    student: str | None = None
    chapter: str | None = None
    notebook: NotebookNode | None = None
    answered: bool = False
    work: tuple[str, ...] = field(default=(), repr=False)


def judge(
    file: File, label: Label, chapters: Mapping[str, Chapter], only: Collection[str] | None
) -> list[Found]:
    """Give a first verdict, or one for each chapter: "taken" means that it can be graded."""
    rank = (label.when, label.attempt, file.time, file.path)
    found = Found(shown(file.path), label, rank, chapter=label.chapter)
    found.student = student_of(label.name)
    name = file.path[-1]
    if is_junk(file.path):
        found.verdict, found.reason = "ignored", "made by the system or an editor"
    elif file.no_work:
        found.verdict, found.reason = "ignored", file.no_work
    elif file.problem:
        found.reason = file.problem
    elif is_notebook(name):
        return _judge_notebook(found, file, chapters, only)
    elif is_data(name):
        found.verdict, found.reason = "ignored", "data or a picture"
    else:
        ending = Path(name).suffix or "nameless"
        found.reason = f"a {shown((ending,))} file, not a notebook: ask for the .ipynb"
    return [found]


def _judge_notebook(
    found: Found, file: File, chapters: Mapping[str, Chapter], only: Collection[str] | None
) -> list[Found]:
    """Give a verdict on a notebook for each chapter that it answers."""
    try:
        parts = parts_of(read_notebook(read_bytes(file)), chapters, found.chapter)
    except UnreadableError as error:
        found.reason = str(error)
        return [found]
    judged = []
    for chapter, part in parts.items():
        each = replace(found, chapter=chapter)
        if only is not None and chapter not in only:
            each.verdict, each.reason = "ignored", f"{chapter} was not asked for"
        elif not each.student:
            each.reason = "no student's name in its path: put it into a folder with the name"
        else:
            each.verdict, each.notebook = "taken", part.notebook
            each.answered = bool(part.match.answered)
            each.work = tuple(words(cell.source) for cell in part.notebook.cells)
        judged.append(each)
    return judged
