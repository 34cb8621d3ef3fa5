"""Give each student a name of their own, so that nobody has another's grades."""

from collections import defaultdict
from hashlib import sha256

from grader.collect.names import safe
from grader.collect.verdicts import Found

__all__ = ["name_students"]

_Key = tuple[str, str | None]  # a student's name, and a platform's number where names need it


def name_students(found: list[Found]) -> list[str]:
    """Name the student of each file; return notes on names that were too much alike."""
    keys = _keys(found)
    alike = defaultdict(list)
    for key in sorted({key for key in keys if safe(key[0])}, key=str):
        alike[safe(key[0]).casefold()].append(key)
    students, notes = {}, []
    for group in alike.values():
        students |= _apart(group)
        if len(group) > 1:
            names = ", ".join(students[key] for key in group)
            notes.append(f"Names that are much alike were kept apart: {names}.")
    for each, key in zip(found, keys):
        each.student = students.get(key)
    return notes


def _keys(found: list[Found]) -> list[_Key]:
    """Return who handed in each file: two tickets for one chapter are two students."""
    tickets = defaultdict(set)
    for each in found:
        tickets[each.label.name, each.chapter].add(each.label.ticket)
    namesakes = {name for (name, chapter), ids in tickets.items() if chapter and len(ids) > 1}
    return [
        (label.name, label.user or (label.ticket if label.name in namesakes else None))
        for label in (each.label for each in found)
    ]


def _apart(group: list[_Key]) -> dict[_Key, str]:
    """Name students whose names are alike: by their numbers, else by a digest."""
    if len(group) == 1:
        return {group[0]: safe(group[0][0])}
    by_number = len({number for _, number in group if number}) == len(group)
    return {
        (name, number): f"{safe(name)}~{number if by_number else _digest(name, number)}"
        for name, number in group
    }


def _digest(name: str, number: str | None) -> str:
    return sha256(ascii(name + str(number)).encode()).hexdigest()[:8]
