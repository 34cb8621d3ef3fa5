"""Promise: the lab of Chapter 2 is moved by every hand, and its squares tell the truth."""

import random
from itertools import pairwise

import pytest
from axe import axe_finds_nothing_in
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
    slide,
    sweep,
    swipe,
    tap,
    unfold,
    with_model,
)
from playwright.sync_api import expect

from linreg.labs import Drag
from linreg.labs.drag.drag import padded
from linreg.labs.kit.text import readable

PAGE = "notebooks/02_how_wrong_is_a_line.html"
POINT = '.lr-handle:has(.lr-point):not([visibility="hidden"])'
SLOPE = ".lr-slider-w input"
INTERCEPT = ".lr-slider-b input"
LEFT, MIDDLE, RIGHT = (f"{part} of the line" for part in ("Left end", "Middle", "Right end"))

MATHEMATICS = in_module(
    "drag",
    """cases.map(([x, y, w, b, absolute]) => {
        const line = { w, b };
        return {
            residuals: lab.residuals(x, y, line),
            loss: lab.loss(x, y, line, absolute),
            shares: lab.shares(x, y, line, absolute),
            optimum: lab.optimum(x, y, absolute),
        };
    })""",
)

VERDICT = in_module(
    "drag",
    """cases.map(([x, y, w, b, absolute, best]) => {
        const optimal = lab.optimum(x, y, absolute);
        const line = best === "there" ? optimal : { w, b };
        return lab.verdict({ x, y, line, absolute, optimal, best: Boolean(best) });
    })""",
)

# All that is read out, to the eye and to a screen reader.
READ_WORDS = """() => {
    const lab = document.querySelector('[data-lab="drag"]');
    const texts = (selector) => [...lab.querySelectorAll(selector)].map((one) => one.textContent);
    const label = (selector) => lab.querySelector(selector).getAttribute("aria-label");
    const seen = (node) => node.getAttribute("visibility") !== "hidden";
    return {
        readouts: ["w", "b", "loss", "least"].map((key) => texts(`.lr-readout-${key} > *`)),
        sliders: texts(".lr-slider .lr-value"),
        chart: label(".lr-chart"),
        mean: label(".lr-mean"),
        caption: lab.querySelector(".lr-mean-panel .lr-caption").textContent,
        handles: [...lab.querySelectorAll(".lr-handle")].filter(seen)
            .map((handle) => handle.getAttribute("aria-valuetext")),
    };
}"""

READ_SQUARES = """() => {
    const lab = document.querySelector('[data-lab="drag"]');
    const read = (rect) =>
        ["x", "y", "width", "height"].map((name) => Number(rect.getAttribute(name)));
    const seen = (node) => node.getAttribute("visibility") !== "hidden";
    const all = (selector) => [...lab.querySelectorAll(selector)].filter(seen);
    return {
        squares: all(".lr-chart .lr-square").map(read),
        heaviest: all(".lr-chart .lr-square").findIndex((one) => one.matches(".lr-heaviest")),
        means: all(".lr-mean .lr-square").map(read),
        leasts: all(".lr-mean .lr-best").map(read),
        bars: all(".lr-bar").map((bar) => bar.getBoundingClientRect().toJSON()),
        bottom: lab.querySelector(".lr-mean").getBoundingClientRect().bottom,
        ticks: all(".lr-mean text").filter(({ textContent }) => textContent).map((text) =>
            [text.textContent, Number(text.getAttribute("transform").match(/[\\d.]+/g)[1])]),
        sticks: all(".lr-stick").map((stick) => getComputedStyle(stick).strokeWidth),
    };
}"""

UP_AND_DOWN = {
    "slug": "drag",
    "selectors": ['[aria-label="Point 3"]'],
    "start": [0, -45],
    "step": [0, 1],
    "times": 50,
}


class Page:
    """The page as a reader of this lab has it: every look and every touch is within the lab."""

    def __init__(self, page):
        self.page = page
        self.lab = page.locator('[data-lab="drag"] .lr-lab')

    def find(self, selector):
        return self.lab.locator(selector)

    def button(self, name):
        return self.lab.get_by_role("button", name=name)

    def handle(self, label):
        return self.find(f'[aria-label="{label}"]')

    def slide(self, selector, position):
        slide(self.page, f'[data-lab="drag"] {selector}', position)

    def slope(self, value):
        self.slide(SLOPE, round((value + 2) / 0.005))

    def intercept(self, value):
        self.slide(INTERCEPT, round((value + 5) / 0.05))

    def state(self):
        """The points, by their handles, and the line, by its sliders."""
        texts = [handle.get_attribute("aria-valuetext") for handle in self.points()]
        pairs = [text.replace("−", "-").replace(",", "").split() for text in texts]
        x, y = [float(words[1]) for words in pairs], [float(words[3]) for words in pairs]
        return x, y, self.shown("w"), self.shown("b")

    def points(self):
        return self.find(POINT).all()

    def shown(self, key):
        return number(self.find(f'[data-readout="{key}"]').inner_text())

    def python(self, **traits):
        """Python's lab in the state that the page shows."""
        x, y, w, b = self.state()
        return Drag(x, y, w=w, b=b, **traits)

    def drawn(self):
        return Drawn(self.page.evaluate(READ_CHARTS, "drag")[0])

    def squares(self):
        return self.page.evaluate(READ_SQUARES)

    def verdict(self):
        return self.find(".lr-verdict").inner_text()

    def hint(self):
        return self.find(".lr-hint").inner_text()

    def centre(self, label):
        return centre(self.handle(label))

    def drag(self, start, by, button="left"):
        drag(self.page, start, by, button)

    def focus(self, label):
        self.handle(label).focus()

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def focused(self):
        return self.page.evaluate("document.activeElement.getAttribute('aria-label')")


