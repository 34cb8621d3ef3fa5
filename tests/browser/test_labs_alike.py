"""Promise: what holds for one lab on its page holds for every lab."""

import pytest
from lab_pages import backgrounds, growth

from linreg import labs

PAGES = {
    "walk": "04_the_long_walk",
    "bowl": "02_how_wrong_is_a_line",
    "drag": "02_how_wrong_is_a_line",
    "valley": "09_how_fast_is_the_walk",
    "doors": "10_which_door",
}
each_lab = pytest.mark.parametrize("slug", PAGES)

# How many changes of its model a lab follows: once drawn, once built anew, once ended.
FOLLOWED = """async (slug) => {
    const state = JSON.parse(document.querySelector(`[data-lab="${slug}"]`).dataset.state);
    const source = new Blob([window.lrLabs[slug]], { type: "text/javascript" });
    const { default: lab } = await import(URL.createObjectURL(source));
    const handlers = [];
    const model = {
        get: (name) => state[name],
        set: (name, value) => {
            state[name] = value;
            for (const [event, handle] of [...handlers]) if (event === `change:${name}`) handle();
        },
        save_changes: () => {},
        on: (...pair) => handlers.push(pair),
        off: (...pair) => {
            const at = handlers.findIndex((known) => known.every((part, i) => part === pair[i]));
            if (at >= 0) handlers.splice(at, 1);
        },
    };
    const el = document.body.appendChild(document.createElement("div"));
    const end = lab.render({ model, el });
    const followed = [handlers.length];
    for (const name of ["x", "measured"]) {
        if (name in state) model.set(name, structuredClone(state[name]));
    }
    followed.push(handlers.length);
    end();
    el.remove();
    return [...followed, handlers.length];
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


@pytest.mark.parametrize("slug", ["walk", "drag", "valley", "doors"])  # one for each page
@pytest.mark.parametrize("width", [390, 560, 768, 1280])
def test_nothing_below_the_labs_moves_when_they_come(open_lab, slug, width):
    page = open_lab(slug, viewport={"width": width, "height": 844})
    assert abs(growth(page)) < 30 * page.locator("[data-lab]").count()


@each_lab
def test_a_lab_that_has_ended_follows_nothing(open_lab, slug):
    first, anew, last = open_lab(slug).evaluate(FOLLOWED, slug)
    assert first > 0
    assert anew == first  # one that was built anew has ended the one before
    assert last == 0
