"""Where the exercises are."""

from pathlib import Path

import nbformat
from nbformat import NotebookNode

__all__ = [
    *("EXERCISES", "PUBLIC_SEED", "ROOT", "TERM"),
    *("chapters", "notebook", "read", "source"),
]

EXERCISES = Path(__file__).resolve().parents[1]
ROOT = EXERCISES.parent
TERM = EXERCISES / "term"  # a class's own sources, made with its private seed; git ignores it
PUBLIC_SEED = "public term"  # the words of every hidden region that a private seed replaces


def chapters() -> list[str]:
    """Return the names of all notebooks of exercises, such as ``"ch02"`` and ``"ch02_deeper"``.

    Each of them is a chapter to the grader: it has a source, notes and points of its own.
    """
    return sorted(path.name for path in (EXERCISES / "source").glob("ch*"))


def notebook(folder: Path | str, chapter: str) -> Path:
    """Return the path of a chapter's notebook below a folder of sources or of releases."""
    return Path(folder) / chapter / f"{chapter}.ipynb"


def source(chapter: str) -> Path:
    """Return the path of the source to grade with: the class's own where it was made."""
    own = notebook(TERM / "source", chapter)
    return own if own.exists() else notebook(EXERCISES / "source", chapter)


def read(path: Path) -> NotebookNode:
    """Return a stored notebook."""
    return nbformat.read(path, as_version=4)