@pytest.fixture
def open_lab(lab_page):
    """Open the chapter, this lab just made, and bring its chart before the hand."""

    def open_page(**options):
        lab = Page(lab_page(PAGE, slug="drag", **options))
        unfold(lab.page, '[data-lab="drag"]')
        lab.find(".lr-chart").scroll_into_view_if_needed()
        return lab

    return open_page


# It is there


@pytest.mark.parametrize("over", ["http", "file"])
def test_the_lab_draws_itself(open_lab, over):
    lab = open_lab(over=over)
    assert lab.find(".lr-chart").count() == 1
    assert len(lab.points()) == len(lab.squares()["squares"]) == 6
    assert lab.state() == (Drag().x, Drag().y, 0.2, 5)
    assert not lab.page.locator('[data-lab="drag"] .lr-still').is_visible()
    assert "Drag a point" in lab.hint()


def test_without_javascript_the_squares_remain(new_page):
    page = new_page(PAGE, java_script_enabled=False)
    assert page.locator('[data-lab="drag"] svg rect').first.is_visible()


# It tells the truth


def draw_case(seed):
    """Draw points, among them ties and points upright, a line and an error."""
    rng = random.Random(seed)
    size = 2 if seed % 10 == 0 else rng.randint(2, 20)
    spread = 10 ** rng.uniform(-1, 2)
    x = [rng.gauss(0.5, 1) * spread for _ in range(size)]
    y = [rng.gauss(1, 2) * value + rng.gauss(0, 1) for value in x]
    if seed % 7 == 0:
        x = [x[0]] * size
    if seed % 4 == 1:  # two pairs: each line that passes between both has the least lengths
        x, y = [0, 0, 2, 2], [rng.randint(0, 5) for _ in range(4)]
    return x, y, rng.gauss(0, 2), rng.gauss(0, 2), seed % 2 == 1


def test_the_mathematics_in_the_page_is_that_of_python(open_lab):
    cases = [draw_case(seed) for seed in range(50)]
    found = open_lab().page.evaluate(MATHEMATICS, cases)
    several = 0
    for (x, y, w, b, absolute), theirs in zip(cases, found, strict=True):
        lab = Drag(x, y, w=w, b=b, absolute=absolute)
        best_w, best_b, least = lab.optimum()
        best, size = theirs["optimum"], max(map(abs, y))
        assert theirs["residuals"] == pytest.approx(lab.residuals(), abs=1e-9 * size)
        assert theirs["loss"] == pytest.approx(lab.loss(), rel=1e-9)
        assert theirs["shares"] == pytest.approx(lab.shares(), abs=1e-9)
        assert best["w"] == pytest.approx(best_w, rel=1e-9, abs=1e-9)
        assert best["b"] == pytest.approx(best_b, rel=1e-9, abs=1e-9 * size)
        assert best["loss"] == pytest.approx(least, rel=1e-9, abs=1e-9 * lab.loss())
        assert best["unique"] == lab.is_unique()
        several += absolute and not lab.is_upright() and not lab.is_unique()
    assert several >= 3


def squares_stand_on_their_sticks(drawn, squares, points, handles, w):
    """To scale, within the chart, and clear of the line unless it does not fit on that side."""
    _, per_pixel = drawn.pixel
    start, end = 44, drawn.width - 12  # of the chart's inside
    clear = 0
    for square, (_, y, residual), (at, _) in zip(squares, points, handles, strict=True):
        left, top, width, height = square
        assert width == height == pytest.approx(abs(residual) / per_pixel, abs=0.6)
        assert drawn.value(top, "y") == pytest.approx(max(y, y + residual), abs=0.6 * per_pixel)
        assert start <= left
        assert left + width <= end
        is_right = (residual > 0) == (w > 0)  # the line goes away from the square
        sides = {True: at, False: at - width}
        fits = at + width <= end if is_right else at - width >= start
        assert left == pytest.approx(sides[is_right == fits], abs=0.05)
        clear += fits
    assert clear >= 4


