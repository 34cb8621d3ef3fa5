"""Promise: what holds for one lab on its page holds for every lab."""

import pytest
from lab_pages import backgrounds, growth, with_model

from linreg import labs

PAGES = {
    "walk": "04_the_long_walk",
    "bowl": "02_how_wrong_is_a_line",
    "drag": "02_how_wrong_is_a_line",
    "plane": "07_why_normal_projection",
    "slope": "03_the_gradient",
    "valley": "09_how_fast_is_the_walk",
    "doors": "10_which_door",
}
each_lab = pytest.mark.parametrize("slug", PAGES)

# How many changes of its model a lab listens to: once drawn, once built anew, once ended.
LISTENERS = """() => {
    const { model, handlers, end } = window.lrMade;
    const listeners = [handlers.length];
    for (const name of ["x", "measured"]) {
        const value = model.get(name);
        if (value) model.set(name, structuredClone(value));
    }
    listeners.push(handlers.length);
    end();
    return [...listeners, handlers.length];
}"""


@pytest.fixture
def open_lab(lab_page):
    """Open the page of a lab, its labs just made."""
    return lambda slug, **options: lab_page(f"notebooks/{PAGES[slug]}.html", **options)


def test_no_lab_is_left_out():
    assert set(PAGES) == {getattr(labs, name).slug() for name in labs.__all__}


@each_lab
def test_dark_has_no_light_box_behind_the_lab(open_lab, slug):
    ink = f"getComputedStyle(document.querySelector('[data-lab={slug}] .lr-lab')).color"
    light = open_lab(slug, color_scheme="light").evaluate(ink)
    page = open_lab(slug, color_scheme="dark")
    assert backgrounds(page, slug) == {"rgba(0, 0, 0, 0)"}
    assert page.evaluate(ink) != light


@pytest.mark.parametrize("slug", [slug for slug in PAGES if slug != "bowl"])  # one for each page
@pytest.mark.parametrize("width", [390, 560, 768, 1280])
def test_nothing_below_the_labs_moves_when_they_come(open_lab, slug, width):
    page = open_lab(slug, viewport={"width": width, "height": 844})
    assert abs(growth(page)) < 30 * page.locator("[data-lab]").count()


@each_lab
def test_a_lab_that_has_ended_listens_to_nothing(open_lab, slug):
    page = open_lab(slug)
    with_model(page, slug)
    first, anew, last = page.evaluate(LISTENERS)
    assert first > 0
    assert anew == first  # one that was built anew has ended the one before
    assert last == 0


def test_a_lab_moves_before_the_formulas_are_set(new_page):
    """It waits for no script that its page defers: here MathJax has not even arrived."""
    page, held = new_page("book/bibliography.html", formulas=False), []
    page.context.route("**/mathjax/*.js*", lambda route: held.append(route))
    path = f"notebooks/{PAGES['slope']}.html"
    page.goto(page.url.replace("book/bibliography.html", path), wait_until="commit")
    page.wait_for_selector('[data-lab="slope"].lr-ready')
    assert len(held) == 1
    assert page.evaluate("document.readyState") == "interactive"
    held[0].fulfill(body="")


def test_no_page_has_the_source_of_a_lab_as_the_state_of_a_widget(book):
    """Once is enough: each page that shows a lab has its source from a script of its own."""
    pages = {path: path.read_text(encoding="utf-8") for path in book.rglob("*.html")}
    assert sum("data-lab=" in text for text in pages.values()) >= len(set(PAGES.values()))
    for path, text in pages.items():
        assert "_esm" not in text, path
        assert "vnd.jupyter.widget-state+json" not in text, path
