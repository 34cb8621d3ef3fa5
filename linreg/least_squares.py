"""Least squares to the last digit: four solvers, an honest error estimate, and rank.

Every solver works on the same two equations, the augmented system of a tall matrix ``A``, shape
(m, q), whose columns are scaled by powers of two to lengths between 1/2 and 1:

    r + A z = b        (m equations)
    Aᵀ r = c           (q equations)

With ``A = X``, ``b = y`` and ``c = 0`` the vector ``z`` is the least-squares solution and ``r``
what it leaves over. With ``A = Xᵀ``, ``b = 0`` and ``c = y`` (fewer rows than columns) ``r`` is the
solution of least length. Scaling by a power of two changes no digit.

Source: Björck (1967), "Iterative refinement of linear least squares solutions I", BIT 7, 257–278;
Higham (2002), "Accuracy and Stability of Numerical Algorithms", 2nd edition, SIAM, sections 20.5
and 20.6.
"""

import warnings
from functools import lru_cache
from numbers import Integral, Real
from operator import mul
from typing import Any, NamedTuple

from linreg import exact, validation
from linreg.error_free import add, slices, tops, two_product, two_sum
from linreg.extras import extra

with extra("numpy"):
    import numpy as np
    from numpy.typing import ArrayLike

__all__ = ["LeastSquaresSolution", "lstsq", "polyfit"]

EPS = np.finfo(float).eps  # 2.2e-16, the distance from 1 to the next float64
METHODS = ("auto", "cholesky", "qr", "svd", "refined")
SMALL = 100_000  # entries of X up to which `auto` spends time on the last digit
CHOLESKY_LIMIT = 1e7  # condition number up to which corrections mend what AᵀA has lost
TINY = np.finfo(float).tiny  # 2.2e-308: keeps a ratio from dividing by zero
LEAST = {kind: np.finfo(kind).smallest_subnormal for kind in (np.float32, np.float64)}
WHOLE_DEGREE = 20  # of a polynomial that whole numbers can fit in about a second
MOST_STEPS = 30  # of corrections; three are many
CHAIN = 2**12  # terms of a sum that are added up one after the other
BLOCK = 2**14  # entries of A that are split into slices at a time: a processor's fast cache


class LeastSquaresSolution(NamedTuple):
    """What ``lstsq`` found, and how far it can be trusted.

    Attributes
    ----------
    coef : array of shape (n_features,) or (n_features, n_targets)
        The coefficients, in units of ``y`` per unit of their column.
    residuals : array of the shape of ``y``
        ``X @ coef - y``, in units of ``y``.
    rank : int
        The number of columns that do not depend on others, as far as ``rank_tol`` can tell.
    condition_number : float
        An estimate, good to about a third, of the ratio of the largest to the smallest singular
        value of X, after its columns (its rows where they are fewer) are scaled by powers of two
        to lengths of about one. Units do not count: ``numpy.linalg.cond(X)`` may be much larger.
    relative_error : float
        An estimate of the largest error of a coefficient over the largest coefficient, at least
        2.2e-16; the worst of all targets. From 0.1 on no digit is promised.
    method : str
        The method that was used: ``"cholesky"``, ``"qr"``, ``"svd"`` or ``"refined"``.
    """

    coef: Any
    residuals: Any
    rank: int
    condition_number: float
    relative_error: float
    method: str


def lstsq(
    X: ArrayLike, y: ArrayLike, *, method: str = "auto", rank_tol: float | None = None
) -> LeastSquaresSolution:
    """Solve a least-squares problem and say how accurate the solution is.

    Parameters
    ----------
    X : array of shape (n_samples, n_features)
        The columns; no intercept is added. Columns may differ in scale from 1e-200 to 1e200.
    y : array of shape (n_samples,) or (n_samples, n_targets)
        The targets; each is solved for on its own.
    method : str
        ``"cholesky"`` factors XᵀX and corrects the result from its own residual; ``"qr"`` and
        ``"svd"`` factor X; ``"refined"`` repeats the correction with residuals in more than
        doubled precision until the coefficients are right to the last digit, or gain no more.
        ``"auto"`` takes ``"refined"`` for up to 100,000 entries; for more it takes ``"cholesky"``
        while the condition number is below 1e7, else ``"qr"``. A method that cannot solve the
        problem leaves it to the next: ``cholesky`` to ``qr``, and all to ``svd`` where rank is
        lost.
    rank_tol : float, optional
        Singular values up to ``rank_tol`` times the largest count as zero (columns scaled as for
        ``condition_number``). By default 2.2e-16 times 10, or more where X is large: times the
        smaller dimension, or a tenth of the larger one, at most four times its root.

    Returns
    -------
    LeastSquaresSolution
        Where rank is lost, ``coef`` is the solution of least length in the units of the caller,
        and ``relative_error`` is 1.0 unless ``rank_tol`` was given: without it nobody has said
        that the small singular values are zeros. float32 in ``X`` and ``y`` gives float32 out,
        computed in float64; all else is float64.

    Raises
    ------
    ValueError
        If an entry is NaN, infinite or a number that float64 cannot hold, if shapes do not fit
        or are empty, if ``method`` or ``rank_tol`` is unknown, or if a coefficient overflows.
    TypeError
        If X or y does not hold real numbers, or is longer than float64.

    Warns
    -----
    numpy.exceptions.RankWarning
        Where the columns do not fix the coefficients, ``rank < n_features``, or no digit of them
        is sure, ``relative_error >= 0.1``.

    References
    ----------
    Golub and Wilkinson (1966), "Note on the iterative refinement of least squares solution",
    Numerische Mathematik 9, 139–148; Björck (1967), as above; Demmel, Hida, Riedy and Li (2009),
    "Extra-precise iterative refinement for overdetermined least squares problems", ACM
    Transactions on Mathematical Software 35(4).

    Examples
    --------
    >>> lstsq([[1, 1], [2, 1], [3, 1]], [2, 4, 6]).coef.round(12).tolist()
    [2.0, 0.0]
    """
    dtype = answer_type(X, y)
    found = solution_in(dtype, *read(X, y), method, rank_tol)
    warn_of_doubt(found, len(found.coef))
    return found


