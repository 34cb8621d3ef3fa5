"""Promise: each objective of the book leads to an exercise that finds out whether it is reached."""

import re
from types import SimpleNamespace

import navigation
import nbformat
import objectives
import pytest
from docutils.parsers.rst import DirectiveError

from notebooks import CHAPTERS, ROOT, short

PAGE = "book/what_you_can_do.html"
LINK = re.compile(r'\(<a [^>]*href="\.\./([^"#]+)#(exercise-\w+)">([A-D]\d), ([\w ]+)</a>\)')
FIRST = navigation.main_line(navigation.parts(ROOT))["1"]


@pytest.fixture(scope="module")
def page(book):
    return (book / PAGE).read_text(encoding="utf-8")


def test_every_objective_of_every_chapter_has_its_exercise(page):
    counts = {path: len(objectives.objectives_of(path)) for path in CHAPTERS}
    links = LINK.findall(page)
    assert len(links) == sum(counts.values()) > 4 * len(CHAPTERS)
    chapters = [path for path, count in counts.items() for _ in range(count)]
    for path, (address, _, label, kind) in zip(chapters, links, strict=True):
        graded = f"exercises/release/ch{path.name[:2]}/ch{path.name[:2]}.html"
        own = short(path).replace(".ipynb", ".html")
        by_a_check = "marked by hand" if label.startswith("D") else "graded"
        assert address == {by_a_check: graded, "in the chapter": own}[kind], (path.name, label)


def test_each_leads_to_the_exercise_that_it_names(book, page):
    for address, place, label, _ in LINK.findall(page):
        target = (book / address).read_text(encoding="utf-8")
        assert len(re.findall(f'id="{place}"', target)) == 1, (address, place)
        assert re.search(rf'id="{place}">\s*<strong>{label}\.?</strong>', target), (address, place)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (["2: a1 a2"], "one line for each chapter, such as '4: c4 A2': 1"),
        (["1 a1 a2 a3 c1 c2"], "one line for each chapter"),
        (["1: a1 a2"], "Chapter 1 has 5 objectives, not 2"),
        (["1: a1 a2 a3 c1 c9"], "ch01 has no exercise C9"),
        (["1: a1 a2 a3 c1 B7"], f"{FIRST.page} has no exercise B7"),
    ],
)
def test_a_line_that_is_wrong_is_refused(content, message):
    env = SimpleNamespace(
        book_parts=[("Part", [FIRST])],
        srcdir=ROOT,
        docname="book/page",
        note_dependency=lambda path: None,
        app=SimpleNamespace(builder=SimpleNamespace(get_relative_uri=lambda *_: "there.html")),
    )

    def parse(lines, place, node):
        node += objectives.nodes.paragraph("", lines[0])

    state = SimpleNamespace(
        document=SimpleNamespace(settings=SimpleNamespace(env=env)), nested_parse=parse
    )
    machine = SimpleNamespace(reporter=None, get_source_and_line=lambda _: ("page", 1))
    directive = objectives.Objectives("objectives", [], {}, content, 1, 0, "", state, machine)
    with pytest.raises(DirectiveError) as refusal:
        directive.run()
    assert message in refusal.value.msg


def test_a_chapter_says_what_its_reader_will_be_able_to_do():
    for path in CHAPTERS:
        said = objectives.objectives_of(path)
        assert all(one[-1] in ";." for one in said), short(path)


def test_a_chapter_without_objectives_is_named(tmp_path):
    path = tmp_path / "01_none.ipynb"
    cell = nbformat.v4.new_markdown_cell("# 1 · Title")
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    with pytest.raises(ValueError, match=r"01_none.*You will be able to"):
        objectives.objectives_of(path)
