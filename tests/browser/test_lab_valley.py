"""Promise: the lab of the long valley works on the page, by every hand, and tells the truth."""

import math
import random
import re
from functools import partial

import pytest
from axe import axe_finds_nothing
from lab_pages import (
    ANSWER,
    PHONE,
    READ_CHARTS,
    Drawn,
    close,
    heights,
    hurry,
    in_module,
    is_in_view,
    least_work,
    number,
    overlap,
    slide,
    spills,
    sweep,
    tap,
)

from linreg.labs import Valley
from linreg.labs.kit.text import power
from linreg.labs.valley.valley import COUNTED, METHODS, SEEN

PAGE = "notebooks/09_how_fast_is_the_walk.html"
KAPPA, STEPS, TOLERANCE = (f".lr-slider-{name} input" for name in ("kappa", "step", "tolerance"))
SLUGS = {name: name.split("_")[0] for name in METHODS}
SGD = "stochastic_gradient_descent"
WALKS = in_module(
    "valley",
    "cases.map(([name, state]) => lab.walk(name, state))",
)
NOTES = in_module("valley", "cases.map(([one, state]) => lab.noteOf(one, state))", "noteOf")
VERDICT = in_module("valley", "cases.map((facts) => lab.verdict(facts))")
DRAG = """() => {
    const input = document.querySelector(".lr-slider-kappa input");
    for (let i = 0; i < 30; i += 1) {
        input.value = 8 + i;
        input.dispatchEvent(new Event("input", { bubbles: true }));
        document.querySelector(".lr-lab").getBoundingClientRect();  // the layout counts too
    }
}"""


@pytest.fixture
def open_lab(lab_page):
    """Open the chapter, its lab just made."""
    return partial(lab_page, PAGE)


def counts(page):
    """What the page says that each method needs."""
    return {name: page.inner_text(f'[data-readout="{slug}"]') for name, slug in SLUGS.items()}


def position_of(kappa):
    return round(2 * (kappa - 1))


def switch(page, name):
    return page.locator(f"div.lr-valley-{SLUGS[name]} input")


def trails(page, chart):
    """The trails on a chart, in pixels, by method."""
    script = """([chart, slugs]) => slugs.map((slug) => {
        const panel = document.querySelectorAll(".lr-valley .lr-chart")[chart];
        const way = panel.querySelector(`polyline.lr-valley-${slug}`);
        const dot = panel.querySelector(`g.lr-valley-${slug}`);
        if (way.getAttribute("visibility") === "hidden") return null;
        return {
            way: way.getAttribute("points").split(" ").map((pair) => pair.split(",").map(Number)),
            dot: dot.getAttribute("transform").match(/-?[\\d.]+/g).map(Number),
        };
    })"""
    found = page.evaluate(script, [chart, list(SLUGS.values())])
    return dict(zip(SLUGS, found, strict=True))


# It is there


@pytest.mark.parametrize("over", ["http", "file"])
def test_the_lab_draws_itself(open_lab, over):
    page = open_lab(over=over)
    assert page.locator(".lr-valley .lr-chart").count() == 2
    assert page.locator(".lr-valley-rings ellipse").count() == 5
    assert not page.locator(".lr-still").is_visible()
    assert counts(page) == {name: Valley().count(name) for name in METHODS}


def test_without_javascript_a_still_picture_and_its_text_remain(new_page):
    page = new_page(PAGE, java_script_enabled=False)
    assert page.locator("[data-lab] svg[role=img]").count() == 2
    assert page.locator("[data-lab] svg").first.is_visible()
    assert "●\xa0conjugate gradient 2, ●\xa0SGD over 2500" in page.inner_text("[data-lab] p")


# It tells the truth


def test_the_walks_in_the_page_are_those_of_python(open_lab):
    rng = random.Random(6)
    labs = [
        Valley(
            round(1 + 38 * rng.random()) / 2 + 0.5,
            10.0 ** -rng.randint(1, 8),
            falling=rng.random() < 0.5,
            seed=seed,
        )
        for seed in range(8)
    ]
    labs += [Valley(2, 1e-1), Valley(6, 1e-3, falling=True)]  # a dip at the end of the count
    cases = [[name, lab.state()] for lab in labs for name in METHODS]
    found = iter(open_lab().evaluate(WALKS, cases))
    for lab in labs:
        for name in METHODS:
            theirs, places = next(found), lab.walk(name)
            steps = lab.steps_needed(name)
            assert theirs["needed"] == (None if steps == math.inf else steps), (lab, name)
            assert len(theirs["stops"]) == min(len(places), SEEN + 1)
            places = places[: SEEN + 1]
            for stop, place, share in zip(theirs["stops"], places, lab.share(places), strict=True):
                assert close(stop["place"], place, 1e-9)
                assert abs(stop["share"] - share) <= 1e-6 * share + 1e-15


