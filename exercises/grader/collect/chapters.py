"""Find out which chapters a notebook answers, and which of its cells are each one's."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from nbformat import NotebookNode

from grader.cells import grade_id, is_answer, is_check, is_text
from grader.collect.files import UnreadableError
from grader.handed_out import handed_out
from grader.matching import Match, match, words

__all__ = ["Chapter", "Part", "parts_of"]

_Names = set[tuple[str, str]]


@dataclass
class Chapter:
    """The exercises of one chapter, and by what their cells are known again."""

    source: NotebookNode

    @cached_property
    def given(self) -> list[str]:
        """What learners get in the place of each cell."""
        return handed_out(self.source)

    @cached_property
    def names(self) -> _Names:
        """The names of cells, many of which other chapters share."""
        return _names(self.source)

    @cached_property
    def texts(self) -> set[str]:
        """The texts of cells."""
        return set(map(words, self.given)) - {""}

    @cached_property
    def questions(self) -> set[str]:
        """The texts that are in no code."""
        return {words(cell.source) for cell in self._locked if is_text(cell)}

    @cached_property
    def checks(self) -> set[str]:
        """The texts of check cells."""
        places = enumerate(self.source.cells)
        return {words(self.given[place]) for place, cell in places if is_check(cell)}

    def get_ready(self) -> None:
        """Work out all of this now, so that processes forked from this one need not."""
        _ = self.given, self.names, self.texts, self.questions, self.checks

    @property
    def _locked(self) -> Iterator[NotebookNode]:
        return (cell for cell in self.source.cells if not is_answer(cell))


@dataclass
class Part:
    """What of a notebook belongs to one chapter, and how its cells answer the source."""

    notebook: NotebookNode
    match: Match


def parts_of(
    notebook: NotebookNode, chapters: Mapping[str, Chapter], hint: str | None
) -> dict[str, Part]:
    """Divide a notebook among the chapters that it answers.

    The first is the one with most of the notebook's cells; between equals the hint decides. Others
    count where the notebook holds a check or most of the texts of theirs, and an answer.

    Raises
    ------
    UnreadableError
        If it answers none, or nobody can say which.
    """
    main = _main_chapter(notebook, chapters, hint)
    texts = {words(cell.source) for cell in notebook.cells}
    others = [name for name in chapters if name != main and _holds(texts, chapters, name, main)]
    parts = {}
    for name in (main, *others):
        own = _belonging(notebook, chapters, name, [main, *others]) if others else notebook
        matched = match(chapters[name].source, chapters[name].given, own)
        if name == main or matched.answered:
            parts[name] = Part(own, matched)
    named = any(("grade id", grade_id(cell)) in chapters[main].names for cell in notebook.cells)
    if not (named or _has_answers(parts[main].match, chapters[main].source)):
        raise UnreadableError(
            f"holds texts of {main}, but none of its answer cells: ask for the notebook that was "
            "handed out, with the answers in its cells"
        )
    return parts


def _main_chapter(notebook: NotebookNode, chapters: Mapping[str, Chapter], hint: str | None) -> str:
    names, texts = _names(notebook), {words(cell.source) for cell in notebook.cells}
    shared = {
        name: len(names & chapter.names) + len(texts & chapter.texts)
        for name, chapter in chapters.items()
    }
    most = max(shared.values(), default=0)
    if not most:
        raise UnreadableError("holds none of the exercises' cells")
    best = [name for name, number in shared.items() if number == most]
    if len(best) > 1 and hint not in best:
        raise UnreadableError(f"may be {' or '.join(best)}: put the chapter into the file's name")
    return hint if hint in best else best[0]


def _holds(texts: set[str], chapters: Mapping[str, Chapter], name: str, main: str) -> bool:
    """Return whether a notebook holds another chapter's check, or most of its texts."""
    chapter, elsewhere = chapters[name], chapters[main].texts
    checks, questions = chapter.checks - elsewhere, chapter.questions - elsewhere
    return bool(texts & checks) or 2 * len(texts & questions) > len(questions) > 0


def _belonging(
    notebook: NotebookNode, chapters: Mapping[str, Chapter], name: str, held: list[str]
) -> NotebookNode:
    """Return a notebook with one chapter's cells, and with the learner's own of all.

    A cell with a text of one chapter alone is that chapter's. Code that comes before a check is
    the check's chapter's; any other cell goes with the last such text before it.
    """
    owners = _owners(notebook, chapters, held)
    known = {name for chapter in held for name in chapters[chapter].names}
    cells = [
        cell
        for cell, owner in zip(notebook.cells, owners)
        if owner == name or not (_names_of(cell) & known or _owner(cell, chapters, held))
    ]
    return NotebookNode({**notebook, "cells": cells})


def _owners(
    notebook: NotebookNode, chapters: Mapping[str, Chapter], held: list[str]
) -> list[str | None]:
    own = [_owner(cell, chapters, held) for cell in notebook.cells]
    owners, last = [], None
    checks = _next_checks(notebook, chapters, own)
    for cell, mine, after in zip(notebook.cells, own, checks):
        last = mine or last
        owners.append(mine or (after if cell.cell_type == "code" else None) or last)
    first = next(filter(None, owners), None)
    return [owner or first for owner in owners]


def _next_checks(
    notebook: NotebookNode, chapters: Mapping[str, Chapter], own: list[str | None]
) -> list[str | None]:
    """For each cell the chapter of the next known text, if that is a check's."""
    found, after = [], None
    for cell, mine in zip(reversed(notebook.cells), reversed(own)):
        found.append(after)
        if mine:
            after = mine if words(cell.source) in chapters[mine].checks else None
    return found[::-1]


def _owner(cell: NotebookNode, chapters: Mapping[str, Chapter], held: list[str]) -> str | None:
    """Return the one chapter that has this cell's text."""
    having = [name for name in held if words(cell.source) in chapters[name].texts]
    return having[0] if len(having) == 1 else None


def _has_answers(matched: Match, source: NotebookNode) -> bool:
    return any(is_answer(source.cells[place]) for place in matched.chosen)


def _names(notebook: NotebookNode) -> _Names:
    return {name for cell in notebook.cells for name in _names_of(cell)}


def _names_of(cell: NotebookNode) -> _Names:
    names = {("grade id", grade_id(cell)), ("id", cell.get("id", ""))}
    return {(kind, name) for kind, name in names if name}
