"""Know what nbgrader, this grader and the book keep beside submissions."""

from collections import defaultdict

from grader.collect.files import File
from grader.collect.names import CLASS

__all__ = ["set_aside"]

_DATABASE = "gradebook.db"
_KEPT = {"source", "release", "autograded", "feedback"}
_BESIDE = {_DATABASE, CLASS, "grader"}  # one of these is beside them; the last in the book itself
_REASON = "the book's, or of a class's gradebook"


def set_aside(files: list[File]) -> None:
    """Mark what is nobody's work: sources, releases, and what was graded already.

    nbgrader's `submitted` is a class's work, unless its gradebook is beside it and it is graded.
    """
    inside = defaultdict(set)
    for file in files:
        for place, name in enumerate(file.path):
            inside[file.path[:place]].add(name)
    for file in files:
        if any(_is_kept(inside[file.path[:i]], name) for i, name in enumerate(file.path)):
            file.no_work = _REASON


def _is_kept(beside: set[str], name: str) -> bool:
    """Return whether a folder or file of this name, beside these, is the gradebook's."""
    return (
        name == _DATABASE
        or (name in _KEPT and bool(beside & _BESIDE))
        or (name == CLASS and {_DATABASE, "autograded"} <= beside)
    )
