"""How sure a fit is: standard errors, tests, intervals, the bootstrap, and a table of them.

``X`` has shape (n_samples, n_features). The *design* is ``X`` with a ones column last where an
intercept is fitted, shape (n_samples, k), and ``theta = (coef, intercept)`` has shape (k,); all
that has an entry for each coefficient is in the order of theta. The residual here is the
statistician's, ``e = y - y_hat``.

Source: Hansen (2022), "Econometrics", Princeton University Press, chapters 4, 5, 7 and 9.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from math import inf, log, nan, pi, sqrt
from numbers import Real
from typing import Any, NamedTuple

from linreg import validation
from linreg.covariances import check_covariance, covariance_terms, solve
from linreg.extras import extra
from linreg.least_squares import (
    Scaled,
    norm,
    powers,
    read,
    read_one_target,
    read_points,
    solve_triangle,
    with_ones,
)

with extra("numpy"):
    import numpy as np
    from numpy.typing import ArrayLike

__all__ = ["HypothesisTest", "Inference", "infer", "infer_polynomial"]

DEPENDENT = 1e-10  # the least singular value, of columns of length one, at which rank is lost


class HypothesisTest(NamedTuple):
    """A test: its statistic, the probability of one at least as large, its degrees of freedom."""

    statistic: float
    p_value: float
    degrees: tuple[int, ...]


@dataclass(frozen=True, eq=False, repr=False)
class Inference:
    """A least-squares fit and how sure it is; ``infer`` makes it.

    Attributes
    ----------
    design : array of shape (n_samples, k)
        The columns that were fitted, the ones last where there is an intercept.
    y, residuals : array of shape (n_samples,)
        The targets, and e = y - y_hat, in units of y.
    theta : array of shape (k,)
        The coefficients, and the intercept last, in units of y per unit of their column.
    adds : array of shape (n_samples, k)
        The transposed pseudo-inverse: what one unit more of a row's target adds to theta.
    root : array of shape (at most k, k)
        A matrix R with Rᵀ R the covariance of theta.
    degrees_of_freedom : int
        Those of t and F: n_samples - k, or for clustered errors the number of groups less 1.
    covariance_kind : str
        What was taken of the noise, as ``infer`` has it.
    fit_intercept : bool
        Whether theta ends with an intercept.
    names : list of str, length k
        What each entry of theta belongs to.
    """

    design: np.ndarray
    y: np.ndarray
    residuals: np.ndarray
    theta: np.ndarray
    adds: np.ndarray
    root: np.ndarray
    degrees_of_freedom: int
    covariance_kind: str
    fit_intercept: bool
    names: list[str]

    def __repr__(self) -> str:
        n, k = self.design.shape
        return f"Inference({n} rows, {k} unknowns, {self.covariance_kind} standard errors)"

    @cached_property
    def factors(self) -> tuple[np.ndarray, np.ndarray]:
        """The factors Q and R of the design."""
        return np.linalg.qr(self.design)

    # ---- The coefficients

    @property
    def coef(self) -> np.ndarray:
        """The slopes, shape (n_features,)."""
        return self.theta[: self._n_slopes]

    @property
    def intercept(self) -> float:
        """The intercept in units of y, 0 where none was fitted."""
        return float(self.theta[-1]) if self.fit_intercept else 0.0

    @property
    def rss(self) -> float:
        """The sum of squared residuals, in squared units of y."""
        return float(self.residuals @ self.residuals)

    @property
    def sigma(self) -> float:
        """The residual standard deviation in units of y: the root of RSS / (n_samples - k)."""
        n, k = self.design.shape
        return sqrt(self.rss / (n - k))

    @property
    def covariance(self) -> np.ndarray:
        """The covariance of theta, shape (k, k)."""
        return self.root.T @ self.root

    @property
    def standard_errors(self) -> np.ndarray:
        """The standard error of each entry of theta, shape (k,), in its units."""
        return norm(self.root)

    @property
    def t_values(self) -> np.ndarray:
        """Each entry of theta over its standard error, shape (k,)."""
        with np.errstate(divide="ignore", invalid="ignore"):  # a perfect fit has no error
            return self.theta / self.standard_errors

    @property
    def p_values(self) -> np.ndarray:
        """For each entry, how probable so large a t of either sign is if it is 0, shape (k,)."""
        return 2 * distributions().t.sf(abs(self.t_values), self.degrees_of_freedom)

    def intervals(self, level: float = 0.95) -> np.ndarray:
        """Return the confidence interval of each entry of theta, shape (k, 2)."""
        return self._around(self.theta, self.standard_errors, level)

    def f_test(self, columns: Sequence[int | str] | None = None) -> HypothesisTest:
        """Test whether all slopes are 0, or those of some columns, given by place or name.

        It is Wald's test with the covariance of the fit. For the classical one this is the F-test
        that compares the sums of squares with and without these columns; for all slopes it is
        computed so, which costs no digits however the columns depend on each other.

        Raises
        ------
        ValueError
            If a name is unknown, or the groups are too few to test so many columns at once.
        """
        chosen = range(self._n_slopes) if columns is None else [self._place(c) for c in columns]
        validation.not_empty("columns", chosen)
        degrees = (len(chosen), self.degrees_of_freedom)
        if columns is None and self.covariance_kind == "classical":
            statistic = over((self._total - self.rss) / len(chosen), self.sigma**2)
        else:
            statistic = self._wald(chosen)
        return HypothesisTest(statistic, float(distributions().f.sf(statistic, *degrees)), degrees)

    # ---- Predictions

    def predict(self, X: ArrayLike) -> np.ndarray:
        """Return the predictions for new rows, shape (m,), in units of y."""
        return new_design(X, self.fit_intercept, len(self.theta)) @ self.theta

    def mean_interval(self, X: ArrayLike, level: float = 0.95) -> np.ndarray:
        """Return the confidence interval of the mean of y at each new row, shape (m, 2)."""
        design = new_design(X, self.fit_intercept, len(self.theta))
        return self._around(design @ self.theta, norm(self.root @ design.T), level)

    def prediction_interval(self, X: ArrayLike, level: float = 0.95) -> np.ndarray:
        """Return the interval for a new y at each new row, shape (m, 2).

        It takes the noise of the new target to be Gaussian and of the same size in all rows.
        """
        design = new_design(X, self.fit_intercept, len(self.theta))
        width = np.hypot(norm(self.root @ design.T), self.sigma)
        return self._around(design @ self.theta, width, level)

    # ---- The fit as a whole

    @property
    def r_squared(self) -> float:
        """R², about the mean of y, or about zero where no intercept was fitted.

        NaN where y does not vary.
        """
        return 1 - over(self.rss, self._total)

    @property
    def adjusted_r_squared(self) -> float:
        """R² with both sums divided by their degrees of freedom."""
        n = len(self.y)
        return 1 - over(self.sigma**2 * (n - self.fit_intercept), self._total)

    @property
    def log_likelihood(self) -> float:
        """The largest Gaussian log-likelihood, at theta and σ² = RSS / n_samples."""
        n = len(self.y)
        return -n / 2 * (log(2 * pi * self.rss / n) + 1) if self.rss else inf

    @property
    def aic(self) -> float:
        """Akaike's criterion, -2 log-likelihood + 2 k."""
        return 2 * len(self.theta) - 2 * self.log_likelihood

    @property
    def bic(self) -> float:
        """The Bayesian criterion, -2 log-likelihood + k log(n_samples)."""
        return log(len(self.y)) * len(self.theta) - 2 * self.log_likelihood

    @property
    def durbin_watson(self) -> float:
        """Durbin and Watson's statistic: near 2 where neighbouring residuals do not correlate."""
        return over(float((np.diff(self.residuals) ** 2).sum()), self.rss)

    # ---- Other samples

    def bootstrap(self, n_draws: int, *, seed: int, kind: str = "pairs") -> np.ndarray:
        """Return theta for samples drawn from the sample, shape (n_draws, k).

        ``"pairs"`` draws rows with their targets; ``"residuals"`` keeps the rows and draws the
        residuals, so it takes their noise to be of one size (Efron and Tibshirani, 1993, "An
        Introduction to the Bootstrap", Chapman and Hall, chapter 9).

        Raises
        ------
        ValueError
            If ``kind`` is unknown, or the columns of a sample of pairs are dependent.
        """
        draws = {"pairs": self._draw_pairs, "residuals": self._draw_residuals}
        validation.whole_number(n_draws, "n_draws")
        if kind not in draws:
            raise ValueError(f"kind is {kind!r}: choose one of {', '.join(draws)}")
        random = np.random.default_rng(seed)
        moved = [draws[kind](random) for _ in range(n_draws)]
        return self.theta + np.reshape(moved, (n_draws, len(self.theta)))

    # ---- The table

    def summary(self) -> str:
        """Return the table of coefficients, and below it what is known of the whole fit."""
        head, *rows = self._table()
        lines = [[*map(str, row)] for row in (head, *rows)]
        widths = [max(map(len, column)) for column in zip(*lines)]
        table = [
            "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])])
            for row in lines
        ]
        return "\n".join([*table, "", *self._remarks()])

    def _repr_html_(self) -> str:
        head, *rows = self._table()
        cells = "".join(f'<th scope="col">{name}</th>' for name in head)
        body = "".join(
            f'<tr><th scope="row">{escape(row[0])}</th>'
            + "".join(f"<td>{value}</td>" for value in row[1:])
            + "</tr>"
            for row in rows
        )
        remarks = "<br>".join(map(escape, self._remarks()))
        return (
            f"<table><thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table><p>{remarks}</p>"
        )

    def _table(self):
        """Return the rows of the table as text, the heading first."""
        columns = (self.theta, self.standard_errors, self.t_values, self.p_values)
        numbers = np.column_stack([*columns, self.intervals()])
        head = ["", "estimate", "std. error", "t", "p", "2.5 %", "97.5 %"]
        return [head] + [
            [name, *(f"{value:.4g}" for value in row)] for name, row in zip(self.names, numbers)
        ]

    def _remarks(self):
        """Return the lines below the table."""
        n, k = self.design.shape
        try:
            f = self.f_test()
            test = f"F({f.degrees[0]}, {f.degrees[1]}) = {f.statistic:.4g}, p = {f.p_value:.4g}"
        except ValueError as error:
            test = f"no F: {error}"
        return [
            f"{n} rows, {k} unknowns, standard errors: {self.covariance_kind}",
            f"residual standard deviation {self.sigma:.4g}",
            f"R² {self.r_squared:.4f}, adjusted {self.adjusted_r_squared:.4f}",
            test,
            f"log-likelihood {self.log_likelihood:.4g}, AIC {self.aic:.4g}, BIC {self.bic:.4g}",
            f"Durbin-Watson {self.durbin_watson:.4g}",
        ]

    # ---- What several of these need

    @property
    def _n_slopes(self):
        return len(self.theta) - self.fit_intercept

    @property
    def _total(self):
        """What R² compares with: the squares of y about its mean, or about zero."""
        centred = self.y - self.y.mean() if self.fit_intercept else self.y
        return float(centred @ centred)

    def _place(self, column):
        """Return the place in theta of a column, given by place or name."""
        places = dict(zip(self.names, range(len(self.names))))
        if column in places:
            return places[column]
        if column not in places.values():
            raise ValueError(f"no column {column!r}: choose from {', '.join(self.names)}")
        return column

    def _wald(self, chosen):
        """Return Wald's statistic for some entries of theta over their number."""
        with np.errstate(divide="ignore", invalid="ignore"):
            R = np.linalg.qr(self.root[:, chosen] / self.standard_errors[chosen], mode="r")
        q = len(chosen)
        if len(R) < q or min(abs(np.diag(R))) < DEPENDENT:
            raise ValueError(
                f"the covariance of these {q} coefficients has lost rank: test fewer columns at "
                "once, name each once, or use more groups"
            )
        return float((np.linalg.solve(R.T, self.t_values[chosen]) ** 2).sum() / q)

    def _around(self, middle, width, level):
        """Return intervals by Student's t, shape (n, 2)."""
        reach = distributions().t.ppf((1 + fraction(level)) / 2, self.degrees_of_freedom) * width
        return np.column_stack([middle - reach, middle + reach])

    def _draw_pairs(self, random):
        """Return how far theta moves on rows drawn with replacement.

        In the orthonormal columns Q the normal equations lose no digits.
        """
        Q, R = self.factors
        n = len(Q)
        counted = Q.T * np.bincount(random.integers(0, n, n), minlength=n)
        gram = counted @ Q
        if np.linalg.eigvalsh(gram)[0] < DEPENDENT:
            raise ValueError(
                "the columns of a drawn sample are dependent: draw residuals, or drop columns that "
                "few rows hold"
            )
        return solve_triangle(R, np.linalg.solve(gram, counted @ self.residuals))

    def _draw_residuals(self, random):
        """Return how far theta moves where residuals, less their mean, are drawn anew."""
        n = len(self.residuals)
        drawn = self.residuals[random.integers(0, n, n)] - self.residuals.mean()
        return self.adds.T @ drawn


