"""Least squares to the last digit: four solvers, an honest error estimate, and rank.

Every solver works on the same two equations, the augmented system of a tall matrix ``A``, shape
(m, q), whose columns are scaled by powers of two to lengths between 1/2 and 1:

    r + A z = b        (m equations)
    Aᵀ r = c           (q equations)

With ``A = X``, ``b = y`` and ``c = 0`` the vector ``z`` is the least-squares solution and ``r``
what it leaves over. With ``A = Xᵀ``, ``b = 0`` and ``c = y`` (fewer rows than columns) ``r`` is the
solution of least length. Scaling by a power of two changes no digit.

Source: Björck (1967), "Iterative refinement of linear least squares solutions I", BIT 7, 257–278;
Björck (1996), "Numerical Methods for Least Squares Problems", SIAM, sections 2.9 and 6.6.
"""

import warnings
from numbers import Integral
from typing import Any, NamedTuple

import numpy as np

from linreg import validation

__all__ = ["LeastSquaresSolution", "lstsq", "polyfit"]

EPS = np.finfo(float).eps  # 2.2e-16, the distance from 1 to the next float64
METHODS = ("auto", "cholesky", "qr", "svd", "refined")
SMALL = 100_000  # entries of X up to which `auto` spends time on the last digit
CHOLESKY_LIMIT = 1e7  # condition number up to which corrections mend what AᵀA has lost
TINY = np.finfo(float).tiny
MOST_STEPS = 30
BLOCK = 2**17  # entries of A that are split into slices at a time: about a processor's cache


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
        An estimate, good to about a tenth, of the ratio of the largest to the smallest singular
        value of X, after its columns (its rows where they are fewer) are scaled by powers of two
        to lengths of about one. Units do not count: ``numpy.linalg.cond(X)`` may be much larger.
    relative_error : float
        An estimate of the largest error of a coefficient over the largest coefficient, at least
        2.2e-16. From 0.1 on no digit is promised.
    method : str
        The method that was used: ``"cholesky"``, ``"qr"``, ``"svd"`` or ``"refined"``.
    """

    coef: Any
    residuals: Any
    rank: int
    condition_number: float
    relative_error: float
    method: str


def lstsq(X, y, *, method="auto", rank_tol=None):
    """Solve a least-squares problem and say how accurate the solution is.

    Parameters
    ----------
    X : array of shape (n_samples, n_features)
        The columns; no intercept is added. Columns may differ in scale from 1e-200 to 1e200.
    y : array of shape (n_samples,) or (n_samples, n_targets)
        The targets; each is solved for on its own.
    method : str
        ``"cholesky"`` factors XᵀX and corrects the result from its own residual; ``"qr"`` and
        ``"svd"`` factor X; ``"refined"`` repeats the correction with residuals in doubled
        precision until the coefficients are correctly rounded. ``"auto"`` takes ``"refined"`` for
        up to 100,000 entries; for more it takes ``"cholesky"`` while the condition number is below
        1e7, else ``"qr"``. A method that cannot solve the problem leaves it to the next:
        ``cholesky`` to ``qr``, and all to ``svd`` where rank is lost.
    rank_tol : float, optional
        Singular values up to ``rank_tol`` times the largest count as zero (columns scaled as for
        ``condition_number``). By default 2.2e-16 times the larger of 10 and the smaller dimension.

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
        If an entry is NaN, infinite or an integer that float64 cannot hold, if shapes do not fit
        or are empty, if ``method`` or ``rank_tol`` is unknown, or if a coefficient overflows.
    TypeError
        If X or y does not hold real numbers, or is longer than float64.

    Warns
    -----
    numpy.exceptions.RankWarning
        Where the columns do not fix the coefficients: ``rank < n_features``.

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
    X, y, dtype = read(X, y)
    if method not in METHODS:
        raise ValueError(f"method is {method!r}: choose one of {', '.join(METHODS)}")
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        found = solve(X, y.reshape(len(y), -1), method, check_rank_tol(rank_tol))
    if found.rank < X.shape[1]:
        warnings.warn(
            f"X has rank {found.rank} but {X.shape[1]} columns: many fits are equally good, and "
            "coef is the shortest of them. Drop dependent columns for a fit that is unique",
            np.exceptions.RankWarning,
            stacklevel=2,
        )
    coef, residuals = (values.reshape(-1, *y.shape[1:]) for values in found[:2])
    with np.errstate(over="ignore"):
        coef, residuals = coef.astype(dtype), residuals.astype(dtype)
    if not np.isfinite(coef).all():
        raise ValueError("a coefficient overflows: measure its column of X in a smaller unit")
    error = max(float(found.relative_error), float(np.finfo(dtype).eps))
    return found._replace(coef=coef, residuals=residuals, relative_error=error)


