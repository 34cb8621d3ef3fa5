"""Promise: a sum, a product or a cut, and what rounding lost, add up exactly."""

import math
from fractions import Fraction

import numpy as np
import pytest

from linreg.error_free import add, slices, tops, two_product, two_sum

DRAW = np.random.default_rng(0)
SIZES = 10.0 ** DRAW.uniform(-100, 100, 200)
NUMBERS = DRAW.standard_normal(200) * SIZES


def exact(values):
    """The sum of numbers, exactly; arrays give the sum entry by entry."""
    return [sum(map(Fraction, entries)) for entries in zip(*map(np.ravel, values), strict=True)]


@pytest.mark.parametrize("other", [NUMBERS[::-1], np.ones(200), -NUMBERS * (1 + 2.0**-50)])
def test_a_sum_and_what_it_lost_are_the_sum(other):
    total, lost = two_sum(NUMBERS, other)
    assert exact([total, lost]) == exact([NUMBERS, other])
    assert np.array_equal(total, NUMBERS + other)


def test_a_product_and_what_it_lost_are_the_product():
    other = DRAW.standard_normal(200)
    product, lost = two_product(NUMBERS, other)
    for p, rest, a, b in zip(product, lost, NUMBERS, other, strict=True):
        assert Fraction(p) + Fraction(rest) == Fraction(a) * Fraction(b)
    assert np.array_equal(product, NUMBERS * other)


@pytest.mark.parametrize("a", [0.1, 3.0, -7e15])
def test_plain_numbers_will_do(a):
    assert exact([[part] for part in two_sum(a, 0.2)]) == [Fraction(a) + Fraction(0.2)]
    assert exact([[part] for part in two_product(a, 0.2)]) == [Fraction(a) * Fraction(0.2)]


def test_the_top_of_a_column_is_a_power_of_two_that_no_number_exceeds():
    columns = np.array([[0.1, -3.0, 4.0, 1e-300], [0.7, 2.9, -5.0, 0.0]])
    found = tops(columns)
    assert found.tolist() == [1, 4, 8, 2.0 ** math.frexp(1e-300)[1]]
    assert np.array_equal(2.0 ** np.round(np.log2(found)), found)
    assert np.all(abs(columns) <= found)


def test_slices_add_up_and_are_short():
    values = np.random.default_rng(0).standard_normal((20, 3))
    parts = slices(values, 8.0, 20, 4)
    assert np.array_equal(sum(parts[::-1]), values)
    for k, part in enumerate(parts[:-1], start=1):
        units = part * 2.0 ** (20 * k) / 8
        assert np.array_equal(units, np.round(units))
        assert abs(units).max() <= 2**20


def test_add_keeps_what_additions_lose():
    several = [1e30, 1.0, -1e30, 1e-20, 2.0**-70], [1e30, 1.0, -1e30, 1e-20, 1e15, -1e15, -1.0]
    for numbers in several:
        terms = [np.array([number]) for number in numbers]
        assert add(terms)[0] == math.fsum(numbers)
    draw = np.random.default_rng(0).standard_normal
    for _ in range(50):
        terms = [*(draw(1) * 10.0 ** draw(20).round(1)), draw(1)[0]]
        terms = [np.array([term]) for term in [*terms, -sum(terms)]]
        assert add(terms)[0] == pytest.approx(math.fsum(float(t[0]) for t in terms), rel=1e-15)
