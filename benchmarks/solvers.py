"""How long each solver takes, and how many digits it returns, over a grid of shapes.

Run by `make measure`, which writes what it measured, and on what machine, to
linreg/datasets/measured/solvers.json. Numbers are integers, so that the truth is known; the last
two problems are steep.
"""

import numpy as np
import scipy
import sklearn
import statsmodels
import statsmodels.api
import torch
from measuring import best_of, record
from sklearn.linear_model import LinearRegression

from linreg.least_squares import lstsq

GRID = [
    *[(1_000, 10), (1_000, 50), (1_000, 100), (1_000, 250)],
    *[(10_000, 10), (10_000, 50), (10_000, 100), (10_000, 250), (10_000, 500), (10_000, 1_000)],
    *[(100_000, 10), (100_000, 50), (100_000, 100), (1_000_000, 10)],
]
STEEP = [(2_000, 60), (10_000, 500)]
REPEATS = 7


def integers(n_samples, n_features):
    """Return columns, targets and coefficients that are integers: y is X @ coef exactly."""
    draw = np.random.default_rng(0).integers
    X = draw(-50, 51, (n_samples, n_features)).astype(float)
    coef = draw(1, 100, n_features).astype(float)
    return X, X @ coef, coef


def steep(n_samples, n_features):
    """Return such a problem with pairs of nearly parallel columns: a condition number near 1e16.

    With columns of one length it is near 1e8. The coefficients of a pair nearly cancel, so that
    what is left to fit is of ordinary size.
    """
    X, _, coef = integers(n_samples, n_features)
    X[:, 1::2] += 1e8 * X[:, 0::2]
    coef[0::2] -= 1e8 * coef[1::2]
    return X, X @ coef, coef


def solvers(X, y):
    """Return each solver by name, as a function that returns the coefficients."""
    tensor, target = torch.from_numpy(X), torch.from_numpy(y)[:, None]
    return {
        "linreg auto": lambda: lstsq(X, y).coef,
        "linreg refined": lambda: lstsq(X, y, method="refined").coef,
        "linreg qr": lambda: lstsq(X, y, method="qr").coef,
        "linreg svd": lambda: lstsq(X, y, method="svd").coef,
        "numpy lstsq": lambda: np.linalg.lstsq(X, y, rcond=None)[0],
        "scipy lstsq": lambda: scipy.linalg.lstsq(X, y)[0],
        "scikit-learn": lambda: LinearRegression(fit_intercept=False).fit(X, y).coef_,
        "statsmodels": lambda: statsmodels.api.OLS(y, X).fit().params,
        "torch lstsq": lambda: torch.linalg.lstsq(tensor, target).solution.numpy()[:, 0],
        "normal equations": or_zeros(lambda: np.linalg.solve(X.T @ X, X.T @ y)),
        "explicit inverse": or_zeros(lambda: np.linalg.inv(X.T @ X) @ (X.T @ y)),
    }


def or_zeros(solve):
    """Return a textbook's formula that gives zeros where NumPy finds XᵀX singular."""

    def solution():
        try:
            return solve()
        except np.linalg.LinAlgError:
            return np.zeros(1)

    return solution


def steps(X, y):
    """Return the parts that costs are counted in: one product XᵀX and one step downhill."""
    coef = np.zeros(X.shape[1])
    return {
        "gram": lambda: X.T @ X,
        "gradient step": lambda: coef - 0.1 * (2 / len(y)) * (X.T @ (X @ coef - y)),
    }


def digits(coef, truth):
    """Return how many digits agree, by the largest error over the largest coefficient."""
    error = np.max(abs(coef - truth)) / np.max(abs(truth))
    return round(float(np.clip(-np.log10(max(error, 1e-16)), 0, 16)), 1)


def measure(kind, n_samples, n_features):
    """Return the seconds and the digits of each solver on one problem."""
    X, y, truth = kind(n_samples, n_features)
    functions = solvers(X, y) | steps(X, y)
    seconds = dict(zip(functions, best_of(functions.values(), REPEATS)))
    found = {name: digits(solve(), truth) for name, solve in solvers(X, y).items()}
    return {
        "problem": kind.__name__,
        "n_samples": n_samples,
        "n_features": n_features,
        "auto took": lstsq(X, y).method,
        "seconds": {name: float(f"{value:.3g}") for name, value in seconds.items()},
        "digits": found,
    }


def table(row):
    """Print one problem's times as ratios to numpy's lstsq, and the digits."""
    seconds, base = row["seconds"], row["seconds"]["numpy lstsq"]
    print(f"\n{row['problem']}, {row['n_samples']:,} × {row['n_features']:,}: ", end="")
    print(f"auto took {row['auto took']}; numpy lstsq {1000 * base:.2f} ms")
    for name, value in seconds.items():
        correct = f"{row['digits'][name]:5.1f} digits" if name in row["digits"] else ""
        print(f"  {name:<17}{value / base:8.2f} x {correct}", flush=True)


def main():
    """Measure the grid, print it, and record it."""
    rows = []
    for kind, shapes in ((integers, GRID), (steep, STEEP)):
        for shape in shapes:
            rows.append(measure(kind, *shape))
            table(rows[-1])
    versions = {m.__name__: m.__version__ for m in (scipy, sklearn, statsmodels, torch)}
    what = "seconds and correct digits of least-squares solvers, side by side, best of seven rounds"
    result = {
        "what": what,
        "rows": rows,
        "libraries": versions,
        "torch threads": torch.get_num_threads(),
    }
    print("\nrecorded in", record("solvers", result))


if __name__ == "__main__":
    main()