def infer(
    X: ArrayLike,
    y: ArrayLike,
    *,
    fit_intercept: bool = True,
    covariance: str = "classical",
    groups: Sequence[Any] | None = None,
    lags: int | None = None,
    names: Sequence[str] | None = None,
) -> Inference:
    """Fit by least squares, and say how sure the fit is.

    Parameters
    ----------
    X : array of shape (n_samples, n_features)
        The columns, without the ones.
    y : array of shape (n_samples,)
        The targets.
    fit_intercept : bool
        Whether a constant is fitted too.
    covariance : str
        What is taken of the noise. ``"classical"``: one variance, nothing correlates. ``"HC0"`` to
        ``"HC3"``: each row has a variance of its own. ``"clustered"``: rows of one group correlate
        as they like. ``"newey-west"``: rows correlate with those up to ``lags`` before and after.
        Tests and intervals take t and F for all of them, where some libraries take the normal law
        for robust errors. The sources are those of ``covariances``.
    groups : sequence of length n_samples, optional
        The label of each row's group, for ``"clustered"``.
    lags : int, optional
        For ``"newey-west"``, whose rows are in the order of time.
    names : list of str, optional
        The names of the columns of X.

    Raises
    ------
    ValueError
        If columns are dependent, if there are no more rows than unknowns, if a row's leverage is 1
        under HC2 or HC3, or if settings do not fit; for entries and shapes as ``lstsq``.

    Warns
    -----
    RuntimeWarning
        If fewer than six digits are sure.

    Examples
    --------
    >>> found = infer([[1], [2], [3], [4]], [1, 3, 2, 4])
    >>> found.theta.round(6).tolist(), found.standard_errors.round(6).tolist()
    ([0.8, 0.5], [0.424264, 1.161895])
    """
    X, y = read_one_target(X, y)
    names = [f"x{j + 1}" for j in range(X.shape[1])] if names is None else [*map(str, names)]
    validation.same_length("a row of X", X.shape[1], "names", len(names))
    names = [*names, "intercept"] if fit_intercept else names
    design = with_ones(X, fit_intercept)
    return inferred(Scaled(design), design, y, fit_intercept, names, covariance, groups, lags)


