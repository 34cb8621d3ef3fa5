"""Find where a class begins: below the folders and zips that stand alone."""

from collections import defaultdict
from contextlib import ExitStack
from enum import Enum
from pathlib import Path

from grader.collect.disk import walk
from grader.collect.files import File, is_data, is_junk, is_notebook, shown
from grader.collect.names import (
    CLASS,
    is_named_by_a_platform,
    is_named_for_a_chapter,
    label_of,
    own_words,
)
from grader.collect.workspaces import set_aside
from grader.collect.zips import can_be_opened, unzip_class

__all__ = ["class_files"]

_Path = tuple[str, ...]


class _Whose(Enum):
    """Whose a folder or zip is that stands alone."""

    STUDENT, CLASS, UNKNOWN = range(3)


def class_files(folder: Path, stack: ExitStack, notes: list[str]) -> tuple[list[File], int]:
    """List the files, and count the outer names that stand for the whole class."""
    files, depth = list(walk(folder)), 0
    while True:
        set_aside(files)
        inner = [file for file in files if _may_be_work(file, depth)]
        if len(tops := {file.path[depth] for file in inner}) != 1:
            return files, depth
        if len(inner) == 1 and len(inner[0].path) == depth + 1 and can_be_opened(inner[0]):
            rest = [file for file in files if file is not inner[0]]
            files = rest + list(unzip_class(inner[0], stack))
            set_aside(files)
            inner = [file for file in files if _may_be_work(file, depth)]
        (top,) = tops
        below = [file.path[depth + 1 :] for file in inner if file.path[depth + 1 :]]
        whose = _whose(top, below)
        if whose is _Whose.UNKNOWN:
            _refuse(inner, depth)
        if whose is not _Whose.CLASS:
            return files, depth
        notes.append(f"{shown((top,))} stands alone: taken for the whole class's.")
        depth += 1
        if top == CLASS:
            return files, depth


def _may_be_work(file: File, depth: int) -> bool:
    """Return whether a file, or what it is in at this depth, may be a student's."""
    loose = len(file.path) == depth + 1 and is_data(file.path[-1])
    return len(file.path) > depth and not (is_junk(file.path) or file.no_work or loose)


def _whose(top: str, inside: list[_Path]) -> _Whose:
    """Find out whether what stands alone holds several students' files or one student's."""
    if not inside or is_named_by_a_platform(top):
        return _Whose.STUDENT
    if top == CLASS or any(path[0] == CLASS or is_named_by_a_platform(path[0]) for path in inside):
        return _Whose.CLASS
    work = [path for path in inside if not is_data(path[-1])] or inside
    names = [tuple(word for part in path for word in own_words(part)) for path in work]
    if len(set(names)) == 1 and len(work[0]) == 1:
        return _Whose.STUDENT
    if is_named_for_a_chapter(top):
        return _Whose.CLASS
    if not all(names):
        return _Whose.STUDENT
    of_chapter = defaultdict(set)
    for path, name in zip(work, names):
        of_chapter[label_of(path, 0).chapter].add(name)
    anywhere = of_chapter.pop(None, set())
    several = any(len(some | anywhere) > 1 for some in [*of_chapter.values(), anywhere])
    return _Whose.CLASS if several else _Whose.UNKNOWN


def _refuse(files: list[File], depth: int) -> None:
    """Refuse what may be the work of the student whom either of two names means."""
    for file in files:
        if is_notebook(file.path[-1]) or can_be_opened(file):
            top, *inner = file.path[depth:]
            name = shown(tuple(inner))
            file.problem = (
                f"{shown((top,))} stands alone, and {name} may name another student: if it is the "
                "class's, grade it by itself; if it is a student's, call the notebook after its "
                "chapter, and put it right there"
            )
