"""What the names of folders and files say: the student, the chapter, the attempt.

All of it comes from one path alone: who else hands in changes nobody's name.
"""

import re
from dataclasses import dataclass

from grader.collect.files import is_zip
from grader.collect.instants import instant

__all__ = [
    *("CLASS", "Label", "is_named_by_a_platform", "is_named_for_a_chapter", "label_of"),
    *("own_words",),
]

CLASS = "submitted"  # nbgrader's folder, with one for each student in it

_ENDING = re.compile(r"\.(ipynb.*|\w{1,5})$", re.I | re.S)
_CHAPTER = re.compile(
    r"(?P<before>[ _.,+-]*)[(\[]?(?<![^\W_])ch(?P<number>\d{1,2})(?!\d)"
    r"(?P<deeper>[ _-]deeper)?"
    r"(-(?P<attempt>\d{1,3})\b)?[)\]]?(?P<after>[ _.,+-]*)",
    re.I,
)
# What browsers, JupyterLab and file managers add to a name that exists: (1), -Copy1, " - Copy (2)".
_COPY = re.compile(
    r" ?\((?P<number>\d{1,3})\)$|-Copy\d{0,3}$| - Copy$| copy( \d{1,3})?$|^Copy of ", re.I
)

# How learning platforms name what they collect; tried on the first folder or file.
_PLATFORMS = {
    "Moodle": r"(?P<name>.+?)_(?P<ticket>\d+)_assignsubmission_[a-z]+(_(?P<rest>.*))?",
    "Blackboard": (
        r"(?P<ticket>.*_(?P<name>[^_]+))_attempt_(?P<when>\d{4}-\d\d-\d\d(-\d\d){0,3})"
        r"(_(?P<rest>.*))?"
    ),
    "JupyterHub": (
        r"(?P<name>[^+]+)\+(?P<task>[^+]+)\+"
        r"(?P<when>\d{4}-\d\d-\d\d[^+]*?(\s*[+-]\d\d:?\d\d|\s[+-]\d\d(?=\+|$))?)(\+.*)?"
    ),
    "Canvas": (
        r"(?P<name>[^_]+)_(LATE_)?(?P<user>\d+)_(?P<file>\d{3,})_(?P<rest>.+?)"
        r"(-(?P<attempt>\d{1,3}))?"
    ),
}


@dataclass(frozen=True)
class Label:
    """What a path says.

    Attributes
    ----------
    name : str
        The student's, as it is given; it may be empty.
    chapter : str or None
        Such as "ch03", or "ch03_deeper" for the exercises of the chapter's deeper pages.
    attempt : int
        The number that a platform or a browser added; 0 without one.
    when : float
        The time that a platform wrote, in seconds; 0 without one.
    platform, user : str
        The platform that named the file, and its number of the student.
    file : tuple of str or None
        The platform's number of the file or zip, and its name: one number has one name.
    holder : tuple of str
        Equal for files that are one student's for sure; empty where nothing says so.
    """

    name: str
    chapter: str | None = None
    attempt: int = 0
    when: float = 0.0
    platform: str = ""
    user: str = ""
    file: tuple[str, str] | None = None
    holder: tuple[str, ...] = ()


def label_of(path: tuple[str, ...], depth: int, root: str = "") -> Label:
    """Read a path from a folder ``root``; its first ``depth`` names stand for the whole class."""
    start, is_file = _outermost(path, depth)
    outer = _ENDING.sub("", path[start]) if is_file else path[start]
    platform, said = _platform(outer)
    if platform:
        about = ("name", "ticket", "user", "task")
        holder = (platform, *(said.get(key) or "" for key in about))
    else:
        said["name"] = _without_chapter(_without_copy(outer) if is_file else outer)
        inner = [word for part in path[start + 1 :] for word in own_words(part)]
        holder = (*path[: start + 1], "", *inner) if start + 1 < len(path) else ()
        if (root, *path)[start] == CLASS and holder:
            platform, holder = "nbgrader", ("nbgrader", outer)
    chapters = [number for part in reversed(path) for number in reversed(_chapters(part))]
    numbers = [said.get("attempt"), *_numbers(_ENDING.sub("", path[-1]))]
    return Label(
        said["name"],
        chapter=next(iter(chapters), None),
        attempt=int(next(filter(None, numbers), 0)),
        when=instant(said.get("when") or ""),
        platform=platform,
        user=said.get("user") or "",
        file=(said["file"], outer) if said.get("file") else None,
        holder=holder,
    )


def is_named_by_a_platform(name: str) -> bool:
    """Return whether a learning platform gave a folder or a file its name."""
    return bool(_platform(name)[0])


def is_named_for_a_chapter(name: str) -> bool:
    """Return whether a name says a chapter and nothing else."""
    return bool(_chapters(name)) and not own_words(name)


def own_words(name: str) -> list[str]:
    """Return what a name says beside its chapter, its ending and the mark of a copy."""
    return list(filter(None, [_without_chapter(_without_copy(_ENDING.sub("", name))).casefold()]))


def _outermost(path: tuple[str, ...], depth: int) -> tuple[int, bool]:
    """Find the first name that is not a chapter's or nbgrader's, and whether it is a file's."""
    start = depth if depth < len(path) else 0
    end = next((i for i, part in enumerate(path) if i >= start and is_zip(part)), len(path) - 1)
    while start < end and (path[start] == CLASS or is_named_for_a_chapter(path[start])):
        start += 1
    return start, start == end


def _platform(name: str) -> tuple[str, dict[str, str | None]]:
    """Read a name as a platform wrote it, if one did."""
    for platform, pattern in _PLATFORMS.items():
        if match := re.fullmatch(pattern, name, re.S):
            return platform, match.groupdict()
    return "", {}


def _chapters(name: str) -> list[str]:
    return [
        f"ch{int(found['number']):02}{'_deeper' if found['deeper'] else ''}"
        for found in _CHAPTER.finditer(name)
    ]


def _numbers(stem: str) -> list[str | None]:
    """List the numbers that a platform or a browser may have added to a file's name."""
    last = [found["attempt"] for found in _CHAPTER.finditer(stem)][-1:]
    copy = _COPY.search(stem)
    return [*last, copy and copy["number"]]


def _without_copy(name: str) -> str:
    """Cut off what a browser or a file manager added to a name."""
    while (shorter := _COPY.sub("", name)) != name:
        name = shorter
    return name


def _without_chapter(name: str) -> str:
    """Cut the chapter out of a name such as ann_ch03, ch03-ann or hw_ch03_ann: the last one."""
    *_, found = [None, *_CHAPTER.finditer(name)]
    if not found:
        return name
    before, after = name[: found.start()], name[found.end() :]
    between = (found["before"] + found["after"] or " ")[0] if before and after else ""
    return before + between + after
