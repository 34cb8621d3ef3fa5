"""Where each step of the walk and of the solve stands under the roofline of this machine.

python benchmarks/roofline.py measures two peaks, operations a second and bytes a second, and then
what each step takes beside what the two allow. It runs on one core for about a minute and counts
the processor's time, as loops_to_numpy.py does, and writes linreg/datasets/measured/roofline.json.

python benchmarks/roofline.py --device cuda does the same on a GPU and writes roofline_cuda.json. A
GPU works on while Python has gone ahead, so its times lie between two events that the GPU itself
notes, and none is read before the GPU has come to the second one.
"""

import argparse
import time
from functools import partial
from math import ceil

import torch
from measuring import best_of, record

from linreg.costs import STEPS, roofline, work

REPEATS = 9
LEAST_SECONDS = 0.002  # a shorter step runs several times in a row

EIGHT_POINTS, SMALL, TALL, THIN, SQUARE = (
    *((8, 2), (1_000, 50), (100_000, 100)),
    *((1_000_000, 10), (2_500, 2_500)),
)
SHAPES = {
    "cpu": [EIGHT_POINTS, SMALL, TALL, THIN, SQUARE],
    "cuda": [EIGHT_POINTS, SMALL, TALL, THIN, SQUARE, (2_000_000, 100), (10_000, 10_000)],
}
N_TARGETS = [2, 4, 8, 16, 32, 64]  # beside one, for the walk on the tall table
PEAK_SIDE = {"cpu": 1_500, "cuda": 8_192}  # of the square matrices whose product is the peak
FAR = {"cpu": 10_000_000, "cuda": 100_000_000}  # numbers: far more than a cache holds
NEAR = 20_000  # numbers that the cache keeps
WORDS = {"float64": 8, "float32": 4}


class Moment:
    """A moment by the GPU's own clock; the difference of two is in seconds."""

    def __init__(self):
        self.event = torch.cuda.Event(enable_timing=True)
        self.event.record()

    def __sub__(self, earlier):
        self.event.synchronize()
        return earlier.event.elapsed_time(self.event) / 1000


def clock_of(device):
    """Return the function that reads a device's clock."""
    return Moment if device == "cuda" else time.process_time


def seconds_of(functions, device):
    """Return the least seconds of one call of each function, after a first one that warms up."""
    clock = clock_of(device)
    in_a_row = [calls_in_a_row(function, clock) for function in functions]
    ways = [partial(repeat, *pair) for pair in zip(functions, in_a_row)]
    best = best_of(ways, REPEATS, clock=clock)
    return [seconds / calls for seconds, calls in zip(best, in_a_row)]


def calls_in_a_row(function, clock):
    """Return how many calls last long enough for the clock."""
    function()
    (once,) = best_of([function], 3, clock=clock)
    return ceil(LEAST_SECONDS / max(once, 1e-6))


def repeat(function, n_calls):
    """Call a function several times."""
    for _ in range(n_calls):
        function()


def peaks(device):
    """Return the operations a second of a large product of matrices, by the type of its numbers."""
    n = PEAK_SIDE[device]
    kinds = ["float64", "float32", "bfloat16"] + ["TF32"] * (device == "cuda")
    found = {}
    for kind in kinds:
        torch.set_float32_matmul_precision("high" if kind == "TF32" else "highest")
        dtype = torch.float32 if kind == "TF32" else getattr(torch, kind)
        A, B = (torch.randn(n, n, device=device).to(dtype) for _ in range(2))
        (seconds,) = seconds_of([lambda A=A, B=B: A @ B], device)
        found[kind] = 2 * n**3 / seconds
    torch.set_float32_matmul_precision("highest")
    return found


def bandwidths(device):
    """Return the bytes a second of simple passes over long arrays, reads and writes counted.

    ``"copy"`` reads one number and writes one, ``"triad"`` reads two and writes one, ``"sum"`` only
    reads. ``"sum, cached"`` sums an array that stays in the cache. ``"to the device"`` copies from
    the computer's memory to a GPU's.
    """
    x, y, z = (torch.ones(FAR[device], dtype=torch.float64, device=device) for _ in range(3))
    near = torch.ones(NEAR, dtype=torch.float64, device=device)
    ways = {
        "copy": (2 * len(x), lambda: z.copy_(x)),
        "triad": (3 * len(x), lambda: torch.add(x, y, alpha=3.0, out=z)),
        "sum": (len(x), x.sum),
        "sum, cached": (len(near), near.sum),
    }
    if device == "cuda":
        at_home = torch.ones(TALL[0] * TALL[1], dtype=torch.float64)
        ways["to the device"] = (len(at_home), lambda: at_home.to(device))
    seconds = seconds_of([way for _, way in ways.values()], device)
    return {name: 8 * words / s for (name, (words, _)), s in zip(ways.items(), seconds)}


