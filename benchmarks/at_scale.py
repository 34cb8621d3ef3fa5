"""What a fit of 100,000,000 rows costs when they come in chunks, and how exact it is.

Run by `make measure WHAT=at_scale`, which writes what it measured, and on what machine, to
linreg/datasets/measured/at_scale.json. It takes minutes, most of them to make the rows, whose time
does not count. Products of ten columns are too small for two threads, so all run on one.
"""

import resource
import time

import dask
import dask.array as da
import numpy as np
import sklearn
import statsmodels
from distributed import Client
from measuring import record
from sklearn.linear_model import SGDRegressor
from sklearn.preprocessing import StandardScaler
from statsmodels.api import OLS
from statsmodels.base import distributed_estimation
from threadpoolctl import threadpool_limits

from linreg.at_scale import GramAccumulator, TallSkinnyQR, fit_dask
from linreg.least_squares import lstsq

N_FEATURES = 10
CHUNK_ROWS = 10_000
SIZES = [1_000_000, 10_000_000, 100_000_000]
COMPARED = 1_000_000  # rows on which other ways are tried, and the fits are checked
COEF = np.arange(1.0, N_FEATURES + 1)
INTERCEPT = 3.0
N_VARIANTS = 500_000  # rows on which a chunk is timed


def chunks(n_rows, offset=0.0, distance=None, noise=0.0):
    """Yield (X, y): independent columns, or the second at a distance from the first."""
    rng = np.random.default_rng(0)
    for _ in range(n_rows // CHUNK_ROWS):
        X = rng.standard_normal((CHUNK_ROWS, N_FEATURES)) + offset
        if distance is not None:
            X[:, 1] = X[:, 0] + distance * X[:, 1]
        y = X @ COEF + INTERCEPT
        yield X, y + noise * rng.standard_normal(CHUNK_ROWS) if noise else y


class BareSum:
    """The least that any sums of squares cost: the chunks' XᵀX, added up."""

    def __init__(self):
        self.sums = np.zeros((N_FEATURES, N_FEATURES))

    def partial_fit(self, X, y):
        """Add a chunk."""
        self.sums += X.T @ X


class ScaledSGD:
    """scikit-learn's walk downhill, on columns scaled by the first chunk.

    The settings were the best of nine: no penalty, and the average of all places but the first
    chunk's. Without the average it comes to two digits.
    """

    def __init__(self):
        self.walk = SGDRegressor(penalty=None, average=CHUNK_ROWS, random_state=0)
        self.scaler = None

    def partial_fit(self, X, y):
        """Take a step for each row of the chunk."""
        self.scaler = self.scaler or StandardScaler().fit(X)
        self.walk.partial_fit(self.scaler.transform(X), y)

    def theta(self):
        """Return the coefficients and the intercept in the units of the columns."""
        coef = self.walk.coef_ / self.scaler.scale_
        return np.append(coef, self.walk.intercept_ - self.scaler.mean_ @ coef)


def averaged(given):
    """Return statsmodels' fit of chunks: the mean of the fits of each chunk by itself."""
    model = distributed_estimation.DistributedModel(
        len(given),
        model_class=OLS,
        estimation_method=distributed_estimation._est_unregularized_naive,
        join_method=distributed_estimation._join_naive,
    )
    return model.fit(((y, with_ones(X)) for X, y in given), fit_kwds={}).params


def with_ones(X):
    """Return the columns and, last, the ones."""
    return np.column_stack([X, np.ones(len(X))])


def placed(client, values):
    """Return a Dask array of ten blocks, which lie where the workers are."""
    blocks = np.array_split(values, 10)
    futures = zip(client.scatter(blocks), blocks)
    return da.concatenate(
        [da.from_delayed(future, block.shape, float) for future, block in futures]
    )


def clocked(takers, given):
    """Return the seconds of each taker for each chunk, shape (n_chunks, n_takers).

    All take each chunk, and each in its turn takes it first.
    """
    seconds = []
    for k, chunk in enumerate(given):
        seconds.append([0.0] * len(takers))
        for place in np.roll(range(len(takers)), k):
            start = time.perf_counter()
            takers[place].partial_fit(*chunk)
            seconds[-1][place] = time.perf_counter() - start
    return np.array(seconds)


def theta(fit):
    """Return the coefficients and the intercept."""
    return np.append(fit.coef, fit.intercept)


def error(found, truth):
    """Return the largest error of a coefficient over the largest coefficient."""
    return float(f"{np.max(abs(found - truth)) / np.max(abs(truth)):.2g}")


def slope(sizes, seconds):
    """Return the slope of the line through the logarithms: 1 where time grows with the rows."""
    return round(float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0]), 3)