def lengths_are_lines_on_a_scale(found, means, per_pixel):
    """Of one width, from one floor, as long as the means are; nothing has an area to compare."""
    assert found["means"] == found["leasts"] == []
    for bar, mean in zip(found["bars"], means, strict=True):
        assert bar["width"] == found["bars"][0]["width"] <= 8
        assert bar["height"] * per_pixel == pytest.approx(mean, rel=0.02)
        assert bar["bottom"] == pytest.approx(found["bottom"] - 2, abs=0.1)
    for text, at in found["ticks"]:
        assert (at + 2) * per_pixel == pytest.approx(float(text), abs=0.1 * per_pixel)


def stands_as_python_says(lab, absolute=False, best=False):
    """Points, line, sticks, squares and their mean, all against Python."""
    python, drawn, found = lab.python(absolute=absolute, best=best), lab.drawn(), lab.squares()
    points = list(zip(python.x, python.y, python.residuals(), strict=True))
    handles = drawn.handles[3:]  # those of the line come first
    for (x, y, residual), at, (start, end, _) in zip(points, handles, drawn.sticks, strict=True):
        assert drawn.holds(at, x, y)
        assert drawn.holds(start, x, y)
        assert drawn.holds(end, x, y + residual, pixels=0.6)  # the line is written to 3 decimals
    lines = [(drawn.line[0], (python.w, python.b))]
    if best:
        lines.append((drawn.best[0], python.optimum()[:2]))
    for (*ends, _), (w, b) in lines:
        for end in ends:
            x = drawn.value(end[0], "x")
            assert drawn.holds(end, x, w * x + b, pixels=1)
    assert len(drawn.best) == best
    assert len(found["squares"]) == (0 if absolute else len(points))
    if not absolute:
        squares_stand_on_their_sticks(drawn, found["squares"], points, handles, python.w)
    _, per_pixel = drawn.pixel
    shares = python.shares()
    means = [python.loss(), python.optimum()[2]][: 1 + best]
    if absolute:
        lengths_are_lines_on_a_scale(found, means, per_pixel)
    else:
        assert found["heaviest"] == shares.index(max(shares))
        assert found["bars"] == []
        squares = found["means"] + found["leasts"]
        for (_, _, width, height), mean in zip(squares, means, strict=True):
            assert width == height
            assert (height * per_pixel) ** 2 == pytest.approx(mean, rel=0.02)
    assert lab.shown("loss") == pytest.approx(python.loss(), rel=6e-3)
    return python


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_the_drawing_stands_where_python_says(open_lab, width):
    lab = open_lab(viewport={"width": width, "height": 900}, reduced_motion="reduce")
    stands_as_python_says(lab)
    for slope, intercept in ((0.6, 3.5), (-0.4, 7)):
        lab.slope(slope)
        lab.intercept(intercept)
        stands_as_python_says(lab)
    lab.button("Best line").click()
    lab.slope(0.3)
    stands_as_python_says(lab, best=True)
    lab.find(".lr-switch").click()
    python = stands_as_python_says(lab, absolute=True, best=True)
    assert set(lab.squares()["sticks"]) == {"8px"}
    assert lab.shown("least") == pytest.approx(python.optimum()[2], rel=6e-3)
    assert padded(python.x, 0.1) == padded(python.y, 0.2) == (0, 10)


def test_a_line_that_leaves_the_chart_says_so(open_lab):
    lab = open_lab()
    assert not lab.find(".lr-warning").first.is_visible()
    lab.slope(2)
    assert "off the chart" in lab.find(".lr-warning").first.text_content()
    assert lab.find(".lr-arrow").first.is_visible()
    assert "NaN" not in lab.lab.inner_html()
    # Residuals keep their length beyond the roof, as far as the chart is high.
    python, drawn = lab.python(), lab.drawn()
    points = list(zip(python.x, python.y, python.residuals(), strict=True))
    beyond = [point for point in points if point[1] + point[2] > 10.5]
    assert beyond
    for (x, y, residual), (_, end, _) in zip(points, drawn.sticks, strict=True):
        assert drawn.holds(end, x, min(y + residual, 20), pixels=0.6)


# Its words are true


def fixed(value, decimals=3):
    return f"{value:.{decimals}f}".replace("-", "−")


def words_of(lab):
    """What the page has to say of a state, every number of it worked out in Python."""
    w, b, least = lab.optimum()
    loss, least = (readable(lab.displayed(value)) for value in (lab.loss(), least))
    total, size = readable(sum(lab.costs())), len(lab.x)
    name, mean = "mean squared error", "mean square"
    if lab.absolute:
        name, mean = "mean absolute error", "mean length"
    best_w, best_b, floor, note, also, dashed = (
        "best ?",
        "best ?",
        "?",
        "ask for the best line",
        "",
        "",
    )
    if lab.best:
        best_w, best_b = f"best {fixed(w)}", f"best {fixed(b)}"
        floor, note = least, "on the dashed line"
        also, dashed = f" The least there is: {least}.", f"; dashed, the least, {least}"
    line = f"Slope {fixed(lab.w)}, intercept {fixed(lab.b)}"
    grips = [
        f"height {readable(lab.w * x + lab.b, 3)}, slope {fixed(lab.w, 2)}" for x in (0.5, 5, 9.5)
    ]
    points = [
        f"x {readable(x, 3)}, y {readable(y, 3)}, residual {readable(residual, 3)},"
        f" {readable(100 * share, 2)}% of the error"
        for x, y, residual, share in zip(lab.x, lab.y, lab.residuals(), lab.shares(), strict=True)
    ]
    return {
        "readouts": [
            ["slope w", fixed(lab.w), best_w],
            ["intercept b", fixed(lab.b), best_b],
            [name, loss, f"sum {total} / {size} points"],
            ["the least there is", floor, note],
        ],
        "sliders": [fixed(lab.w), fixed(lab.b)],
        "chart": f"{size} points and a line. {line}, {name} {loss}.{also}",
        "mean": f"The residuals’ {mean}: {loss}{dashed}.",
        "caption": mean,
        "handles": grips + points,
    }