def solution_in(dtype, X, y, method, rank_tol, small=SMALL):
    """Return what ``lstsq`` does, in some dtype and without a warning, for what has been read.

    ``small`` is up to how many entries of X time is spent on the last digit.
    """
    if not isinstance(method, str) or method not in METHODS:
        raise ValueError(f"method is {method!r}: choose one of {', '.join(METHODS)}")
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        rank_tol = check_rank_tol(rank_tol)
        found, error = solve(X, y.reshape(len(y), -1), method, rank_tol, small)
    coef, residuals = (values.reshape(-1, *y.shape[1:]) for values in found[:2])
    coef = in_range(coef, dtype, "measure its column of X in a smaller unit")
    if error is not None:
        found = found._replace(relative_error=relative(error, found.coef, dtype))
    return found._replace(coef=coef, residuals=residuals.astype(dtype, copy=False))


def warn_of_doubt(found, n_columns):
    """Warn the caller of ``lstsq`` where the coefficients are not unique, or have no sure digit."""
    if found.rank < n_columns:
        doubt = (
            f"X has rank {found.rank} but {n_columns} columns: many fits are equally good, and "
            "coef is the shortest of them. Drop dependent columns for a fit that is unique"
        )
    elif found.relative_error >= 0.1:
        doubt = (
            f"no digit of coef is sure: relative_error is {found.relative_error:.1g} and the "
            f"condition number {found.condition_number:.1g}. Drop columns that others nearly "
            "determine; where coef is next to zero, it may be zero"
        )
    else:
        return
    warnings.warn(doubt, np.exceptions.RankWarning, stacklevel=3)


def polyfit(x: ArrayLike, y: ArrayLike, degree: int) -> np.ndarray:
    """Fit a polynomial, as exactly as float64 data allow.

    A column ``x**k`` rounded to float64 is another column, and high powers make the coefficients
    feel it. So the powers keep their low parts: each is a sum of two floats. Where that is too
    little, as for years of which only the last digit varies, whole numbers take over: they round
    nothing, and so the powers of different x are never dependent.

    Parameters
    ----------
    x, y : array of shape (n_samples,)
        Where the values were taken, and the values.
    degree : int
        The highest power.

    Returns
    -------
    array of shape (degree + 1,)
        The coefficients, lowest power first, in units of ``y`` per unit of ``x`` to that power.

    Raises
    ------
    ValueError
        If ``x`` has no more different values than ``degree``, a power overflows or underflows, or
        no digit can be found, which takes a degree above 20; otherwise as ``lstsq``.
    TypeError
        As ``lstsq``; also if ``degree`` is not a whole number.

    Warns
    -----
    RuntimeWarning
        If fewer than fourteen digits are sure, which takes a degree above 20.

    References
    ----------
    Dekker (1971), "A floating-point technique for extending the available precision", Numerische
    Mathematik 18, 224–242, for the product of two floats as a sum of two.

    Examples
    --------
    >>> polyfit([0, 1, 2, 3], [1, 2, 5, 10], 2).tolist()
    [1.0, 0.0, 1.0]
    """
    dtype = answer_type(x, y)
    x, y = read_points(x, y, degree)
    coef, error = polynomial(x, y, degree)
    if error > EPS and degree <= WHOLE_DEGREE:
        coef = whole_polynomial(x, y, degree)
    elif error > 1e-14:
        mend = "lower the degree, or shift and scale x, which goes from "
        mend += f"{x.min():.6g} to {x.max():.6g}, to values between -1 and 1"
        if not error < 1:
            raise ValueError(f"the powers of x up to {degree} are too close for float64: {mend}")
        warnings.warn(f"{error:.0e} of coef is unsure: {mend}", RuntimeWarning, stacklevel=2)
    return in_range(coef, dtype, "scale x")


