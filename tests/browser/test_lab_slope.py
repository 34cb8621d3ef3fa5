"""Promise: the lab of Chapter 3 is moved by every hand, and answers only who has shrunk h."""

import pytest
from lab_pages import (
    ANSWER,
    PHONE,
    PULL,
    READ_CHARTS,
    Drawn,
    centre,
    changed,
    drag,
    hurry,
    in_module,
    is_in_view,
    keeps_its_height,
    least_work,
    number,
    opening,
    spills,
    sweep,
    with_model,
)

from linreg.labs import Slope
from linreg.labs.kit.text import readable

PAGE = "notebooks/03_the_gradient.html"
SLIDER = '[data-lab="slope"] .lr-slider-h input'
FIRST, SECOND = (
    f'[data-lab="slope"] [aria-label="{place} point"]' for place in ("First", "Second")
)

MATHEMATICS = in_module(
    "slope",
    """cases.map(([w, h]) => [
        lab.loss(w), lab.change(w, h), lab.secant(w, h), lab.slope(w),
        ...[false, true].map((tangent) => lab.verdict({ w, h, tangent })),
    ])""",
)

# What the eye and a screen reader get of it.
READ = """() => {
    const lab = document.querySelector('[data-lab="slope"]');
    const text = (selector) => lab.querySelector(selector).textContent;
    const seen = (selector) => lab.querySelector(selector).getAttribute("visibility") !== "hidden";
    const line = lab.querySelector(".lr-secant");
    return {
        readouts: ["w", "h", "secant", "slope"].map((key) => text(`[data-readout="${key}"]`)),
        notes: ["w", "h", "secant", "slope"].map((key) => text(`.lr-readout-${key} .lr-note`)),
        slider: text(".lr-slider .lr-value"),
        label: lab.querySelector(".lr-chart").getAttribute("aria-label"),
        handles: [...lab.querySelectorAll(".lr-handle")]
            .map((handle) => handle.getAttribute("aria-valuetext")),
        now: [...lab.querySelectorAll(".lr-handle")]
            .map((handle) => Number(handle.getAttribute("aria-valuenow"))),
        secant: ["x1", "y1", "x2", "y2"].map((name) => Number(line.getAttribute(name))),
        tangent: seen("line.lr-best"),
        named: Number(lab.querySelector(".lr-leg-name").getAttribute("y")),
        legs: lab.querySelector(".lr-leg").getAttribute("d").match(/-?[\\d.]+/g).map(Number),
        button: text(".lr-button"),
        verdict: lab.querySelector(".lr-lab").dataset.verdict,
    };
}"""

ALONG = {
    "slug": "slope",
    "selectors": ['[aria-label="First point"]'],
    "start": [-25, 0],
    "step": [1, 0],
    "times": 50,
}


open_lab = opening(PAGE, "slope", before_the_hand=SLIDER)


def seen(page):
    return page.evaluate(READ)


def state(page):
    """The lab's state as the page shows it: w, h, and whether the tangent is there."""
    found = seen(page)
    return number(found["readouts"][0]), number(found["readouts"][1]), found["tangent"]


def position(h):
    """The slider's position of a step of two digits."""
    digits, exponent = f"{h:.1e}".split("e")
    return 90 * (int(exponent) + 3) + round(10 * float(digits)) - 10


def slide_along(page, selector, by):
    drag(page, centre(page.locator(selector)), (by, 30))  # up and down is the curve's to say


# It is there, and gives nothing away


@pytest.mark.parametrize("over", ["http", "file"])
def test_the_lab_draws_itself_and_asks(open_lab, over):
    page = open_lab(over=over)
    assert page.locator(".lr-ask").inner_text().startswith("What does the slope of the line become")
    assert not page.locator(".lr-still").is_visible()
    found = seen(page)
    assert found["readouts"] == ["1.00", "1.0", "−4.667", "?"]
    assert not found["tangent"]
    assert not page.locator(".lr-entry:has(.lr-key-best)").is_visible()
    text = page.locator('[data-lab="slope"] .lr-lab').inner_text()
    assert "9.33" not in text
    assert "9.33" not in found["label"]
    assert page.locator('[data-lab="slope"] .lr-lab :is(input, button)').count() == 2


# It tells the truth