def test_every_readout_and_label_is_that_of_python(open_lab):
    page, states = open_lab().page, []
    # All points; the first three on the floor, the best b < 0; the last three, the best w < 0.
    for floored, w, b in ((), 0.6, 3.5), ((1, 2, 3), 0.3, 2), ((4, 5, 6), -0.4, 7):
        y = [0 if i in floored else y for i, y in enumerate(Drag().y, 1)]
        states += [
            {"y": y, "w": w, "b": b, "absolute": absolute, "best": best}
            for absolute in (False, True)
            for best in (False, True)
        ]
    with_model(page, "drag")
    for state, found in zip(states, changed(page, states, READ_WORDS), strict=True):
        assert found == words_of(Drag(Drag().x, **state)), state


CORNERS = [
    ([0, 1, 2], [0, 1, -3], 0, 0, False, False, "share", "Point 3 makes 90% of"),
    ([0, 1, 2], [0, 1, -3], 0, 0, True, False, "share", "Point 3 makes 75% of"),
    ([0, 1, 2], [0, 1, -3], 0, 0, True, False, "share", "squared, 90%"),
    ([0, 1], [1, 3], 2, 1, False, False, "through", "passes through every point"),
    ([0, 1], [1, 3], 2, 1, True, True, "through", "passes through every point"),
    ([0, 1, 2], [0, 3, 0], 0, 0, False, True, "above", "1.00 above the least, 1.50 times"),
    ([0, 1, 2], [0, 3, 0], 0, 1, False, True, "least", "no other has as small"),
    ([0, 1, 2], [0, 3, 0], 0, 0, True, True, "least", "points 1 and 3"),
    ([0, 0, 1, 1], [0, 1, 0, 1], 0, 0.5, True, True, "least", "Other lines do equally well"),
    ([4, 4, 4], [1, 2, 6], 0, 3, False, True, "least", "mean height, 3.00, there"),
    ([4, 4, 4], [1, 2, 6], 0, 2, True, True, "least", "median height, 2.00, there"),
    ([4, 4, 4], [1, 2, 6], 1, 2, False, True, "above", "no slope is best"),
    ([4, 4], [1, 1], 0, 1, False, True, "through", "no slope is best"),
]


def test_the_verdict_is_right_in_the_corners(open_lab):
    found = open_lab().page.evaluate(VERDICT, [case[:6] for case in CORNERS])
    for (*_, kind, words), verdict in zip(CORNERS, found, strict=True):
        text = verdict["html"].replace("<strong>", "").replace("</strong>", "")
        assert (verdict["kind"], words in text) == (kind, True), (words, text)
        assert "NaN" not in text
        assert "undefined" not in text


def test_one_point_far_out_is_chased_by_squares_and_not_by_lengths(open_lab):
    lab = open_lab(reduced_motion="reduce")
    lab.button("Best line").click()
    best = '[data-lab="drag"] .lr-readout-w .lr-note'
    slopes = {}
    for error in ("squared", "absolute"):
        before = lab.page.inner_text(best)
        lab.focus("Point 2")
        lab.press(*["Shift+ArrowDown"] * 3)
        slopes[error] = before == lab.page.inner_text(best)
        lab.press(*["Shift+ArrowUp"] * 3)
        lab.find(".lr-switch").click()
    # Point 2 is above both best lines to begin with: keep it on its side.
    assert slopes["squared"] is False
    lab.find(".lr-switch input").check()
    before = lab.page.inner_text(best)
    lab.focus("Point 2")
    lab.press(*["Shift+ArrowUp"] * 5)
    assert lab.page.inner_text(best) == before
    lab.find(".lr-switch input").uncheck()
    assert lab.page.inner_text(best) != before


def test_best_line_squares_and_lengths(open_lab):
    lab = open_lab(reduced_motion="reduce")
    assert lab.find('[data-readout="least"]').inner_text() == "?"
    assert lab.drawn().best == []
    for absolute in (False, True):
        lab.find(".lr-switch input").set_checked(absolute)
        lab.button("Best line").click()
        w, b, least = Drag(absolute=absolute).optimum()
        assert (lab.shown("w"), lab.shown("b")) == pytest.approx((w, b), abs=6e-4)
        assert lab.shown("loss") == lab.shown("least") == pytest.approx(least, rel=6e-4)
        assert lab.lab.get_attribute("data-verdict") == "least"
        assert "This line is the best" in lab.verdict()