@pytest.mark.parametrize(("kappa", "tolerance"), [(1, -3), (6, -1), (13.5, -8), (20, -5)])
def test_the_counts_are_pythons(open_lab, kappa, tolerance):
    page = open_lab()
    slide(page, KAPPA, position_of(kappa))
    slide(page, TOLERANCE, -tolerance - 1)
    lab = Valley(kappa, 10.0**tolerance)
    assert counts(page) == {name: lab.count(name) for name in METHODS}
    page.get_by_label("rate falls").check()
    lab.falling = True
    assert counts(page)[SGD] == lab.count(SGD)


@pytest.mark.parametrize(("kappa", "step"), [(1, 0), (6, 1), (6, 40), (20, 150)])
def test_the_trails_lie_where_python_says(open_lab, kappa, step):
    page = open_lab()
    slide(page, KAPPA, position_of(kappa))
    slide(page, STEPS, step)
    found = page.evaluate(READ_CHARTS, "valley")
    across, curves = Drawn(found[0]), Drawn(found[1], log=True)
    lab = Valley(kappa)
    for name in METHODS:
        places = lab.walk(name)[: step + 1]
        ways = trails(page, 0)[name], trails(page, 1)[name]
        assert [len(one["way"]) for one in ways] == [len(places) + 1] * 2  # the last one twice
        for k, (x, y) in enumerate(places):
            assert across.holds(ways[0]["way"][k], x, y)
            share = min(max(lab.share(places[k]), 1e-9), 100)
            assert curves.holds(ways[1]["way"][k], k, share)
        for one in ways:
            assert one["dot"] == pytest.approx(one["way"][-1], abs=0.06)


def test_the_map_has_one_scale_and_rings_of_equal_gap(open_lab):
    page = open_lab()
    slide(page, KAPPA, position_of(3))
    chart = Drawn(page.evaluate(READ_CHARTS, "valley")[0])
    assert chart.pixel[0] == pytest.approx(chart.pixel[1], rel=0.01)
    rings = """() => [...document.querySelectorAll(".lr-valley-rings ellipse")].map((ring) =>
        ["rx", "ry"].map((name) => Number(ring.getAttribute(name))))"""
    place = """([x, y]) => {
        const [a, b, c, d, e, f] = document.querySelector(".lr-valley-rings")
            .getAttribute("transform").match(/-?[\\d.]+/g).map(Number);
        return [a * x + c * y + e, b * x + d * y + f];
    }"""
    lab = Valley(3)
    first = lab.share([[0.8, -0.6]])[0]  # the gap there is 1
    for (rx, ry), level in zip(page.evaluate(rings), (0.05, 0.2, 0.8, 3.2, 12.8), strict=True):
        for turn in (0, 1, 2, 4):
            at = page.evaluate(place, [rx * math.cos(turn), ry * math.sin(turn)])
            assert lab.share([chart.at(at)])[0] / first == pytest.approx(level, rel=0.03)


def test_the_tolerance_is_a_line_and_lies_where_it_says(open_lab):
    page = open_lab()
    for position in range(8):
        slide(page, TOLERANCE, position)
        curves = Drawn(page.evaluate(READ_CHARTS, "valley")[1], log=True)
        level = float(page.get_attribute(".lr-valley-goal", "y1"))
        assert curves.value(level, "y") == pytest.approx(-1 - position, abs=0.05)
        said = page.inner_text(".lr-slider-tolerance output")
        assert number(f"1×{said}") == pytest.approx(10.0 ** (-1 - position))


def test_the_verdict_says_what_the_counts_say(open_lab):
    page = open_lab()
    for kappa in (2, 6, 20):
        slide(page, KAPPA, position_of(kappa))
        text, found = page.inner_text(".lr-verdict"), counts(page)
        assert f"κ² = {kappa**2:g} times" in text
        assert f"Gradient descent takes {found['gradient_descent']} steps" in text
        both = f"heavy ball {found['heavy_ball']} and Nesterov {found['nesterov']}."
        assert both in text
        assert "jumps about on its floor" in text
    slide(page, KAPPA, 0)
    assert "the bowl is round" in page.inner_text(".lr-verdict")
    assert set(list(counts(page).values())[:4]) == {"1"}