def streaming():
    """Stream ever more rows: time, beside the bare sums of the same chunks, memory and error."""
    rows = []
    clocked([GramAccumulator(), BareSum()], chunks(SIZES[0]))  # the first chunks are the slowest
    for n_rows in SIZES:
        sums, bare = GramAccumulator(), BareSum()
        seconds = clocked([sums, bare], chunks(n_rows))
        total, typical = seconds.sum(axis=0).tolist(), np.median(seconds, axis=0)
        rows.append(
            {
                "n_samples": n_rows,
                "seconds": {"sums": round(total[0], 4), "bare XᵀX": round(total[1], 4)},
                "times the bare": round(total[0] / total[1], 2),
                "times the bare, median chunk": round(float(typical[0] / typical[1]), 2),
                "error": error(theta(sums.solve()), np.append(COEF, INTERCEPT)),
                "peak MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            }
        )
        print(rows[-1], flush=True)
    return {
        "rows": rows,
        "slope of log seconds": slope(SIZES, [r["seconds"]["sums"] for r in rows]),
    }


def variants():
    """Time a chunk with what costs more than the plain sums: a shift, weights, the triangle."""
    plain, far = list(chunks(N_VARIANTS)), list(chunks(N_VARIANTS, offset=5.0))
    weighted = [(*chunk, np.ones(CHUNK_ROWS)) for chunk in plain]
    found = {
        "bare XᵀX": (BareSum(), plain),
        "sums": (GramAccumulator(), plain),
        "sums, shifted": (GramAccumulator(), far),
        "sums, weighted": (GramAccumulator(), weighted),
        "triangle": (TallSkinnyQR(), plain),
    }
    medians = {name: np.median(clocked([one], given)) for name, (one, given) in found.items()}
    return {"seconds a chunk": {name: float(f"{value:.3g}") for name, value in medians.items()}}


def compared():
    """Set other ways beside the sums on the same rows: seconds, and error against the exact."""
    given = list(chunks(COMPARED, noise=1.0))
    X, y = np.vstack([X for X, _ in given]), np.concatenate([y for _, y in given])
    truth = lstsq(with_ones(X), y).coef
    sums, triangle, walk = GramAccumulator(), TallSkinnyQR(), ScaledSGD()
    seconds = dict(
        zip(["sums", "triangle", "SGD"], clocked([sums, triangle, walk], given).sum(axis=0))
    )
    fits = {"sums": theta(sums.solve()), "triangle": theta(triangle.solve()), "SGD": walk.theta()}
    with Client(processes=False, dashboard_address="localhost:0") as client:
        there = [placed(client, values) for values in (X, y)]
        others = {
            "sums on Dask": lambda: theta(fit_dask(*there, client=client)),
            "statsmodels, averaged": lambda: averaged(given),
            "statsmodels, all rows": lambda: OLS(y, with_ones(X)).fit().params,
            "numpy lstsq, all rows": lambda: np.linalg.lstsq(with_ones(X), y, rcond=None)[0],
        }
        for name, fit in others.items():
            start = time.perf_counter()
            fits[name] = fit()
            seconds[name] = time.perf_counter() - start
    return {
        "n_samples": COMPARED,
        "seconds": {name: float(f"{value:.3g}") for name, value in seconds.items()},
        "error": {name: error(found, truth) for name, found in fits.items()},
    }


def nearly_parallel():
    """Fit columns of which two are 1e-7 apart, whose coefficients are known: digits and errors."""
    sums, triangle = GramAccumulator(), TallSkinnyQR()
    clocked([sums, triangle], chunks(COMPARED, distance=1e-7))
    return {
        "n_samples": COMPARED,
        "distance": 1e-7,
        "digits": {"sums": round(sums.digits(), 1), "triangle": round(triangle.digits(), 1)},
        "error of the triangle": error(theta(triangle.solve()), np.append(COEF, INTERCEPT)),
    }


def main():
    """Measure, print and record."""
    result = {"what": f"a fit of rows in chunks of {CHUNK_ROWS:,}: seconds, memory and errors"}
    with threadpool_limits(1):
        for part in (streaming, variants, compared, nearly_parallel):
            result[part.__name__] = part()
            print(part.__name__, result[part.__name__], flush=True)
    result["threads"] = 1
    result["libraries"] = {m.__name__: m.__version__ for m in (dask, sklearn, statsmodels)}
    print("\nrecorded in", record("at_scale", result))


if __name__ == "__main__":
    main()
