"""Lay a learner's answers into the source's skeleton, so that nothing else of theirs gets in."""

import copy
import re
from collections import defaultdict
from itertools import count

from nbformat import NotebookNode

from grader.cells import grade_id, is_answer, is_text
from grader.matching import Match, match, plain

__all__ = ["rebuild"]

# The words by which nbgrader finds the regions that it strips from a cell.
_MARKER = re.compile(r"(BEGIN|END) (?=HIDDEN TESTS|SOLUTION|MARK SCHEME)", re.IGNORECASE)
_PICTURE = re.compile(r"attachment:(?P<name>[^\s)\"'>]*)", re.IGNORECASE)


def rebuild(source: NotebookNode, release: NotebookNode, submitted: NotebookNode) -> NotebookNode:
    """Lay the answers and the extra cells of a submission into the source's skeleton.

    All cells of the source come back in its order, with its metadata and without outputs. Of the
    submission come only the text of answer cells and the cells that the learner added.

    - `match` says which submitted cell stands for which cell of the source.
    - An answer is the first copy that says something new: neither blank nor the release's stub.
      Without one it is the first copy, and without any copy the stub. Its place and its type are
      the source's: code that was handed in as a text cell is run as code.
    - Other copies that say something new, and all cells of the learner's own, are kept behind the
      cell that they stood behind, with new ids and no metadata; raw cells become markdown.
    - In the learner's words `BEGIN SOLUTION` and its like become `BEGIN_SOLUTION`: nbgrader
      would strip the lines after them, or stop.

    How large a submission may be is decided where it is read.

    Parameters
    ----------
    source, release : NotebookNode
        The chapter's exercises with solutions, and as the learners received them.
    submitted : NotebookNode
        What a learner handed in, as `read_notebook` returns it.

    Returns
    -------
    NotebookNode
        A valid notebook of format 4.5, equal for equal arguments.
    """
    stubs = _released_texts(source, release)
    found = match(source, stubs, submitted)
    chosen, extras = found.chosen, _extras(submitted, found, stubs)

    rebuilt = copy.deepcopy(source)
    rebuilt.nbformat, rebuilt.nbformat_minor = 4, 5
    rebuilt.cells = list(extras[-1])
    for place, cell in enumerate(source.cells):
        answer = submitted.cells[chosen[place]] if place in chosen else None
        rebuilt.cells += [_filled(cell, answer, stubs[place]), *extras[place]]
    _name(rebuilt.cells, {cell.id for cell in source.cells})
    return rebuilt


def _released_texts(source: NotebookNode, release: NotebookNode) -> list[str]:
    """List what the learner was given in the place of each cell of the source."""
    texts = {name: cell.source for cell in release.cells for name in (cell.id, grade_id(cell))}
    missing = [grade_id(cell) for cell in source.cells if is_answer(cell)]
    missing = [name for name in missing if name not in texts]
    if missing:
        raise ValueError(f"The release lacks {missing}: make it again from the source.")
    return [texts.get(grade_id(cell) or cell.id, cell.source) for cell in source.cells]


def _extras(
    submitted: NotebookNode, found: Match, stubs: list[str]
) -> dict[int, list[NotebookNode]]:
    """Collect the cells to keep behind each place; -1 holds those before the first."""
    extras, last = defaultdict(list), -1
    seen = {place: {plain(stub)} for place, stub in enumerate(stubs)}
    for place, index in found.chosen.items():
        seen[place].add(plain(submitted.cells[index].source))
    for index, (cell, place) in enumerate(zip(submitted.cells, found.places)):
        text = plain(cell.source)
        if found.chosen.get(place) == index:
            last = place
        elif text and text not in seen.get(place, ()):
            extras[last].append(_extra(cell))
            seen.setdefault(place, set()).update({text} if place is not None else ())
    return extras


def _filled(cell: NotebookNode, answer: NotebookNode | None, stub: str) -> NotebookNode:
    """Copy the source's cell without outputs; put the answer, or the stub, where one belongs."""
    cell = copy.deepcopy(cell)
    if cell.cell_type == "code":
        cell.outputs, cell.execution_count = [], None
    if is_answer(cell):
        cell.source = stub
        cell.pop("attachments", None)
        if answer is not None:
            _write(cell, answer)
    return cell


def _extra(cell: NotebookNode) -> NotebookNode:
    """Make a cell of the learner's own: its text and its pictures, and nothing else."""
    kind = "code" if cell.cell_type == "code" else "markdown"
    extra = NotebookNode(cell_type=kind, id="", metadata=NotebookNode(), source="")
    if kind == "code":
        extra.update(outputs=[], execution_count=None)
    _write(extra, cell)
    return extra


def _write(cell: NotebookNode, learner: NotebookNode) -> None:
    """Put the learner's text, and in a text cell the pictures, into a cell."""
    cell.source = _MARKER.sub(r"\1_", learner.source)
    if is_text(cell):
        pictures = copy.deepcopy(learner.get("attachments", {}))
        if pictures:
            cell.attachments = pictures
        # nbconvert stops at a picture that is named but not there.
        cell.source = _PICTURE.sub(
            lambda found: found[0] if found["name"] in pictures else f"missing-{found['name']}",
            cell.source,
        )


def _name(cells: list[NotebookNode], taken: set[str]) -> None:
    """Give each extra cell an id that no other has, the same on every run."""
    fresh = (name for n in count(1) if (name := f"learner-{n}") not in taken)
    for cell in cells:
        cell.id = cell.id or next(fresh)
