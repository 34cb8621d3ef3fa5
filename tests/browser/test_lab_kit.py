"""Promise: what the labs' charts share says the same as Python, and is right in every corner."""

import math
import random
import re
from fractions import Fraction
from functools import partial

import pytest
from lab_pages import in_module, number, sweep

from linreg.labs.kit.chart import clip_line
from linreg.labs.kit.scale import ACROSS, DOWN, axis_of

PAGE = "notebooks/04_the_long_walk.html"
SIDE, TOP, HEIGHT = (44, 316), 22, 194  # of the chart's inside, in pixels, at the size below

DEPARTURES = in_module(
    "walk",
    """cases.map(([w, b, xs, x, y]) => {
        const chart = new lab.Chart({ names: ["x", "y"], caption: [], heightOf: () => 250 });
        chart.resize(328);
        chart.frame({ x, y });
        const departure = new lab.Departure(chart);
        departure.draw({ w, b }, xs);
        const seen = (node) => node.getAttribute("visibility") !== "hidden";
        return {
            arrows: departure.arrows.filter(seen).map((arrow) => arrow.getAttribute("d")),
            note: departure.note.filter(seen).map((text) => text.textContent),
        };
    })""",
    exporting="Chart, Departure",
)

CLIPS = in_module(
    "walk",
    "cases.map(([w, b, x, y]) => lab.clipLine(w, b, x, y))",
    exporting="clipLine",
)

AXES = in_module(
    "walk",
    """cases.map(([low, high, isLog, about, pixels]) => {
        const kind = isLog ? lab.logarithmic : lab.linear;
        const axis = kind([low, high], [0, 100]).axis(about, pixels ?? undefined);
        return [axis.ticks.map(({ value, text }) => [value, text]), axis.named("y")];
    })""",
    exporting="linear, logarithmic",
)

DRAWN_AXES = in_module(
    "drag",
    """(() => {
        const el = document.querySelector(".lr-live");
        const quiet = () => {};
        const model = { get: (name) => cases[name], on: quiet, off: quiet };
        lab.default.render({ model, el });
        const texts = [...el.querySelectorAll(".lr-chart :is(.lr-grid text, .lr-name)")];
        const chart = el.querySelector(".lr-chart").getBoundingClientRect();
        return texts.filter((text) => text.getAttribute("visibility") !== "hidden").map((text) => {
            const { left, right } = text.getBoundingClientRect();
            const size = parseFloat(getComputedStyle(text).fontSize);
            const line = text.getStartPositionOfChar(0).y; // the letters stand on it, in any font
            const ends = [line - 0.8 * size, line + 0.3 * size];
            return [text.textContent, left - chart.left, right - chart.left, ...ends];
        });
    })()""",
)


@pytest.fixture
def open_page(lab_page):
    """Open a page with a lab."""
    return partial(lab_page, PAGE)


# Where a line leaves the chart


def departure(w, b, xs, x, y):
    """The arrows, as (pixel across, pixel down, whether up), and the note, worked out exactly."""
    w, b, (left, right), (bottom, top) = Fraction(w), Fraction(b), x, y
    outside = {at: max(bottom - (w * at + b), w * at + b - top) for at in map(Fraction, xs)}
    worst = max(outside, key=outside.get)
    if outside[worst] <= 0:
        return [], None
    crossings = [((edge - b) / w, edge) for edge in map(Fraction, y)] if w else []
    exits = [place for place in crossings if left <= place[0] <= right]
    if not exits:
        middle = Fraction(left + right) / 2
        exits = [(middle, Fraction(top if w * middle + b > top else bottom))]
    across = (SIDE[1] - SIDE[0]) / Fraction(right - left)
    arrows = [
        (float(SIDE[0] + (at - left) * across), TOP if edge == top else TOP + HEIGHT, edge == top)
        for at, edge in sorted(exits)
    ]
    return arrows, (float(worst), float(w * worst + b))


def read_arrow(path):
    """Where an arrow starts, and whether it points up."""
    numbers = re.fullmatch(r"M(\S+) (\S+)h12l-6 (-?\d+)z", path).groups()
    at, base, tip = map(float, numbers)
    return at + 6, base, tip < 0


