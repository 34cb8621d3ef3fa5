"""Walk through a folder on the disk."""

import stat
from collections.abc import Iterator
from pathlib import Path

from grader.collect.files import FOLDER, LINK, File, is_notebook

__all__ = ["walk"]


def walk(folder: Path) -> Iterator[File]:
    """Yield all files below a folder, or a single file, without entering links."""
    waiting = [(folder, ())] if folder.is_dir() else []
    if not waiting:
        yield _file(folder, (folder.name,))
    while waiting:
        place, path = waiting.pop()
        try:
            inside = sorted(place.iterdir())
        except OSError as error:
            yield File((*path, ""), problem=f"cannot be opened: {error.strerror}")
            continue
        if not inside:
            yield File((*path, ""), problem="an empty folder")
        for entry in inside:
            file = _file(entry, (*path, entry.name))
            if file.problem == FOLDER:
                waiting.append((entry, file.path))
            if file.problem != FOLDER or is_notebook(entry.name):
                yield file


def _file(place: Path, path: tuple[str, ...]) -> File:
    try:
        status = place.lstat()
    except OSError as error:
        return File(path, problem=f"cannot be opened: {error.strerror}")
    kinds = {stat.S_IFLNK: LINK, stat.S_IFDIR: FOLDER, stat.S_IFREG: ""}
    problem = kinds.get(stat.S_IFMT(status.st_mode), "not a plain file")
    return File(path, status.st_size, status.st_mtime, lambda: place.open("rb"), problem)
