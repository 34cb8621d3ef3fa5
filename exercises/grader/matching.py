"""Find out which cell of the source each submitted cell stands for."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from nbformat import NotebookNode

from grader.cells import grade_id, is_answer, is_text

__all__ = ["Match", "match", "plain", "words"]

# A line that defines a function or a class, or assigns to names: `a1, a2 = 1, 2`, `mine = a1 = 1`.
_DEFINES = re.compile(
    r"^(?:(?:async[ \t]+)?def|class)[ \t]+(?P<name>\w+)"
    r"|^(?P<names>[\w*][\w \t,*]*(?:=(?!=)[\w \t,*]+)*)(?::[^=\n]*)?=(?!=)",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Match:
    """How the cells of a submission answer a source.

    Attributes
    ----------
    places : list of int or None
        For each submitted cell the place of the source's cell that it stands for.
    chosen : dict of int to int
        For each place the index of the submitted cell that counts there. One cell counts at
        several places if it answers several tasks whose own cells are gone.
    answered : set of int
        The places of answers that say something new.
    """

    places: list[int | None]
    chosen: dict[int, int]
    answered: set[int]


def match(source: NotebookNode, given: Sequence[str], submitted: NotebookNode) -> Match:
    """Match the cells of a submission with those of a source.

    A submitted cell stands for the source's cell with its grade id, else for that with its id.
    To a cell of the source that has none so far comes

    - the cell with the text that learners were given there, where its neighbours are;
    - for an answer, the cell that defines what the given text defines, wherever it stands;
    - for an answer, the only cell that stands behind the text of its task or before its check.

    Parameters
    ----------
    source, submitted : NotebookNode
        The chapter's exercises, and what a learner handed in.
    given : sequence of str
        What the learner was given in the place of each cell of the source.
    """
    places = _by_names(source, submitted)
    _match_by_texts(places, given, submitted)
    chosen, answered = _choose(source, given, submitted, places)
    lacking = _lacking(source, chosen)
    defined = [_defined_by(cell) for cell in submitted.cells] if lacking else []
    for place in lacking:
        index = _by_definition(source, _defined(given[place]), defined, places, place)
        if index is not None:
            chosen[place] = index
            answered.add(place)
            places[index] = place if places[index] is None else places[index]
    for place, index in _by_neighbours(source, submitted, places, chosen).items():
        chosen[place], places[index] = index, place
        answered.add(place)
    return Match(places, chosen, answered)


def plain(text: str) -> str:
    """Drop the blanks that editors add and remove."""
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def words(text: str) -> str:
    """Return a text by which it is known again, however its blanks and lines were changed."""
    return " ".join(text.split())


def _by_names(source: NotebookNode, submitted: NotebookNode) -> list[int | None]:
    """Find the place of each submitted cell by the names that nbgrader and Jupyter gave it."""
    by_grade_id = {grade_id(cell): place for place, cell in enumerate(source.cells)}
    by_grade_id.pop("", None)
    by_id = {cell.id: place for place, cell in enumerate(source.cells)}
    return [by_grade_id.get(grade_id(cell), by_id.get(cell.id)) for cell in submitted.cells]


def _match_by_texts(
    places: list[int | None], given: Sequence[str], submitted: NotebookNode
) -> None:
    """Give each place that has no cell the one with its text; of several the one in its order."""
    lacking = {words(text): place for place, text in enumerate(given) if place not in places}
    lacking.pop("", None)
    same = defaultdict(list)
    for index, cell in enumerate(submitted.cells):
        if places[index] is None and (place := lacking.get(words(cell.source))) is not None:
            same[place].append(index)
    for place, indices in same.items():
        if len(indices) == 1:
            places[indices[0]] = place
    gaps = _gaps(places)
    for place, indices in same.items():
        if len(indices) > 1:
            fitting = [index for index in indices if gaps[index][0] < place < gaps[index][1]]
            places[(fitting or indices)[-1]] = place


def _choose(
    source: NotebookNode,
    given: Sequence[str],
    submitted: NotebookNode,
    places: list[int | None],
) -> tuple[dict[int, int], set[int]]:
    """Choose among the copies of each cell; list the places with an answer that is new."""
    first, new = {}, {}
    for index, place in enumerate(places):
        if place is None:
            continue
        first.setdefault(place, index)
        changed = plain(submitted.cells[index].source) not in ("", plain(given[place]))
        if changed and is_answer(source.cells[place]):
            new.setdefault(place, index)
    return first | new, set(new)


def _lacking(source: NotebookNode, chosen: dict[int, int]) -> list[int]:
    """List the places of answers for which there is no cell."""
    return [
        place for place, cell in enumerate(source.cells) if is_answer(cell) and place not in chosen
    ]


def _by_definition(
    source: NotebookNode,
    wanted: set[str],
    defined: list[set[str]],
    places: list[int | None],
    place: int,
) -> int | None:
    """Find the cell that defines what an answer has to define; of several the one in its order."""
    found = [
        index
        for index, names in enumerate(defined)
        if wanted
        and wanted <= names
        and (places[index] is None or is_answer(source.cells[places[index]]))
    ]
    gaps = _gaps(places) if len(found) > 1 else {}
    fitting = [index for index in found if gaps and gaps[index][0] < place < gaps[index][1]]
    return next(iter(fitting or found), None)


def _by_neighbours(
    source: NotebookNode,
    submitted: NotebookNode,
    places: list[int | None],
    chosen: dict[int, int],
) -> dict[int, int]:
    """Find the cells that must be answers because of where they stand."""
    gaps, lacking = _gaps(places), _lacking(source, chosen)
    inside = defaultdict(list)
    for index, cell in enumerate(submitted.cells):
        if places[index] is None and plain(cell.source):
            inside[gaps[index]].append(index)
    found = {}
    for (before, after), indices in inside.items():
        asked = [place for place in lacking if before == place - 1 or after == place + 1]
        if len(asked) != 1:
            continue
        text = is_text(source.cells[asked[0]])
        fit = [i for i in indices if (submitted.cells[i].cell_type != "code") == text]
        # Words in several cells are one answer, and the others stand behind it; code is surer.
        if len(fit) == 1 or (fit and text):
            found[asked[0]] = fit[0]
    return found


def _gaps(places: Sequence[int | None]) -> list[tuple[int, float]]:
    """For each submitted cell the nearest places before and after it."""
    before, last = [], -1
    for place in places:
        before.append(last)
        last = last if place is None else place
    after, next_place = [], float("inf")
    for place in reversed(places):
        after.append(next_place)
        next_place = next_place if place is None else place
    return list(zip(before, reversed(after)))


def _defined_by(cell: NotebookNode) -> set[str]:
    return _defined(cell.source) if cell.cell_type == "code" else set()


def _defined(code: str) -> set[str]:
    """List the names that code defines in its first column."""
    names = set()
    for found in _DEFINES.finditer(code):
        names.update(re.findall(r"\w+", found["name"] or found["names"]))
    return names
