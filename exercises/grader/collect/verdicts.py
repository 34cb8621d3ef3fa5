"""What becomes of each file: taken, superseded by a later attempt, ignored, or refused."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nbformat import NotebookNode

from grader.cells import grade_id, is_text
from grader.collect.files import (
    File,
    UnreadableError,
    is_data,
    is_junk,
    is_notebook,
    read_bytes,
    shown,
)
from grader.collect.names import Label, label_of, safe
from grader.collect.reading import read_notebook

__all__ = ["Found", "forgive_companions", "judge", "take_latest"]

# What may make one attempt later than another, in the order of `Found.rank`.
_GROUNDS = (
    "by the time in its name",
    "by the number in its name",
    "by its file's time",
    "by its name, at the same time",
)


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
        What was taken, as `read_notebook` returns it.
    """

    file: str
    label: Label = field(repr=False)
    rank: tuple[str, int, float, tuple[str, ...]] = field(repr=False)
    verdict: str = "refused"
    reason: str = ""
    student: str | None = None
    chapter: str | None = None
    notebook: NotebookNode | None = None


def judge(
    file: File, depth: int, skeletons: Mapping[str, NotebookNode], only: Collection[str] | None
) -> Found:
    """Give a first verdict: "taken" means that it can be graded."""
    label = label_of(file.path, depth)
    rank = (label.when, label.attempt, file.time, file.path)
    found = Found(shown(file.path), label, rank, chapter=label.chapter)
    name = file.path[-1]
    if is_junk(file.path):
        found.verdict, found.reason = "ignored", "made by the system or an editor"
    elif file.problem:
        found.reason = file.problem
    elif is_notebook(name):
        _judge_notebook(found, file, skeletons, only)
    elif is_data(name):
        found.verdict, found.reason = "ignored", "data or a picture"
    else:
        ending = Path(name).suffix or "nameless"
        found.reason = f"a {shown((ending,))} file, not a notebook: ask for the .ipynb"
    return found


def take_latest(found: list[Found]) -> None:
    """Of each student's attempts at a chapter keep the latest that can be graded."""
    attempts = defaultdict(list)
    for each in found:
        if each.verdict == "taken":
            attempts[each.student, each.chapter].append(each)
    for group in attempts.values():
        *earlier, latest = sorted(group, key=lambda each: each.rank)
        latest.reason = f"the latest of {len(group)} attempts" if earlier else "the only attempt"
        for each in earlier:
            pairs = zip(_GROUNDS, each.rank, latest.rank)
            ground = next((ground for ground, mine, its in pairs if mine != its), "by place")
            each.verdict, each.notebook = "superseded", None
            each.reason = f"{latest.file} is later {ground}"


def forgive_companions(found: list[Found]) -> None:
    """Ignore a file of another kind when its student handed in a notebook as well."""
    taken = {(each.student, each.chapter) for each in found if each.verdict == "taken"}
    taken |= {(student, None) for student, _ in taken}
    for each in found:
        if (each.student, each.chapter) in taken and "file, not a notebook" in each.reason:
            each.verdict, each.reason = "ignored", "handed in beside a notebook"


def _judge_notebook(
    found: Found, file: File, skeletons: Mapping[str, NotebookNode], only: Collection[str] | None
) -> None:
    try:
        notebook = read_notebook(read_bytes(file))
        found.chapter = _chapter_of(notebook, skeletons, found.label.chapter)
    except UnreadableError as error:
        found.reason = str(error)
        return
    if only is not None and found.chapter not in only:
        found.verdict, found.reason = "ignored", f"{found.chapter} was not asked for"
    elif not safe(found.label.name):
        found.reason = "no student's name in its path: put it into a folder with the name"
    else:
        found.verdict, found.notebook = "taken", notebook


def _chapter_of(
    notebook: NotebookNode, skeletons: Mapping[str, NotebookNode], hint: str | None
) -> str:
    """Find the chapter by the cells, and between equals by the name."""
    held = _features(notebook)
    shared = {chapter: len(held & _features(source)) for chapter, source in skeletons.items()}
    most = max(shared.values(), default=0)
    if not most:
        raise UnreadableError("holds none of the exercises' cells")
    best = [chapter for chapter, number in shared.items() if number == most]
    if len(best) > 1 and hint not in best:
        raise UnreadableError(f"may be {' or '.join(best)}: put the chapter into the file's name")
    return hint if hint in best else best[0]


def _features(notebook: NotebookNode) -> set[tuple[str, str]]:
    """List what chapters differ in: the names of cells, many of which others share, and texts."""
    grade_ids = {("grade id", grade_id(cell)) for cell in notebook.cells if grade_id(cell)}
    ids = {("id", cell.id) for cell in notebook.cells if cell.get("id")}
    texts = {" ".join(cell.source.split()) for cell in notebook.cells if is_text(cell)} - {""}
    return grade_ids | ids | {("text", text) for text in texts}