def call(device):
    """Return the seconds of a call that has next to nothing to do."""
    one = torch.ones(1, device=device)
    return seconds_of([lambda: torch.add(one, one, out=one)], device)[0]


def cases(device):
    """Return each step that is timed: its name, the shape of X, and the number of targets."""
    one_target = [(step, *shape, 1) for shape in SHAPES[device] for step in STEPS]
    return one_target + [("gradient step", *TALL, n_targets) for n_targets in N_TARGETS]


def function_of(step, n_samples, n_features, n_targets, dtype, device):
    """Return a function that takes one step, on random numbers from a fixed seed."""
    torch.manual_seed(13)
    several = (n_targets,) if n_targets > 1 else ()
    sizes = [(n_samples, n_features), (n_features, *several), (n_samples, *several)]
    X, W, Y = (torch.randn(size, dtype=dtype, device=device) for size in sizes)
    plus_product = torch.addmm if several else torch.addmv

    def gradient_step():
        R = plus_product(Y, X, W, beta=-1)  # X @ W - Y
        return plus_product(W, X.T, R, alpha=-0.1 * 2 / n_samples)

    return {
        "X @ w": lambda: X @ W,
        "X.T @ r": lambda: X.T @ Y,
        "gradient step": gradient_step,
        "X.T @ X": lambda: X.T @ X,
        "qr": lambda: torch.linalg.qr(X, mode="r"),
    }[step]


def timed(case, kind, peak, bandwidth, device):
    """Return what one step costs by the count, by the model and by the clock."""
    step, n_samples, n_features, n_targets = case
    operations, n_bytes = work(*case[:3], WORDS[kind], n_targets)
    (seconds,) = seconds_of([function_of(*case, getattr(torch, kind), device)], device)
    predicted = roofline(operations, n_bytes, peak, bandwidth)
    return {
        "step": step,
        "dtype": kind,
        "n_samples": n_samples,
        "n_features": n_features,
        "n_targets": n_targets,
        "operations": operations,
        "bytes": n_bytes,
        "predicted": rounded(predicted),
        "seconds": rounded(seconds),
        "ratio": rounded(seconds / predicted),
    }


def rounded(value):
    """Return three significant digits, which is more than a clock can promise."""
    return float(f"{value:.3g}")


def measure(device):
    """Return the peaks, and each step with what they predict for it."""
    peak, bandwidth = peaks(device), bandwidths(device)
    far = max(bandwidth[name] for name in ("copy", "triad", "sum"))
    steps = [timed(case, kind, peak[kind], far, device) for kind in WORDS for case in cases(device)]
    return {
        "what": "operations and bytes a second, and the steps beside what they predict; seconds",
        "device": torch.cuda.get_device_name() if device == "cuda" else "one core",
        "peak": {kind: rounded(value) for kind, value in peak.items()},
        "bandwidth": {name: rounded(value) for name, value in bandwidth.items()},
        "call": rounded(call(device)),
        "steps": steps,
        "libraries": {"torch": torch.__version__},
    }


def show(result):
    """Print what was measured."""
    print(result["device"], {kind: f"{v / 1e9:.0f} Gflop/s" for kind, v in result["peak"].items()})
    print({name: f"{value / 1e9:.0f} GB/s" for name, value in result["bandwidth"].items()})
    print(f"one call {result['call']:.1e} s")
    for row in result["steps"]:
        sizes = f"{row['n_samples']:9,} x {row['n_features']:6,} x {row['n_targets']:2}"
        seconds = f"{row['seconds']:.1e} s, {row['ratio']:6.2f} times the model's"
        print(f"{row['step']:13} {row['dtype']} {sizes}  {seconds}")


def main():
    """Measure one device, print and record."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--device", choices=SHAPES, default="cpu")
    device = options.parse_args().device
    torch.set_num_threads(1)
    result = measure(device)
    show(result)
    print("recorded in", record("roofline" if device == "cpu" else "roofline_cuda", result))


if __name__ == "__main__":
    main()
