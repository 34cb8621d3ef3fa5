"""How long `LinearRegression().fit` takes beside scikit-learn's, over the solvers' grid.

Run by `make measure WHAT=estimators`, which writes what it measured, and on what machine, to
linreg/datasets/measured/estimators.json. Both fit an intercept and make sure that all entries are
finite.
"""

import sklearn
import sklearn.linear_model
from measuring import best_of, record
from solvers import GRID, integers

from linreg import estimators

REPEATS = 15


def measure(n_samples, n_features):
    """Return the seconds of both fits on one problem, and ours over theirs."""
    X, y, _ = integers(n_samples, n_features)
    y = y + 7  # an intercept to find
    ours, theirs = estimators.LinearRegression(), sklearn.linear_model.LinearRegression()
    seconds = best_of([lambda: ours.fit(X, y), lambda: theirs.fit(X, y)], REPEATS)
    return {
        "n_samples": n_samples,
        "n_features": n_features,
        "seconds": {
            "linreg": float(f"{seconds[0]:.3g}"),
            "scikit-learn": float(f"{seconds[1]:.3g}"),
        },
        "linreg over scikit-learn": float(f"{seconds[0] / seconds[1]:.2g}"),
    }


def main():
    """Measure the grid, print it, and record it."""
    rows = []
    for shape in GRID:
        rows.append(measure(*shape))
        print(rows[-1], flush=True)
    what = "seconds of LinearRegression().fit, side by side, best of fifteen rounds"
    result = {"what": what, "rows": rows, "libraries": {"sklearn": sklearn.__version__}}
    print("\nrecorded in", record("estimators", result))


if __name__ == "__main__":
    main()
