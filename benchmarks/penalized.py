"""What paths of ridge and lasso fits cost beside scikit-learn's.

Run by `make measure WHAT=penalized`, which writes what it measured, and on what machine, to
linreg/datasets/measured/penalized.json. It takes some minutes. Products of these sizes gain little
from a second thread, so all run on one.
"""

from functools import partial

import numba
import numpy as np
import sklearn
from measuring import best_of, record
from sklearn.linear_model import Ridge, RidgeCV, lasso_path
from threadpoolctl import threadpool_limits

from linreg import lasso
from linreg.penalized import ridge_path

REPEATS = 3
N_PENALTIES = 100
RIDGE = [(1_000, 500), (2_000, 200), (5_000, 100), (100, 5_000)]
LASSO = (1_000, 5_000)
N_TRUE = 50  # columns that the lasso's targets depend on
TOLERANCE = 1e-6  # of the gap, over the mean square of the centred targets


def problem(n, p, n_true):
    """Return columns, and targets that some of them make, with noise."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n, p))
    return X, X[:, :n_true] @ rng.standard_normal(n_true) + 2 * rng.standard_normal(n)


def timed(functions):
    """Return the seconds of each named function, and their ratios to those of the last."""
    seconds = best_of(functions.values(), REPEATS)
    ratios = [value / seconds[-1] for value in seconds]
    return {
        "seconds": dict(zip(functions, (float(f"{value:.3g}") for value in seconds))),
        "over the last": dict(zip(functions, (float(f"{value:.3g}") for value in ratios))),
    }


def ridge_fits(X, y, penalties):
    """Return scikit-learn's coefficients, one fit a penalty."""
    return np.array([Ridge(alpha=len(y) * penalty).fit(X, y).coef_ for penalty in penalties])


def with_criteria(X, y, penalties):
    """Return the path, and what generalised and plain leave-one-out say of it."""
    path = ridge_path(X, y, penalties)
    return path, path.gcv, path.leave_one_out


def ridge():
    """Time a path of ridge fits beside as many of scikit-learn's, and beside its own choice."""
    rows = []
    for n, p in RIDGE:
        X, y = problem(n, p, p)
        penalties = np.geomspace(1e-3, 10, N_PENALTIES)
        found = ridge_path(X, y, penalties).coefs
        expected = ridge_fits(X, y, penalties)
        functions = {
            "path": partial(ridge_path, X, y, penalties),
            "path, both criteria": partial(with_criteria, X, y, penalties),
            "scikit-learn RidgeCV": partial(RidgeCV(alphas=n * penalties).fit, X, y),
            "scikit-learn Ridge": partial(ridge_fits, X, y, penalties),
        }
        difference = abs(found - expected).max() / abs(expected).max()
        rows.append(
            {
                "n_samples": n,
                "n_features": p,
                "difference": float(f"{difference:.2g}"),
                **timed(functions),
            }
        )
        print(rows[-1], flush=True)
    return rows


def theirs(X, y, penalties):
    """Return scikit-learn's lasso path; it centres nothing itself."""
    centred = np.asfortranarray(X - X.mean(axis=0))
    return lasso_path(centred, y - y.mean(), alphas=penalties / 2, tol=TOLERANCE)


def uncompiled(X, y, penalties):
    """Return our path as a machine without the compiler makes it."""
    compiled, lasso.compiled_sweep = lasso.compiled_sweep, lambda: lasso.sweep
    try:
        return lasso.lasso_path(X, y, penalties, tolerance=TOLERANCE)
    finally:
        lasso.compiled_sweep = compiled


def lasso_fits():
    """Time a lasso path beside scikit-learn's compiled one, both to the same gap or a smaller one.

    scikit-learn's gap is that of half a sum of squares, so that ours, of the mean, is asked to be
    half as large.
    """
    X, y = problem(*LASSO, N_TRUE)
    penalties = lasso.largest_penalty(X, y) * np.geomspace(1, 0.01, N_PENALTIES)
    found = lasso.lasso_path(X, y, penalties, tolerance=TOLERANCE)  # compiles, too
    _, coefs, gaps = theirs(X, y, penalties)
    functions = {
        "path": partial(lasso.lasso_path, X, y, penalties, tolerance=TOLERANCE),
        "path, not compiled": partial(uncompiled, X, y, penalties),
        "scikit-learn": partial(theirs, X, y, penalties),
    }
    size = np.var(y)
    return {
        "n_samples": LASSO[0],
        "n_features": LASSO[1],
        "not zero at the end": int(np.count_nonzero(found.coefs[-1])),
        "sweeps": int(found.n_iterations.sum()),
        "difference": float(f"{abs(found.coefs - coefs.T).max() / abs(coefs).max():.2g}"),
        "gap": {
            "path": float(f"{found.duality_gaps.max() / size:.2g}"),
            "scikit-learn": float(f"{2 * gaps.max() / size:.2g}"),
        },
        **timed(functions),
    }


def main():
    """Measure, print and record."""
    result = {"what": f"paths of {N_PENALTIES} penalised fits: seconds, and over scikit-learn's"}
    with threadpool_limits(1):
        result |= {"ridge": ridge(), "lasso": lasso_fits()}
    print(result["lasso"])
    result["threads"] = 1
    result["libraries"] = {m.__name__: m.__version__ for m in (numba, sklearn)}
    print("\nrecorded in", record("penalized", result))


if __name__ == "__main__":
    main()