@pytest.mark.parametrize(
    ("needed", "falling", "kind", "words"),
    [
        ({}, False, "none", "No method is chosen"),
        ({SGD: 52}, True, "valley", "SGD takes 52 steps, each a quarter of the work"),
        ({SGD: 1}, True, "valley", "SGD takes 1 step, each a quarter"),
        ({"gradient_descent": 1843}, False, "valley", "takes 1843 steps;"),
        ({SGD: None}, True, "valley", "a long flat way uses up the rate"),
        ({"gradient_descent": 1}, False, "valley", "takes 1 step;"),
        ({"nesterov": 9}, False, "valley", "κ alone: Nesterov 9."),
    ],
)
def test_the_verdict_is_right_in_the_corners(open_lab, needed, falling, kind, words):
    facts = {"kappa": 2, "tolerance": 0.1, "falling": falling, "needed": needed}
    (found,) = open_lab().evaluate(VERDICT, [facts])
    assert found["kind"] == kind
    assert words in found["html"]
    assert "undefined" not in found["html"]


def test_the_verdict_on_a_round_bowl_is_of_what_is_shown(open_lab):
    facts = {"kappa": 1, "tolerance": 1e-3, "falling": False}
    cases = [{**facts, "needed": needed} for needed in ({"nesterov": 1}, {SGD: None})]
    full, sgd = (found["html"] for found in open_lab().evaluate(VERDICT, cases))
    assert "Every method that looks at all rows is there in one step. (Until" in full
    assert "straight at the bottom. SGD looks at four rows" in sgd


def test_a_tolerance_between_the_sliders_positions_is_written_as_it_is(open_lab):
    facts = {"kappa": 6, "falling": False, "needed": {"nesterov": 9}}
    tolerances = [5e-4, 0.025, 0.1, 1e-8]
    cases = [{**facts, "tolerance": one} for one in tolerances]
    for found, one in zip(open_lab().evaluate(VERDICT, cases), tolerances, strict=True):
        assert f"stays below {power(one)} of the first" in found["html"]


def test_the_epochs_are_written_in_the_right_number(open_lab):
    needed = [None, 2, 4, 53]
    cases = [[{"name": SGD}, {"kappa": 1, "needed": count}] for count in needed]
    notes = ["not for good", "0.5 epochs", "1 epoch", "13.3 epochs"]
    assert open_lab().evaluate(NOTES, cases) == notes


def test_the_laws_are_those_of_the_chapter(open_lab):
    page = open_lab()
    slide(page, KAPPA, position_of(5))
    said = re.findall(r"error × ([\d.]+) a step", page.inner_text(".lr-valley-methods"))
    assert [float(one) for one in said] == pytest.approx([24 / 26, 4 / 6, 4 / 5], abs=0.005)


# It obeys every hand


def test_a_method_is_switched_off_and_on(open_lab):
    page = open_lab()
    switch(page, "heavy_ball").uncheck()
    assert trails(page, 0)["heavy_ball"] is trails(page, 1)["heavy_ball"] is None
    assert counts(page)["heavy_ball"] == "–"
    assert "heavy ball" not in page.inner_text(".lr-verdict")
    for name in METHODS:
        switch(page, name).uncheck()
    assert page.get_attribute(".lr-valley", "data-verdict") == "none"
    switch(page, "nesterov").check()
    assert [name for name, trail in trails(page, 0).items() if trail] == ["nesterov"]
    assert counts(page)["nesterov"] == Valley().count("nesterov")


def test_the_keyboard_does_it_all(open_lab):
    page = open_lab()
    page.focus(KAPPA)
    page.keyboard.press("ArrowRight")
    assert page.inner_text(".lr-slider-kappa output") == "6.5"
    names = []
    for _ in range(11):
        page.keyboard.press("Tab")
        names.append(page.evaluate("document.activeElement.labels?.[0]?.innerText") or "button")
        outline = "getComputedStyle(document.activeElement).outlineStyle"
        assert page.evaluate(outline) == "solid", names
    words = [name.split("\n")[-1] for name in names]
    texts = [text for text, _ in METHODS.values()]
    assert words == ["button"] * 3 + ["Steps", *texts, "SGD’s rate falls", "Tolerance"]
    page.keyboard.press("ArrowRight")
    assert page.inner_text(".lr-slider-tolerance output") == "10⁻⁴"
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Space")
    assert page.get_by_label("rate falls").is_checked()


def test_play_pause_step_and_reset(open_lab):
    page = open_lab()
    shown = ".lr-slider-step output"
    hurry(page, 3)
    page.get_by_role("button", name="Play").click()
    page.wait_for_function(f"Number(document.querySelector('{shown}').textContent) >= 4")
    page.get_by_role("button", name="Pause").click()
    paused = int(page.inner_text(shown))
    page.wait_for_timeout(400)
    assert int(page.inner_text(shown)) == paused
    page.get_by_role("button", name="Step", exact=True).click()
    assert int(page.inner_text(shown)) == paused + 1
    page.get_by_role("button", name="Reset").click()
    assert page.inner_text(shown) == "0"


