"""What a fit costs, counted before it runs: operations, memory, and the time that these allow.

An operation is one addition, subtraction, multiplication, division or root of floating-point
numbers (a flop). The counts hold the leading terms and leave out lower powers, such as the 2 N D
for ``X.T @ y``. For tall data the normal equations take about 3 N D more than their count: 30
percent of it at ten features, 3 percent at a hundred.

In the formulas ``m`` is the larger and ``n`` the smaller of ``n_samples`` and ``n_features``. Where
there are more rows than features, m = N and n = D. Where there are fewer, each direct method works
on the transpose, for the solution of least norm, and m = D and n = N: "normal equations" is then
``X.T @ solve(X @ X.T, y)``.

A count is no clock. Two methods with equal counts may differ in time by several times, since a
product of matrices does more operations a second than one of a matrix and a vector.

Source: Trefethen and Bau (1997), "Numerical Linear Algebra", SIAM, lecture 11, and Golub and Van
Loan (2013), "Matrix Computations", 4th edition, section 5.3; for the roofline Williams, Waterman
and Patterson (2009), https://doi.org/10.1145/1498765.1498785.
"""

from collections.abc import Callable, Sequence
from math import ceil, inf, log, log1p
from numbers import Integral, Real

from linreg import validation

__all__ = [
    "METHODS",
    "STEPS",
    "cheapest",
    "crude_operations",
    "data_memory",
    "memory",
    "operations",
    "roofline",
    "steps_needed",
    "work",
]

METHODS = ("normal equations", "qr", "lstsq", "gradient descent")
STEPS = ("X @ w", "X.T @ r", "gradient step", "X.T @ X", "qr")


def operations(method: str, n_samples: int, n_features: int, n_steps: int) -> float:
    """Return the number of operations of a method.

    ==================  ====================================================================
    "normal equations"  m n² + n³/3: half of the symmetric XᵀX, as NumPy forms it, and a
                        Cholesky factor
    "qr"                2 m n² − 2 n³/3: Householder's reflections, applied to y too
    "lstsq"             2 m n² + 11 n³: QR first, then the singular values of R. LAPACK's routine
                        behind NumPy's ``lstsq`` spares a part of the 11 n³
    "gradient descent"  4 N D a step: a product with X and one with Xᵀ
    ==================  ====================================================================

    Parameters
    ----------
    method : str
        One of ``METHODS``.
    n_samples, n_features : int
        The shape of ``X``, with its ones column if it has one.
    n_steps : int
        The steps of the walk; the direct methods take none, and ignore it.

    Returns
    -------
    number
        A count, a whole number or not: thirds are not rounded.
    """
    n_samples, n_features, n_steps = check(
        method, n_samples=n_samples, n_features=n_features, n_steps=n_steps
    )
    m, n = max(n_samples, n_features), min(n_samples, n_features)
    counts = {
        "normal equations": m * n**2 + n**3 / 3,
        "qr": 2 * m * n**2 - 2 * n**3 / 3,
        "lstsq": 2 * m * n**2 + 11 * n**3,
        "gradient descent": 4 * n_samples * n_features * n_steps,
    }
    return counts[method]


def crude_operations(method: str, n_samples: int, n_features: int, n_steps: int) -> int:
    """Return the count of many lessons, which weighs two methods by different measures.

    ``"normal equations"`` has N D² + D³, ``"gradient descent"`` N D a step. Both orders of growth
    are right. As counts they are not alike: the first is about the operations of the closed form,
    the second a quarter of those of the walk. For more features than rows the first is not
    that of the cheapest method: see ``operations``.
    """
    n_samples, n_features, n_steps = check(
        method, n_samples=n_samples, n_features=n_features, n_steps=n_steps
    )
    counts = {
        "normal equations": n_samples * n_features**2 + n_features**3,
        "gradient descent": n_samples * n_features * n_steps,
    }
    if method not in counts:
        raise ValueError(f"there is no crude count of {method!r}: use operations")
    return counts[method]


def memory(method: str, n_samples: int, n_features: int, word_bytes: int) -> int:
    """Return the bytes that a method needs beside ``X`` and ``y``, which it leaves as they are.

    ==================  ====================================================================
    "normal equations"  n² + n + D words: the matrix, factored in place, and the right-hand side
    "qr"                m n + n + D words: a copy of X, in which the factors take its place
    "lstsq"             m n + 2 n² + D words: such a copy, and the singular vectors of R, left and
                        right
    "gradient descent"  N + 2 D words: the residual and the gradient
    ==================  ====================================================================

    Each count holds the weights, D words. ``word_bytes`` is 8 for float64 and 4 for float32.
    """
    n_samples, n_features, word_bytes = check(
        method, n_samples=n_samples, n_features=n_features, word_bytes=word_bytes
    )
    m, n = max(n_samples, n_features), min(n_samples, n_features)
    words = {
        "normal equations": n**2 + n + n_features,
        "qr": m * n + n + n_features,
        "lstsq": m * n + 2 * n**2 + n_features,
        "gradient descent": n_samples + 2 * n_features,
    }
    return words[method] * word_bytes


def data_memory(n_samples: int, n_features: int, word_bytes: int) -> int:
    """Return the bytes of ``X`` and ``y`` themselves: N D + N words."""
    n_samples, n_features, word_bytes = check(
        METHODS[0], n_samples=n_samples, n_features=n_features, word_bytes=word_bytes
    )
    return (n_samples * n_features + n_samples) * word_bytes