def polyfit(x, y, degree):
    """Fit a polynomial, as exactly as float64 data allow.

    A column ``x**k`` rounded to float64 is another column, and high powers make the coefficients
    feel it. So the powers keep their low parts: each is a sum of two floats.

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
        If ``x`` has no more different values than ``degree``, or a power overflows or underflows;
        otherwise as ``lstsq``.
    TypeError
        As ``lstsq``; also if ``degree`` is not a whole number.

    Warns
    -----
    RuntimeWarning
        If the refinement does not settle, so that digits are missing.

    References
    ----------
    Dekker (1971), "A floating-point technique for extending the available precision", Numerische
    Mathematik 18, 224–242, for the product of two floats as a sum of two.

    Examples
    --------
    >>> polyfit([0, 1, 2, 3], [1, 2, 5, 10], 2).tolist()
    [1.0, 0.0, 1.0]
    """
    if isinstance(degree, bool) or not isinstance(degree, int | np.integer):
        raise TypeError(f"degree is {degree!r}: pass a whole number, 0 or more")
    if np.ndim(x) != 1 or np.ndim(y) != 1:
        raise ValueError(f"x and y have shapes {np.shape(x)} and {np.shape(y)}: pass two of (n,)")
    x, y, dtype = read(np.asarray(x)[:, None], y)
    if not 0 <= degree < len(np.unique(x)):
        raise ValueError(
            f"degree is {degree}, and x has {len(np.unique(x))} different values: pass a degree "
            "from 0 to one less than these"
        )
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        A = Scaled(*powers(x[:, 0], degree))
    right, unit = to_unit(y[:, None])
    try:
        z, _, error, factor = refined(Problem(A, right, np.zeros((degree + 1, 1)), True), EPS)
    except np.linalg.LinAlgError:
        raise ValueError(f"the powers up to {degree} are dependent: lower the degree") from None
    coef, error = np.ldexp([z, error], unit - A.exponents[:, None])
    if error.max() > 1e-8 * abs(coef).max():
        warnings.warn(
            f"the powers are nearly dependent (condition number {factor.condition_number:.1e}) and "
            "digits are missing: lower the degree, or shift and scale x",
            RuntimeWarning,
            stacklevel=2,
        )
    return coef[:, 0].astype(dtype)


# ---- From the caller's arrays to a problem in range, and back


class Scaled:
    """A tall matrix whose columns count as scaled to lengths between 1/2 and 1.

    ``A`` itself is copied only where its products would leave float64's range; otherwise the powers
    of two go to what it is multiplied by. ``low`` is what to add to A for more digits of it.
    """

    def __init__(self, A, low=None):
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            squares = A.T @ A
        shift = np.zeros(A.shape[1], dtype=int)
        if not np.all((np.diag(squares) > 1e-200) & (np.diag(squares) < 1e200)):
            shift = np.frexp(abs(A).max(axis=0))[1]
            A, low = np.ldexp(A, -shift), None if low is None else np.ldexp(low, -shift)
            squares = A.T @ A
        exponents = np.frexp(np.sqrt(np.diag(squares)))[1]
        self.A, self.low, self.shape = A, low, A.shape
        self.scale = np.ldexp(1.0, -exponents)[:, None]
        self.squares = squares * self.scale * self.scale.T
        self.exponents = shift + exponents

    def times(self, z):
        """Return A z, shape (m, k)."""
        return self.A @ (self.scale * z)

    def transposed(self, r):
        """Return Aᵀ r, shape (q, k)."""
        return self.scale * (self.A.T @ r)

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


