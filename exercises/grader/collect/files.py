"""One file that was handed in, wherever it lies, and what its name says of its kind."""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

from grader.collect.budget import LARGEST_FILE, MB

__all__ = [
    *("FOLDER", "LINK", "File", "UnreadableError"),
    *("is_data", "is_junk", "is_notebook", "is_zip", "read_bytes", "shown"),
]

LINK = "a link to another place: ask for the file itself"
FOLDER = "a folder, not a notebook"

_JUNK = re.compile(r"\.(?!\./).*|~\$.*|__MACOSX|__pycache__|Thumbs\.db|desktop\.ini", re.I | re.S)
_DATA = re.compile(r".*\.(csv|txt|md|json|npy|npz|pkl|png|jpe?g|gif|svg|webp|heic)", re.I | re.S)
_NOTEBOOK = re.compile(r".*\.ipynb\b.*", re.I | re.S)  # browsers make ch03.ipynb.txt of it
_ZIP = re.compile(r".*\.zip", re.I | re.S)


class UnreadableError(ValueError):
    """A file cannot be graded; the message says why, in words for the teacher."""


@dataclass
class File:
    """A file on the disk or in a zip.

    Attributes
    ----------
    path : tuple of str
        Its names from the folder, through zips.
    size : int
        In bytes, as far as the disk or the zip says so.
    time : float
        When it was last changed, in seconds.
    open : callable
        Opens it for reading.
    problem : str
        Why it is not to be opened; empty where it may be.
    no_work : str
        Why it is nobody's work, as where it lies says; empty elsewhere.
    """

    path: tuple[str, ...]
    size: int = 0
    time: float = 0.0
    open: Callable[[], IO[bytes]] = io.BytesIO
    problem: str = ""
    no_work: str = ""


def is_junk(path: tuple[str, ...]) -> bool:
    """Return whether the system or an editor made a file of this path."""
    return any(_JUNK.fullmatch(part) for part in path)


def is_notebook(name: str) -> bool:
    """Return whether a file of this name is to be read as a notebook."""
    return bool(_NOTEBOOK.fullmatch(name))


def is_zip(name: str) -> bool:
    """Return whether a file of this name is to be opened as a zip."""
    return bool(_ZIP.fullmatch(name))


def is_data(name: str) -> bool:
    """Return whether a file of this name is one that notebooks read or show."""
    return bool(_DATA.fullmatch(name))


def shown(path: tuple[str, ...]) -> str:
    """Return a path on one line, whatever its names hold."""
    text = "".join(
        char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in "/".join(path)
    )
    return text if len(text) <= 300 else f"{text[:200]}…{text[-99:]}"


def read_bytes(file: File) -> bytes:
    """Return what a file holds.

    Raises
    ------
    UnreadableError
        If it is too large, whatever it says of its size, or cannot be read.
    """
    try:
        with file.open() as opened:
            data = opened.read(LARGEST_FILE + 1)
    except Exception as error:  # A hostile zip can make zipfile raise almost anything.
        raise UnreadableError(
            f"cannot be read ({type(error).__name__}): ask for it again"
        ) from error
    if len(data) > LARGEST_FILE:
        size = max(file.size, len(data)) / MB
        raise UnreadableError(f"{size:,.1f} MB: larger than {LARGEST_FILE // MB} MB")
    return data
