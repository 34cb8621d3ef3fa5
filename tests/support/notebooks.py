"""Where the book's documents are, and how to read a stored notebook."""

import re
from pathlib import Path

from nbformat import NotebookNode, v4

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = sorted((ROOT / "notebooks").glob("*.ipynb"))
DEEPER = sorted((ROOT / "notebooks/deeper").glob("*.ipynb"))  # starred pages, beside a chapter
SHEETS = sorted((ROOT / "book").glob("*.ipynb"))  # pages that compute, such as the notation
PAGES = sorted((ROOT / "book").rglob("*.md"))
NOTEBOOKS = CHAPTERS + DEEPER + SHEETS
DOCUMENTS = NOTEBOOKS + PAGES

# nbval runs a cell with one of these tags but does not compare what it prints.
NOT_COMPARED = {"nbval-ignore-output", "nbval-skip", "pytest-validate-ignore-output"}
PICTURE = re.compile(r"image/|application/vnd\.jupyter\.widget")


def short(path: Path) -> str:
    """The path as messages and test names show it."""
    return path.relative_to(ROOT).as_posix()


def page_of(path: Path) -> str:
    """The address of a notebook's page in the built book."""
    return short(path).replace(".ipynb", ".html")


def read(path: Path) -> NotebookNode:
    """The notebook as stored, with no repair and no upgrade."""
    return v4.reads(path.read_text(encoding="utf-8"))


def numbered(notebook: NotebookNode, kind: str) -> list[tuple[int, NotebookNode]]:
    """The cells of one kind, each with its place among all cells, counted from 1."""
    cells = enumerate(notebook.cells, start=1)
    return [(place, cell) for place, cell in cells if cell.cell_type == kind]


def tags(cell: NotebookNode) -> set[str]:
    return set(cell.metadata.get("tags", []))


def figure_texts(cell: NotebookNode) -> dict[str, str]:
    """The alternative text and the caption that MyST-NB gives to a cell's figure."""
    render = cell.metadata.get("mystnb", {})
    return {
        "alt": render.get("image", {}).get("alt", ""),
        "caption": render.get("figure", {}).get("caption", ""),
    }


def shows_image(cell: NotebookNode) -> bool:
    bundles = [output.get("data", {}) for output in cell.outputs]
    return any("image/png" in data or "image/svg+xml" in data for data in bundles)


def compared_text(notebook: NotebookNode) -> str:
    """All text that the code cells print and that nbval compares on each run."""
    return "\n".join(printed(cell) for _, cell in numbered(notebook, "code"))


def printed(cell: NotebookNode) -> str:
    """All text that a code cell prints, if it is a compared one."""
    if cell.execution_count is None or tags(cell) & NOT_COMPARED:
        return ""
    return "\n".join(_text(output) for output in cell.outputs)


def _text(output: NotebookNode) -> str:
    if output.output_type == "stream":
        return output.text if output.name == "stdout" else ""
    data = output.get("data", {})
    text = data.get("text/plain", "")
    drawn = text.startswith("<") or any(PICTURE.match(kind) for kind in data)
    return "" if drawn else text
