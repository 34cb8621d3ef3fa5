"""Promise: a search finds the place where a thing is explained, in a page from a disk as well."""

import json
import re

import pytest

from notebooks import ROOT

FRONT = "book/index.html"
# What a reader types, and the place that should come first.
SEARCHES = {
    "residual": "notebooks/01_a_line_through_points.html#by-hand",
    "mean squared error": "notebooks/02_how_wrong_is_a_line.html#the-mean-squared-error",
    "rmse": "notebooks/02_how_wrong_is_a_line.html#on-the-houses",
    "R squared": "notebooks/02_how_wrong_is_a_line.html#houses-it-has-not-seen",
    "why square": "notebooks/02_how_wrong_is_a_line.html#why-square",
    "collinear": "notebooks/02_how_wrong_is_a_line.html#one-bottom-or-a-trough",
    "gradient": "notebooks/03_the_gradient.html#feel-the-slope",
    "gradient check": "notebooks/03_the_gradient.html#a-gradient-check",
    "gradient descent": "notebooks/04_the_long_walk.html",
    "learning rate": "notebooks/03_the_gradient.html#by-hand",
    "eigenvalues": "notebooks/04_the_long_walk.html#two-parts-that-never-mix",
    "Hesian": "notebooks/04_the_long_walk.html#two-parts-that-never-mix",
    "broadcasting": "notebooks/05_from_loops_to_arrays.html#broadcasting",
    "view": "notebooks/05_from_loops_to_arrays.html#views-and-copies",
    "float32": "notebooks/05_from_loops_to_arrays.html#float32-runs-out-of-digits",
    "strides": "notebooks/deeper/05_how_a_table_lies_in_memory.html#strides",
    "normal equations": "notebooks/06_the_shortcut.html#the-flat-place",
    "Cholesky": "notebooks/deeper/06_cholesky_and_many_targets.html",
    "leverage": "notebooks/07_why_normal_projection.html#leverage",
    "hat matrix": "notebooks/07_why_normal_projection.html#the-matrix-that-casts-the-shadow",
    "QR factorization": "notebooks/07_why_normal_projection.html"
    "#qr-the-same-plane-with-right-angles",
    "Householder": "notebooks/deeper/07_three_factorizations.html#householder-mirrors",
    "condition number": "notebooks/08_digits_you_can_trust.html#how-nearly-dependent-the-number",
    "cancelation": "notebooks/08_digits_you_can_trust.html#what-a-float-forgets",
    "momentum": "notebooks/09_how_fast_is_the_walk.html#a-walk-that-remembers",
    "sgd": "notebooks/09_how_fast_is_the_walk.html#a-few-rows-at-a-time",
    "Nesterov": "notebooks/deeper/09_methods_with_memory.html#nesterov-s-look-ahead",
    "double descent": "notebooks/deeper/10_double_descent.html#more-and-more-features",
    "grade a class": "book/instructors.html#a-class-alone-on-one-machine",
    "notation": "book/notation.html",
}


@pytest.fixture(scope="module")
def page(shared_page):
    """The front page, from the disk."""
    return shared_page(FRONT, over="file")


def test_of_thirty_searches_nearly_all_find_the_place_in_the_first_three(page):
    found = {
        words: page.evaluate("(words) => lrFind(words).then((all) => all.map((a) => a.id))", words)
        for words in SEARCHES
    }
    missed = {
        words: found[words][:3]
        for words, place in SEARCHES.items()
        if place not in found[words][:3]
    }
    assert len(SEARCHES) == 30
    assert len(missed) <= 3, missed


def sections_of(book):
    """The sections that are searched."""
    text = (book / "_static/search/sections.js").read_text(encoding="utf-8")
    return json.loads(text[text.index("[") : text.rindex("]") + 1])


def test_every_result_leads_to_a_place_that_is_there(book):
    sections = sections_of(book)
    assert len(sections) > 400
    for section in sections:
        path, _, place = section["id"].partition("#")
        html = (book / path).read_text(encoding="utf-8")
        assert not place or f'id="{place}"' in html, section["id"]
        assert "\\" not in section["text"], section["id"]  # no raw TeX


def typed(page, words):
    page.locator("button.search-button-field").first.click()
    field = page.locator("#pst-search-dialog input")
    field.fill(words)
    page.wait_for_selector("#pst-search-dialog .lr-found a")
    return page.locator("#pst-search-dialog .lr-found")


def test_nothing_is_loaded_before_the_first_letter(new_page):
    page, asked = new_page("notebooks/01_a_line_through_points.html"), []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_load_state("load")
    assert page.locator("script[src*='/search/']").count() == 0
    typed(page, "lever")
    assert sorted(url.rpartition("/")[2] for url in asked if "/search/" in url) == [
        "minisearch.js",
        "sections.js",
    ]


def test_the_dialog_leads_by_keyboard_to_the_place(new_page):
    page = new_page("notebooks/01_a_line_through_points.html", over="file")
    found = typed(page, "leverage")
    assert "Leverage" in found.locator("a").first.inner_text()
    dialog = "getComputedStyle(document.querySelector('#pst-search-dialog'))"
    assert page.evaluate(f"{dialog}.backgroundColor") == "rgb(255, 255, 255)"  # hides the page
    assert found.locator("mark").first.inner_text().lower().startswith("leverage")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.closest('.lr-found') !== null")
    page.keyboard.press("Enter")
    page.wait_for_url("**/07_why_normal_projection.html#leverage")


def test_words_that_are_nowhere_are_said_to_be(new_page):
    page = new_page(FRONT)
    page.locator("button.search-button-field").first.click()
    page.locator("#pst-search-dialog input").fill("zzyzx")
    said = page.locator("#pst-search-dialog .lr-found-number")
    said.filter(has_text="Nothing was found").wait_for()
    assert page.locator("#pst-search-dialog .lr-found a").count() == 0


def test_an_address_may_hold_the_words(new_page):
    page = new_page("search.html?q=broadcasting")
    page.wait_for_selector("main .lr-found a")
    assert "Broadcasting" in page.locator("main .lr-found a").first.inner_text()


def test_what_is_shown_of_a_find_holds_no_label_and_no_key_of_a_source(book):
    sections = sections_of(book)
    shown = "\n".join(section["text"] for section in sections)
    bibliography = (ROOT / "book" / "references.bib").read_text(encoding="utf-8")
    keys = re.findall(r"^@\w+\{([\w-]+),", bibliography, re.MULTILINE)
    assert len(keys) > 50
    assert [key for key in keys if key in shown] == []
    assert re.findall(r"\b(?:eq|fig|sec|ch)-[a-z]+-[a-z-]+", shown) == []


def test_what_cells_print_is_not_searched(book):
    shown = "\n".join(section["text"] for section in sections_of(book))
    tables = [  # of the page: their first rows
        re.sub(r"<[^>]*>|\s", "", row)
        for page in book.glob("notebooks/*.html")
        for row in re.findall(
            r"lr-printed.*?<tbody>(.*?)</tr>", page.read_text(encoding="utf-8"), re.DOTALL
        )
    ]
    assert len(tables) > 70
    shown = re.sub(r"\s", "", shown)
    assert [row for row in tables if len(row) > 12 and row in shown] == []
