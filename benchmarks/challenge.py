"""The two challenges of Chapter 10: a tall problem of 10,000 × 500, a wide one of 10,000 × 50,000.

Run by `make measure`, which writes what it measured, and on what machine, to
linreg/datasets/measured/challenge.json. The wide problem takes 5 GB of memory and some minutes.
"""

import time
from itertools import islice

import numpy as np
from measuring import best_of, record

from linreg.least_squares import lstsq
from linreg.optimizers import gradient_descent

TALL = (10_000, 500)
WIDE = (10_000, 50_000)
TOLERANCE = 1e-6
REPEATS = 5


def tall_problem(n_samples, n_features):
    """Return independent columns, targets without noise, and the coefficients."""
    draw = np.random.default_rng(0).standard_normal
    X, coef = draw((n_samples, n_features)), draw(n_features)
    return X, X @ coef, coef


def largest_eigenvalue(X, n_products=30):
    """Return about the largest eigenvalue of the loss's Hessian, a little from below."""
    v = np.random.default_rng(1).standard_normal(X.shape[1]).astype(X.dtype)
    for _ in range(n_products):
        v = X.T @ (X @ (v / np.linalg.norm(v)))
    return 2 / len(X) * np.linalg.norm(v)


def walk(X, y, learning_rate):
    """Return Chapter 9's walk downhill from zero: place, residual and gradient at each step."""
    start = np.zeros(X.shape[1], dtype=X.dtype)
    return gradient_descent(X, y, start, learning_rate=float(learning_rate))


def descend(X, y, learning_rate, n_steps):
    """Return the place after some steps; a reader would stop there by the gradient's length."""
    return next(islice(walk(X, y, learning_rate), n_steps, None))[0]


def steps_needed(X, y, truth, learning_rate, most=10_000):
    """Return how many steps bring the error below the tolerance, relative to the truth."""
    for step, (place, _, _) in enumerate(islice(walk(X, y, learning_rate), most)):
        if np.linalg.norm(place - truth) <= TOLERANCE * np.linalg.norm(truth):
            return step
    raise RuntimeError(f"not within {TOLERANCE} after {most} steps")


def best_rate(X):
    """Return the best fixed learning rate, from both ends of the Hessian's spectrum."""
    eigenvalues = np.linalg.eigvalsh(2 / len(X) * (X.T @ X))
    return 2 / (eigenvalues[0] + eigenvalues[-1])


def tall():
    """Time the methods on the tall problem: all directions, each to the tolerance or better."""
    X, y, truth = tall_problem(*TALL)
    safe, best = 1 / largest_eigenvalue(X), best_rate(X)
    n_safe, n_best = (steps_needed(X, y, truth, rate) for rate in (safe, best))
    methods = {
        "numpy lstsq": lambda: np.linalg.lstsq(X, y, rcond=None)[0],
        "normal equations": lambda: np.linalg.solve(X.T @ X, X.T @ y),
        "linreg auto": lambda: lstsq(X, y).coef,
        "find a safe rate": lambda: largest_eigenvalue(X),
        "descent, safe rate": lambda: descend(X, y, safe, n_safe),
        "find the best rate": lambda: best_rate(X),
        "descent, best rate": lambda: descend(X, y, best, n_best),
    }
    inverse = np.linalg.inv(X.T @ X)
    residual = X @ truth - y
    orders = {
        "(inv(A) @ X.T) @ y": lambda: inverse @ X.T @ y,
        "inv(A) @ (X.T @ y)": lambda: inverse @ (X.T @ y),
        "((2 / N) * X.T) @ r": lambda: (2 / len(X)) * X.T @ residual,
        "(2 / N) * (X.T @ r)": lambda: (2 / len(X)) * (X.T @ residual),
    }
    return {
        "shape": TALL,
        "tolerance": TOLERANCE,
        "steps": {"descent, safe rate": n_safe, "descent, best rate": n_best},
        "condition_number": float(f"{np.linalg.cond(X):.3g}"),
        "seconds": timed(methods),
        "orders": timed(orders),
    }


def wide():
    """Time the ways to the shortest solution where columns outnumber rows, in float32."""
    draw = np.random.default_rng(0).standard_normal
    X = draw(WIDE, dtype=np.float32)
    y = draw(WIDE[0], dtype=np.float32)
    seconds, found = {}, {}

    def clock(name, function):
        start = time.perf_counter()
        found[name] = function()
        seconds[name] = round(time.perf_counter() - start, 1)

    clock("Xᵀ(XXᵀ)⁻¹y", lambda: X.T @ np.linalg.solve(X @ X.T, y))
    clock("find a safe rate", lambda: 1 / largest_eigenvalue(X))
    rate = found["find a safe rate"]
    clock("descent from zero", lambda: to_the_bottom(X, y, rate))
    dual, (descended, n_steps) = found["Xᵀ(XXᵀ)⁻¹y"], found["descent from zero"]
    difference = np.linalg.norm(dual - descended) / np.linalg.norm(dual)
    return {
        "shape": WIDE,
        "dtype": "float32",
        "gigabytes of X": X.nbytes / 1e9,
        "gigabytes of XᵀX": WIDE[1] ** 2 * X.itemsize / 1e9,
        "steps": n_steps,
        "relative difference": float(f"{difference:.1g}"),
        "repeats": 1,
        "seconds": seconds,
    }


def to_the_bottom(X, y, learning_rate, most=1_000):
    """Descend from zero until the gradient is 1e-6 of what it was; return the place and steps."""
    first = None
    for step, (place, _, gradient) in enumerate(islice(walk(X, y, learning_rate), most)):
        first = first or np.linalg.norm(gradient)
        if np.linalg.norm(gradient) <= 1e-6 * first:
            return place, step
    raise RuntimeError(f"not at the bottom after {most} steps")


def timed(functions):
    """Return the best seconds of each function, run side by side."""
    seconds = best_of(functions.values(), REPEATS)
    return {name: float(f"{value:.3g}") for name, value in zip(functions, seconds)}


def main():
    """Measure both challenges, print and record them."""
    compared = "seconds of the two methods on a tall problem (best of five)"
    result = {"what": f"{compared} and of two ways on a wide one (once)"}
    for challenge in (tall, wide):
        result[challenge.__name__] = challenge()
        for name, value in result[challenge.__name__].items():
            print(f"{challenge.__name__:>5}  {name}: {value}", flush=True)
    print("\nrecorded in", record("challenge", result))


if __name__ == "__main__":
    main()