def cheapest(
    n_samples: int,
    n_features: int,
    n_steps: int,
    methods: Sequence[str] = METHODS,
    count: Callable[..., float] = operations,
) -> str:
    """Return the method with the fewest operations; of those equal but for rounding, the first.

    ``count`` may be ``crude_operations``, with ``methods`` that it knows. Of the direct methods the
    normal equations always come first: to choose another is to pay for digits, see Chapter 8.
    """
    counts = {method: count(method, n_samples, n_features, n_steps) for method in methods}
    least = min(counts.values()) * (1 + 1e-9)
    return next(method for method in counts if counts[method] <= least)


def steps_needed(condition_number: float, shrink: float) -> int | float:
    """Return after how many steps at the best fixed rate the error is sure to be ``shrink`` times.

    The error of the weights shrinks by (kappa² − 1)/(kappa² + 1) a step at least (Chapter 9), with
    kappa the ``condition_number`` of ``X``. Most starts need about as many, few need far fewer.

    Parameters
    ----------
    condition_number : float
        The ratio of the largest to the smallest singular value of ``X`` that is not zero.
    shrink : float
        Between 0 and 1, such as 1e-6.
    """
    condition_number, shrink = check_rate(condition_number, shrink)
    if condition_number == 1:
        return 1
    return ceil(log(shrink) / log1p(-2 / (condition_number**2 + 1)))


def work(
    step: str, n_samples: int, n_features: int, word_bytes: int, n_targets: int = 1
) -> tuple[float, int]:
    """Return the operations of one step, and the bytes that it reads and writes at least.

    ===============  ================  ===========================================================
    step             operations        words: what is read and written once, if no cache keeps X
    ===============  ================  ===========================================================
    "X @ w"          2 N D T           N D + (N + D) T
    "X.T @ r"        2 N D T           N D + (N + D) T
    "gradient step"  4 N D T           2 N D + 3 (N + D) T: two passes over X; y and w are read, the
                                       residual is written and read, w is read again and
                                       written anew
    "X.T @ X"        2 N D²            N D + D²: both halves, as a general product forms them
    "qr"             as `operations`   2 N D: X is read, and its factors are written
    ===============  ================  ===========================================================

    Parameters
    ----------
    step : str
        One of ``STEPS``.
    n_samples, n_features : int
        N and D, the shape of ``X``.
    word_bytes : int
        8 for float64, 4 for float32, 2 for bfloat16.
    n_targets : int
        T, the columns of the targets and of the weights; the last two steps have no use for it.
    """
    n_samples, n_features, word_bytes, n_targets = check_step(
        step, n_samples, n_features, word_bytes, n_targets
    )
    N, D, T = n_samples, n_features, n_targets
    counts = {
        "X @ w": (2 * N * D * T, N * D + (N + D) * T),
        "X.T @ r": (2 * N * D * T, N * D + (N + D) * T),
        "gradient step": (4 * N * D * T, 2 * N * D + 3 * (N + D) * T),
        "X.T @ X": (2 * N * D**2, N * D + D**2),
        "qr": (operations("qr", N, D, 0), 2 * N * D),
    }
    n_operations, words = counts[step]
    return n_operations, word_bytes * words


def roofline(n_operations: float, n_bytes: float, peak: float, bandwidth: float) -> float:
    """Return the least seconds that some work can take: it waits for arithmetic or for bytes.

    Parameters
    ----------
    n_operations, n_bytes : float
        The work, as ``work`` counts it.
    peak : float
        The most operations that the machine does in a second, in numbers of this type.
    bandwidth : float
        The most bytes that it reads or writes in a second, from and to its memory.
    """
    peak, bandwidth = check_peaks(peak, bandwidth)
    return max(n_operations / peak, n_bytes / bandwidth)


# ---- What the counts demand


def check(method, **counts):
    """Return whole numbers, or raise what is wrong with one of them or with the method."""
    if method not in METHODS:
        raise ValueError(f"no method {method!r}: choose one of {', '.join(METHODS)}")
    for name, value in counts.items():
        least = 0 if name == "n_steps" else 1
        if not isinstance(value, Integral) or isinstance(value, bool) or value < least:
            raise ValueError(
                f"{name} is {value!r}: pass a whole number, {least} or more, such as 10**6"
            )
    return [int(value) for value in counts.values()]


def check_rate(condition_number, shrink):
    """Return two floats in their ranges, or raise."""
    if isinstance(condition_number, Real) and not 1 <= condition_number < inf:
        raise ValueError(f"condition_number is {condition_number!r}: pass a number from 1 on")
    if isinstance(shrink, Real) and not 0 < shrink < 1:
        raise ValueError(f"shrink is {shrink!r}: pass a share between 0 and 1, such as 1e-6")
    number = validation.number
    return number(condition_number, "condition_number"), number(shrink, "shrink")


def check_step(step, n_samples, n_features, word_bytes, n_targets):
    """Return whole numbers, or raise what is wrong with one of them or with the step."""
    if step not in STEPS:
        raise ValueError(f"no step {step!r}: choose one of {', '.join(STEPS)}")
    sizes = {"n_samples": n_samples, "n_features": n_features, "word_bytes": word_bytes}
    return check(METHODS[0], **sizes, n_targets=n_targets)


def check_peaks(peak, bandwidth):
    """Return two floats above zero, or raise."""
    found = validation.number(peak, "peak"), validation.number(bandwidth, "bandwidth")
    for name, value in zip(("peak", "bandwidth"), found):
        if value <= 0:
            raise ValueError(f"{name} is {value!r}: pass what the machine does in a second")
    return found
