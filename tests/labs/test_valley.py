"""Promise: the lab of the long valley walks by the book's own methods, and counts their steps."""

import math
import re
from itertools import islice

import numpy as np
import pytest

from linreg import optimizers
from linreg.labs import Valley
from linreg.labs.valley.valley import (
    AT_REST,
    FIRST,
    LEVELS,
    METHODS,
    SEEN,
    START,
    row_order,
    to_floor,
)

FULL = [name for name in METHODS if name != "stochastic_gradient_descent"]


@pytest.mark.parametrize("kappa", [1, 1.5, 6, 20])
def test_the_rows_have_the_condition_number(kappa):
    X, y = Valley(kappa).problem()
    assert X.shape == (16, 2)
    assert np.linalg.cond(X) == pytest.approx(kappa)
    assert optimizers.spectrum(X, fit_intercept=False) == pytest.approx([2, 2 / kappa**2])
    assert np.linalg.lstsq(X, y, rcond=None)[0] == pytest.approx([0, 0], abs=1e-12)
    assert np.abs(y) == pytest.approx(np.ones(16))


def test_the_share_is_the_loss_above_the_least():
    lab = Valley(4)
    X, y = lab.problem()
    places = np.array([START, [1.0, -2.0], [0.3, 0.4], [0, 0]])
    gaps = np.mean((places @ X.T - y) ** 2, axis=1) - np.mean(y**2)
    assert lab.share(places) == pytest.approx(gaps / gaps[0])


@pytest.mark.parametrize("name", FULL)
@pytest.mark.parametrize("kappa", [1, 6, 13.5])
def test_a_walk_is_that_of_descend(name, kappa):
    lab = Valley(kappa)
    X, y = lab.problem()
    method = getattr(optimizers, name)
    fit = optimizers.descend(
        X, y, method, start=START, fit_intercept=False, keep_path=True, n_steps=100, tol=0.0
    )
    places = lab.walk(name)
    both = min(len(places), len(fit.path))
    assert both > 1
    assert places[:both] == pytest.approx(fit.path[:both], abs=1e-12)
    assert lab.share(places[-1]) <= AT_REST or len(places) > 100


@pytest.mark.parametrize("falling", [False, True])
def test_sgd_takes_the_rows_in_the_order_that_the_page_has(falling):
    lab = Valley(3, falling=falling, seed=5)
    X, y = lab.problem()
    places, theta = lab.walk("stochastic_gradient_descent"), START
    assert len(places) == 2501
    for step in range(300):  # the order holds 240 steps, and begins anew
        assert places[step] == pytest.approx(theta)
        rows = np.take(lab.order, range(4 * step, 4 * step + 4), mode="wrap")
        gradient = 2 / 4 * X[rows].T @ (X[rows] @ theta - y[rows])
        theta = theta - 0.4 / (1 + 0.01 * falling * step) * gradient


def test_the_row_order_is_drawn_from_the_seed():
    batches = islice(optimizers.shuffled_batches(16, 4, 7), 240)
    assert Valley(seed=7).order == row_order(7) == np.concatenate(list(batches)).tolist()
    lab = Valley()
    lab.seed = 7
    assert lab.order == row_order(7) != row_order(0)
    assert sorted(lab.order[:16]) == list(range(16))


@pytest.mark.parametrize("name", FULL)
@pytest.mark.parametrize(("kappa", "tolerance"), [(1, 1e-3), (6, 1e-1), (6, 1e-8), (20, 1e-4)])
def test_from_the_step_that_is_counted_on_the_gap_stays_small(name, kappa, tolerance):
    lab = Valley(kappa, tolerance)
    steps, share = lab.steps_needed(name), lab.share(lab.walk(name))
    assert share[steps - 1] > tolerance
    assert (share[steps:] <= tolerance).all()


def test_the_counts_grow_as_the_chapter_derives():
    counts = {
        name: [Valley(kappa, 1e-8).steps_needed(name) for kappa in (5, 10, 20)] for name in FULL
    }
    law = {"gradient_descent": 4, "heavy_ball": 2, "nesterov": 2, "conjugate_gradient": 1}
    for name, (five, ten, twenty) in counts.items():
        assert ten / five == pytest.approx(law[name], rel=0.15), name
        assert twenty / ten == pytest.approx(law[name], rel=0.15), name
    assert counts["conjugate_gradient"] == [2, 2, 2]


def test_a_lucky_dip_of_sgd_does_not_count():
    lab = Valley(6, 1e-3)
    share = lab.share(lab.walk("stochastic_gradient_descent"))
    assert share.min() < 1e-3  # it was there once ...
    assert lab.steps_needed("stochastic_gradient_descent") == math.inf  # ... and left again
    assert Valley(2, 1e-2, falling=True).steps_needed("stochastic_gradient_descent") < 400


