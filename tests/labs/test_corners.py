"""Promise: the lab Corners shows the slopes of ridge, lasso and elastic net, and counts zeros."""

import cmath
import json
import math
import random
import re

import numpy as np
import pytest
from test_labs import Elements, drawn, near, places, still_charts

from linreg.labs import Corners
from linreg.labs.kit.text import readable
from linreg.lasso import fit_lasso
from linreg.penalized import fit_ridge

REGIONS = ["round", "corners", "both"]
SHARES = {"round": 0, "corners": 1, "both": 0.5}
each_region = pytest.mark.parametrize("region", REGIONS)


def some_labs(region, count=40):
    """Labs of a region whose settings are drawn at random."""
    rng = random.Random(19)
    return [
        Corners(
            region,
            rng.randint(1, 80),
            round(rng.uniform(-0.9, 0.9), 1),
            [rng.uniform(-1, 2) for _ in "ab"],
        )
        for _ in range(count)
    ]


def loss(lab, slopes):
    """The mean squared error at slopes, each of any shape."""
    u, v = (slope - best for slope, best in zip(slopes, lab.least_squares, strict=True))
    return u**2 + 2 * lab.correlation * u * v + v**2


def amount(region, slopes):
    """What the region bounds, at slopes of any shape."""
    share = SHARES[region]
    sizes, squares = (sum(abs(slope) ** power for slope in slopes) for power in (1, 2))
    return share * sizes + (1 - share) * squares


# The mathematics


def test_the_rows_have_the_columns_and_the_slopes_that_they_should():
    for lab in some_labs("round", 10):
        X, y = lab.rows()
        assert X.mean(axis=0) == pytest.approx([0, 0])
        rho = lab.correlation
        assert (X.T @ X / 4).ravel() == pytest.approx([1, rho, rho, 1])
        assert np.linalg.lstsq(X, y, rcond=None)[0] == pytest.approx(lab.least_squares)


def test_the_round_region_is_ridges_and_the_one_with_corners_the_lassos():
    for region, fit in [("round", fit_ridge), ("corners", fit_lasso)]:
        for lab in some_labs(region):
            found = fit(*lab.rows(), penalty=lab.step * 0.05)
            assert lab.optimum() == pytest.approx(found.coef.tolist(), abs=1e-5)


@each_region
def test_no_slopes_near_by_have_less_loss_and_penalty(region):
    rng = np.random.default_rng(19)
    for lab in some_labs(region):
        best = np.array(lab.optimum())
        others = best[:, None] + 10.0 ** rng.uniform(-4, 0, 200) * rng.standard_normal((2, 200))
        price = lab.step * 0.05
        least = loss(lab, best) + price * amount(region, best)
        assert (loss(lab, others) + price * amount(region, others)).min() >= least - 1e-12


@each_region
def test_nor_has_any_place_of_the_region_less_loss(region):
    """What the penalty finds is the best in the region too: one of its ellipses touches it."""
    for lab in some_labs(region):
        border = np.array(lab.border()).T
        assert amount(region, border) == pytest.approx(lab.bound(), abs=1e-9)
        assert amount(region, lab.optimum()) == pytest.approx(lab.bound())
        assert lab.radius() ** 2 == pytest.approx(loss(lab, lab.optimum()))
        for share in (0.3, 0.9, 1):
            assert loss(lab, share * border).min() >= lab.radius() ** 2 - 1e-9


def test_a_region_touches_both_axes_at_the_same_distance():
    for region in REGIONS:
        lab = Corners(region, step=10)
        bound = lab.bound()
        far = {"round": bound**0.5, "corners": bound}.get(region)
        far = math.sqrt(0.25 + 2 * bound) - 0.5 if far is None else far
        found = [lab.border()[k] for k in (0, 24, 48, 72)]
        ways = [(1, 0), (0, 1), (-1, 0), (0, -1)]
        expected = [far * way for pair in ways for way in pair]
        assert [way for pair in found for way in pair] == pytest.approx(expected, abs=1e-12)


def test_corners_make_zeros_and_the_round_region_none():
    counts = {region: [Corners(region, s).zeros() for s in range(81)] for region in REGIONS}
    assert set(counts["round"]) == {0}
    # The first slope of the lasso is 0 from 2·0.4·(1 + 0.3) = 1.04 on, both from 2·1.72 = 3.44 on.
    assert counts["corners"] == [0] * 21 + [1] * 48 + [2] * 12
    assert counts["both"] == sorted(counts["both"])
    assert (counts["both"][24], counts["both"][80]) == (0, 1)


