"""What the benchmarks share: a fair clock, the machine's description, and the record they leave.

A time means little away from its machine, so a benchmark times things side by side, and a chapter
quotes their ratios.
"""

import json
import os
import platform
import random
import time
from datetime import date
from math import inf
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_info

FOLDER = Path(__file__).resolve().parents[1] / "linreg/datasets/measured"


def best_of(functions, repeats, clock=time.perf_counter):
    """Return the least seconds that each function took in ``repeats`` rounds.

    In a round each function runs once, so that a slow spell of the machine meets them all; the
    order is drawn anew for each, so that none always comes after the same one, with the cache and
    the threads that it has left behind. Whatever else runs can only add time: the least is the
    nearest to the function's own.
    """
    functions, draw = list(functions), random.Random(0)
    best = [inf] * len(functions)
    for _ in range(repeats):
        for place in draw.sample(range(len(functions)), len(functions)):
            start = clock()
            functions[place]()
            best[place] = min(best[place], clock() - start)
    return best


def machine():
    """Return what a time depends on, by name: the processor, its cores, and the software."""
    return {
        "processor": processor(),
        "cores": len(os.sched_getaffinity(0)),
        "system": platform.system(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "blas": blas(),
    }


def processor():
    """Return the processor's name as Linux names it."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def blas():
    """Return the name and version of the BLAS in use, and on how many threads it runs."""
    found = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    return ", ".join(
        f"{pool['internal_api']} {pool['version']} on {pool['num_threads']} thread(s)"
        for pool in found
    )


def record(name, result):
    """Write ``result`` with the machine and the date to NAME.json, and return its path."""
    whole = {**result, "machine": machine(), "date": date.today().isoformat()}
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{name}.json"
    path.write_text(json.dumps(whole, indent=2) + "\n", encoding="utf-8")
    return path
