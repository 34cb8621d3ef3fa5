"""Promise: the lab of the long valley works on the page, by every hand, and tells the truth."""

import math
import random
import re
from functools import partial

import pytest
from lab_pages import (
    ANSWER,
    PHONE,
    READ_CHARTS,
    Drawn,
    changed,
    close,
    hurry,
    in_module,
    is_in_view,
    keeps_its_height,
    least_work,
    number,
    overlap,
    slide,
    spills,
    sweep,
    tap,
    unfold,
    with_model,
)

from linreg.labs import Valley
from linreg.labs.kit.text import power
from linreg.labs.valley.valley import METHODS, SEEN, to_floor

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
def first_look(lab_page):
    """Open the chapter, its lab just made."""
    return partial(lab_page, PAGE)


@pytest.fixture
def open_lab(first_look):
    """Open the lab with all its methods switched on, its other controls unfolded."""

    def open_page(**options):
        page = first_look(**options)
        unfold(page)
        for name in METHODS:
            switch(page, name).check()
        return page

    return open_page


@pytest.fixture
def played(open_lab):
    """Open the lab with all its methods, after they have walked as far as the picture shows."""

    def open_page(**options):
        page = open_lab(**options)
        slide(page, STEPS, SEEN)
        return page

    return open_page


def counts(page):
    """What the page says that each method needs, of those that are shown."""
    seen = page.locator(".lr-words > p:not(.lr-unseen)")
    found = {name: seen.locator(f'[data-readout="{slug}"]') for name, slug in SLUGS.items()}
    return {name: one.inner_text() for name, one in found.items() if one.count()}


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
    assert set(counts(page).values()) == {"?"}


def test_a_count_is_told_when_play_has_reached_it(first_look):
    page = first_look()
    lab = Valley()
    assert set(counts(page)) == set(lab.methods) == {"gradient_descent", "heavy_ball"}
    fast, slow = lab.steps_needed("heavy_ball"), lab.steps_needed("gradient_descent")
    assert fast < slow < SEEN
    for step, known in ((0, (0, 0)), (fast - 1, (0, 0)), (fast, (0, 1)), (slow, (1, 1))):
        slide(page, STEPS, step)
        expected = [str(count) if k else "?" for count, k in zip((slow, fast), known, strict=True)]
        assert list(counts(page).values()) == expected
        text = page.inner_text(".lr-verdict")
        assert ("κ alone" in text) == known[1]
        assert ("κ² = 36" in text) == known[0]
    slide(page, KAPPA, position_of(20))  # now both need more steps than the picture shows
    assert counts(page)["gradient_descent"] == "?"
    slide(page, STEPS, SEEN)
    assert counts(page) == {name: Valley(20).count(name) for name in lab.methods}


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
def test_the_counts_are_pythons(played, kappa, tolerance):
    page = played()
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
        for place, (x, y) in zip(ways[0]["way"], [*places, places[-1]], strict=True):
            assert across.holds(place, x, y)
        curve = to_floor(lab.share(places))
        if curve[-1][1] > 1e-9:
            curve.append(curve[-1])  # the place where it is now
        for place, (k, share) in zip(ways[1]["way"], curve, strict=True):
            assert curves.holds(place, k, share)
        for one in ways:
            assert one["dot"] == pytest.approx(one["way"][-1], abs=0.06)


MARKS = """(chart) => {
    const panel = document.querySelectorAll(".lr-valley .lr-chart")[chart];
    return [...panel.querySelectorAll("g[class^=lr-valley-]:has(text)")]
        .filter((mark) => mark.getAttribute("visibility") !== "hidden")
        .map((mark) => {
            const [x, y] = mark.getAttribute("transform").match(/-?[\\d.]+/g).map(Number);
            const disc = mark.querySelectorAll("circle")[1];
            const at = ["cx", "cy", "r"].map((name) => Number(disc.getAttribute(name)));
            return [x, y, x + at[0], y + at[1], at[2]];
        });
}"""


def test_at_one_place_no_mark_hides_another(open_lab):
    page = open_lab()
    for chart in (0, 1):
        marks = page.evaluate(MARKS, chart)
        assert len(marks) == len(METHODS)
        assert len({(x, y) for x, y, *_ in marks}) == 1  # all start at one place
        for i, (_, _, x, y, r) in enumerate(marks):
            for _, _, other_x, other_y, other_r in marks[:i]:
                assert math.dist((x, y), (other_x, other_y)) >= r + other_r