def draw_line(seed):
    """A line, points and a window, which now and then lies far from zero."""
    rng = random.Random(seed)
    x0, y0 = (rng.choice([0, 1000, -(10**6)]) for _ in range(2))
    x, y = (x0 - rng.uniform(0, 5), x0 + rng.uniform(0.5, 5)), (y0 - 3, y0 + rng.uniform(1, 9))
    w = rng.choice([-1, 1]) * 10 ** rng.uniform(-3, 4)
    b = rng.uniform(-20, 20) + rng.choice([0, y0]) - rng.choice([w * x0, 0])
    return w, b, [rng.uniform(*x) for _ in range(4)], x, y


UNIT, FAR = (0, 10), (1000, 1010)
LINES = [
    (0, 5, [1, 9], UNIT, UNIT),  # within
    (0.1, 5, [1, 9], UNIT, UNIT),  # out by both sides
    (2, 3, [1, 9], UNIT, UNIT),  # in by the left side, out by the top
    (-2, 3, [1, 9], UNIT, UNIT),  # ... by the bottom
    (2, -12, [1, 9], UNIT, UNIT),  # in by the bottom, out by the right side
    (50, -250, [1, 9], UNIT, UNIT),  # steep: in by the bottom, out by the top
    (-50, 250, [1, 9], UNIT, UNIT),
    (0, 12, [1, 9], UNIT, UNIT),  # above
    (0, -2, [1, 9], UNIT, UNIT),  # below
    (1, 0, [1001, 1009], FAR, UNIT),  # above, though it passes through (0, 0)
    (-1, 0, [1001, 1009], FAR, UNIT),
    (-1, 1100, [1001, 1009], FAR, UNIT),  # above, and falling
    (1, -1100, [1001, 1009], FAR, UNIT),  # below, and rising
    (12, -12002, [1001, 1009], FAR, FAR),  # out below, nearer to 0 than what lies within
    (0, 999, [1001, 1009], FAR, FAR),
    (1, -1, [1, 5], UNIT, (-0.5, 100)),  # within at the points, out beside them
    (1e80, -5e80, [1, 9], UNIT, UNIT),
    (-1e80, 5e80, [1, 9], UNIT, UNIT),
    (1e80, 1e80, [1, 9], UNIT, UNIT),
    (-1e80, -1e80, [1, 9], UNIT, UNIT),
    (1e9, -3e8, [0.5, 0.9], (0.3, 1), (0, 1)),  # from the very corner
    (1e30, -0.5 * 1e30, [0.6, 0.9], (0.3, 1), (0, 1)),
]


def test_the_arrows_and_the_note_are_where_a_line_leaves_the_chart(open_page):
    cases = [*LINES, *map(draw_line, range(400))]
    found = open_page().evaluate(DEPARTURES, cases)
    kinds = set()
    for case, theirs in zip(cases, found, strict=True):
        arrows, note = departure(*case)
        kinds.add((len(arrows), note is None, *(up for *_, up in arrows)))
        assert len(theirs["arrows"]) == len(arrows), case
        for path, arrow in zip(theirs["arrows"], arrows, strict=True):
            assert read_arrow(path) == pytest.approx(arrow, abs=0.02), case
        assert bool(theirs["note"]) == (note is not None), case
        if note is not None:
            text = theirs["note"][1]
            at, said = re.fullmatch(r"at x = (\S+) the line says (\S+)", text).groups()
            assert number(at) == pytest.approx(note[0], rel=0.06), case
            assert number(said) == pytest.approx(note[1], rel=0.06), case
    one_way = {(1, False, up) for up in (True, False)}
    assert kinds >= {(0, True), (2, False, True, False), (2, False, False, True)} | one_way


def draw_steep(seed):
    """A steep line through a side of a window, or past it by no more than rounding."""
    rng = random.Random(seed)
    x, y = (rng.uniform(-1, 1), rng.uniform(2, 3)), (rng.uniform(-9, -1), rng.uniform(1, 9))
    w = rng.choice([-1, 1]) * 10 ** rng.uniform(0, 80)
    return w, -w * rng.choice(x) + rng.uniform(*y), x, y


def test_no_end_of_a_line_lies_outside_its_window(open_page):
    """Rounding of a huge number is far from any window."""
    cases = [draw_steep(seed) for seed in range(400)]
    found = open_page().evaluate(CLIPS, cases)
    assert sum(map(bool, found)) > 100
    for (w, b, x, y), theirs in zip(cases, found, strict=True):
        ours = clip_line(w, b, x, y)
        assert bool(ours) == bool(theirs)
        for ends in filter(None, (ours, theirs and [theirs[:2], theirs[2:]])):
            for across, height in ends:
                assert x[0] - 1e-12 <= across <= x[1] + 1e-12
                assert y[0] - 1e-12 <= height <= y[1] + 1e-12


