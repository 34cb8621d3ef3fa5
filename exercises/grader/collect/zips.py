"""Look into zips, with suspicion and within a budget."""

import io
import re
import stat
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from zipfile import ZipFile, ZipInfo

from grader.apart import Bounds, apart
from grader.collect.budget import CLASS_LIMITS, STUDENT_LIMITS, Budget
from grader.collect.files import (
    LINK,
    File,
    UnreadableError,
    is_junk,
    is_notebook,
    is_zip,
    read_bytes,
)

__all__ = ["can_be_opened", "unzip_class", "unzip_student"]

_LONGEST_NAME = 1000


def can_be_opened(file: File) -> bool:
    """Return whether a file is a zip to look into."""
    return is_zip(file.path[-1]) and not (file.problem or is_junk(file.path))


def unzip_class(file: File, stack: ExitStack) -> Iterator[File]:
    """Yield the members of a class's zip, which stays open on the disk until the stack closes."""
    yield from _members(file, Budget(*CLASS_LIMITS), stack)


def unzip_student(file: File) -> Iterator[File]:
    """Yield the members of a student's zip and of the zips right in it."""
    budget = Budget(*STUDENT_LIMITS)
    for member in _members(file, budget):
        if can_be_opened(member):
            nested = list(_members(member, budget))
            for inner in nested:
                if can_be_opened(inner):
                    inner.problem = "a zip in a zip in a zip: unpack it"
            yield from nested
        else:
            yield member


def _members(file: File, budget: Budget, stack: ExitStack | None = None) -> Iterator[File]:
    """Yield the members of a zip; without a stack it is read into memory."""
    try:
        if stack:
            apart(lambda: _count(file), Bounds())  # what goes well there costs as little here
        source = stack.enter_context(file.open()) if stack else io.BytesIO(read_bytes(file))
        zipped = ZipFile(source)
        members = [info for info in zipped.infolist() if not info.is_dir()]
    except Exception as error:  # A hostile zip can make zipfile raise almost anything.
        reason = error if isinstance(error, UnreadableError) else "broken zip: ask for it again"
        yield File(file.path, problem=str(reason))
        return
    if not members:
        yield File(file.path, problem="an empty zip")
    elif not budget.allows_files(len(members)):
        holds = f"holds {len(members):,} files: ask for the notebooks alone"
        yield File(file.path, problem=holds)
    else:
        for info in members:
            yield _member(file, zipped, info, budget)


def _count(file: File) -> int:
    """Return how many members a zip on the disk lists."""
    with file.open() as source, ZipFile(source) as zipped:
        return len(zipped.infolist())


def _member(file: File, zipped: ZipFile, info: ZipInfo, budget: Budget) -> File:
    name = _name(info)
    parts = tuple(part for part in name.split("/") if part not in ("", "."))
    member = File((*file.path, *parts), info.file_size, _time(info), lambda: zipped.open(info))
    if len(name) > _LONGEST_NAME:
        member.path, member.problem = (*file.path, name[:200]), "its name is too long"
    elif ".." in parts or name.startswith("/") or re.match(r"[A-Za-z]:", name) or not parts:
        member.path, member.problem = (*file.path, name), "its path leads out of the zip"
    elif stat.S_ISLNK(info.external_attr >> 16):
        member.problem = LINK
    elif info.flag_bits & 1:
        member.problem = "locked with a password: ask for it without"
    elif (is_notebook(parts[-1]) or is_zip(parts[-1])) and not budget.allows_bytes(info.file_size):
        member.problem = "too much in one zip: ask for the notebooks alone"
    return member


def _name(info: ZipInfo) -> str:
    """Return a member's name as most programs meant it: zipfile takes it for code page 437."""
    name = info.filename
    if not info.flag_bits & 0x800:
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            name = info.filename
    return name.replace("\\", "/")


def _time(info: ZipInfo) -> float:
    try:
        return datetime(*info.date_time).timestamp()
    except (ValueError, OverflowError, OSError):
        return 0.0
