"""What the names of folders and files say: the student, the chapter, the attempt."""

import re
import unicodedata
from dataclasses import dataclass

from grader.collect.files import is_zip

__all__ = ["Label", "is_named_by_a_platform", "is_named_for_a_chapter", "label_of", "safe"]

_ENDING = re.compile(r"\.(ipynb.*|\w{1,5})$", re.I)
_CHAPTER = re.compile(r"(?<![^\W_])(ch\d+)(?!\d)(-(?P<attempt>\d{1,3})\b)?", re.I)
_CHAPTER_ALONE = re.compile(r"ch\d+(-\d+)?( ?\(\d+\))?(\..*)?", re.I)
_COPY = re.compile(r" ?\((?P<attempt>\d{1,3})\)$")  # the (1) of a browser
_UNFIT = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}  # kinds of characters: they do not show

# How learning platforms name what they collect; tried on the first folder or file.
_PLATFORMS = {
    "Moodle": r"(?P<name>.+?)_(?P<ticket>\d+)_assignsubmission_[a-z]+(_(?P<rest>.*))?",
    "JupyterHub": r"(?P<name>[^+]+)\+(?P<rest>[^+]+)\+(?P<when>\d{4}-\d\d-\d\d[^+]*)(\+.*)?",
    "Canvas": r"(?P<name>[^_]+)_(LATE_)?(?P<user>\d+)_\d{3,}_(?P<rest>.+?)(-(?P<attempt>\d{1,3}))?",
}


@dataclass(frozen=True)
class Label:
    """What a path says.

    Attributes
    ----------
    name : str
        The student's, in composed characters; it may be empty.
    chapter : str or None
        Such as "ch03".
    attempt : int
        The number that a platform or a browser added; 0 without one.
    when : str
        The time that a platform wrote, in a form that sorts; empty without one.
    ticket, user : str or None
        The platform's number of the submission, and of the student.
    """

    name: str
    chapter: str | None = None
    attempt: int = 0
    when: str = ""
    ticket: str | None = None
    user: str | None = None


def label_of(path: tuple[str, ...], depth: int) -> Label:
    """Read a path, of which the first ``depth`` names stand for the whole class."""
    chapters = [found[1].lower() for part in reversed(path) if (found := _CHAPTER.search(part))]
    stem = _ENDING.sub("", path[-1])
    numbers = [found["attempt"] for mark in (_CHAPTER, _COPY) if (found := mark.search(stem))]
    student = _student(_outermost(path[depth:] or path))
    return Label(
        unicodedata.normalize("NFC", student["name"]),
        chapter=next(iter(chapters), None),
        attempt=int(student.get("attempt") or next(filter(None, numbers), 0)),
        when=student.get("when") or "",
        ticket=student.get("ticket"),
        user=student.get("user"),
    )


def is_named_by_a_platform(name: str) -> bool:
    """Return whether a learning platform gave a folder or a file its name."""
    return any(re.fullmatch(pattern, name) for pattern in _PLATFORMS.values())


def is_named_for_a_chapter(name: str) -> bool:
    """Return whether a name says a chapter and nothing else."""
    return bool(_CHAPTER_ALONE.fullmatch(name))


def safe(name: str) -> str:
    """Return a name that is fit for a folder and a database, as readable as it was."""
    kept = "".join(
        "_" if char in '/\\:*?"<>|[]{}~' or unicodedata.category(char) in _UNFIT else char
        for char in " ".join(name.split())
    )
    return kept[:60].strip(" .-")


def _outermost(path: tuple[str, ...]) -> str:
    """Return the first name that is not a chapter's or nbgrader's, without a file's ending."""
    end = next((i for i, part in enumerate(path, 1) if is_zip(part)), len(path))
    while end > 1 and (path[0] == "submitted" or is_named_for_a_chapter(path[0])):
        path, end = path[1:], end - 1
    return path[0] if end > 1 else _ENDING.sub("", path[0])


def _student(name: str) -> dict[str, str | None]:
    """Read the outermost name as a platform wrote it, else as a student's own."""
    for pattern in _PLATFORMS.values():
        if match := re.fullmatch(pattern, name):
            return match.groupdict()
    return {"name": _without_chapter(_COPY.sub("", name))}


def _without_chapter(name: str) -> str:
    """Cut the chapter off a name such as ann_ch03 or ch03-ann."""
    if not (found := _CHAPTER.search(name)):
        return name
    before, after = (part.strip(" _-.+") for part in (name[: found.start()], name[found.end() :]))
    return before or after
