"""Say in a sentence why a class's workspace cannot be read or written, and what to do."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DatabaseError

__all__ = ["StorageError", "in_a_sentence"]

_FULL = "the disk that holds {} is full: free some of it, and grade once more"
_READ_ONLY = "{} cannot be written: allow it, or name another folder with CLASS="
_DAMAGED = (
    "{}/gradebook.db is damaged: put a copy of it there that is whole; without one move it away "
    "and grade once more, which loses the marks given by hand"
)
_CAUSES = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EROFS: _READ_ONLY,
    errno.EACCES: _READ_ONLY,
    errno.EPERM: _READ_ONLY,
}
_DATABASE = {
    "disk is full": _FULL,
    "readonly": _READ_ONLY,
    "unable to open": _READ_ONLY,
    "malformed": _DAMAGED,
    "not a database": _DAMAGED,
}


class StorageError(RuntimeError):
    """The workspace cannot be read or written; the message says why and what to do."""


@contextmanager
def in_a_sentence(folder: Path) -> Iterator[None]:
    """Turn what the disk or the database raises into a `StorageError`, where it is known."""
    try:
        yield
    except OSError as error:
        cause = _CAUSES.get(error.errno)
        _raise(cause, folder, error)
    except DatabaseError as error:
        cause = next((cause for words, cause in _DATABASE.items() if words in str(error)), None)
        _raise(cause, folder, error)


def _raise(cause: str | None, folder: Path, error: Exception) -> None:
    if cause is None:
        raise error
    raise StorageError(cause.format(folder)) from error
