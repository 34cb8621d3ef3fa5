"""Promise: what a lab displays is computed once for each state, however often it is drawn."""

import random
from collections import Counter

import pytest

from linreg import optimizers, pure_python, robust
from linreg.labs import Bowl, Drag, Outlier, Valley, Walk
from linreg.labs.bowl import bowl
from linreg.labs.drag import drag
from linreg.labs.valley.valley import METHODS


@pytest.fixture
def count(monkeypatch):
    """Count the calls of functions, by name."""
    counts = Counter()

    def watch(module, name):
        function = getattr(module, name)

        def counted(*args, **kwargs):
            counts[name] += 1
            return function(*args, **kwargs)

        monkeypatch.setattr(module, name, counted)
        return counts

    return watch


@pytest.fixture
def points():
    """Points that no other test has had a lab of."""
    rng = random.SystemRandom()
    x = [rng.uniform(-2, 2) for _ in range(8)]
    return x, [rng.gauss(1, 3) for _ in x]


@pytest.mark.parametrize("kind", [Bowl, Drag, Walk])
def test_a_display_solves_one_least_squares_problem_for_its_points(count, points, kind):
    counts = count(pure_python, "fit_least_squares")
    lab = kind(*points)
    lab.html()
    assert counts == {"fit_least_squares": 1}
    lab.html()
    kind(*points).html()
    assert counts == {"fit_least_squares": 1}  # the same state
    lab.y = [value + 1 for value in lab.y]
    lab.html()
    assert counts == {"fit_least_squares": 2}


def test_the_bowl_asks_for_the_spread_of_its_points_once(count, points):
    counts = count(bowl, "pstdev")
    Bowl(*points).html()
    Bowl(*points, collinear=True, azimuth=20).html()
    assert counts == {"pstdev": 1}


def test_a_marble_rolls_once(count, points):
    counts = count(Bowl, "roll")
    Bowl(*points).html()
    assert counts == {"roll": 5}


def test_another_shape_of_the_bowl_has_the_same_pin(points):
    """What is kept from the last state is not taken for the next one's."""
    lab, fresh = Bowl(*points), Bowl([0, 1, 2], [1, 1, 4])
    lab.html()
    with lab.hold_trait_notifications():
        lab.x, lab.y = fresh.x, fresh.y
        assert lab.optimum() == fresh.optimum()
    assert (lab.depth(), lab.spread(), lab.centre()) == (
        fresh.depth(),
        fresh.spread(),
        fresh.centre(),
    )


def test_the_least_lengths_are_looked_for_once(count, points):
    counts = count(drag, "_join")
    lab = Drag(*points, absolute=True, best=True)
    lab.html()
    lab.is_unique()
    assert counts == {"_join": 8 * 7 / 2}


def test_each_method_walks_down_the_valley_once(count):
    names = list(METHODS)
    kappa = random.SystemRandom().uniform(2, 20)
    for name in names:
        counts = count(optimizers, name)
    lab = Valley(kappa, methods=names)
    lab.html()
    lab.step = 40
    lab.tolerance = 1e-5
    lab.html()
    assert counts == dict.fromkeys(names, 1)
    lab.falling = True
    lab.html()
    assert counts["stochastic_gradient_descent"] == 2


def test_each_line_that_is_shown_is_fitted_once(count):
    fits = ["huber", "least_absolute_deviations"]
    for name in fits:
        counts = count(robust, name)
    place = [random.SystemRandom().uniform(0, 10) for _ in "xy"]
    Outlier(*place).html()
    assert counts == {}  # no line is fitted that nobody asked for
    for _ in range(2):
        Outlier(*place, huber=True, absolute=True).html()
    assert counts == dict.fromkeys(fits, 1)