def solve(X, y, method, rank_tol):
    """Return a ``LeastSquaresSolution`` for float64 arrays, y of shape (n_samples, n_targets)."""
    tall = X.shape[0] >= X.shape[1]
    tolerance = EPS * max(10, min(X.shape)) if rank_tol is None else rank_tol
    A = Scaled(X if tall else X.T)
    if not (A.squares.diagonal() if tall else X.any(axis=0)).all():
        return without_zeros(X, y, method, rank_tol)
    right, units = to_unit(y if tall else np.ldexp(y, -A.exponents[:, None]))
    nothing = np.zeros((X.shape[1], y.shape[1]))
    problem = Problem(A, right, nothing, tall) if tall else Problem(A, nothing, right, tall)
    for attempt in order(method, X.size):
        try:
            z, r, error, factor = attempt(problem, tolerance)
        except np.linalg.LinAlgError:  # rank is lost, or nearly: the next method's turn
            continue
        back = units - A.exponents[:, None] if tall else units
        coef = np.ldexp(z if tall else r, back)
        return LeastSquaresSolution(
            coef,
            r * np.ldexp(-1.0, units) if tall else X @ coef - y,
            min(X.shape),
            factor.condition_number,
            relative(np.ldexp(error, back), coef),
            attempt.__name__,
        )
    return svd(X, y, tolerance, promised=rank_tol is not None)


def order(method, n_entries):
    """Return the methods to try, first choice first; the SVD comes after them all."""
    if method == "auto":
        return [refined] if n_entries <= SMALL else [cholesky, qr]
    return {"cholesky": [cholesky, qr], "qr": [qr], "refined": [refined], "svd": []}[method]


def without_zeros(X, y, method, rank_tol):
    """Solve for the columns that hold something; the others' coefficients are 0."""
    filled = X.any(axis=0)
    coef = np.zeros((X.shape[1], y.shape[1]))
    if not filled.any():
        return LeastSquaresSolution(coef, -y, 0, np.inf, 0.0, "svd")
    found = solve(X[:, filled], y, method, rank_tol)
    coef[filled] = found.coef
    return found._replace(coef=coef, condition_number=np.inf)


def relative(error, coef):
    """Return the greatest error over the greatest coefficient, the worst of all targets."""
    error, size = error.max(axis=0), abs(coef).max(axis=0)
    return np.max(error / np.where(size > 0, size, 1.0))


def to_unit(values):
    """Return each column brought below 2 by a power of two, and the exponents, shape (k,)."""
    exponents = np.frexp(abs(values).max(axis=0))[1] - 1
    return values / np.ldexp(1.0, exponents), exponents


# ---- Three factorizations: each solves the augmented system to working precision


class Factor:
    """A = Q R, as far as a solver needs it: R, its inverse, and what they tell of A."""

    def __init__(self, R, tolerance):
        self.inverse = inverse_of_triangle(R)
        stretch = greatest_singular_value(R) * greatest_singular_value(self.inverse)
        self.condition_number = max(float(stretch), 1.0)  # NaN, of an overflow, stays NaN
        if not self.condition_number * tolerance < 1:
            raise np.linalg.LinAlgError("rank is lost")

    def rounding(self, problem, z, r):
        """Return how far roundings of the size of EPS move the solution, by trying some."""
        draw = np.random.default_rng(0).standard_normal
        b_size = norm(problem.b) + norm(z)
        shakes = []
        for _ in range(3):
            g = EPS * norm(r) * draw(z.shape)
            dz = self.inverse @ (EPS * b_size * draw(z.shape) - self.inverse.T @ g)
            shakes.append(abs(dz if problem.tall else problem.A.times(dz)))
        return np.max(shakes, axis=0)


class FromSquares(Factor):
    """By Cholesky's factor of AᵀA = Rᵀ R: fast, but it sees A's condition number squared."""

    def __init__(self, A, tolerance):
        self.A = A
        super().__init__(np.linalg.cholesky(A.squares).T, tolerance)
        self.loss = EPS * self.condition_number**2
        if self.condition_number > CHOLESKY_LIMIT:
            raise np.linalg.LinAlgError("squaring has lost too many digits")

    def solve_squares(self, right):
        """Return dz with AᵀA dz = right."""
        return self.inverse @ (self.inverse.T @ right)

    def solve(self, f, g):
        """Return dr and dz with dr + A dz = f and Aᵀ dr = g."""
        dz = self.solve_squares(self.A.transposed(f) - g)
        return f - self.A.times(dz), dz