def test_the_line_glides_to_the_best_one_and_a_hand_stops_it(open_lab):
    lab = open_lab()
    lab.page.evaluate(
        """() => {
            window.seen = new Set();
            const slope = document.querySelector('[data-lab="drag"] [data-readout="w"]');
            new MutationObserver(() => window.seen.add(slope.textContent))
                .observe(slope, { childList: true });
        }"""
    )
    lab.button("Best line").click()
    lab.page.wait_for_selector('[data-lab="drag"] [data-verdict="least"]')
    assert lab.page.evaluate("window.seen.size") > 3
    lab.button("Reset").click()
    lab.button("Best line").click()
    lab.slope(-1)
    held = lab.shown("w")
    lab.page.wait_for_timeout(1000)
    assert lab.shown("w") == held


# It obeys every hand


def test_the_keyboard_does_it_all(open_lab):
    lab = open_lab(reduced_motion="reduce")
    lab.focus(LEFT)
    for label in (MIDDLE, RIGHT, *(f"Point {i}" for i in range(1, 7))):
        lab.press("Tab")
        assert lab.focused() == label
    ring = "getComputedStyle(document.activeElement.querySelector('.lr-handle-ring')).stroke"
    assert lab.page.evaluate(ring) != "rgba(0, 0, 0, 0)"
    scrolled = lab.page.evaluate("window.scrollY")
    lab.press("ArrowUp", "ArrowLeft", "Shift+ArrowLeft")
    assert (lab.state()[0][5], lab.state()[1][5]) == (7.4, 8.4)
    lab.press("ArrowDown", "ArrowRight")
    assert (lab.state()[0][5], lab.state()[1][5]) == (7.5, 8.3)
    assert lab.page.evaluate("window.scrollY") == scrolled
    lab.press("Delete")
    assert (len(lab.points()), lab.focused()) == (5, "Point 5")
    lab.press("Backspace")
    assert (len(lab.points()), lab.focused()) == (4, "Point 4")
    lab.press("Tab")
    assert lab.page.evaluate("document.activeElement.textContent") == "Best line"
    lab.press("Enter")
    assert lab.lab.get_attribute("data-verdict") == "least"
    lab.press("Tab", "Tab", "Tab")  # past Reset and More
    lab.press("Enter")
    assert (len(lab.points()), lab.focused()) == (5, "Point 5")
    x, y, *_ = lab.state()
    assert (x[4], y[4]) == (8, 5)  # the widest gap, at mid-height
    lab.find(".lr-switch input").focus()
    lab.press("Space")
    assert "absolute" in lab.verdict()
    lab.press("Tab", "ArrowRight")
    assert lab.focused() is None
    lab.button("Reset").focus()
    lab.press("Enter")
    assert lab.state() == (Drag().x, Drag().y, 0.2, 5)


def test_arrows_turn_and_shift_the_line(open_lab):
    lab = open_lab()
    lab.focus(MIDDLE)
    lab.press("ArrowUp", "ArrowRight", "ArrowDown", "Shift+ArrowUp")
    assert (lab.shown("w"), lab.shown("b")) == (0.2, 6.1)
    lab.focus(RIGHT)
    lab.press(*["ArrowDown"] * 9)
    w, b = lab.shown("w"), lab.shown("b")
    assert w == pytest.approx(0.1)
    assert 0.5 * w + b == pytest.approx(6.2)  # the left end has stayed
    lab.focus(LEFT)
    lab.press(*["Shift+ArrowUp"] * 9)  # no farther than the chart
    assert lab.handle(LEFT).get_attribute("aria-valuenow") == "10"


def test_the_mouse_drags_a_point(open_lab):
    lab = open_lab()
    per_x, per_y = lab.drawn().pixel
    x, y, *_ = lab.state()
    start = lab.centre("Point 3")
    lab.drag((start[0] + 5, start[1] - 4), (30, -60))  # held beside its centre, it does not jump
    moved_x, moved_y, *_ = lab.state()
    assert moved_x[2] == pytest.approx(x[2] + 30 * per_x, abs=0.02)
    assert moved_y[2] == pytest.approx(y[2] + 60 * per_y, abs=0.02)
    assert moved_x[:2] + moved_x[3:] == x[:2] + x[3:]
    assert len(lab.points()) == 6
    assert lab.focused() == "Point 3"
    stands_as_python_says(lab)
    lab.drag(lab.centre("Point 3"), (3000, -3000))
    assert (lab.state()[0][2], lab.state()[1][2]) == (10, 10)


@pytest.mark.parametrize("button", ["right", "middle"])
def test_no_other_button_of_the_mouse_drags(open_lab, button):
    lab = open_lab()
    before = lab.state()
    for place in (lab.centre("Point 3"), lab.centre(LEFT)):
        lab.drag(place, (30, -60), button=button)
    assert lab.state() == before


