"""Promise: graded tasks follow their material, so the main line's ask for nothing beyond it."""

import re

import pytest
import yaml

import notebooks
from exercises import CHAPTERS, DEEPER, MAIN, settings
from grader import course
from notebooks import ROOT, read

LINK = re.compile(r"\]\(([^)]*\.ipynb)\)")
TERM = re.compile(r"\*\*([^*\n]+?)\.?\*\*")


def released(chapter):
    return course.notebook(course.EXERCISES / "release", chapter)


def prose(path):
    cells = read(path).cells
    return "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def leads_to(path):
    """The notebooks that a notebook links to."""
    return {(path.parent / link).resolve() for link in LINK.findall(prose(path))}


MAIN_LINE = "\n".join(map(prose, notebooks.CHAPTERS)).casefold()
# What deeper pages introduce in bold, and no chapter names.
TERMS = {
    term.casefold()
    for path in notebooks.DEEPER
    for term in TERM.findall(prose(path))
    if term.casefold() not in MAIN_LINE
}


def strangers(text):
    """The terms in a text that deeper pages alone explain."""
    return {term for term in TERMS if re.search(rf"\b{re.escape(term)}\b", text.casefold())}


@pytest.mark.parametrize("chapter", MAIN)
def test_a_main_notebook_uses_no_term_that_only_a_deeper_page_explains(chapter):
    assert strangers(prose(released(chapter))) == set()


def test_such_a_term_is_found():
    assert {"c order", "quadratic form", "flops", "double descent"} < TERMS
    assert strangers("Store `X` in Fortran order.") == {"fortran order"}


def test_deeper_notebooks_stand_beside_a_main_one_and_have_no_part_d():
    assert DEEPER
    for chapter in DEEPER:
        assert chapter.removesuffix("_deeper") in MAIN
        graded = [settings(cell) for cell in read(released(chapter)).cells]
        levels = {about.grade_id[0] for about in graded if about.get("grade")}
        assert "c" in levels
        assert levels <= set("abc")


@pytest.mark.parametrize("chapter", DEEPER)
def test_a_deeper_notebook_and_its_pages_lead_to_each_other(chapter):
    here = released(chapter)
    pages = {page for page in notebooks.DEEPER if here in leads_to(page)}
    assert pages
    assert leads_to(here) == pages
    assert {to for page in pages for to in leads_to(page) if "release" in to.parts} == {here}
    assert {int(page.name[:2]) for page in pages} == {int(chapter[2:4])}


@pytest.mark.parametrize("chapter", MAIN)
def test_a_main_notebook_ends_with_the_way_to_the_deeper_one_if_there_is_one(chapter):
    here, deeper = released(chapter), f"{chapter}_deeper"
    assert leads_to(here) == ({released(deeper)} if deeper in DEEPER else set())
    assert bool(LINK.search(read(here).cells[-1].source)) == (deeper in DEEPER)


def test_every_notebook_of_exercises_is_a_page_of_the_book():
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    (part,) = [part for part in toc["parts"] if part["caption"] == "Graded exercises"]
    pages = [page["file"] for page in part["chapters"]]
    assert pages == [f"exercises/release/{chapter}/{chapter}" for chapter in CHAPTERS]