# What the axes say


def draw_frame(seed):
    """A window of any size, anywhere."""
    rng = random.Random(seed)
    is_log = seed % 3 == 0
    if is_log:
        low = 10 ** rng.uniform(-20, 20)
        return low, low * 10 ** rng.uniform(0.6, 40 if seed % 2 else 2), True
    low = rng.choice([0, rng.gauss(0, 1) * 10 ** rng.uniform(-9, 9)])
    return low, low + max(1e-9 * abs(low), 10 ** rng.uniform(-9, 9)), False


FRAMES = [
    (0, 1e9, False),
    (-2e8, 1.2e9, False),
    (-1.2e9, -1e9, False),
    (1e9 - 4, 1e9, False),
    (999_999_996.08, 1_000_000_000.5, False),
    (-1e9, -1e9 + 2, False),
    (12_340, 12_350, False),
    (0.0001, 0.0009, False),
    (1e-9, 8e-9, False),
    (0, 10, False),
    (-0.15, 0.05, False),
    (0, 80_000, False),
    (0.01, 100, True),
    (3e16, 2e17, True),
    (1, 1e64, True),
]


def test_an_axis_says_in_the_page_what_it_says_in_python(open_page):
    frames = [*FRAMES, *map(draw_frame, range(900))]
    cases = [
        [*frame, *way] for frame in frames for way in ((ACROSS, 302), (ACROSS, 232), (DOWN, None))
    ]
    found = open_page().evaluate(AXES, cases)
    for (low, high, log, about, pixels), (ticks, name) in zip(cases, found, strict=True):
        ours = axis_of((low, high), log, about, math.inf if pixels is None else pixels)
        case = (low, high, log, about)
        assert [text for _, text in ticks] == [text for _, text in ours.ticks], case
        assert name == ours.named("y"), case
        assert [value for value, _ in ticks] == pytest.approx([value for value, _ in ours.ticks])


def test_the_name_of_the_horizontal_axis_ends_where_the_axis_ends(open_page):
    ends = open_page(slug="walk").eval_on_selector_all(
        ".lr-chart",
        """(charts) => charts.map((chart) => [".lr-name[text-anchor=end]", ":scope > .lr-axis"]
            .map((part) => chart.querySelector(part).getBoundingClientRect().right))""",
    )
    assert len(ends) == 2
    for name, axis in ends:
        assert name == pytest.approx(axis, abs=3)


def state(x, y):
    return {"x": x, "y": y, "w": 0, "b": y[0], "absolute": False, "best": False}


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize(
    "points",
    [
        ([0, 1e9], [-1e9, 1e9]),
        ([1e9 - 4, 1e9], [1e9 - 9, 1e9]),
        ([-1e9, -9.99e8], [-1e9, -9.9e8]),
        ([123_456, 123_999], [0.00012, 0.00057]),
    ],
)
def test_no_number_on_an_axis_is_cut_or_meets_another(lab_page, points, width):
    page = lab_page(
        "notebooks/02_how_wrong_is_a_line.html", viewport={"width": width, "height": 844}
    )
    texts = page.evaluate(DRAWN_AXES, state(*points))
    assert len(texts) >= 8
    for i, (text, left, right, top, bottom) in enumerate(texts):
        assert left >= -0.5, text
        for other, left2, right2, top2, bottom2 in texts[:i]:
            beside = right + 2 <= left2 or right2 + 2 <= left
            assert beside or bottom <= top2 + 3 or bottom2 <= top + 3, (text, other)
    assert len({text for text, *_ in texts}) > len(texts) / 2  # they tell places apart


# What moves them


def test_a_rail_is_filled_as_far_as_the_slider_has_come(open_page):
    slider = "[data-lab=walk] .lr-slider-step"
    fill = f"""() => {{
        const {{ backgroundImage }} = getComputedStyle(document.querySelector("{slider} .lr-rail"));
        return backgroundImage.match(/[\\d.]+(?=%)/g).map(Number);
    }}"""
    page = open_page(slug="walk")
    last = int(page.get_attribute(f"{slider} input", "max"))
    found = sweep(page, f"{slider} input", [0, 10, last], fill)
    assert [share for (share,) in found] == pytest.approx([0, 1000 / last, 100])
