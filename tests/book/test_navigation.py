"""Promise: what the book says of its chapters is so: order, questions, paths."""

import re
from types import SimpleNamespace

import navigation
import nbformat
import pytest
from contents import LISTED

from notebooks import CHAPTERS, DEEPER, ROOT, read, short

PARTS = navigation.parts(ROOT)
MAIN = [chapter for chapter in LISTED if not chapter.deeper]
STARRED = [chapter for chapter in LISTED if chapter.deeper]


def test_every_chapter_is_listed_in_order():
    assert [f"{chapter.page}.ipynb" for chapter in MAIN] == [short(path) for path in CHAPTERS]
    assert [int(chapter.number) for chapter in MAIN] == list(range(1, len(CHAPTERS) + 1))
    assert all(chapter.question.endswith("?") for chapter in LISTED)


def test_every_deeper_page_is_listed_in_a_part_of_its_own():
    assert [f"{page.page}.ipynb" for page in STARRED] == [short(path) for path in DEEPER]
    parts = [chapters for _, chapters in PARTS if any(c.deeper for c in chapters)]
    assert parts in ([], [STARRED])


@pytest.mark.parametrize("path", DEEPER, ids=short)
def test_a_deeper_page_hangs_on_its_chapter_and_is_named_there(path):
    page = next(p for p in STARRED if path.match(f"{p.page}.ipynb"))
    assert page.number == f"{int(path.name[:2])}*"
    (label,) = re.findall(r"^\((deeper-[\w-]+)\)=$", read(path).cells[0].source, re.MULTILINE)
    (chapter,) = [p for p in CHAPTERS if p.name[:2] == path.name[:2]]
    prose = "\n".join(cell.source for cell in read(chapter).cells if cell.cell_type == "markdown")
    assert re.search(rf"{{ref}}`(?:[^`<]*<)?{label}>?`", prose)


def test_a_path_takes_the_minutes_of_its_chapters():
    inliner = SimpleNamespace(
        document=SimpleNamespace(settings=SimpleNamespace(env=SimpleNamespace(book_parts=PARTS))),
        reporter=SimpleNamespace(error=lambda text, line: text),
        problematic=lambda raw, _, message: message,
    )
    ((some,), _), ((every,), _) = (
        navigation.minutes_role("minutes", "", text, 1, inliner) for text in ("2 4", "all")
    )
    assert some == str(MAIN[1].minutes + MAIN[3].minutes)
    assert every == str(sum(chapter.minutes for chapter in MAIN))
    assert "no chapter 99" in navigation.minutes_role("minutes", "", "1 99", 1, inliner)[0][0]


@pytest.mark.parametrize(
    ("instead", "message"),
    [
        ("A question.", r"The question"),
        ("**The question.** Is $w$ a slope?", "plain words"),
        ("**The question.** Is *this* one?", "plain words"),
        ("**The question.** Is {cite:t}this one?", "plain words"),
        ("**The question.** Is [this](that) one?", "plain words"),
        ("**The question.** Is <b>this one?", "plain words"),
        ("**The question.** Is `this` one?", "plain words"),
        ("**The question.** Is _this_ one?", "plain words"),
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