@pytest.mark.parametrize(("kappa", "tolerance", "falling"), [(2, 1e-1, False), (6, 1e-3, True)])
def test_a_dip_at_the_end_of_the_count_does_not_count(kappa, tolerance, falling):
    lab = Valley(kappa, tolerance, falling=falling)
    share = lab.share(lab.walk("stochastic_gradient_descent"))
    assert (share[-20:] <= tolerance).all()  # there, and not yet for 250 steps
    assert lab.steps_needed("stochastic_gradient_descent") == math.inf


def test_the_still_picture_says_what_it_shows():
    lab = Valley(step=40, methods=METHODS)
    html = lab.still()
    assert html.count("<title>") == 2
    for name, (text, role) in METHODS.items():
        legend = rf'color:var\(--lr-{role}, #\w+\)">●</span>&nbsp;{text} {lab.count(name)}'
        assert re.search(legend, html)
        assert html.count(f'stroke="var(--lr-{role}, ') >= 2
    assert "SGD over 2500" in html
    assert "below 10⁻³ of the first" in html
    assert "below 5×10⁻⁴ of the first" in Valley(tolerance=5e-4).still()
    assert "no method is shown" in Valley(methods=[]).still()


def polylines(svg):
    """A still chart's lines, each as (role, pixels)."""
    found = re.findall(r'points="([^"]+)" fill="none" stroke="var\(--lr-(\w+),', svg)
    return [
        (role, [tuple(map(float, pair.split(","))) for pair in line.split()])
        for line, role in found
    ]


def test_the_still_rings_are_of_equal_gap():
    lab = Valley(3, methods=[])
    chart = lab.map_chart({})
    (left, below), (right, above) = ((chart.across(v), chart.down(v)) for v in (0, 1))
    one = lab.share(np.array([0.8, -0.6]))  # the gap there is 1
    rings = [line for role, line in polylines(chart.svg()) if role == "grid"]
    for ring, level in zip(rings, LEVELS, strict=True):
        at = np.array(
            [((x - left) / (right - left), (y - below) / (above - below)) for x, y in ring]
        )
        assert lab.share(at) / one == pytest.approx(level, rel=0.05)


def test_the_still_tolerance_is_a_dashed_line_where_it_says():
    chart = Valley(3, 1e-5, methods=["nesterov"]).gap_chart({})
    ((role, line),) = polylines(chart.svg())
    assert role == "ink"
    assert [y for _, y in line] == pytest.approx([chart.down(1e-5)] * 2, abs=0.06)


def test_a_walk_that_leaves_the_still_map_paints_nothing_beside_it():
    lab, chart = Valley(20), Valley(20).map_chart({})
    outside = [place for place in lab.walk("heavy_ball") if not chart.holds(*place)]
    assert outside
    for place in (outside[0], START):
        dots = lab.map_chart({"heavy_ball": np.array([START, place])}).svg().count("<circle")
        assert dots == chart.holds(*place)


def test_the_still_curves_end_on_the_floor():
    lab = Valley(6, methods=["heavy_ball", "conjugate_gradient", "gradient_descent"])
    for name, reaches in zip(lab.methods, (False, True, True), strict=True):
        shares = lab.share(lab.walk(name)[: SEEN + 1])
        *curve, (step, last) = to_floor(shares)
        assert [place[0] for place in curve] == list(range(len(curve)))
        assert all(share > 1e-9 for _, share in curve)
        assert (last == 1e-9) == reaches
        if reaches:
            assert len(curve) - 1 < step <= len(curve)
            assert shares[len(curve)] <= 1e-9


def test_two_methods_are_shown_at_first():
    assert tuple(Valley().methods) == FIRST == ("gradient_descent", "heavy_ball")


def test_the_still_trails_end_at_the_step():
    lab = Valley(4, methods=["nesterov"], step=9)
    chart = lab.map_chart({"nesterov": lab.walk("nesterov")[:10]})
    x, y = lab.walk("nesterov")[9]
    assert f'cx="{chart.across(x):.1f}" cy="{chart.down(y):.1f}"' in lab.still()
    across, down = (abs(at(1) - at(0)) for at in (chart.across, chart.down))
    assert across == pytest.approx(down, rel=0.01)  # a right angle looks like one


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kappa": 0.5}, "kappa is 0.5: choose between 1 and 20"),
        ({"kappa": math.nan}, "kappa is nan: choose"),
        ({"tolerance": 0}, "tolerance is 0.0: choose between 1e-08 and 0.1"),
        ({"step": 151}, "step is 151: choose between 0 and 150"),
        ({"seed": -1}, "seed is -1: choose 0 or more"),
        ({"methods": ["adam"]}, "methods has 'adam': choose from gradient_descent"),
    ],
)
def test_errors_name_the_mend(arguments, message):
    with pytest.raises(ValueError, match=message):
        Valley(**arguments)


def test_methods_stand_in_the_order_of_the_chapter():
    assert Valley(methods=["nesterov", "gradient_descent"]).methods == [
        "gradient_descent",
        "nesterov",
    ]