def test_the_mouse_drags_the_line_by_its_ends_and_its_body(open_lab):
    lab = open_lab()
    _, per_y = lab.drawn().pixel
    lab.drag(lab.centre(RIGHT), (0, -45))
    w, b = lab.shown("w"), lab.shown("b")
    assert w == pytest.approx(0.2 + 45 * per_y / 9, abs=2e-3)
    assert 0.5 * w + b == pytest.approx(5.1, abs=2e-3)
    left, middle = lab.centre(LEFT), lab.centre(MIDDLE)
    body = [0.65 * a + 0.35 * c for a, c in zip(left, middle, strict=True)]
    lab.drag(body, (0, 40))
    assert lab.shown("w") == w
    assert lab.shown("b") == pytest.approx(b - 40 * per_y, abs=0.02)
    lab.drag(lab.centre(MIDDLE), (0, -40))
    assert lab.shown("b") == pytest.approx(b, abs=0.02)
    assert len(lab.points()) == 6


def test_the_nearest_of_two_close_points_is_taken(open_lab):
    lab = open_lab()
    lab.focus("Point 2")
    lab.press(*["ArrowRight"] * 10)  # now 25 pixels from point 3, or fewer
    first, second = lab.centre("Point 2"), lab.centre("Point 3")
    assert abs(first[0] - second[0]) < 35
    lab.page.mouse.click(first[0] + 3, first[1])
    assert lab.focused() == "Point 2"
    lab.page.mouse.click(second[0] - 3, second[1])
    assert lab.focused() == "Point 3"


def test_a_click_adds_a_point_and_remove_takes_the_chosen(open_lab):
    lab = open_lab()
    chart, drawn = lab.find(".lr-chart").bounding_box(), lab.drawn()
    lab.page.mouse.click(chart["x"] + 200, chart["y"] + 50)
    x, y, *_ = lab.state()
    assert (x[6], y[6]) == pytest.approx(drawn.at((200, 50)), abs=0.05)
    assert lab.button("Remove").inner_text() == "Remove 7"
    lab.button("Remove").click()
    assert lab.state() == (Drag().x, Drag().y, 0.2, 5)
    lab.button("Remove").click()
    assert "Choose the point first" in lab.hint()
    lab.page.mouse.click(*lab.centre("Point 2"))
    lab.button("Remove").click()
    assert lab.state()[0] == [value for i, value in enumerate(Drag().x) if i != 1]
    lab.page.mouse.click(chart["x"] + 20, chart["y"] + 50)  # beside the axis: no place for a point
    assert len(lab.points()) == 5


def test_a_point_that_is_dragged_is_not_deleted_under_the_pointer(open_lab):
    lab = open_lab()
    before = list(zip(*lab.state()[:2]))
    x, y = centre(lab.handle("Point 3"))
    lab.page.mouse.move(x, y)
    lab.page.mouse.down()
    lab.press("Delete")
    lab.page.mouse.move(x + 10, y + 10)
    lab.page.mouse.up()
    after = list(zip(*lab.state()[:2]))
    assert len(after) == len(before)
    assert [i for i, (a, b) in enumerate(zip(before, after)) if a != b] == [2]


def test_the_point_that_remove_takes_is_marked(open_lab):
    lab = open_lab()
    ring = "(point) => getComputedStyle(point.querySelector('.lr-handle-ring')).stroke"
    unmarked = lab.handle("Point 2").evaluate(ring)
    lab.page.mouse.click(*lab.centre("Point 2"))
    lab.button("Remove 2").hover()
    assert lab.handle("Point 2").evaluate(ring) != unmarked
    assert lab.handle("Point 3").evaluate(ring) == unmarked


def test_the_best_line_takes_back_a_refusal(open_lab):
    lab = open_lab(reduced_motion="reduce")
    lab.button("Remove").click()
    assert "Choose the point first" in lab.hint()
    lab.button("Best line").click()
    assert "Drag a point" in lab.hint()


def test_reset_brings_back_the_first_window_with_no_point_chosen(open_lab):
    lab = open_lab()
    with_model(lab.page, "drag")
    unfold(lab.page, '[data-lab="drag"]')
    first = lab.drawn().ticks
    changed(lab.page, [{"x": [*Drag().x[:5], 40]}])
    lab.focus("Point 3")
    assert lab.drawn().ticks != first
    assert lab.button("Remove").inner_text() == "Remove 3"
    lab.button("Reset").click()
    assert lab.drawn().ticks == first
    assert lab.button("Remove").inner_text() == "Remove"


def test_two_points_stay_and_twenty_are_enough(open_lab):
    lab = open_lab()
    lab.focus("Point 1")
    lab.press(*["Delete"] * 5)
    assert len(lab.points()) == 2
    assert "2 points must stay" in lab.hint()
    for _ in range(18):
        lab.button("Add a point").click()
    assert len(lab.points()) == 20
    assert "Drag a point" in lab.hint()
    lab.button("Add a point").click()
    assert len(lab.points()) == 20
    assert "20 points are all" in lab.hint()
    stands = lab.python()
    assert lab.shown("loss") == pytest.approx(stands.loss(), rel=6e-3)