def test_the_mathematics_in_the_page_is_that_of_python(open_lab):
    cases = [(w / 10, h) for w in range(31) for h in (0.001, 0.03, 0.1, 0.11, 1)]
    found = open_lab().evaluate(MATHEMATICS, cases)
    for (w, h), (*numbers, hidden, shown) in zip(cases, found, strict=True):
        lab = Slope(w, h)
        ours = [lab.loss(), lab.change(), lab.secant(), lab.slope()]
        assert numbers == pytest.approx(ours, rel=1e-9, abs=1e-11)
        assert hidden["kind"] == ("apart" if h > 0.1 else "near")
        assert shown["kind"] == ("bottom" if w == 2 else "tangent")
        slope = readable(lab.slope())
        assert f"slope {slope if w == 2 else f'is {slope}'}" in shown["html"]
        assert readable(lab.secant() - lab.slope(), 3) in shown["html"]


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_the_drawing_stands_where_python_says(open_lab, width):
    page = open_lab(viewport={"width": width, "height": 900})
    with_model(page, "slope")
    for w, h, tangent in [(1, 1, False), (0, 0.5, True), (2, 0.01, True), (3, 1, True)]:
        lab = Slope(w, h, tangent)
        changed(page, [{"w": w, "h": h, "tangent": tangent}])
        drawn, found = Drawn(page.evaluate(READ_CHARTS, "slope")[0]), seen(page)
        second, first = drawn.handles
        assert drawn.holds(first, w, lab.loss())
        assert drawn.holds(second, w + h, lab.loss(w + h))
        assert found["now"] == pytest.approx([w + h, w])
        for place in drawn.past[5:-5:9]:
            x, y = drawn.at(place)
            assert y == pytest.approx(lab.loss(x), abs=drawn.pixel[1])
        x1, y1, x2, y2 = found["secant"]
        assert len(drawn.best) == tangent == found["tangent"]
        lines = [(lab.secant(), ((x1, y1), (x2, y2)))]
        lines += [(lab.slope(), ends) for *ends, _ in drawn.best]
        for slope, ends in lines:
            for end in ends:
                x = drawn.value(end[0], "x")
                assert drawn.holds(end, x, lab.loss() + slope * (x - w), pixels=0.4)
        left, floor, right, end = found["legs"]
        assert drawn.holds((left, floor), w, lab.loss())
        assert drawn.holds((right, end), w + h, lab.loss(w + h))
        assert (found["named"] > floor) == (lab.change() > 0)  # where the curve is not


def test_every_readout_and_label_is_that_of_python(open_lab):
    page = open_lab()
    with_model(page, "slope")
    states = [
        {"w": w, "h": h, "tangent": tangent}
        for w in (0.0, 1.25, 2.0, 3.0)
        for h in (1.0, 0.25, 0.003)
        for tangent in (False, True)
    ]
    for one, found in zip(states, changed(page, states, READ), strict=True):
        lab = Slope(**one)
        w, h, secant = f"{lab.w:.2f}", readable(lab.h, 2), readable(lab.secant())
        slope = readable(lab.slope()) if lab.tangent else "?"
        also = f" The tangent at w has slope {slope}." if lab.tangent else ""
        assert found["readouts"] == [w, h, secant, slope]
        assert found["notes"][:2] == [
            f"loss {readable(lab.loss())}",
            f"change {readable(lab.change(), 3)}",
        ]
        assert found["slider"] == h
        words = f"w {w}, h {h}, slope of the line through both points {secant}.{also}"
        assert found["label"].endswith(words)
        assert found["handles"] == [
            f"h {h}, loss {readable(lab.loss(lab.w + lab.h))}",
            f"w {w}, loss {readable(lab.loss())}",
        ]
        assert found["button"].startswith("Hide" if lab.tangent else "Show")


# The tangent waits for the reader


def test_the_tangent_comes_when_a_hand_has_shrunk_h_and_not_before(open_lab):
    page = open_lab()
    steps = [0.5, 0.1, 0.05, 0.011, 0.01, 0.2]
    found = sweep(page, SLIDER, map(position, steps), READ)
    assert [number(one["readouts"][1]) for one in found] == steps
    assert [one["tangent"] for one in found] == [False] * 4 + [True] * 2
    assert [one["verdict"] for one in found] == ["apart", *["near"] * 3, *["tangent"] * 2]
    assert found[-1]["readouts"][3] == "−9.333"
    page.get_by_role("button", name="Hide the tangent").click()
    assert seen(page)["readouts"][3] == "?"
    assert not sweep(page, SLIDER, [position(0.02)], READ)[0]["tangent"]
    assert sweep(page, SLIDER, [position(0.005)], READ)[0]["tangent"]
    page.get_by_role("button", name="Hide the tangent").click()
    assert not sweep(page, SLIDER, [position(0.004)], READ)[0]["tangent"]


