"""Sums and products together with what rounding lost, in float64.

Each function returns numbers that add up exactly to the sum or the product that was asked for, or
cuts numbers into parts that add up exactly to them.
"""

from collections.abc import Iterable
from typing import Any

from linreg.extras import extra

with extra("numpy"):
    import numpy as np

__all__ = ["add", "slices", "tops", "two_product", "two_sum"]


def slices(values: np.ndarray, top: Any, bits: int, n_parts: int) -> list[np.ndarray]:
    """Cut numbers up to ``top`` into parts that add up to them; all but the last are short.

    Adding a large number rounds away what lies below its last digit, and leaves ``bits`` bits;
    taking it off again leaves the rest (Rump, Ogita and Oishi, 2008, "Accurate floating-point
    summation part I: Faithful rounding", SIAM Journal on Scientific Computing 31(1), 189-224).
    """
    parts = []
    for k in range(1, n_parts):
        large = 1.5 * 2.0 ** (52 - bits * k) * top
        parts.append((values + large) - large)
        values = values - parts[-1]
    return [*parts, values]


def tops(columns: np.ndarray) -> np.ndarray:
    """Return for each column a power of two that none of its numbers exceeds."""
    return 2.0 ** np.frexp(abs(columns).max(axis=0))[1]


def add(terms: Iterable[Any], n_passes: int = 2) -> Any:
    """Add arrays with what each addition loses, as if in threefold precision.

    Source: Ogita, Rump and Oishi (2005), "Accurate sum and dot product", SIAM Journal on Scientific
    Computing 26(6), 1955-1988, algorithm SumK.
    """
    terms = list(terms)
    for _ in range(n_passes):
        for i in range(1, len(terms)):
            terms[i], terms[i - 1] = two_sum(terms[i], terms[i - 1])
    return sum(terms[:-1]) + terms[-1]


def two_sum(a: Any, b: Any) -> tuple[Any, Any]:
    """Return a + b rounded, and what the rounding lost (Knuth, TAOCP 2, section 4.2.2)."""
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)


def two_product(a: Any, b: Any) -> tuple[Any, Any]:
    """Return a times b rounded, and what the rounding lost (Dekker, 1971)."""
    product = a * b
    (a1, a2), (b1, b2) = halves(a), halves(b)
    return product, ((a1 * b1 - product) + a1 * b2 + a2 * b1) + a2 * b2


def halves(a):
    """Return the upper 26 bits of a number and the rest (Veltkamp)."""
    large = (2.0**27 + 1) * a
    upper = large - (large - a)
    return upper, a - upper
