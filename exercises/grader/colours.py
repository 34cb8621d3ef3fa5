"""Colour a cell's code, unless it is so long that this could take minutes."""

from functools import cache

from nbconvert.filters import Highlight2HTML
from nbformat import NotebookNode

__all__ = ["LONGEST", "coloured"]

LONGEST = 4000  # characters; the lexer takes the square of it for some code, here two seconds


def coloured(source: str, language: str | None = None, metadata: NotebookNode | None = None) -> str:
    """Return a cell's code as HTML, in the place of nbconvert's own filter."""
    lexer = "ipython3" if len(source) <= LONGEST else "text"
    return _highlighter(lexer)(source, language if lexer == "ipython3" else lexer, metadata)


@cache
def _highlighter(lexer: str) -> Highlight2HTML:
    return Highlight2HTML(pygments_lexer=lexer)
