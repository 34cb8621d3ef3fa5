"""How much faster arrays are than loops: one gradient, the book's two backends side by side.

python benchmarks/loops_to_numpy.py prints what it measures and writes it, with the machine, to
linreg/datasets/measured/loops_to_numpy.json. It takes about a minute. Both backends run the lines
that Chapter 5 shows: ``linreg``'s own, without its look at the input. BLAS runs on one thread, so
that one core is compared with one core; so the processor's time is counted, and not the waiting
for a core while other programs have it.
"""

import time
from functools import partial
from unittest import mock

import numpy as np
from measuring import best_of, record
from threadpoolctl import threadpool_limits

from linreg import pure_python, with_numpy

N_SAMPLES = [1, 10, 100, 1_000, 10_000, 100_000]
N_FEATURES = [1, 3, 10, 30, 100]
PASSES = 4  # over the whole grid, so that no slow spell meets one size in all of them
TALL = (100_000, 100)  # 80 MB in float64, more than a cache holds

best_cpu_of = partial(best_of, clock=time.process_time)


def draw(n_samples, n_features):
    """Return random arrays ``X``, ``y`` and ``coef`` from a fixed seed."""
    random = np.random.default_rng(5)
    shapes = [(n_samples, n_features), n_samples, n_features]
    return [random.normal(size=shape) for shape in shapes]


def unchecked(backend):
    """Return a context in which a backend trusts its input, as the chapter's code does."""
    return mock.patch.multiple(
        backend, check=lambda X, y: (X, y), check_columns=lambda *given: given
    )


def gradients(backend, X, y, coef, n_steps=1):
    """Return a function that computes one gradient, or several in a row as a walk does."""
    return lambda: [backend.gradient(X, y, coef, 0.5) for _ in range(n_steps)]


def loops_against_arrays(n_samples, n_features):
    """Return the seconds of one gradient, by loops over lists and by arrays.

    Arrays compute ten in a row, because in a walk, too, the first step alone finds their data out
    of the cache. Small loops do so too, to last longer than the reading of a clock.
    """
    arrays = draw(n_samples, n_features)
    lists = [array.tolist() for array in arrays]
    size = n_samples * n_features
    in_a_row = 10 if size <= 1_000 else 1
    ways = [gradients(pure_python, *lists, in_a_row), gradients(with_numpy, *arrays, 10)]
    loops, ten = best_cpu_of(ways, 100 if size <= 1_000 else 8 if size <= 100_000 else 2)
    return loops / in_a_row, ten / 10


def grid():
    """Return a row for each size of data, with the best seconds of both ways over all passes."""
    sizes = [(n_samples, n_features) for n_samples in N_SAMPLES for n_features in N_FEATURES]
    passes = [[loops_against_arrays(*size) for size in sizes] for _ in range(PASSES)]
    rows = []
    for (n_samples, n_features), found in zip(sizes, zip(*passes)):
        loops, arrays = (rounded(min(seconds)) for seconds in zip(*found))
        sizes_of_row = {"n_samples": n_samples, "n_features": n_features}
        rows.append({**sizes_of_row, "loops": loops, "arrays": arrays})
    return rows


def loops_over_an_array():
    """Return the seconds of the same loops over lists and over arrays."""
    arrays = draw(1_000, 10)
    lists = [array.tolist() for array in arrays]
    ways = [gradients(pure_python, *given) for given in (lists, arrays)]
    return dict(zip(["lists", "arrays"], map(rounded, best_cpu_of(ways, 50))))


def orders():
    """Return the seconds of three products on one tall table, stored by rows and by columns."""
    X, y, coef = draw(*TALL)
    tables = {"C": X, "F": np.asfortranarray(X)}
    names = [(product, order) for product in ("X @ w", "X.T @ r", "columns") for order in tables]
    ways = [product_of(product, tables[order], coef, y) for product, order in names]
    seconds = map(rounded, best_cpu_of(ways, 15))
    return [
        {"product": product, "order": order, "seconds": s}
        for (product, order), s in zip(names, seconds)
    ]


def product_of(product, X, w, r):
    """Return a function that computes one product; ``columns`` takes one column at a time."""
    return {
        "X @ w": lambda: X @ w,
        "X.T @ r": lambda: X.T @ r,
        "columns": lambda: [X[:, j] @ r for j in range(X.shape[1])],
    }[product]


def precisions():
    """Return the seconds of one gradient on the tall table, in single and in double precision."""
    ways = {
        dtype: gradients(with_numpy, *(array.astype(dtype) for array in draw(*TALL)))
        for dtype in ("float32", "float64")
    }
    return dict(zip(ways, map(rounded, best_cpu_of(list(ways.values()), 15))))


def rounded(seconds):
    """Return four significant digits, which is more than a clock can promise."""
    return float(f"{seconds:.4g}")


def show(result):
    """Print what was measured."""
    print("     N    D      loops     arrays   times as fast")
    for row in result["gradient"]:
        n_samples, n_features, loops, arrays = row.values()
        sizes = f"{n_samples:6} {n_features:4}"
        print(f"{sizes}  {loops:.2e} s {arrays:.2e} s {loops / arrays:8.1f}")
    for row in result["orders"]:
        print(f"{row['product']:8} {row['order']}  {row['seconds']:.2e} s")
    print("loops over", result["loops_over"])
    print("precisions", result["precisions"])


def main():
    """Measure, print and record."""
    with threadpool_limits(1), unchecked(pure_python), unchecked(with_numpy):
        result = {
            "what": "one gradient, by loops over lists and by arrays; seconds, best of several",
            "gradient": grid(),
            "tall": list(TALL),
            "loops_over": loops_over_an_array(),
            "orders": orders(),
            "precisions": precisions(),
        }
        show(result)
        print("recorded in", record("loops_to_numpy", result))


if __name__ == "__main__":
    main()
