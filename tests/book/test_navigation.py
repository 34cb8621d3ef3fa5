"""Promise: what the book says of its chapters is so: order, questions, minutes."""

import re

import navigation
import nbformat
import pytest

from notebooks import CHAPTERS, ROOT, numbered, read, short

WORDS_A_MINUTE = 120  # slowly, with formulas among them
MINUTES_A_CELL = 0.5
MINUTES_A_LAB = 5


LISTED = [chapter for _, chapters in navigation.parts(ROOT) for chapter in chapters]


def test_every_chapter_is_listed_in_order():
    assert [f"{chapter.page}.ipynb" for chapter in LISTED] == [short(path) for path in CHAPTERS]
    assert [int(chapter.number) for chapter in LISTED] == list(range(1, len(CHAPTERS) + 1))
    assert all(chapter.question.endswith("?") for chapter in LISTED)


def estimate(path):
    """Minutes from the first cell to the exercises: words, cells and labs."""
    notebook = read(path)
    places = [place for place, cell in numbered(notebook, "markdown")]
    end = next(p for p in places if "## Exercises" in notebook.cells[p - 1].source)
    cells = notebook.cells[: end - 1]
    prose = " ".join(cell.source for cell in cells if cell.cell_type == "markdown")
    code = [cell for cell in cells if cell.cell_type == "code"]
    labs = sum("data-lab=" in str(cell.outputs) for cell in code)
    words = len(re.findall(r"[\w'$\\]+", prose))
    return words / WORDS_A_MINUTE + MINUTES_A_CELL * len(code) + MINUTES_A_LAB * labs


@pytest.mark.parametrize("path", CHAPTERS, ids=short)
def test_the_minutes_are_honest(path):
    stated = next(c.minutes for c in LISTED if path.match(f"{c.page}.ipynb"))
    assert stated == pytest.approx(estimate(path), rel=0.3)


@pytest.mark.parametrize(
    ("instead", "message"),
    [
        ("A question.", r"The question"),
        ("**The question.** Is $w$ a slope?", "plain words"),
        ("**The question.** Is *this* one?", "plain words"),
    ],
)
def test_a_chapter_that_does_not_say_it_is_refused(tmp_path, instead, message):
    (tmp_path / "notebooks").mkdir()
    notebook = read(CHAPTERS[0])
    opening = notebook.cells[0].source
    notebook.cells[0].source = re.sub(r"^\*\*The question.*$", instead, opening, flags=re.MULTILINE)
    path = tmp_path / "notebooks" / CHAPTERS[0].name
    path.write_text(nbformat.writes(notebook), encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        navigation.chapter(tmp_path, f"notebooks/{path.stem}")


def test_a_page_that_is_no_chapter_tells_nothing():
    assert navigation.chapter(ROOT, "book/notation") is None
    assert navigation.chapter(ROOT, "notebooks/99_not_there") is None
