"""Promise: the lab Two errors computes both errors rightly, and tells the second when asked."""

import json
import math
import re
from itertools import pairwise

import numpy as np
import pytest
from numpy.polynomial import legendre
from test_labs import Elements, drawn, near, places, still_charts

from linreg.labs import TwoErrors
from linreg.labs.errors import errors
from linreg.labs.kit.text import readable

LABS = [TwoErrors(seed=1), TwoErrors(seed=7, n_points=60, noise=0.2), TwoErrors(5, 9999, noise=0.5)]
DEGREES = range(1, 13)
each_draw = pytest.mark.parametrize("lab", LABS, ids=lambda lab: f"seed {lab.seed}")


def squares(coef, x, y):
    """The mean squared error of a sum of Legendre polynomials."""
    return np.mean((legendre.legval(x, coef) - y) ** 2)


# The points


def test_the_points_are_the_curve_and_normal_noise():
    y = np.array([TwoErrors(seed=seed, noise=0.5).points()[1] for seed in range(1, 301)])
    x, _ = TwoErrors().points()
    assert x == pytest.approx([-1 + 2 * i / 19 for i in range(20)])
    noise = (y - np.sin(2.5 * np.array(x))) / 0.5
    assert abs(noise.mean()) < 4 / math.sqrt(noise.size)
    assert abs(noise.var() - 1) < 4 * math.sqrt(2 / noise.size)
    for bound, share in [(1, 0.6827), (2, 0.9545)]:
        off = math.sqrt(share * (1 - share) / noise.size)
        assert abs(np.mean(abs(noise) < bound) - share) < 4 * off


def test_the_same_seed_gives_the_same_points_and_another_gives_others():
    first, again, other = (TwoErrors(seed=seed).points() for seed in (3, 3, 4))
    assert first == again
    assert not set(first[1]) & set(other[1])


# The errors


@each_draw
def test_the_fits_are_those_of_another_library(lab):
    x, y = map(np.array, lab.points())
    folds = [np.arange(len(x)) % 5 == fold for fold in range(5)]
    for degree in DEGREES:
        coef = legendre.legfit(x, y, degree)
        assert lab.training_error(degree) == pytest.approx(squares(coef, x, y), rel=1e-9)
        left = [
            squares(legendre.legfit(x[~fold], y[~fold], degree), x[fold], y[fold]) for fold in folds
        ]
        assert lab.fold_errors(degree) == pytest.approx(left, rel=1e-6)


@each_draw
def test_the_error_on_new_points_is_the_integral_and_the_noise(lab):
    nodes, weights = legendre.leggauss(60)  # exact for these, to the last digits
    for degree in DEGREES:
        apart = np.polyval(lab.coef(degree)[::-1], nodes) - np.sin(2.5 * nodes)
        exact = weights @ apart**2 / 2 + lab.noise**2
        assert lab.new_error(degree) == pytest.approx(exact, rel=1e-4)


def test_on_its_points_the_error_is_too_small_by_what_the_columns_take():
    """With 13 columns that can follow the curve, 7 of 20 parts of the noise are left."""
    found = [TwoErrors(12, seed).training_error() for seed in range(1, 301)]
    off = math.sqrt(2 * 7) / 20 * 0.09 / math.sqrt(300)
    assert abs(np.mean(found) - 0.09 * 7 / 20) < 4 * off


@pytest.mark.parametrize("seed", range(1, 21))
def test_one_error_falls_all_the_way_and_the_other_turns(seed):
    lab = TwoErrors(seed=seed)
    own = [lab.training_error(degree) for degree in DEGREES]
    new = [lab.new_error(degree) for degree in DEGREES]
    assert all(before > after for before, after in pairwise(own))
    assert new[lab.best() - 1] == min(new)
    assert new[0] > min(new) < new[-1]


def test_each_fit_is_made_once(monkeypatch):
    made = []
    fit = errors.polyfit
    monkeypatch.setattr(
        errors, "polyfit", lambda x, y, degree: made.append(degree) or fit(x, y, degree)
    )
    lab = TwoErrors(seed=1234, revealed=True)
    lab.html()
    lab.html()
    assert sorted(made) == list(DEGREES)


# What it is displayed as