class FromColumns(Factor):
    """By Householder's factors A = Q R: slower, and as good as A allows."""

    def __init__(self, A, tolerance):
        self.Q, R = np.linalg.qr(A.rows()[0])
        super().__init__(R, tolerance)
        self.loss = EPS * self.condition_number

    def solve(self, f, g):
        """Return dr and dz with dr + A dz = f and Aᵀ dr = g."""
        step = self.Q.T @ f - self.inverse.T @ g
        return f - self.Q @ step, self.inverse @ step


def cholesky(problem, tolerance):
    """Solve by the normal equations AᵀA z = Aᵀ b - c, corrected from their own residual."""
    A, b, c, _tall = problem
    factor = FromSquares(A, tolerance)
    z, r, size = np.zeros_like(c), b, np.inf
    for _ in range(MOST_STEPS):
        dz = factor.solve_squares(A.transposed(r) - c)
        if abs(dz).max() > size / 2:  # what is left is rounding
            break
        z, size = z + dz, abs(dz).max()
        r = b - A.times(z)
        if factor.loss * size <= EPS * abs(z).max():
            break
    return z, r, factor.rounding(problem, z, r), factor


def qr(problem, tolerance):
    """Solve by Householder's reflections."""
    A, b, c, tall = problem
    if tall:  # R of [A, b] holds R of A, and beside it Qᵀ b: Q itself is not needed
        R = np.linalg.qr(np.hstack([A.rows()[0], b]), mode="r")
        q = A.shape[1]
        factor = Factor(R[:q, :q], tolerance)
        z = factor.inverse @ R[:q, q:]
        r = b - A.times(z)
    else:
        factor = FromColumns(A, tolerance)
        r, z = factor.solve(b, c)
    return z, r, factor.rounding(problem, z, r), factor


def refined(problem, tolerance):
    """Solve by corrections from residuals in doubled precision, until none is left."""
    try:
        factor = FromSquares(problem.A, tolerance)
        z, r, error, settled = refine(problem, factor)
    except np.linalg.LinAlgError:
        settled = False
    if not settled:
        factor = FromColumns(problem.A, tolerance)
        z, r, error, _ = refine(problem, factor)
    return z, r, error, factor


def svd(X, y, tolerance, promised):
    """Solve by singular values: for any rank, the solution of least length in the caller's units.

    Scaling the columns changes which solution is the shortest. So the scaled columns tell the rank
    and the equations that are left, and these are solved in the units of the caller.
    """
    n_columns = X.shape[1]
    shift = np.frexp(abs(X).max(axis=0))[1]
    right, units = to_unit(y)
    U, values, Vt = np.linalg.svd(np.ldexp(X, -shift), full_matrices=False)
    rank = int(np.sum(values > tolerance * values[0]))
    U, scales, Vt = U[:, :rank], values[:rank, None], Vt[:rank]
    if rank == n_columns:
        solution, back = Vt.T, units - shift[:, None]
    else:
        solution, back = shortest(Vt, shift), units - shift.max()
    w = U.T @ right / scales
    rest = norm(right - U @ (U.T @ right))
    draw = np.random.default_rng(0).standard_normal((3, *w.shape))
    shakes = EPS * (norm(right) + norm(w) + rest / scales) * draw / scales
    coef, error = (
        np.ldexp(values, back) for values in (solution @ w, np.max(abs(solution @ shakes), axis=0))
    )
    sure = promised or rank == min(X.shape)
    return LeastSquaresSolution(
        coef,
        X @ coef - y,
        rank,
        float(values[0] / values[-1]) if values[-1] > 0 else np.inf,
        relative(error, coef) if sure else 1.0,
        "svd",
    )


def shortest(equations, shift):
    """Return the matrix that takes w to the shortest x with ``(equations * 2**shift) @ x = w``.

    x comes out in units of ``2**-shift.max()``. Reflections keep the digits of rows that differ
    much in size if the heavy rows come first (Cox and Higham, 1998, "Stability of Householder QR
    factorization for weighted least squares problems").
    """
    heavy_first = np.argsort(-shift, kind="stable")
    columns = np.ldexp(equations.T, (shift - shift.max())[:, None])[heavy_first]
    Q, R = np.linalg.qr(columns)
    solution = np.empty_like(Q)
    try:
        solution[heavy_first] = Q @ np.linalg.inv(R).T
    except np.linalg.LinAlgError:
        raise ValueError(
            "the columns of X depend on each other and differ in scale beyond float64: measure "
            "them in units closer to each other"
        ) from None
    return solution