def test_nothing_is_painted_beside_the_map(open_lab):
    page = open_lab()
    slide(page, KAPPA, position_of(20))
    outside = 0
    frame = """() => {
        const inside = document.querySelector(".lr-valley svg svg");
        const { left, top } = inside.parentElement.getBoundingClientRect();
        const [x, y, width, height] = ["x", "y", "width", "height"]
            .map((name) => Number(inside.getAttribute(name)));
        return [left + x, left + x + width, top + y, top + y + height];
    }"""
    page.locator(".lr-panel").first.scroll_into_view_if_needed()
    left, right, top, bottom = page.evaluate(frame)
    painted = """([x, y]) => Boolean(
        document.elementFromPoint(x, y)?.closest("g.lr-valley-heavy"))"""
    for step in range(0, 40):
        slide(page, STEPS, step)
        dot = page.evaluate(
            """() => {
                const { x, y, width, height } = document.querySelector(
                    ".lr-valley g.lr-valley-heavy circle").getBoundingClientRect();
                return [x + width / 2, y + height / 2];
            }"""
        )
        inside = left < dot[0] < right and top < dot[1] < bottom
        outside += not inside
        assert inside or not page.evaluate(painted, dot)
    assert outside > 3


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


def test_the_verdict_says_what_the_counts_say(played):
    page = played()
    for kappa in (2, 6, 20):
        slide(page, KAPPA, position_of(kappa))
        text = page.inner_text(".lr-verdict")
        assert f"Gradient descent pays for κ² = {kappa**2:g}." in text
        assert "Momentum pays for κ alone." in text
        assert "it jumps about on its floor" in text
    slide(page, KAPPA, 0)
    assert "The bowl is round" in page.inner_text(".lr-verdict")
    assert set(list(counts(page).values())[:4]) == {"1"}


@pytest.mark.parametrize(
    ("needed", "falling", "step", "kind", "words"),
    [
        ({}, False, 0, "none", "No method is chosen"),
        ({SGD: 52}, True, 52, "valley", "Each step of SGD is a quarter of the work."),
        (
            {SGD: None},
            True,
            SEEN,
            "valley",
            "not there for good: a long flat way uses up its rate.",
        ),
        ({SGD: None}, False, SEEN, "valley", "not there for good: it jumps about on its floor."),
        ({"gradient_descent": 1843}, False, SEEN, "valley", "1843</strong>"),
        ({"gradient_descent": 1843}, False, SEEN - 1, "valley", "?</strong>"),
        ({"nesterov": 9}, False, 0, "valley", "<strong>Press Play</strong>"),
        ({"nesterov": 9}, False, 9, "valley", "Momentum pays for κ alone."),
        ({"conjugate_gradient": 2}, False, 2, "valley", "Conjugate gradient takes two at most."),
    ],
)
def test_the_verdict_is_right_in_the_corners(open_lab, needed, falling, step, kind, words):
    facts = {"kappa": 2, "tolerance": 0.1, "falling": falling, "needed": needed, "step": step}
    (found,) = open_lab().evaluate(VERDICT, [facts])
    assert found["kind"] == kind
    assert words in found["html"]
    assert "undefined" not in found["html"]


def test_the_verdict_on_a_round_bowl_is_of_what_is_shown(open_lab):
    facts = {"kappa": 1, "tolerance": 1e-3, "falling": False, "step": SEEN}
    cases = [{**facts, "needed": needed} for needed in ({"nesterov": 1}, {SGD: None})]
    full, sgd = (found["html"] for found in open_lab().evaluate(VERDICT, cases))
    assert full.endswith("The bowl is round: the slope points at the bottom.")
    assert sgd.endswith("SGD looks at four rows, and its slope points somewhere near.")


def test_a_tolerance_between_the_sliders_positions_is_written_as_it_is(open_lab):
    facts = {"kappa": 6, "falling": False, "needed": {"nesterov": 9}, "step": 0}
    tolerances = [5e-4, 0.025, 0.1, 1e-8]
    cases = [{**facts, "tolerance": one} for one in tolerances]
    for found, one in zip(open_lab().evaluate(VERDICT, cases), tolerances, strict=True):
        assert f"Steps to {power(one)} of the first gap" in found["html"]


def test_the_epochs_are_written_in_the_right_number(open_lab):
    needed = [None, 2, 4, 53]
    cases = [[{"name": SGD}, {"kappa": 1, "needed": count}] for count in needed]
    notes = ["not for good", "0.5 epochs", "1 epoch", "13.3 epochs"]
    assert open_lab().evaluate(NOTES, cases) == notes


