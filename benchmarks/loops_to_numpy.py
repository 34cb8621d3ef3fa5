"""How much faster arrays are than loops: one gradient, the book's two backends side by side.

python benchmarks/loops_to_numpy.py prints what it measures and writes it, with the machine, to
linreg/datasets/measured/loops_to_numpy.json. It takes about a minute. Both backends run the lines
that Chapter 5 shows: ``linreg``'s own, without its look at the input. BLAS runs on one thread, so
that one core is compared with one core.
"""

from unittest import mock

import numpy as np
from measuring import best_of, record
from threadpoolctl import threadpool_limits

from linreg import pure_python, with_numpy

N_SAMPLES = [1, 10, 100, 1_000, 10_000, 100_000]
N_FEATURES = [1, 3, 10, 30, 100]
TALL = (100_000, 100)  # 80 MB in float64, more than a cache holds


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
    of the cache.
    """
    arrays = draw(n_samples, n_features)
    lists = [array.tolist() for array in arrays]
    ways = [gradients(pure_python, *lists), gradients(with_numpy, *arrays, n_steps=10)]
    small = n_samples * n_features <= 100_000
    loops, ten = best_of(ways, 300 if n_samples <= 100 else 40 if small else 10)
    seconds = {"loops": rounded(loops), "arrays": rounded(ten / 10)}
    return {"n_samples": n_samples, "n_features": n_features, **seconds}


def loops_over_an_array():
    """Return the seconds of the same loops over lists and over arrays."""
    arrays = draw(1_000, 10)
    lists = [array.tolist() for array in arrays]
    ways = [gradients(pure_python, *given) for given in (lists, arrays)]
    return dict(zip(["lists", "arrays"], map(rounded, best_of(ways, 50))))


def orders():
    """Return the seconds of three products on one tall table, stored by rows and by columns."""
    X, y, coef = draw(*TALL)
    tables = {"C": X, "F": np.asfortranarray(X)}
    names = [(product, order) for product in ("X @ w", "X.T @ r", "columns") for order in tables]
    ways = [product_of(product, tables[order], coef, y) for product, order in names]
    seconds = map(rounded, best_of(ways, 15))
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
    return dict(zip(ways, map(rounded, best_of(list(ways.values()), 15))))


def rounded(seconds):
    """Return four significant digits, which is more than a clock can promise."""
    return float(f"{seconds:.4g}")


def main():
    """Measure, print and record."""
    grid = []
    print("     N    D      loops     arrays   times as fast")
    with threadpool_limits(1), unchecked(pure_python), unchecked(with_numpy):
        for n_samples in N_SAMPLES:
            for n_features in N_FEATURES:
                row = loops_against_arrays(n_samples, n_features)
                grid.append(row)
                loops, arrays = row["loops"], row["arrays"]
                sizes = f"{n_samples:6} {n_features:4}"
                print(f"{sizes}  {loops:.2e} s {arrays:.2e} s {loops / arrays:8.1f}")
        result = {
            "what": "one gradient, by loops over lists and by arrays; seconds, best of several",
            "gradient": grid,
            "tall": list(TALL),
            "loops_over": loops_over_an_array(),
            "orders": orders(),
            "precisions": precisions(),
        }
        for row in result["orders"]:
            print(f"{row['product']:8} {row['order']}  {row['seconds']:.2e} s")
        print("loops over", result["loops_over"])
        print("precisions", result["precisions"])
        print("recorded in", record("loops_to_numpy", result))


if __name__ == "__main__":
    main()
