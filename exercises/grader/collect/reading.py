"""Read a notebook from bytes that nobody vouches for."""

import json
import re

import nbformat
from nbformat import NotebookNode, v2, v3

from grader.cells import is_text
from grader.collect.budget import LARGEST_PICTURES, LARGEST_TEXT, LONGEST_CELL, MB, MOST_CELLS
from grader.collect.files import UnreadableError

__all__ = ["read_notebook"]

_REJOIN = {2: v2.rwbase.rejoin_lines, 3: v3.rwbase.rejoin_lines}  # texts stored as lines
_PICTURES = {"image/png", "image/jpeg", "image/gif"}


def read_notebook(data: bytes) -> NotebookNode:
    """Read a notebook, and keep of it what can be graded.

    Returns
    -------
    NotebookNode
        The cells alone: each with a type, its text, its id ("" if none), its grade id in the
        metadata if it has one, and attached pictures. Ids may be doubled.

    Raises
    ------
    UnreadableError
        If it cannot be graded.
    """
    content = _parsed(data)
    version = content.get("nbformat")
    if type(version) is not int or version < 1:
        raise UnreadableError("not a notebook: it states no format")
    if version > 4:
        raise UnreadableError(f"format {str(version)[:9]} is unknown: save it in a current Jupyter")
    if version < 4:
        content = _upgraded(content)
    cells = content.get("cells")
    if not isinstance(cells, list):
        raise UnreadableError("not a notebook: it has no list of cells")
    if len(cells) > MOST_CELLS:
        raise UnreadableError(f"{len(cells):,} cells: more than {MOST_CELLS:,}")
    read = [_read_cell(cell, number) for number, cell in enumerate(cells, start=1)]
    _bound(read)
    return NotebookNode(cells=read, metadata=NotebookNode(), nbformat=4, nbformat_minor=5)


def _bound(cells: list[NotebookNode]) -> None:
    """Refuse too much text, and drop too many pictures."""
    size = sum(len(cell.source) for cell in cells)
    if size > LARGEST_TEXT:
        raise UnreadableError(f"{size / MB:,.1f} MB of text in its cells: more than 1 MB")
    longest = max((len(cell.source) for cell in cells if is_text(cell)), default=0)
    if longest > LONGEST_CELL:
        raise UnreadableError(f"a text cell of {longest:,} characters: more than {LONGEST_CELL:,}")
    if sum(len(str(cell.get("attachments", ""))) for cell in cells) > LARGEST_PICTURES:
        for cell in cells:
            cell.pop("attachments", None)


def _parsed(data: bytes) -> dict:
    """Parse JSON in whatever encoding, and say what is wrong with it."""
    if not data.strip():
        raise UnreadableError("an empty file")
    if not data.strip(b"\0"):
        raise UnreadableError("nothing but zeros: the upload failed, ask for it again")
    cut = f"cut off in the middle: the file ends at byte {len(data):,}; ask for it again"
    try:
        text = data.decode(json.detect_encoding(data)).strip()
    except UnicodeDecodeError as error:
        ends = error.reason in ("unexpected end of data", "truncated data")
        raise UnreadableError(cut if ends else "not a notebook: not text in UTF-8") from error
    if not text.startswith("{"):
        kind = "a web page" if text.startswith("<") else f"it starts with {text[:8]!r}"
        raise UnreadableError(f"not a notebook: {kind}; ask for the .ipynb")
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        ends = not text.endswith("}") or error.pos >= len(text) or "Unterminated" in error.msg
        wrong = f"not a notebook: line {error.lineno}: {error.msg}"
        raise UnreadableError(cut if ends else wrong) from error
    except (RecursionError, ValueError) as error:
        raise UnreadableError("not a notebook: nested too deep, or numbers too long") from error


def _upgraded(content: dict) -> dict:
    try:
        old = nbformat.from_dict(content)
        if old.nbformat in _REJOIN:
            old = _REJOIN[old.nbformat](old)
        return nbformat.convert(old, 4)
    except Exception as error:  # The old formats are converted without being checked first.
        reason = f"format {content['nbformat']}: open and save it in a current Jupyter"
        raise UnreadableError(reason) from error


def _read_cell(cell: object, number: int) -> NotebookNode:
    if not isinstance(cell, dict) or cell.get("cell_type") not in ("code", "markdown", "raw"):
        raise UnreadableError(f"cell {number} is no cell of a notebook")
    kind, name = cell["cell_type"], cell.get("id")
    read = NotebookNode(cell_type=kind, id=name if isinstance(name, str) else "")
    read.source = _text(cell.get("source"))
    if read.source is None:
        raise UnreadableError(f"cell {number} holds no text: its source is of a wrong type")
    known = _mapping(_mapping(cell, "metadata"), "nbgrader").get("grade_id")
    read.metadata = nbformat.from_dict(
        {"nbgrader": {"grade_id": known}} if isinstance(known, str) else {}
    )
    pictures = {name: _pictures(data) for name, data in _mapping(cell, "attachments").items()}
    if any(pictures.values()) and kind == "markdown":
        read.attachments = nbformat.from_dict({key: data for key, data in pictures.items() if data})
    return read


def _mapping(holder: dict, key: str) -> dict:
    """Take a mapping out of a mapping; an empty one where there is none."""
    value = holder.get(key)
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    """Join what a notebook stores as lines; halves of characters become question marks."""
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        value = "".join(value)
    if not isinstance(value, str):
        return None
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _pictures(data: object) -> dict[str, str]:
    """Keep of an attached file what is a picture in base64."""
    items = data.items() if isinstance(data, dict) else ()
    kept = {kind: _text(value) for kind, value in items if kind in _PICTURES}
    return {
        kind: text
        for kind, text in kept.items()
        if text and re.fullmatch(r"[\w+/=\s]+", text, re.A)
    }