def test_reduced_motion_jumps_to_the_end(open_lab):
    page = open_lab(reduced_motion="reduce")
    page.get_by_role("button", name="Play").click()
    assert page.inner_text(".lr-slider-step output") == str(SEEN)
    assert page.get_by_role("button", name="Play").is_visible()


def test_touch(open_lab):
    page = open_lab(**PHONE)
    label = page.locator("div.lr-valley-heavy label")
    assert label.bounding_box()["height"] >= 44
    label.tap()
    assert counts(page)["heavy_ball"] == "–"
    page.locator(KAPPA).scroll_into_view_if_needed()
    box = page.locator(KAPPA).bounding_box()
    tap(page, box["x"] + 0.99 * box["width"], box["y"] + box["height"] / 2)
    assert float(page.inner_text(".lr-slider-kappa output")) > 19
    for target in (KAPPA, STEPS, TOLERANCE, *(f".lr-button >> nth={i}" for i in range(3))):
        assert page.locator(target).bounding_box()["height"] >= 44


def test_a_screen_reader_hears_the_outcome_once_the_hand_rests(open_lab):
    page = open_lab()
    spoken = page.locator(".lr-spoken")
    hurry(page)
    page.wait_for_timeout(150)  # a hurried second
    assert spoken.text_content() == ""  # nothing unasked
    sweep(page, KAPPA, range(10, 19))
    page.wait_for_function("document.querySelector('.lr-spoken').textContent")
    assert "Gradient descent takes" in spoken.text_content()
    assert "Step 0 of 150" in spoken.text_content()
    label = page.locator(".lr-chart").first.get_attribute("aria-label")
    assert "κ = 10" in label


# It looks right everywhere


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(open_lab, scheme):
    page = open_lab(color_scheme=scheme)
    slide(page, STEPS, 9)
    switch(page, "nesterov").uncheck()
    axe_finds_nothing(page, ".lr-lab")


@pytest.mark.parametrize("width", [320, 390])
def test_a_narrow_page_stacks_the_panels_and_scrolls_one_way(open_lab, width):
    page = open_lab(**{**PHONE, "viewport": {"width": width, "height": 844}})
    for position in (0, 38):
        slide(page, KAPPA, position)
        slide(page, STEPS, 150)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert spills(page) == []
    for row in page.locator("div.lr-valley-method").all():
        assert row.locator("label span").last.bounding_box()["height"] < 30  # one line
    first, last = (page.locator(".lr-panel").nth(i).bounding_box() for i in (0, 1))
    assert last["y"] >= first["y"] + first["height"]
    for part in (".lr-controls", ".lr-valley-methods", ".lr-verdict", ".lr-chart >> nth=0"):
        assert is_in_view(page, part)


def test_a_phone_shows_both_charts_and_what_stretches_them(open_lab):
    page = open_lab(**PHONE)
    top = page.locator(".lr-panel").first.bounding_box()["y"]
    kappa = page.locator(KAPPA).bounding_box()
    assert kappa["y"] + kappa["height"] - top < 640
    texts = """(panel) => [...panel.querySelectorAll('.lr-grid text')]
        .filter((text) => getComputedStyle(text).visibility === "visible")
        .map((text) => text.getBoundingClientRect())
        .map(({ left, right, top, bottom }) => [left, right, top, bottom])"""
    for panel in page.locator(".lr-panel").all():
        boxes = panel.evaluate(texts)
        assert len(boxes) >= 6
        assert not any(overlap(a, b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_nothing_below_the_lab_moves_while_it_is_used(open_lab):
    states = [{"kappa": kappa} for kappa in (1, 1.5, 2, 6, 10, 13.5, 19.5, 20)]
    states += [
        {"tolerance": tolerance, "falling": falling, "kappa": kappa}
        for tolerance in (1e-1, 1e-8)
        for falling in (True, False)
        for kappa in (2, 11, 20)
    ]
    states += [{"methods": []}, {"methods": list(METHODS), "step": SEEN}]
    for width, found in heights(open_lab(), "valley", states).items():
        assert max(found) - min(found) < 1, width


def test_paper_shows_the_whole_walks(open_lab):
    page = open_lab()
    page.emulate_media(media="print")
    assert not page.locator(".lr-lab").is_visible()
    for picture in page.locator(".lr-still svg[role=img]").all():
        assert picture.is_visible()
    assert f"over {COUNTED}" in page.inner_text(".lr-still p")
    page.emulate_media(media="screen")
    assert page.locator(".lr-lab").is_visible()


# It is quick


@pytest.mark.timed
def test_a_drag_is_answered_within_a_frame(open_lab):
    page = open_lab()
    before = page.inner_text(".lr-slider-kappa output")
    assert least_work(page, DRAG) / 30 < ANSWER
    assert page.inner_text(".lr-slider-kappa output") != before
