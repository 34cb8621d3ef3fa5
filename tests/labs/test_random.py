"""Promise: the labs' random numbers are even or normal, and one does not tell the next."""

import math
from itertools import islice

import numpy as np
from scipy import stats

from linreg.labs.kit.random import normals, uniforms


def test_the_random_numbers_are_even_and_one_does_not_tell_the_next():
    numbers = np.array([list(islice(uniforms(seed), 200)) for seed in range(1, 201)])
    assert 0 <= numbers.min() < 1e-3
    assert 1 - 1e-3 < numbers.max() < 1
    counts = np.histogram(numbers, bins=20, range=(0, 1))[0]
    assert np.sum((counts - 2000) ** 2 / 2000) < 50  # chi squared: 19 in the mean, its 0.0001 at 52
    for one, other in [(numbers[:, :-1], numbers[:, 1:]), (numbers[:-1], numbers[1:])]:
        correlation = np.corrcoef(one.ravel(), other.ravel())[0, 1]
        assert abs(correlation) < 4 / math.sqrt(one.size)


def test_normal_numbers_follow_the_normal_law():
    numbers = np.array([normals(seed, 40) for seed in range(1, 501)])
    assert stats.kstest(numbers.ravel(), "norm").pvalue > 1e-3
    for one, other in [(numbers[:, :-1], numbers[:, 1:]), (numbers[:-1], numbers[1:])]:
        correlation = np.corrcoef(one.ravel(), other.ravel())[0, 1]
        assert abs(correlation) < 4 / math.sqrt(one.size)


def test_the_same_seed_gives_the_same_numbers():
    assert normals(3, 5) == normals(3, 9)[:5] != normals(4, 5)
    assert list(islice(uniforms(2**32 + 3), 4)) == list(islice(uniforms(3), 4))


def test_two_seeds_that_the_labs_use_share_no_stretch_of_numbers():
    """The generator counts on by one number from any seed, and two counters may meet."""
    apart = [(0x6D2B79F5 * k) % 2**32 for k in range(1, 121)]  # a lab draws 120 of a seed
    assert min(min(gap, 2**32 - gap) for gap in apart) > 999_000
