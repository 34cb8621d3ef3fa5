"""What may be wrong with a fit: rows that pull hard, columns that overlap, noise of uneven size.

Each function takes an ``Inference``, as ``inference.infer`` returns it, of n_samples rows and k
unknowns.

Source: Belsley, Kuh and Welsch (1980), "Regression Diagnostics", Wiley, chapter 2; Cook (1977),
"Detection of influential observation in linear regression", Technometrics 19(1), 15-18.
"""

from linreg.covariances import leverages, spare
from linreg.extras import extra
from linreg.inference import HypothesisTest, Inference, distributions
from linreg.least_squares import norm

with extra("numpy"):
    import numpy as np

__all__ = ["breusch_pagan", "cooks_distance", "leverage", "studentised_residuals", "vif"]


def breusch_pagan(found: Inference) -> HypothesisTest:
    """Test whether the variance of the noise depends on the columns.

    This is Koenker's version, which does not need Gaussian noise: n_samples times the R² of
    the squared residuals (Koenker, 1981, "A note on studentizing a test for
    heteroscedasticity", Journal of Econometrics 17, 107-112).
    """
    if not found.fit_intercept:
        raise ValueError("the test compares with a constant variance: fit an intercept")
    if not found.rss:
        raise ValueError("all residuals are zero: there is no noise whose variance could change")
    squares = found.residuals**2 / found.rss
    spread = squares - squares.mean()
    explained = found.factors[0].T @ spread
    statistic = float(len(spread) * (explained @ explained) / (spread @ spread))
    p_value = float(distributions().chi2.sf(statistic, len(found.coef)))
    return HypothesisTest(statistic, p_value, (len(found.coef),))


def leverage(found: Inference) -> np.ndarray:
    """Return how much of its own prediction each row is, the diagonal of P, shape (n_samples,)."""
    return leverages(found.factors[0])


def studentised_residuals(found: Inference, *, external: bool = False) -> np.ndarray:
    """Return each residual over its own standard error, shape (n_samples,).

    With ``external`` the noise is estimated without the row itself. Where a row's leverage is
    1 its residual is 0 whatever its target, and the result is NaN, as it is for a perfect fit.
    """
    n, k = found.design.shape
    with np.errstate(invalid="ignore"):  # all are zero in a perfect fit, and so is sigma
        inner = found.residuals / (found.sigma * np.sqrt(spare(leverage(found))))
    if not external:
        return inner
    if n - k < 2:
        raise ValueError(f"{n} rows less one leave no degree of freedom: collect more rows")
    return inner * np.sqrt((n - k - 1) / (n - k - inner**2))


def cooks_distance(found: Inference) -> np.ndarray:
    """Return how far all predictions move without each row, shape (n_samples,).

    This is the sum of the squared moves over k σ²; NaN where the leverage is 1.
    """
    k = found.design.shape[1]
    inner = studentised_residuals(found)
    return inner**2 * leverage(found) / (k * spare(leverage(found)))


def vif(found: Inference) -> np.ndarray:
    """Return the variance inflation factor of each slope, shape (n_features,).

    It says how many times as large the variance is as it would be if the other columns did not
    correlate with this one: 1 / (1 - R²) of this column on the others.
    """
    slopes = found.design[:, : len(found.coef)]
    centre = slopes.mean(axis=0) if found.fit_intercept else 0
    return (norm(slopes - centre) * norm(found.adds)[: len(found.coef)]) ** 2