def infer_polynomial(
    x: ArrayLike,
    y: ArrayLike,
    degree: int,
    *,
    covariance: str = "classical",
    groups: Sequence[Any] | None = None,
    lags: int | None = None,
) -> Inference:
    """Fit a polynomial with an intercept, and say how sure the fit is.

    As in ``least_squares.polyfit`` the powers keep what their rounding loses, so that nearly
    parallel ones cost no digits. ``theta`` has the coefficients of x, x**2, ..., and the intercept
    last.

    Parameters
    ----------
    x, y : array of shape (n_samples,)
        Where the values were taken, and the values.
    degree : int
        The highest power, at least 1.
    covariance, groups, lags
        As for ``infer``.

    Raises
    ------
    ValueError, TypeError
        As ``infer`` and ``polyfit``.
    """
    x, y = read_points(x, y, degree)
    if degree == 0:
        raise ValueError("degree is 0: pass at least 1")
    high, low = (np.roll(part, -1, axis=1) for part in powers(x, degree))
    names = ["x", *(f"x**{k}" for k in range(2, degree + 1)), "intercept"]
    return inferred(Scaled(high, low), high, y, True, names, covariance, groups, lags)


def inferred(A, design, y, fit_intercept, names, kind, groups, lags):
    """Return the ``Inference`` of a design that is scaled in A."""
    n, k = design.shape
    check_covariance(kind, groups, lags, n)
    if n <= k:
        raise ValueError(
            f"{n} rows leave nothing to estimate the noise of {k} unknowns (an intercept is one) "
            "from: collect more rows or drop columns"
        )
    theta, residuals, adds = solve(A, y, k - fit_intercept)
    sums = covariance_terms(kind, design, residuals, adds, groups, lags)
    degrees = len(sums) - 1 if kind == "clustered" else n - k
    root = np.linalg.qr(sums, mode="r")
    return Inference(
        design, y, residuals, theta, adds, root, degrees, kind, bool(fit_intercept), names
    )


# ---- Small parts


def new_design(X, fit_intercept, k):
    """Return new rows as the design of a fit with k unknowns has them."""
    X, _ = read(X, np.zeros(len(X)))
    validation.same_length("a row of X", X.shape[1], "coef", k - fit_intercept)
    return with_ones(X, fit_intercept)


def over(part, whole):
    """Return a quotient, and NaN where it would be of zeros."""
    return part / whole if whole else nan


def fraction(level):
    """Return a level between 0 and 1, or raise."""
    if not isinstance(level, Real) or not 0 < level < 1:
        raise ValueError(f"level is {level!r}: pass a number between 0 and 1, such as 0.95")
    return float(level)


def distributions():
    """Return SciPy's distributions, which only tests and intervals need."""
    with extra("stats"):
        from scipy import stats
    return stats
