"""What the programs in ``benchmarks/`` measured, each on one machine that it names."""

import json
from importlib.resources import files
from typing import Any

__all__ = ["load_measured"]


def load_measured(name: str) -> dict[str, Any]:
    """Load a record of a benchmark, such as ``"loops_to_numpy"``.

    Returns
    -------
    dict
        What the benchmark wrote: times in seconds, ``machine``, a dict that says what they depend
        on, and the ``date``. Trust the ratios of times, never a time alone.

    Raises
    ------
    ValueError
        If there is no such record; the message lists those that there are.
    """
    folder = files("linreg.datasets") / "measured"
    names = sorted(path.name.removesuffix(".json") for path in folder.iterdir())
    if name not in names:
        raise ValueError(f"no record {name!r}: choose one of {', '.join(names)}")
    return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