def norm(columns):
    """Return the length of each column, shape (k,)."""
    return np.linalg.norm(columns, axis=0)


def inverse_of_triangle(R):
    """Return the inverse of an upper triangle, from the inverses of its two smaller triangles."""
    if len(R) <= 64:
        return np.linalg.inv(R)
    half = len(R) // 2
    inverse = np.zeros_like(R)
    inverse[:half, :half] = upper = inverse_of_triangle(R[:half, :half])
    inverse[half:, half:] = lower = inverse_of_triangle(R[half:, half:])
    inverse[:half, half:] = -upper @ R[:half, half:] @ lower
    return inverse


def greatest_singular_value(M):
    """Return the largest singular value, from below, to about a tenth: the power method."""
    v = np.random.default_rng(0).standard_normal(len(M))
    for _ in range(6):
        v = M.T @ (M @ (v / np.sqrt(v @ v)))
    return (v @ v) ** 0.25


# ---- Refinement: solve, look at what is left over, solve for that


def refine(problem, factor):
    """Return z, r, how far the solution may be off (its shape), and whether it has settled.

    Each step solves for what the equations have left over. A factor that is off by a part of
    itself leaves that part of the error, so the corrections shrink by a constant; they tell how
    much is still missing.
    """
    r, z = factor.solve(problem.b, problem.c)
    low = np.zeros_like(r)  # what r has lost by rounding
    sizes = [abs(z if problem.tall else r).max(axis=0)]
    for _ in range(MOST_STEPS):
        dr, dz = factor.solve(*exact_residual(problem, z, r, low))
        z = z + dz
        r, low = two_sum(r, low + dr)
        correction = abs(dz if problem.tall else dr)
        sizes.append(correction.max(axis=0))
        shrinking = np.max(sizes[-1] / np.maximum(sizes[-2], TINY))
        error = max(shrinking, factor.loss) * correction
        if np.all(error <= EPS / 16 * abs(z if problem.tall else r)):
            return z, r, error, True
        if len(sizes) > 3 and np.any(sizes[-1] > sizes[-3] / 4):  # two steps, and no gain
            break
    return z, r, np.maximum(error, 10 * correction), False