@each_region
def test_without_a_price_the_slopes_are_those_of_least_squares(region):
    lab = Corners(region, 0, -0.5, [1.25, -1])
    assert lab.optimum() == [1.25, -1]
    assert lab.radius() == pytest.approx(0, abs=1e-12)


# What it is displayed as


def test_the_page_starts_from_the_state():
    lab = Corners("both", 30, -0.4, [1, -0.5])
    (attributes, *_) = Elements(lab.html()).named("div")
    state = {"region": "both", "step": 30, "correlation": -0.4, "least_squares": [1.0, -0.5]}
    assert json.loads(attributes["data-state"]) == {**state, "playing": False}
    assert attributes["data-lab"] == "corners"
    text = "region='both', step=30, correlation=-0.4, least_squares=[1.0, -0.5]"
    assert repr(lab) == f"Corners({text})"


@pytest.mark.parametrize(
    ("region", "step", "counted", "of"),
    [
        ("round", 24, "Neither is", "the sum of squares"),
        ("corners", 24, "One of them is", "the sum of sizes"),
        ("corners", 75, "Both are", "the sum of sizes"),
        ("both", 80, "One of them is", "the mean of the sums of squares and of sizes"),
    ],
)
def test_the_still_picture_asks_and_names_what_it_shows(region, step, counted, of):
    lab = Corners(region, step)
    html = lab.still()
    assert "Which region sets a slope to exactly zero?" in html
    assert f"λ is {step * 0.05:.2f}, and the region is where {of} is at most" in html
    first, second = (readable(slope, 3) for slope in lab.optimum())
    assert f"are {first} and {second}. {counted} exactly 0." in html
    assert not re.search(r"nan|inf\b|None", html)


@each_region
def test_the_still_picture_is_to_scale(region):
    lab = Corners(region, 40, -0.5, [1.2, 0.7])
    left, right = still_charts(lab)
    frame = lab.map_chart()
    unit = frame.across(1) - frame.across(0)
    assert unit == pytest.approx(frame.down(0) - frame.down(1))  # what is round looks round
    (border,) = drawn(left, "polygon")
    near(places(border), [(frame.across(x), frame.down(y)) for x, y in lab.border()])
    dots = [(float(dot["cx"]), float(dot["cy"])) for dot in drawn(left, "circle")]
    seen = [lab.least_squares, lab.optimum()]
    near(dots, [(frame.across(x), frame.down(y)) for x, y in seen])
    *_, touching = drawn(left, "ellipse")
    axes = float(touching["rx"]), float(touching["ry"])
    expected = [unit * lab.radius() / math.sqrt(value) for value in (1.5, 0.5)]
    assert axes == pytest.approx(expected, abs=0.051)
    frame = lab.path_chart()
    for i, role in enumerate(["fit", "residual"]):
        (line,) = drawn(right, "polyline", role)
        slopes = [Corners(region, s, -0.5, [1.2, 0.7]).optimum()[i] for s in range(41)]
        near(places(line), [(frame.across(0.05 * s), frame.down(w)) for s, w in enumerate(slopes)])


def test_the_ellipse_that_touches_goes_through_the_slopes():
    """As it is drawn: turned back, the slopes lie on its curve."""
    for lab in some_labs("both", 10):
        frame = lab.map_chart()
        *_, touching = drawn(still_charts(lab)[0], "ellipse")
        across, down, turn = map(float, re.findall(r"-?[\d.]+", touching["transform"]))
        v, w = lab.optimum()
        place = complex(frame.across(v) - across, frame.down(w) - down)
        place *= cmath.rect(1, -math.radians(turn))
        on = math.hypot(place.real / float(touching["rx"]), place.imag / float(touching["ry"]))
        assert on == pytest.approx(1, abs=0.01)


# What it refuses


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("region", "square", "region is 'square': choose one of round, corners, both"),
        ("step", 81, "step is 81: choose between 0 and 80"),
        ("correlation", 1.0, "correlation is 1.0: choose between -0.9 and 0.9"),
        ("correlation", math.nan, "correlation is nan: choose"),
        ("least_squares", [1, 2.5], r"least_squares\[1\] is 2.5: choose between -1 and 2"),
        ("least_squares", [1, 2, 0], "least_squares holds 3 numbers: choose two slopes"),
    ],
)
def test_errors_name_the_mend_and_leave_the_lab_as_it_was(name, value, message):
    with pytest.raises(ValueError, match=message):
        Corners(**{name: value})
    lab = Corners()
    before = getattr(lab, name)
    with pytest.raises(ValueError, match="choose"):
        setattr(lab, name, value)
    assert getattr(lab, name) == before