def test_who_asks_gets_it_at_once_and_python_decides_for_itself(open_lab):
    page = open_lab()
    page.get_by_role("button", name="Show the tangent").click()
    assert state(page) == (1, 1, True)
    with_model(page, "slope")
    assert changed(page, [{"h": 0.001}], READ)[0]["tangent"] is False


# It is moved by every hand


def test_the_mouse_moves_both_points_along_the_curve(open_lab):
    page = open_lab()
    pixel = Drawn(page.evaluate(READ_CHARTS, "slope")[0]).pixel[0]
    slide_along(page, FIRST, 0.5 / pixel)
    w, h, _ = state(page)
    assert w == pytest.approx(1.5, abs=0.02)
    assert h == 1
    slide_along(page, SECOND, -0.6 / pixel)
    assert state(page)[1] == pytest.approx(0.4, abs=0.02)
    slide_along(page, SECOND, -300)  # past the first one
    assert state(page) == (w, 0.001, True)
    slide_along(page, SECOND, 600)  # and out again, from where both meet
    slide_along(page, FIRST, 600)
    assert state(page)[:2] in [(3, 1), (w, 1)]


def test_the_arrow_keys_move_both_points_and_the_slider(open_lab):
    page = open_lab()
    page.focus(FIRST)
    for key in ("ArrowRight", "ArrowUp", "Shift+ArrowLeft", "ArrowDown"):
        page.keyboard.press(key)
    assert state(page)[0] == pytest.approx(0.55)
    page.focus(SECOND)
    page.keyboard.press("ArrowLeft")
    assert state(page)[1] == pytest.approx(0.95)
    page.focus(SLIDER)
    page.keyboard.press("Home")
    assert state(page) == (0.55, 0.001, True)
    scrolled = page.evaluate("scrollY")
    page.focus(FIRST)
    for _ in range(9):
        page.keyboard.press("Shift+ArrowDown")
    assert state(page)[0] == 0
    assert page.evaluate("scrollY") == scrolled


def test_a_finger_moves_the_points_and_its_targets_are_large_enough(open_lab):
    page = open_lab(**PHONE)
    box = page.locator(FIRST).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    session = page.context.new_cdp_session(page)
    for kind, points in (
        ("touchStart", [{"x": x, "y": y}]),
        ("touchMove", [{"x": x + 20, "y": y}]),
        ("touchMove", [{"x": x + 40, "y": y}]),
        ("touchEnd", []),
    ):
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    assert 1.4 < state(page)[0] < 1.8
    for target in (".lr-button", ".lr-handle >> nth=0", ".lr-slider input"):
        size = page.locator(f'[data-lab="slope"] {target}').bounding_box()
        assert size["height"] >= 43.9


def test_a_screen_reader_hears_the_outcome_once_the_hand_rests(open_lab):
    page = open_lab()
    spoken = page.locator('[data-lab="slope"] .lr-spoken')
    hurry(page)
    sweep(page, SLIDER, range(200, 150, -5))
    page.wait_for_function("document.querySelector('.lr-lab-slope .lr-spoken').textContent !== ''")
    assert "slope of the line through both points" in spoken.text_content()


# It looks right everywhere


def test_nothing_below_the_lab_moves_while_it_is_used(open_lab):
    states = [
        {"w": w, "h": h, "tangent": tangent}
        for w in (0, 1.25, 2, 3)
        for h in (1, 0.123, 0.001)
        for tangent in (False, True)
    ]
    keeps_its_height(open_lab(), "slope", states)


@pytest.mark.parametrize("width", [320, 390, 600, 768, 1280])
def test_the_lab_fits_its_page(open_lab, width):
    page = open_lab(viewport={"width": width, "height": 900})
    page.get_by_role("button", name="Show the tangent").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert is_in_view(page, '[data-lab="slope"] .lr-chart')
    assert spills(page) == []
    chart, words = (
        page.locator(f'[data-lab="slope"] {part}').bounding_box()
        for part in (".lr-chart", ".lr-verdict")
    )
    if width >= 768:  # the words stand beside the picture
        assert words["x"] > chart["x"] + chart["width"]
    assert words["y"] + words["height"] - chart["y"] < 560  # and on a phone on one screen with it


# It is quick


@pytest.mark.timed
def test_a_drag_is_answered_within_a_frame(open_lab):
    page = open_lab()
    before = state(page)
    assert least_work(page, PULL, ALONG) / 50 < ANSWER
    assert state(page) != before
