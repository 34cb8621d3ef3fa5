"""Find where a class begins: below the folders and zips that stand alone."""

from contextlib import ExitStack
from pathlib import Path

from grader.collect.disk import walk
from grader.collect.files import File, is_junk, shown
from grader.collect.names import is_named_by_a_platform, is_named_for_a_chapter
from grader.collect.zips import can_be_opened, unzip_class

__all__ = ["class_files"]


def class_files(folder: Path, stack: ExitStack, notes: list[str]) -> tuple[list[File], int]:
    """List the files, and count the outer names that stand for the whole class."""
    files, depth = list(walk(folder)), 0
    while True:
        inner = [file for file in files if len(file.path) > depth and not is_junk(file.path)]
        if len(tops := {file.path[depth] for file in inner}) != 1:
            return files, depth
        if len(inner) == 1 and len(inner[0].path) == depth + 1 and can_be_opened(inner[0]):
            inner = list(unzip_class(inner[0], stack))
        (top,) = tops
        below = [file.path[depth + 1 :] for file in inner if not is_junk(file.path)]
        if not _is_the_classes(top, below):
            return files, depth
        notes.append(f"{shown((top,))} stands alone: taken for the whole class's.")
        files, depth = [file for file in files if is_junk(file.path)] + inner, depth + 1


def _is_the_classes(top: str, inside: list[tuple[str, ...]]) -> bool:
    """Return whether what stands alone holds several students' files rather than one student's."""
    names = {path[0] for path in inside if path}
    one_file = len(inside) == 1 and len(inside[0]) == 1
    by_chapter = any(map(is_named_for_a_chapter, names))
    return bool(names) and not (is_named_by_a_platform(top) or one_file or by_chapter)