def exact_residual(problem, z, r, low):
    """Return what z and r + low leave over, computed in more than doubled precision.

    All factors are cut into slices so short that sums of their products round nowhere: matrix
    products do the work (Ozaki, Ogita, Oishi and Rump, 2012, "Error-free transformations of matrix
    multiplication by using fast routines of matrix multiplication", Numerical Algorithms 59).
    """
    A, b, c, _ = problem
    m, q = A.shape
    bits = (53 - m.bit_length()) // 2
    z_parts, r_parts = (
        np.hstack(slices(z, bits, 4)),
        np.hstack([*slices(r, bits, 4), *slices(low, bits, 2)]),
    )
    f_terms, g_terms = [[] for _ in range(5)], [0.0] * 5
    for start in range(0, m, max(1, BLOCK // q)):
        rows = slice(start, start + max(1, BLOCK // q))
        high, rest = A.rows(rows)
        for i, part in enumerate([*slices(high, bits, 4), *rest]):
            f_terms[i].append(part @ z_parts)
            g_terms[i] = g_terms[i] + part.T @ r_parts[rows]
    f_terms = [np.hsplit(np.vstack(blocks), 4) for blocks in f_terms if blocks]
    g_terms = [np.hsplit(term, 6) for term in g_terms if np.ndim(term)]
    f = add([b, -r, -low, *(-part for parts in f_terms for part in parts)])
    return f, add([c, *(-part for parts in g_terms for part in parts)])


def slices(values, bits, n_parts):
    """Cut numbers into parts that add up to them; all but the last have ``bits`` bits or fewer.

    Adding a large number rounds away what lies below its last digit; taking it off again leaves
    the rest (Rump, Ogita and Oishi, 2008).
    """
    top = 2.0 ** np.frexp(abs(values).max())[1]
    parts = []
    for k in range(1, n_parts):
        large = 1.5 * 2.0 ** (52 - bits * k) * top
        parts.append((values + large) - large)
        values = values - parts[-1]
    return [*parts, values]


def add(terms, n_passes=2):
    """Add arrays with what each addition loses, as if in threefold precision.

    Source: Ogita, Rump and Oishi (2005), "Accurate sum and dot product", SIAM Journal on Scientific
    Computing 26(6), 1955-1988, algorithm SumK.
    """
    terms = list(terms)
    for _ in range(n_passes):
        for i in range(1, len(terms)):
            terms[i], terms[i - 1] = two_sum(terms[i], terms[i - 1])
    return sum(terms[:-1]) + terms[-1]


def two_sum(a, b):
    """Return a + b rounded, and what the rounding lost (Knuth, TAOCP 2, section 4.2.2)."""
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)


def two_product(a, b):
    """Return a times b rounded, and what the rounding lost (Dekker, 1971)."""
    product = a * b
    (a1, a2), (b1, b2) = halves(a), halves(b)
    return product, ((a1 * b1 - product) + a1 * b2 + a2 * b1) + a2 * b2


def halves(a):
    """Return the upper 26 bits of a number and the rest (Veltkamp)."""
    large = (2.0**27 + 1) * a
    upper = large - (large - a)
    return upper, a - upper


def powers(x, degree):
    """Return the powers of x from 0 to ``degree`` as columns, and what their rounding lost."""
    high, low = [np.ones_like(x)], [np.zeros_like(x)]
    for _ in range(degree):
        product, lost = two_product(high[-1], x)
        new_high, new_low = two_sum(product, lost + low[-1] * x)
        high.append(new_high)
        low.append(new_low)
    high, low = np.column_stack(high), np.column_stack(low)
    if not np.isfinite(high + low).all() or np.any((abs(high) < 1e-250) & (x != 0)[:, None]):
        raise ValueError(f"x to the power {degree} leaves float64's range: scale x")
    return high, low


# ---- Reading


def read(X, y):
    """Return X and y as float64 arrays that fit each other, and the type to answer in."""
    single = all(getattr(values, "dtype", None) == np.float32 for values in (X, y))
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
    return X, y, np.float32 if single else np.float64


def all_finite(values, name):
    """Raise for the first entry that is NaN or infinite."""
    flat = values.ravel(order="K")
    with np.errstate(over="ignore", invalid="ignore"):
        if np.isfinite(flat @ flat):  # so all entries are: faster than to ask each
            return
    for place in np.argwhere(~np.isfinite(values))[:1].tolist():
        raise validation.unusable(float(values[tuple(place)]), f"{name}{place}")


def floats(values, name):
    """Return numbers of any kind as a float64 array, or raise what is wrong with them."""
    validation.not_masked(values, name)
    try:
        values = np.asarray(values)
    except ValueError:
        raise ValueError(f"{name} is ragged: give every row the same number of entries") from None
    if values.dtype == object:
        for place, value in np.ndenumerate(values):
            if isinstance(value, str | bytes) or not hasattr(value, "__float__"):
                raise TypeError(f"{name}{list(place)} is {value!r}, not a real number: convert it")
    elif values.dtype.kind not in "fiub" or values.itemsize > 8:
        raise TypeError(
            f"{name} has dtype {values.dtype}: convert it, as in {name}.astype(np.float64)"
        )
    converted = values.astype(np.float64, copy=False)
    if values.dtype.kind in "iuO":
        for place in np.argwhere(abs(converted) >= 2**53):
            value = values[tuple(place)]
            if isinstance(value, Integral | np.integer) and int(value) != float(value):
                raise ValueError(
                    f"{name}{place.tolist()} is {value}, which float64 rounds: subtract a constant "
                    "from its column, or convert it to float first"
                )
    return converted


def check_rank_tol(rank_tol):
    """Return ``rank_tol`` as a number from 0 to below 1, or None."""
    if rank_tol is None:
        return None
    if isinstance(rank_tol, bool) or not isinstance(rank_tol, int | float | np.number):
        raise TypeError(f"rank_tol is {rank_tol!r}: pass a number, such as 1e-12, or None")
    if not 0 <= rank_tol < 1:
        raise ValueError(f"rank_tol is {rank_tol!r}: pass a number from 0 to below 1")
    return float(rank_tol)
