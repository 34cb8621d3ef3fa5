"""Promise: the lab One bad point shows three fits and what the book's functions say of them."""

import json
import math
import random
import re
from itertools import combinations

import numpy as np
import pytest
from test_labs import Elements, drawn, near, places, still_charts

from linreg.labs import Outlier
from linreg.labs.kit.chart import clip_line
from linreg.labs.kit.text import readable
from linreg.labs.outlier.outlier import GRID, WINDOW, X

FITS = ["squares", "huber", "absolute"]
CORNERS = [(0, 0), (0, 10), (18, 0), (18, 10)]


def some_places(count):
    """Places of the point, drawn at random, after the corners of the frame."""
    rng = random.Random(20)
    drawn = [(rng.uniform(*WINDOW["x"]), rng.uniform(*WINDOW["y"])) for _ in range(count)]
    return [*CORNERS, *drawn]


def loss(lab, fit, w, b):
    """What a fit makes smallest, at lines of any number."""
    x, y = (np.array(values)[:, None] for values in lab.points())
    size = abs(y - w * x - b)
    if fit == "absolute":
        return size.sum(axis=0)
    beyond = lab.delta * (size - lab.delta / 2)
    squares = size**2 / 2
    each = np.where(size <= lab.delta, squares, beyond) if fit == "huber" else squares
    return each.sum(axis=0)


# The mathematics


@pytest.mark.parametrize("fit", FITS)
def test_no_line_near_by_is_better_than_one_that_is_shown(fit):
    rng = np.random.default_rng(20)
    for x, y in some_places(25):
        lab = Outlier(x, y, delta=rng.choice([1.0, 2.0]))
        w, b = lab.line(fit)
        w_off, b_off = 10.0 ** rng.uniform(-4, 0, 200) * rng.standard_normal((2, 200))
        least = loss(lab, fit, np.array([w]), np.array([b]))[0]
        assert loss(lab, fit, w + w_off, b + b_off).min() >= least - 1e-10


def test_leverage_and_cooks_distance_are_what_leaving_the_point_out_shows():
    for x, y in some_places(25):
        lab = Outlier(x, y)
        (w, b), (v, a) = lab.line(), lab.line(without=True)
        xs, ys = (np.array(values) for values in lab.points())
        moved = (w * xs + b) - (v * xs + a)
        variance = ((ys - w * xs - b) ** 2).sum() / 8
        assert lab.cooks_distance() == pytest.approx((moved**2).sum() / (2 * variance))
        assert lab.leverage() == pytest.approx(lab.share())
        assert lab.residual() == pytest.approx((1 - lab.leverage()) * lab.miss())
        spread = math.sqrt(variance * (1 - lab.leverage()))
        assert lab.studentised() == pytest.approx(lab.residual() / spread)


def test_each_line_goes_some_part_of_the_way_to_the_point_and_never_past_it():
    for x, y in some_places(60):
        lab = Outlier(x, y)
        assert all(-1e-6 <= lab.share(fit) <= 1 + 1e-6 for fit in FITS)


def test_far_up_least_squares_is_lifted_and_the_two_others_hold():
    lab = Outlier(4, 9)
    assert lab.leverage() == pytest.approx(0.1, abs=0.01)
    assert lab.share("huber") < 0.03
    assert lab.share("absolute") < 0.01
    higher = Outlier(4, 10)
    assert higher.line("huber") == pytest.approx(lab.line("huber"), abs=1e-9)
    assert higher.line("absolute") == pytest.approx(lab.line("absolute"), abs=1e-9)
    assert higher.line()[1] > lab.line()[1] + 0.05


def test_far_out_all_three_follow_and_the_residual_is_small():
    lab = Outlier(17, 0)
    assert lab.line()[0] < 0 < lab.line(without=True)[0]
    assert abs(lab.residual()) < 0.2 * abs(lab.miss())
    assert min(lab.share(fit) for fit in FITS) > 0.8
    half_way = Outlier(12, 0)  # where least absolute deviations hold best
    shares = [half_way.share(fit) for fit in FITS]
    assert shares == sorted(shares, reverse=True)


def test_cooks_distance_needs_both():
    up, out, both = (Outlier(*place).cooks_distance() for place in [(4, 10), (17, 7.1), (17, 0)])
    assert up < 0.5
    assert out < 0.1
    assert both > 20