def test_points_upright_have_no_best_slope_and_no_nan(open_lab):
    lab = open_lab(reduced_motion="reduce")
    lab.focus("Point 1")
    lab.press(*["Delete"] * 4)
    lab.press(*["Shift+ArrowRight"] * 12)
    lab.press("Tab", *["Shift+ArrowRight"] * 12)
    x, *_ = lab.state()
    assert x[0] == x[1] == 10
    for absolute in (False, True):
        lab.find(".lr-switch input").set_checked(absolute)
        lab.button("Best line").click()
        assert "no slope is best" in lab.verdict()
        assert lab.shown("w") == 0
        assert "NaN" not in lab.lab.inner_html()


def test_touch(open_lab):
    lab = open_lab(**PHONE)
    lab.handle("Point 3").scroll_into_view_if_needed()
    scrolled = lab.page.evaluate("window.scrollY")
    before = lab.state()
    x, y = lab.centre("Point 3")
    swipe(lab.page, (x - 12, y + 12), (0, -60))  # a finger finds it within 44 pixels
    lab.page.wait_for_timeout(400)  # what comes sooner is half of a double tap
    after = lab.state()
    assert after[1][2] > before[1][2] + 1
    assert lab.page.evaluate("window.scrollY") == scrolled
    swipe(lab.page, lab.centre(LEFT), (0, 40))
    lab.page.wait_for_timeout(400)  # what comes sooner is half of a double tap
    assert lab.shown("w") > before[2]
    chart = lab.find(".lr-chart").bounding_box()
    tap(lab.page, chart["x"] + 120, chart["y"] + 40)
    expect(lab.find(POINT)).to_have_count(7)  # the page may take a moment to see it
    beside = chart["x"] + 200, chart["y"] + 190
    swipe(lab.page, beside, (0, -120))  # there it scrolls the page
    lab.page.wait_for_timeout(400)
    lab.page.wait_for_function("(before) => window.scrollY > before", arg=scrolled)
    assert len(lab.points()) == 7
    for target in (".lr-button >> nth=0", ".lr-switch", SLOPE, ".lr-handle >> nth=4"):
        assert lab.find(target).bounding_box()["height"] >= 44


def test_a_touch_that_the_system_takes_away_lets_go(open_lab):
    """As a call that comes in does: the next touch drags as ever."""
    lab = open_lab(**PHONE)
    lab.handle("Point 3").scroll_into_view_if_needed()
    swipe(lab.page, lab.centre("Point 3"), (0, -30), end="touchCancel")
    lab.page.wait_for_timeout(400)  # what comes sooner is half of a double tap
    per_x, per_y = lab.drawn().pixel
    x, y, *_ = lab.state()
    across, down = lab.centre("Point 3")
    swipe(lab.page, (across - 12, down + 12), (0, -30))
    moved_x, moved_y, *_ = lab.state()
    assert moved_x[2] == pytest.approx(x[2], abs=2 * per_x)
    assert moved_y[2] == pytest.approx(y[2] + 30 * per_y, abs=2 * per_y)