def test_the_page_starts_from_the_state():
    lab = TwoErrors(4, 2, True, 30, 0.25, 3)
    (attributes, *_) = Elements(lab.html()).named("div")
    state = {"degree": 4, "seed": 2, "revealed": True, "n_points": 30, "noise": 0.25, "step": 3}
    assert json.loads(attributes["data-state"]) == {**state, "playing": False}
    assert attributes["data-lab"] == "errors"
    text = "degree=4, seed=2, revealed=True, n_points=30, noise=0.25, step=3"
    assert repr(lab) == f"TwoErrors({text})"


@pytest.mark.parametrize("revealed", [False, True])
def test_the_still_picture_asks_and_gives_the_answer_only_where_it_is_shown(revealed):
    lab = TwoErrors(7, revealed=revealed)
    html = lab.still()
    assert "Which degree would you send out to predict new points?" in html
    assert readable(lab.training_error(), 3) in html
    least = f"Degree 3 has the least error on new points, {readable(lab.new_error(3), 3)}."
    assert (least in html) == (readable(lab.new_error(), 3) in html) == revealed
    assert ("--lr-best" in html) == revealed
    assert not re.search(r"nan|inf\b|None", html)


@pytest.mark.parametrize("step", [0, 2, 5])
def test_the_still_picture_names_the_mean_of_the_folds_that_were_left_out(step):
    lab = TwoErrors(4, step=step)
    found = re.search(
        r"On (\d) of 5 folds, each left out of its fit, the mean error is (\S+)\. ", lab.still()
    )
    if not step:
        assert found is None
    else:
        mean = sum(lab.fold_errors()[:step]) / step
        assert found.groups() == (str(step), readable(mean, 3))


@pytest.mark.parametrize(("degree", "revealed"), [(1, False), (6, False), (12, True)])
def test_the_still_picture_is_to_scale(degree, revealed):
    lab = TwoErrors(degree, seed=2, revealed=revealed)
    left, right = still_charts(lab)
    frame = lab.points_chart()
    dots = [(float(dot["cx"]), float(dot["cy"])) for dot in drawn(left, "circle")]
    near(dots, [(frame.across(x), frame.down(y)) for x, y in zip(*lab.points(), strict=True)])
    x = np.linspace(-1, 1, 121)
    lines = [("fit", np.polyval(lab.coef()[::-1], x))]
    lines += [("best", np.sin(2.5 * x))] if revealed else []
    for role, y in lines:
        (line,) = drawn(left, "polyline", role)
        near(places(line), [(frame.across(a), frame.down(b)) for a, b in zip(x, y, strict=True)])
    frame = lab.errors_chart()
    known = DEGREES if revealed else range(1, degree + 1)
    series = [("data", lab.training_error)] + [("best", lab.new_error)] * revealed
    assert len(drawn(right, "polyline")) == len(series)
    for role, error in series:
        (line,) = drawn(right, "polyline", role)
        near(places(line), [(frame.across(d), frame.down(error(d))) for d in known])


@pytest.mark.parametrize("seed", range(1, 31))
@pytest.mark.parametrize("noise", [0.2, 0.3, 0.5])
def test_the_picture_has_space_for_all_points_and_both_errors(seed, noise):
    lab = TwoErrors(seed=seed, noise=noise)
    chart = lab.points_chart()
    assert all(chart.holds(x, y) for x, y in zip(*lab.points(), strict=True))
    chart = lab.errors_chart()
    found = [(d, error(d)) for d in range(1, 11) for error in (lab.training_error, lab.new_error)]
    assert [place for place in found if not chart.holds(*place)] == []


# What it refuses


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("degree", 0, "degree is 0: choose between 1 and 12"),
        ("degree", 13, "degree is 13: choose between 1 and 12"),
        ("seed", 0, "seed is 0: choose between 1 and 9999"),
        ("n_points", 15, "n_points is 15: choose between 20 and 60"),
        ("n_points", 32, "n_points is 32: choose a multiple of 5, one for each fold"),
        ("noise", 0.1, "noise is 0.1: choose between 0.2 and 0.5"),
        ("noise", math.nan, "noise is nan: choose between 0.2 and 0.5"),
        ("step", 6, "step is 6: choose between 0 and 5"),
    ],
)
def test_errors_name_the_mend_and_leave_the_lab_as_it_was(name, value, message):
    with pytest.raises(ValueError, match=message):
        TwoErrors(**{name: value})
    lab = TwoErrors()
    before = getattr(lab, name)
    with pytest.raises(ValueError, match="choose"):
        setattr(lab, name, value)
    assert getattr(lab, name) == before
