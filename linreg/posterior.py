"""What is known of a linear model after the data, under the Gaussian prior that ridge stands for.

``X`` has shape (n_samples, n_features), and ``theta = (coef, intercept)`` shape (k,).

Source: Bishop (2006), "Pattern Recognition and Machine Learning", Springer, section 3.3.
"""

from dataclasses import dataclass
from statistics import NormalDist

from linreg import validation
from linreg.covariances import solve
from linreg.extras import extra
from linreg.inference import fraction, new_design
from linreg.least_squares import Scaled, norm, read_one_target, with_ones
from linreg.penalized import penalty_rows

with extra("numpy"):
    import numpy as np
    from numpy.typing import ArrayLike

__all__ = ["Posterior", "posterior"]


@dataclass(frozen=True, eq=False)
class Posterior:
    """What is known of theta after the data, as a Gaussian; ``posterior`` makes it.

    Attributes
    ----------
    mean : array of shape (k,)
        The mean of theta, the intercept last: the coefficients of ridge.
    root : array of shape (k, k)
        A matrix R with Rᵀ R the covariance.
    fit_intercept : bool
        Whether theta ends with an intercept.
    """

    mean: np.ndarray
    root: np.ndarray
    fit_intercept: bool

    @property
    def covariance(self) -> np.ndarray:
        """The covariance of theta, shape (k, k)."""
        return self.root.T @ self.root

    def band(self, X: ArrayLike, level: float = 0.95) -> np.ndarray:
        """Return between what the mean of y lies with this probability, shape (m, 2)."""
        design = new_design(X, self.fit_intercept, len(self.mean))
        reach = NormalDist().inv_cdf((1 + fraction(level)) / 2) * norm(self.root @ design.T)
        middle = design @ self.mean
        return np.column_stack([middle - reach, middle + reach])


def posterior(
    X: ArrayLike, y: ArrayLike, *, penalty: float, sigma: float, fit_intercept: bool = True
) -> Posterior:
    """Return the posterior of theta under the prior that ridge stands for.

    The slopes are Gaussian beforehand, each with mean 0 and variance σ² / (N λ); the intercept may
    be anything. Then the mean is the minimum of ``mean((y_hat - y)**2) + λ * sum(coef**2)``.

    Parameters
    ----------
    X : array of shape (n_samples, n_features)
        The columns, without the ones; there may be more of them than rows.
    y : array of shape (n_samples,)
        The targets.
    penalty : float
        λ, above 0, in squared units of y over those of a slope.
    sigma : float
        The standard deviation of the noise, above 0, in units of y.
    fit_intercept : bool
        Whether theta has an intercept.

    Raises
    ------
    ValueError
        If ``penalty`` or ``sigma`` is not above 0; for entries and shapes as ``lstsq``.
    """
    X, y = read_one_target(X, y)
    for name, value in (("penalty", penalty), ("sigma", sigma)):
        if validation.number(value, name) <= 0:
            raise ValueError(f"{name} is {value!r}: pass a number above 0")
    n, p = X.shape
    prior = penalty_rows(p, fit_intercept, n * penalty)
    design = np.vstack([with_ones(X, fit_intercept), prior])
    mean, _, adds = solve(Scaled(design), np.append(y, np.zeros(p)), p)
    return Posterior(mean, np.linalg.qr(adds * sigma, mode="r"), bool(fit_intercept))