def test_a_second_finger_on_a_held_point_moves_nothing(open_lab):
    lab = open_lab(**PHONE)
    lab.handle("Point 3").scroll_into_view_if_needed()
    _, per_y = lab.drawn().pixel
    before, (across, down) = lab.state(), lab.centre("Point 3")
    session = lab.page.context.new_cdp_session(lab.page)

    def touch(kind, *fingers):
        points = [{"x": across + x, "y": down + y, "id": i} for i, (x, y) in enumerate(fingers)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", (0, 0))
    touch("touchStart", (0, 0), (8, 8))
    touch("touchMove", (0, 0), (80, -60))
    assert lab.state() == before
    touch("touchMove", (0, -30), (80, -60))
    touch("touchEnd")
    session.detach()
    x, y, *_ = lab.state()
    assert x == before[0]
    assert y[2] == pytest.approx(before[1][2] + 30 * per_y, abs=2 * per_y)


def test_a_screen_reader_hears_the_outcome_once_the_hand_rests(open_lab):
    lab = open_lab(reduced_motion="reduce")
    spoken = lab.find(".lr-spoken")
    hurry(lab.page)
    lab.page.evaluate(
        """() => {
            window.heard = 0;
            new MutationObserver(() => { window.heard += 1; })
                .observe(document.querySelector(".lr-lab-drag .lr-spoken"), { childList: true });
        }"""
    )
    sweep(lab.page, f'[data-lab="drag"] {SLOPE}', range(440, 480, 2))
    lab.page.wait_for_function("window.heard > 0")
    assert lab.page.evaluate("window.heard") == 1
    assert "mean squared error" in spoken.text_content()
    assert "Slope 0.39" in spoken.text_content()
    lab.button("Remove").click()
    lab.page.wait_for_function("window.heard > 1")
    assert "Choose the point first" in spoken.text_content()
    text = lab.handle("Point 1").get_attribute("aria-valuetext")
    assert text.startswith("x 1.00, y 1.80, residual ")


# It looks right everywhere


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("absolute", [False, True])
def test_axe_finds_nothing(open_lab, scheme, absolute):
    lab = open_lab(color_scheme=scheme, reduced_motion="reduce")
    lab.find(".lr-switch input").set_checked(absolute)
    lab.button("Best line").click()
    lab.button("Remove").click()  # a refusal
    axe_finds_nothing_in(lab.page, '[data-lab="drag"] .lr-lab')


def test_a_phone_shows_a_dragged_point_and_its_lesson_together(open_lab):
    lab = open_lab(**PHONE)
    top = lambda part: lab.find(part).bounding_box()["y"]  # noqa: E731
    verdict = lab.find(".lr-verdict").bounding_box()
    end = verdict["y"] + verdict["height"]
    assert end - top(".lr-chart") < 600  # what bars and the notch leave of a phone's height
    order = [".lr-hint", ".lr-controls", ".lr-more", ".lr-slider-w"]
    assert [end, *map(top, order)] == sorted([end, *map(top, order)])
    mean, numbers = (lab.find(part).bounding_box() for part in (".lr-mean-panel", "dl"))
    assert mean["y"] + mean["height"] < top(".lr-readout-loss")
    assert mean["x"] + mean["width"] < lab.find(".lr-readout-w").bounding_box()["x"]
    assert numbers["height"] < 170


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
@pytest.mark.parametrize("absolute", [False, True])
def test_the_key_has_no_hole(open_lab, width, absolute):
    lab = open_lab(viewport={"width": width, "height": 900})
    lab.find(".lr-switch input").set_checked(absolute)
    entries = [one for one in lab.find(".lr-panel .lr-entry").all() if one.is_visible()]
    assert len(entries) == (3 if absolute else 4)
    boxes = [entry.bounding_box() for entry in entries]
    for one, other in pairwise(boxes):
        gap = other["x"] - (one["x"] + one["width"])
        assert 8 <= gap <= 16 or (other["x"] == boxes[0]["x"] and width == 320)


def test_nothing_below_the_lab_moves_while_it_is_used(open_lab):
    x, y = Drag().x, Drag().y
    points = [(x, y), ([*x, 9.5], [*y, 0.5]), (x[:2], y[:2]), ([10, 10, 10], [1, 2, 6])]
    points.append(([i / 2 for i in range(20)], [(7 * i) % 10 for i in range(20)]))
    states = []
    for xs, ys in points:
        states += [{"x": xs, "y": ys, "best": False, "absolute": False}]
        for absolute in (False, True):
            best = Drag(xs, ys, absolute=absolute).optimum()[:2]
            lines = [(-2, 5), (0.5, 3), (2, 8), best]
            states += [
                {"absolute": absolute, "best": with_best, "w": w, "b": b}
                for with_best in (False, True)
                for w, b in lines
            ]
    refusals = """(el) => {
        const press = (name) => [...el.querySelectorAll("button")]
            .find(({ textContent }) => textContent.startsWith(name)).click();
        const height = () => el.querySelector(".lr-lab").getBoundingClientRect().height;
        return ["Remove", "Add", "Reset"].map((name) => (press(name), height()));
    }"""
    keeps_its_height(open_lab().page, "drag", states, refusals)


@pytest.mark.parametrize("width", [320, 390, 600, 768, 1280])
def test_the_lab_fits_its_page(open_lab, width):
    lab = open_lab(viewport={"width": width, "height": 900})
    lab.find(".lr-switch input").check()
    assert lab.page.evaluate("document.documentElement.scrollWidth") <= width
    for part in (".lr-chart", ".lr-drag-picture", ".lr-controls", ".lr-verdict"):
        assert is_in_view(lab.page, f'[data-lab="drag"] {part}')


def test_without_a_still_picture_paper_shows_the_lab_and_drops_the_controls(open_lab):
    page = open_lab().page
    page.evaluate(
        """() => {
            const place = document.querySelector('[data-lab="drag"]');
            place.after(Object.assign(document.createElement("div"), { id: "bare" }));
            document.querySelector("#bare").append(place.querySelector(".lr-lab"));
        }"""
    )
    lab = page.locator("#bare")
    page.emulate_media(media="print")
    assert lab.locator(".lr-chart").is_visible()
    assert lab.locator(".lr-verdict").is_visible()
    for part in (".lr-button >> nth=0", ".lr-hint", SLOPE):
        assert not lab.locator(part).is_visible()
    page.evaluate("document.querySelector('#bare').remove()")


# It is quick


@pytest.mark.timed
def test_a_drag_is_answered_within_a_frame(open_lab):
    lab = open_lab()
    before = lab.verdict()
    assert least_work(lab.page, PULL, UP_AND_DOWN) / 50 < ANSWER
    assert lab.verdict() != before