def polynomial(x, y, degree):
    """Return the coefficients and the largest error over the largest of them, or infinity."""
    A = Scaled(*powers(x, degree))
    right, unit = to_unit(y[:, None])
    problem = Problem(A, right, np.zeros((degree + 1, 1)), True)
    try:
        z, _, error, factor = refined(problem, EPS)
    except np.linalg.LinAlgError:
        return np.full(degree + 1, np.nan), np.inf
    error = error + factor.bound(problem, 2.0**-98 * norm(z))  # of the powers themselves
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        coef, error = np.ldexp([z, error], unit - A.exponents[:, None])
        return coef[:, 0], relative(error, coef, np.float64)


def whole_polynomial(x, y, degree):
    """Return the coefficients to the last digit, by normal equations in whole numbers."""
    (t, unit), (values, height) = (whole_numbers(given.tolist()) for given in (x, y))
    sums, power = [], [1] * len(t)
    for _ in range(2 * degree + 1):
        sums.append((sum(power), sum(map(mul, power, values))))
        power = list(map(mul, power, t))
    right = [moment for _, moment in sums[: degree + 1]]
    gram = [[sums[i + j][0] for j in range(degree + 1)] + [right[i]] for i in range(degree + 1)]
    triangle = exact.eliminate([*gram, [*right, sum(map(mul, values, values))]], degree + 1)
    coef = exact.back_substitute(triangle)
    return np.array([nearest(w * unit**k / height) for k, w in enumerate(coef)])