def test_no_line_is_as_good_as_that_of_least_absolute_deviations():
    """Nine odd numbers and an even one have an odd sum, whatever their signs: it is never 0."""
    assert GRID == 50
    assert all(round(100 * value) % 2 == 1 for value in X)
    lab = Outlier(12.3456, 0)
    x, y = lab.points()
    for count in (10, 9):  # the nine others too have one line that is best
        pairs = combinations(range(count), 2)
        slopes = {(i, j): (y[j] - y[i]) / (x[j] - x[i]) for i, j in pairs}
        lines = np.array([(w, y[i] - w * x[i]) for (i, _), w in slopes.items()]).T
        off = abs(np.array(y[:count])[:, None] - lines[0] * np.array(x[:count])[:, None] - lines[1])
        first, second, *_ = np.argsort(off.sum(axis=0))
        found = lab.line("absolute", without=count == 9)
        assert found == pytest.approx(tuple(lines[:, first]))
        assert off[:, second].sum() > off[:, first].sum() + 1e-4


def test_a_place_is_rounded_to_the_grid():
    lab = Outlier(3.17, 9.999)
    assert (lab.x, lab.y) == (3.16, 10)
    lab.x = 4.1300001
    assert lab.x == 4.14


# What it is displayed as


def test_the_page_starts_from_the_state():
    lab = Outlier(12, 1, delta=2.5, absolute=True, without=True)
    (attributes, *_) = Elements(lab.html()).named("div")
    state = {"x": 12.0, "y": 1.0, "delta": 2.5, "huber": False, "absolute": True, "without": True}
    assert json.loads(attributes["data-state"]) == state
    assert attributes["data-lab"] == "outlier"
    assert repr(lab) == f"Outlier({', '.join(f'{name}={value}' for name, value in state.items())})"


def test_at_first_the_point_is_no_worse_than_the_others():
    lab = Outlier()
    assert abs(lab.studentised()) < 1
    assert lab.lines() == {}


@pytest.mark.parametrize("place", [(4, 10), (17, 0), *CORNERS])
def test_the_still_picture_asks_and_names_what_it_shows(place):
    lab = Outlier(*place, huber=True, without=True)
    html = lab.still()
    assert "Where does one bad point move the line most" in html
    x, y = (readable(value, 3) for value in place)
    assert f"the hollow point stands at x = {x}, y = {y}." in html
    numbers = (lab.leverage(), lab.residual(), lab.cooks_distance(), lab.line()[0])
    leverage, residual, cook, slope = (readable(value, 3) for value in numbers)
    assert f"leverage is {leverage}, its residual {residual} and its Cook’s distance {cook}" in html
    assert f"The least-squares line has slope {slope}." in html
    huber, without = (readable(line[0], 3) for line in lab.lines().values())
    assert f"Dashed, Huber: slope {huber}. Thin, without the point: slope {without}." in html
    assert "absolute deviations" not in html
    assert not re.search(r"nan|inf\b|None", html)


@pytest.mark.parametrize("place", [(4, 10), (17, 0), *CORNERS])
def test_the_still_picture_is_to_scale(place):
    lab = Outlier(*place, huber=True, absolute=True, without=True)
    (chart,), frame = still_charts(lab), lab.picture()
    dots = [(float(dot["cx"]), float(dot["cy"])) for dot in drawn(chart, "circle")]
    seen = zip(*lab.points(), strict=True)
    near(dots, [(frame.across(x), frame.down(y)) for x, y in seen])
    lines = {"fit": lab.line(), "best": lab.line("huber"), "ink": lab.line("absolute")}
    for role, line in {**lines, "muted": lab.line(without=True)}.items():
        (found,) = drawn(chart, "polyline", role)
        ends = clip_line(*line, WINDOW["x"], WINDOW["y"])
        near(places(found), [(frame.across(x), frame.down(y)) for x, y in ends])
    (stick,) = drawn(chart, "polyline", "residual")
    x, y = place
    ends = [(x, y), (x, y - lab.residual())]
    near(places(stick), [(frame.across(x), frame.down(y)) for x, y in ends])


def test_each_line_has_dashes_or_a_width_of_its_own():
    (chart,) = still_charts(Outlier(4, 9, huber=True, absolute=True, without=True))
    lines = [found for found in drawn(chart, "polyline") if "--lr-residual," not in str(found)]
    looks = {(line.get("stroke-dasharray"), line["stroke-width"]) for line in lines}
    assert len(looks) == len(lines) == 4


# What it refuses


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("x", 18.1, "x is 18.1: choose between 0 and 18"),
        ("y", -0.1, "y is -0.1: choose between 0 and 10"),
        ("y", math.nan, "y is nan: choose"),
        ("delta", 0.5, "delta is 0.5: choose between 1.0 and 4.0"),
    ],
)
def test_errors_name_the_mend_and_leave_the_lab_as_it_was(name, value, message):
    with pytest.raises(ValueError, match=message):
        Outlier(**{name: value})
    lab = Outlier()
    before = getattr(lab, name)
    with pytest.raises(ValueError, match="choose"):
        setattr(lab, name, value)
    assert getattr(lab, name) == before