def test_the_laws_are_those_of_the_chapter(played):
    page = played()
    slide(page, KAPPA, position_of(5))
    said = re.findall(r"error × ([\d.]+) a step", page.inner_text(".lr-valley-methods"))
    assert [float(one) for one in said] == pytest.approx([24 / 26, 4 / 6, 4 / 5], abs=0.005)


# It obeys every hand


def test_a_method_is_switched_off_and_on(played):
    page = played()
    switch(page, "heavy_ball").uncheck()
    assert trails(page, 0)["heavy_ball"] is trails(page, 1)["heavy_ball"] is None
    assert "heavy_ball" not in counts(page)
    assert "heavy ball" not in page.inner_text(".lr-verdict")
    for name in METHODS:
        switch(page, name).uncheck()
    assert page.get_attribute(".lr-valley", "data-verdict") == "none"
    switch(page, "nesterov").check()
    assert [name for name, trail in trails(page, 0).items() if trail] == ["nesterov"]
    assert counts(page)["nesterov"] == Valley().count("nesterov")


def test_the_boxes_have_a_name_together_and_are_ticked_as_python_says(first_look):
    page = first_look()
    with_model(page, "valley")
    changed(page, [{"methods": ["nesterov"], "falling": True}])
    unfold(page)
    boxes = page.get_by_role("group", name="Methods").get_by_role("checkbox")
    assert boxes.count() == len(METHODS)
    assert [name for name in METHODS if switch(page, name).is_checked()] == ["nesterov"]
    assert page.get_by_label("rate falls").is_checked()


def test_the_keyboard_does_it_all(open_lab):
    page = open_lab()
    page.focus(KAPPA)
    page.keyboard.press("ArrowRight")
    assert page.inner_text(".lr-slider-kappa output") == "6.5"
    names = []
    for _ in range(12):
        page.keyboard.press("Tab")
        names.append(page.evaluate("document.activeElement.labels?.[0]?.innerText") or "button")
        outline = "getComputedStyle(document.activeElement).outlineStyle"
        assert page.evaluate(outline) == "solid", names
    words = [name.split("\n")[-1] for name in names]
    texts = [text for text, _ in METHODS.values()]
    folded = [*texts, "button", "button", "Steps", "SGD’s rate falls", "Tolerance"]
    assert words == ["button", "button", *folded]  # Play, and what unfolds the others
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
    assert "heavy_ball" not in counts(page)
    page.locator(KAPPA).scroll_into_view_if_needed()
    box = page.locator(KAPPA).bounding_box()
    tap(page, box["x"] + 0.99 * box["width"], box["y"] + box["height"] / 2)
    assert float(page.inner_text(".lr-slider-kappa output")) > 19
    for target in (KAPPA, STEPS, TOLERANCE, *(f".lr-button >> nth={i}" for i in range(3))):
        assert page.locator(target).bounding_box()["height"] >= 44


def test_a_screen_reader_hears_the_outcome_once_the_hand_rests(played):
    page = played()
    spoken = page.locator(".lr-spoken")
    hurry(page)
    page.wait_for_timeout(150)  # a hurried second
    page.evaluate("document.querySelector('.lr-spoken').textContent = ''")
    sweep(page, KAPPA, range(10, 19))
    page.wait_for_function("document.querySelector('.lr-spoken').textContent")
    assert "gradient descent 173,  heavy ball" in spoken.text_content()
    assert "Step 150 of 150" in spoken.text_content()
    label = page.locator(".lr-chart").first.get_attribute("aria-label")
    assert "κ = 10" in label


# It looks right everywhere


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
    top = page.locator(".lr-ask").bounding_box()["y"]
    play = page.get_by_role("button", name="Play").bounding_box()
    assert play["y"] + play["height"] - top <= 844
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
    states += [{"methods": list(METHODS), "step": step} for step in (0, 40, SEEN)]
    states += [{"methods": []}]
    keeps_its_height(open_lab(), "valley", states)


def test_paper_shows_the_whole_walks(open_lab):
    page = open_lab()
    page.emulate_media(media="print")
    assert not page.locator(".lr-lab").is_visible()
    for picture in page.locator(".lr-still svg[role=img]").all():
        assert picture.is_visible()
    assert "heavy ball 20." in page.inner_text(".lr-still p")
    page.emulate_media(media="screen")
    assert page.locator(".lr-lab").is_visible()


# It is quick


@pytest.mark.timed
def test_a_drag_is_answered_within_a_frame(open_lab):
    page = open_lab()
    before = page.inner_text(".lr-slider-kappa output")
    assert least_work(page, DRAG) / 30 < ANSWER
    assert page.inner_text(".lr-slider-kappa output") != before