def whole_numbers(values):
    """Return floats as whole numbers over one power of two, and that."""
    ratios = [value.as_integer_ratio() for value in values]
    unit = max(denominator for _, denominator in ratios)
    return [numerator * (unit // denominator) for numerator, denominator in ratios], unit


def nearest(fraction):
    """Return the nearest float64, or infinity."""
    try:
        return float(fraction)
    except OverflowError:
        return np.inf


# ---- From the caller's arrays to a problem in range, and back


class Scaled:
    """A tall matrix whose columns count as scaled to lengths between 1/2 and 1.

    ``A`` itself is copied only where its products would leave float64's range; otherwise the powers
    of two go to what it is multiplied by. ``low`` is what to add to A for more digits of it. Where
    A is ``small`` there is time for the last digit.
    """

    def __init__(self, A, low=None, small=True):
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            squares = A.T @ A
        shift = np.zeros(A.shape[1], dtype=int)
        if not np.all((np.diag(squares) > 1e-200) & (np.diag(squares) < 1e200)):
            shift = np.frexp(abs(A).max(axis=0))[1]
            A, low = np.ldexp(A, -shift), None if low is None else np.ldexp(low, -shift)
            squares = A.T @ A
        exponents = np.frexp(np.sqrt(np.diag(squares)))[1]
        self.A, self.low, self.shape, self.small = A, low, A.shape, small
        self.scale = np.ldexp(1.0, -exponents)[:, None]
        self.squares = squares * self.scale * self.scale.T
        self.exponents = shift + exponents

    def times(self, z, out=None):
        """Return A z, shape (m, k)."""
        return np.matmul(self.A, self.scale * z, out=out)

    def transposed(self, r, chain=CHAIN, part=1.0):
        """Return Aᵀ r, shape (q, k), by sums over ``chain`` rows: each addition rounds.

        A ``part`` of r is added up, to see what the sums lose where they are rounded otherwise.
        """
        chains = [slice(i, i + chain) for i in range(0, len(r), chain)]
        sums = [self.A[rows].T @ (r[rows] if part == 1 else part * r[rows]) for rows in chains]
        whole = np.stack(sums, axis=-1).sum(axis=-1) if len(sums) > 1 else sums[0]
        return self.scale * whole / part

    def rows(self, part=slice(None)):
        """Return some rows with their columns scaled, and what to add to them, if anything."""
        low = [] if self.low is None else [self.low[part] * self.scale.T]
        return self.A[part] * self.scale.T, low


class Problem(NamedTuple):
    """The equations r + A z = b and Aᵀ r = c; the solution is z where X is tall, else r."""

    A: Scaled
    b: Any
    c: Any
    tall: bool


def solve(X, y, method, rank_tol, small):
    """Return a ``LeastSquaresSolution`` and how far each coefficient may be off, or None.

    X and y are float64, y of shape (n_samples, n_targets).
    """
    tall = X.shape[0] >= X.shape[1]
    tolerance = default_tolerance(X.shape) if rank_tol is None else rank_tol
    A = Scaled(X if tall else X.T, small=X.size <= small)
    if not (A.squares.diagonal() if tall else X.any(axis=0)).all():
        return without_zeros(X, y, method, rank_tol, small)
    right, units = to_unit(y if tall else np.ldexp(y, -A.exponents[:, None]))
    nothing = np.zeros((X.shape[1], y.shape[1]))
    problem = Problem(A, right, nothing, tall) if tall else Problem(A, nothing, right, tall)
    # The factors' condition numbers are estimates: near a given border the SVD decides.
    doubtful = tolerance if rank_tol is None else 2 * tolerance
    for attempt in order(method, A.small):
        try:
            z, r, error, factor = attempt(problem, tolerance if attempt is svd else doubtful)
        except np.linalg.LinAlgError:  # rank is lost, or nearly: the next method's turn
            continue
        return solution(problem, X, y, units, z, r, error, factor.condition_number, attempt)
    return lost_rank(X, y, tolerance, promised=rank_tol is not None)


def default_tolerance(shape):
    """Return what rounding leaves of a singular value that is zero, over the largest one.

    Columns that are dependent, such as ones, d and 1 - d, show up to 60 EPS at 2,000 rows.
    """
    long = max(shape)
    return EPS * max(10, min(shape), min(long / 10, 4 * long**0.5))


def solution(problem, X, y, units, z, r, error, condition_number, method):
    """Return what ``solve`` returns, in the units of the caller."""
    back = units - problem.A.exponents[:, None] if problem.tall else units
    unscaled = z if problem.tall else r
    coef, error = np.ldexp(unscaled, back), np.ldexp(error, back)
    error = error + np.where(unscaled != 0, LEAST[np.float64], 0.0)
    residuals = np.multiply(r, np.ldexp(-1.0, units), out=r) if problem.tall else X @ coef - y
    found = LeastSquaresSolution(
        coef, residuals, min(X.shape), condition_number, None, method.__name__
    )
    return found, error


def order(method, small):
    """Return the methods to try, first choice first; the SVD comes after them all."""
    if method == "auto":
        method = "refined" if small else "cholesky"
    first = {"cholesky": [cholesky, qr], "qr": [qr], "refined": [refined], "svd": []}
    return [*first[method], svd]


def without_zeros(X, y, method, rank_tol, small):
    """Solve for the columns that hold something; the others' coefficients are 0."""
    filled = X.any(axis=0)
    coef, error = np.zeros((2, X.shape[1], y.shape[1]))
    if not filled.any():
        return LeastSquaresSolution(coef, -y, 0, np.inf, None, "svd"), error
    found, partial = solve(X[:, filled], y, method, rank_tol, small)
    coef[filled], error[filled] = found.coef, 0 if partial is None else partial
    found = found._replace(coef=coef, condition_number=np.inf)
    return found, None if partial is None else error


def relative(error, coef, dtype):
    """Return the greatest error over the greatest coefficient, the worst of all targets.

    The true coefficient may be smaller than the computed one by the error, and is taken to be.
    """
    error = error + np.where(coef != 0, LEAST[dtype], 0.0)
    error = error.max(axis=0)
    least = abs(coef).max(axis=0) - error
    with np.errstate(over="ignore"):
        ratios = np.where(least > 0, error / np.where(least > 0, least, 1.0), np.inf)
    return max(float(np.where(error > 0, ratios, 0.0).max()), float(np.finfo(dtype).eps))


def in_range(coef, dtype, mend):
    """Return the coefficients in the type of the answer, or raise if one overflows."""
    with np.errstate(over="ignore"):
        coef = coef.astype(dtype)
    if not np.isfinite(coef).all():
        raise ValueError(f"a coefficient overflows: {mend}")
    return coef


def to_unit(values):
    """Return each column brought below 2 by a power of two, and the exponents, shape (k,)."""
    exponents = np.frexp(np.maximum(values.max(axis=0), -values.min(axis=0)))[1] - 1
    return values / np.ldexp(1.0, exponents), exponents


# ---- Three factorizations: each solves the augmented system to working precision


class Factor:
    """A = Q R, as far as a solver needs it: the inverse of R, and what it says of A.

    ``loss`` is the part of an error that a correction by this factor may leave.
    """

    def __init__(self, A, R, tolerance):
        self.A, self.inverse = A, inverse_of(R)
        self.condition_number = condition(R, self.inverse)
        if not self.condition_number * tolerance < 1:  # NaN, of an overflow, is lost too
            raise np.linalg.LinAlgError("rank is lost")
        self.loss = 10 * EPS * self.condition_number

    def solve(self, f, g):
        """Return dr and dz with dr + A dz = f and Aᵀ dr = g, by R alone."""
        dz = self.inverse @ (self.inverse.T @ (self.A.transposed(f) - g))
        return f - self.A.times(dz), dz

    def size(self, f, g):
        """Return how large right-hand sides are, shape (k,): as A z, g is R⁻ᵀ g long."""
        return norm(f) + norm(self.inverse.T @ g)

    def bound(self, problem, size):
        """Return how far right-hand sides of some size move a solution at most, row by row."""
        reach = norm(self.inverse.T) if problem.tall else np.ones(len(problem.b))
        return np.outer(reach, size)


class FromSquares(Factor):
    """By Cholesky's factor of AᵀA = Rᵀ R: fast, but it sees A's condition number squared."""

    def __init__(self, A, tolerance):
        super().__init__(A, np.linalg.cholesky(A.squares).T, tolerance)
        self.loss *= self.condition_number
        if self.condition_number > CHOLESKY_LIMIT:
            raise np.linalg.LinAlgError("squaring has lost too many digits")


class FromColumns(Factor):
    """By Householder's factors A = Q R: slower, and as good as A allows."""

    def __init__(self, A, tolerance):
        self.Q, R = np.linalg.qr(A.rows()[0])
        super().__init__(A, R, tolerance)

    def solve(self, f, g):
        """Return dr and dz with dr + A dz = f and Aᵀ dr = g."""
        step = self.Q.T @ f - self.inverse.T @ g
        return f - self.Q @ step, self.inverse @ step


def cholesky(problem, tolerance):
    """Solve by the normal equations AᵀA z = Aᵀ b - c, corrected from their own residual."""
    A, b, c, _ = problem
    factor = FromSquares(A, tolerance)
    z, r, before, size = np.zeros_like(c), b.copy(), np.empty_like(b), np.inf
    for _ in range(MOST_STEPS):
        step = factor.inverse.T @ (A.transposed(r) - c)
        previous, size = size, norm(step)
        if np.all(size > previous / 2):  # what is left is rounding
            before = r
            break
        z = z + factor.inverse @ step
        before, r = r, np.subtract(b, A.times(z, out=before), out=before)
        if np.all(factor.loss * size <= EPS * norm(z)):
            break
    return z, r, rounding(problem, factor, z, r, before, step), factor


def qr(problem, tolerance):
    """Solve by Householder's reflections."""
    A, b, c, tall = problem
    if tall:  # R of [A, b] holds R of A, and beside it Qᵀ b: Q itself is not needed
        R = np.linalg.qr(np.hstack([A.rows()[0], b]), mode="r")
        q = A.shape[1]
        factor = Factor(A, R[:q, :q], tolerance)
        z = factor.inverse @ R[:q, q:]
        r = b - A.times(z)
    else:
        factor = FromColumns(A, tolerance)
        r, z = factor.solve(b, c)
    return z, r, rounding(problem, factor, z, r), factor


def refined(problem, tolerance):
    """Solve by corrections from residuals in doubled precision, until none is left."""
    try:
        factor = FromSquares(problem.A, tolerance)
        z, r, error, converged = refine(problem, factor)
    except np.linalg.LinAlgError:
        converged = False
    if not converged:
        factor = FromColumns(problem.A, tolerance)
        z, r, error, _ = refine(problem, factor)
    return z, r, error, factor


def svd(problem, tolerance):
    """Solve by singular values, A = U S Vᵀ."""
    A, b, c, tall = problem
    U, values, Vt = np.linalg.svd(A.rows()[0], full_matrices=False)
    if not values[-1] > tolerance * values[0]:
        raise np.linalg.LinAlgError("rank is lost")
    factor = Factor(A, np.linalg.qr(values[:, None] * Vt, mode="r"), 0.0)
    factor.condition_number = float(values[0] / values[-1])
    inverse = Vt.T / values
    step = U.T @ b - inverse.T @ c
    z = inverse @ step
    r = b - (A.times(z) if tall else U @ step)
    return z, r, rounding(problem, factor, z, r), factor


def lost_rank(X, y, tolerance, promised):
    """Return the shortest of the best solutions, in the caller's units, where rank is lost.

    The columns of X are scaled to lengths of about one and, where they are fewer, then the rows:
    of the result, U S Vᵀ, only singular values above the tolerance count. So X is (D U) S (E V)ᵀ
    with D and E for the scales, and factors of D U and E V give the solution in the units of the
    caller. Shaking U, S and V by what rounding does to them shows how far to trust that.
    """
    tall = X.shape[0] >= X.shape[1]
    columns = length_exponents(X)
    scaled = np.ldexp(X, -columns)
    rows = np.zeros(len(X), dtype=int) if tall else length_exponents(scaled.T)
    U, values, Vt = np.linalg.svd(np.ldexp(scaled, -rows[:, None]), full_matrices=False)
    rank = int(np.sum(values > tolerance * values[0]))
    U, S, V = U[:, :rank], values[:rank], Vt[:rank].T
    right, units = to_unit(y)
    draw = np.random.default_rng(0).standard_normal

    def solved(shake):
        turn = shake * values[0] / S
        left, R = heavy_first(U + turn * draw(U.shape), rows)
        inner = np.linalg.solve(R, left.T @ right) / S[:, None]
        Q, R = heavy_first(V + turn * draw(V.shape), columns)
        return Q @ np.linalg.solve(R.T, inner * (1 + shake * draw(inner.shape)))

    try:
        found = solved(0.0)
        error = np.max([abs(solved(4 * EPS) - found) for _ in range(6)], axis=0)
    except np.linalg.LinAlgError:
        raise ValueError(
            "the columns of X depend on each other and differ in scale beyond float64: measure "
            "them in units closer to each other"
        ) from None
    coef, error = (np.ldexp(part, units - rows.max() - columns.max()) for part in (found, error))
    condition_number = float(values[0] / values[-1]) if values[-1] > 0 else np.inf
    result = LeastSquaresSolution(coef, X @ coef - y, rank, condition_number, 1.0, "svd")
    return result, error if promised or rank == min(X.shape) else None


def length_exponents(A):
    """Return the powers of two that bring the columns of A to lengths between 1/2 and 1."""
    largest = np.frexp(abs(A).max(axis=0))[1]
    return largest + np.frexp(norm(np.ldexp(A, -largest)))[1]


def heavy_first(V, shift):
    """Return Q and R of ``V * 2**(shift - shift.max())``.

    Reflections keep the digits of rows that differ much in size best if the heavy rows come first
    (Cox and Higham, 1998, "Stability of Householder QR factorization for weighted least squares
    problems", who also exchange columns).
    """
    order = np.argsort(-shift, kind="stable")
    Q, R = np.linalg.qr(np.ldexp(V, (shift - shift.max())[:, None])[order])
    return Q[np.argsort(order)], R


def rounding(problem, factor, z, r, before=None, step=None):
    """Return how far the solution may be off, its shape: what one more correction would change.

    Where corrections have come before, ``step`` is ``R⁻ᵀ (Aᵀ before - c)``: it is still to be
    taken if ``before`` is r itself, else it has led to z and r.

    A small problem's residuals are exact, and so is that. A large one's are rounded: to first order
    an error f of the first equations and g of the second move z by ``|A⁺| |f| + |(AᵀA)⁻¹| |g|`` at
    most, row by row (Björck, 1967, as above), so that an ill-conditioned coefficient moves more
    than its neighbours. What long sums lose is seen by adding up otherwise.
    """
    A, _, c, tall = problem
    if A.small:
        f, g = exact_residual(problem, z, r, np.zeros_like(z), np.zeros_like(r))
        dr, dz = factor.solve(f, g)
        left = factor.bound(problem, factor.loss * factor.size(f, g))
        return 2 * (abs(dz if tall else dr) + left)
    inverse, f_error, g_error = factor.inverse, EPS * (norm(z) + norm(r)), EPS / 4 * norm(r)
    if not tall:
        return factor.bound(problem, f_error + 40 * np.linalg.norm(inverse) * g_error)
    if step is None:
        before, step = r, inverse.T @ (A.transposed(r) - c)
    left = 2 * abs(inverse @ step) if before is r else 0.0
    other = inverse.T @ (A.transposed(before, 16 * CHAIN, part=1 / 3) - c)
    bound = factor.bound(problem, f_error + factor.loss * norm(step))
    turned = inverse @ (inverse.T @ normal_draws(len(z)))
    rows = norm(turned.T) / 3  # about the lengths of the rows of (AᵀA)⁻¹
    noise = np.outer(rows, g_error) + 4 * abs(inverse @ (other - step))
    return bound + left + noise


@lru_cache(maxsize=16)
def normal_draws(n):
    """Return nine columns of n draws, the same at each call."""
    return np.random.default_rng(0).standard_normal((n, 9))


def norm(columns):
    """Return the length of each column, shape (k,)."""
    return np.sqrt(np.einsum("ij,ij->j", columns, columns))


def inverse_of(R):
    """Return the inverse of an upper triangle R: its halves, then the corner above the lower one.

    The product of the halves' inverses would take less work and lose digits (Higham, 2002, as
    above, section 14.2).
    """
    if len(R) <= 64:
        return np.linalg.solve(R, np.eye(len(R)))
    half = len(R) // 2
    inverse = np.zeros_like(R)
    inverse[:half, :half] = inverse_of(R[:half, :half])
    inverse[half:, half:] = lower = inverse_of(R[half:, half:])
    inverse[:half, half:] = solve_triangle(R[:half, :half], -R[:half, half:] @ lower)
    return inverse


def solve_triangle(R, B):
    """Return X with R X = B for an upper triangle R: the lower half first, then the upper one."""
    if len(R) <= 64:
        return np.linalg.solve(R, B)
    half = len(R) // 2
    lower = solve_triangle(R[half:, half:], B[half:])
    upper = solve_triangle(R[:half, :half], B[:half] - R[:half, half:] @ lower)
    return np.vstack([upper, lower])


def condition(R, inverse):
    """Return the ratio of R's largest to its smallest singular value; a large R's to about a third.

    The power method takes the largest values of R and its inverse from below.
    """
    if len(R) <= 64:
        values = np.linalg.svd(R, compute_uv=False)
        return float(values[0] / values[-1])
    stretch = 1.0
    for M in (R, inverse):
        v = np.random.default_rng(0).standard_normal(len(M))
        for _ in range(6):
            v = M.T @ (M @ (v / np.sqrt(v @ v)))
        stretch *= float(v @ v) ** 0.25
    return max(stretch, 1.0) if stretch == stretch else stretch


# ---- Refinement: solve, look at what is left over, solve for that


def refine(problem, factor):
    """Return z, r, how far the solution may be off (its shape), and whether it has converged.

    Each step solves for what the equations have left over. What is left over shrinks by a constant
    in each, and bounds the errors that remain.
    """
    r, z = factor.solve(problem.b, problem.c)
    z_low, r_low = np.zeros_like(z), np.zeros_like(r)  # what they have lost by rounding
    sizes = [np.inf, np.inf]
    for _ in range(MOST_STEPS):
        f, g = exact_residual(problem, z, r, z_low, r_low)
        dr, dz = factor.solve(f, g)
        (z, z_low), (r, r_low) = two_sum(z, z_low + dz), two_sum(r, r_low + dr)
        sizes.append(factor.size(f, g))
        shrinking = np.maximum(sizes[-1] / np.maximum(sizes[-2], TINY), factor.loss)
        floor = EPS**2 * (norm(z) + norm(r))  # what z + z_low and r + r_low cannot hold
        error = factor.bound(problem, shrinking * sizes[-1] + floor)
        fine = np.all(error <= goal(problem, z if problem.tall else r), axis=0)
        converged = fine | (sizes[-1] <= floor)
        # Two steps that have gained less than a factor of four are the end.
        if np.all(converged | (sizes[-1] > sizes[-3] / 4)):
            break
    return z, r, error, converged.all()


def goal(problem, found):
    """Return how exact each coefficient is to be: beyond its last digit, if it is one that counts.

    It does not count beside one that is larger by 1/EPS both as scaled and in the caller's units.
    """
    largest = abs(found).max(axis=0)
    if problem.tall:
        unit = problem.A.exponents[:, None]
        largest = np.minimum(largest, np.ldexp(np.ldexp(abs(found), -unit).max(axis=0), unit))
    return EPS / 16 * np.maximum(abs(found), EPS * largest)


def exact_residual(problem, z, r, z_low, r_low):
    """Return what z + z_low and r + r_low leave over, computed in more than doubled precision.

    All factors are cut into slices, and all but the last are so short that sums of their products
    round nowhere; what the last ones round lies far below the digits that count. The product of
    slices i and j is of order i + j, and products of one order are added up at once. Matrix
    products do the work (Ozaki, Ogita, Oishi and Rump, 2012, "Error-free transformations of matrix
    multiplication by using fast routines of matrix multiplication", Numerical Algorithms 59).
    """
    A, b, c, _ = problem
    (m, q), k = A.shape, z.shape[1]
    bits = (53 - (3 * m).bit_length()) // 2
    z_parts, r_parts = pieces(z, z_low, bits), pieces(r, r_low, bits)
    f_terms, g_terms = np.zeros((m, 7 * k), order="F"), np.zeros((q, 7 * k))
    for start in range(0, m, max(1, BLOCK // q)):
        rows = slice(start, start + max(1, BLOCK // q))
        high, low = A.rows(rows)
        for i, part in enumerate([*slices(high, 1.0, bits, 4), *low]):
            orders = slice(min(i, 3) * k, min(i, 3) * k + 4 * k)
            f_terms[rows, orders] -= part @ z_parts
            g_terms[:, orders] -= part.T @ r_parts[rows]
    f_parts, g_parts = np.hsplit(f_terms, 7), np.hsplit(g_terms, 7)
    f = add([b, -r, -r_low, *f_parts[:3], sum(f_parts[3:])], n_passes=1)
    return f, add([c, *g_parts[:3], sum(g_parts[3:])])


def pieces(high, low, bits):
    """Return three slices and the rest of ``high + low``, side by side."""
    *parts, rest = slices(high, tops(high), bits, 4)
    return np.hstack([*parts, rest + low])


def powers(x, degree):
    """Return the powers of x from 0 to ``degree`` as columns, and what their rounding lost."""
    high, low = [np.ones_like(x)], [np.zeros_like(x)]
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        for _ in range(degree):
            product, lost = two_product(high[-1], x)
            new_high, new_low = two_sum(product, lost + low[-1] * x)
            high.append(new_high)
            low.append(new_low)
    high, low = np.column_stack(high), np.column_stack(low)
    largest = abs(high).max(axis=0)
    if not np.isfinite(high + low).all() or np.any((largest > 0) & (largest < 1e-200)):
        raise ValueError(f"x to the power {degree} leaves float64's range: scale x")
    return high, low


# ---- Reading


def read(X, y):
    """Return X and y as float64 arrays that fit each other."""
    X, y = floats(X, "X"), floats(y, "y")
    if X.ndim != 2:
        raise ValueError(f"X has shape {X.shape}, not 2-D: pass X.reshape(-1, 1)")
    if y.ndim not in (1, 2):
        raise ValueError(f"y has shape {y.shape}: pass (n_samples,) or (n_samples, n_targets)")
    validation.not_empty("X", X)
    validation.not_empty("X[0]", X[0])
    validation.same_length("X", len(X), "y", len(y))
    validation.not_empty("y[0]", y[:1].ravel())
    all_finite(X, "X")
    all_finite(y, "y")
    return X, y


def read_one_target(X, y):
    """Return X and y as float64 arrays of shapes (n, p) and (n,)."""
    X, y = read(X, y)
    if y.ndim != 1:
        raise ValueError(f"y has shape {y.shape}: pass one target a row, shape (n_samples,)")
    return X, y


def with_ones(X, fit_intercept):
    """Return the columns of X and, where there is an intercept, the ones."""
    return np.column_stack([X, np.ones(len(X))]) if fit_intercept else X


def read_points(x, y, degree):
    """Return x and y as float64 arrays of shape (n,), to which a polynomial can be fitted."""
    if isinstance(degree, bool) or not isinstance(degree, Integral):
        raise TypeError(f"degree is {degree!r}: pass a whole number, 0 or more")
    x, y = floats(x, "x"), floats(y, "y")
    if x.ndim != 1 or y.ndim != 1:
        raise ValueError(f"x and y have shapes {x.shape} and {y.shape}: pass two of (n,)")
    all_finite(x, "x")
    _, y = read(x[:, None], y)
    if not 0 <= degree < len(np.unique(x)):
        raise ValueError(
            f"degree is {degree}, and x has {len(np.unique(x))} different values: pass a degree "
            "from 0 to one less than these"
        )
    return x, y


def read_weights(weights, name, n_rows):
    """Return weights as a float64 array of shape (n,)."""
    weights = floats(weights, name)
    if weights.shape != (n_rows,):
        raise ValueError(
            f"{name} has shape {weights.shape}, but X has {n_rows} rows: pass one a row"
        )
    all_finite(weights, name)
    for i in np.flatnonzero(weights < 0)[:1]:
        raise ValueError(f"{name}[{i}] is {weights[i]}: pass 0 or more, 0 to leave a row out")
    return weights


def answer_type(*given):
    """Return float32 if all that was given has it, in any order of its bytes, else float64."""
    single = all(hasattr(values, "__array__") and is_single(values) for values in given)
    return np.float32 if single else np.float64


def is_single(values):
    """Tell whether an array, or what becomes one, holds float32."""
    dtype = np.asarray(values).dtype
    return dtype.kind == "f" and dtype.itemsize == 4


def squares_are_finite(values):
    """Tell whether the sum of the squares is finite, for then all entries are: a fast question."""
    flat = values.ravel(order="K")
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.isfinite(flat @ flat))


def all_finite(values, name):
    """Raise for the first entry that is NaN or infinite."""
    if squares_are_finite(values):
        return
    for place in np.argwhere(~np.isfinite(values))[:1].tolist():
        raise validation.unusable(float(values[tuple(place)]), f"{name}{place}")


def floats(values, name):
    """Return numbers of any kind as a float64 array, or raise what is wrong with them."""
    validation.not_masked(values, name)
    if hasattr(values, "toarray"):  # SciPy's mark of a sparse matrix
        raise TypeError(
            f"{name} is sparse, and only dense arrays are solved: pass {name}.toarray()"
        )
    try:
        values = np.asarray(values)
    except ValueError:
        raise ValueError(f"{name} is ragged: give every row the same number of entries") from None
    if values.dtype == object:
        for place, value in np.ndenumerate(values):
            real = hasattr(value, "__float__") and not isinstance(value, np.complexfloating)
            if isinstance(value, str | bytes) or not real:
                raise TypeError(f"{name}{list(place)} is {value!r}, not a real number: convert it")
    elif values.dtype.kind not in "fiub" or values.itemsize > 8:
        raise TypeError(
            f"{name} has dtype {values.dtype}: convert it, as in {name}.astype(np.float64)"
        )
    try:
        converted = values.astype(np.float64, copy=False)
    except (OverflowError, ValueError) as error:
        raise ValueError(f"{name} holds a number that float64 cannot: {error}") from None
    if values.dtype.kind in "iuO":
        for place in np.argwhere(abs(converted) >= 2**53):
            value = values[tuple(place)]
            if isinstance(value, Integral) and int(value) != float(value):
                raise ValueError(
                    f"{name}{place.tolist()} is {value}, which float64 rounds: subtract a constant "
                    "from its column, or convert it to float first"
                )
    return converted


def check_rank_tol(rank_tol):
    """Return ``rank_tol`` as a number from 0 to below 1, or None."""
    if rank_tol is None:
        return None
    if isinstance(rank_tol, bool) or not isinstance(rank_tol, Real):
        raise TypeError(f"rank_tol is {rank_tol!r}: pass a number, such as 1e-12, or None")
    if not 0 <= rank_tol < 1:
        raise ValueError(f"rank_tol is {rank_tol!r}: pass a number from 0 to below 1")
    return float(rank_tol)
