"""What a lab takes: lists of numbers that a picture can show, or an error that names the mend."""

from collections.abc import Mapping
from math import isfinite
from typing import Any

from traitlets import TraitError

__all__ = [
    "LARGEST",
    "NARROW",
    "LabError",
    "finite",
    "is_narrow",
    "listed",
    "points_or",
    "same_length",
    "within",
]

LARGEST = 1e9  # number that a picture takes
NARROW = 1e-9  # a spread that is no spread, as a part of the largest size


class LabError(TraitError, ValueError):
    """A lab was given a state that it cannot show."""


def listed(values: Any, name: str, of: str = "numbers") -> list:
    """Return ``values`` as a list, or raise ``LabError`` for what holds none."""
    try:
        return list(values)
    except TypeError:
        raise LabError(f"{name} is {values!r}: give a list of {of}") from None


def finite(values: Any, name: str) -> list[float]:
    """Return ``values`` as a list of floats, or raise ``LabError`` for what cannot be drawn."""
    values = listed(values, name)
    if not values:
        raise LabError(f"{name} is empty: pass at least two numbers")
    for i, value in enumerate(values):
        try:
            whole = isfinite(value)
        except TypeError:
            raise LabError(f"{name}[{i}] is {value!r}: give a number") from None
        if not whole:
            raise LabError(f"{name}[{i}] is {value}: remove the row, or fill in what is missing")
        if abs(value) > LARGEST:
            raise LabError(f"{name}[{i}] is {value}: measure in a larger unit, below 1e9")
    return [float(value) for value in values]


def points_or(default: Mapping[str, Any], x: Any, y: Any) -> tuple[list[float], list[float]]:
    """Return ``x`` and ``y`` as lists of floats, those of ``default`` where neither is given."""
    if x is None and y is None:
        x, y = default["x"], default["y"]
    elif x is None or y is None:
        raise LabError("x and y come together: give one y for each x")
    return finite(x, "x"), finite(y, "y")


def is_narrow(values: list[float]) -> bool:
    """Return whether values differ by no more than rounding can tell."""
    return max(values) - min(values) <= NARROW * max(map(abs, values))


def same_length(x: list[float], y: list[float]) -> None:
    """Raise ``LabError`` unless there is one ``y`` for each ``x``."""
    if len(x) != len(y):
        raise LabError(
            f"x has {len(x)} values and y has {len(y)}: give one y for each x, and change "
            "both within hold_trait_notifications()"
        )


def within(value: float, name: str, low: float, high: float) -> float:
    """Return a number between two others, or raise ``LabError``."""
    if not low <= value <= high:
        raise LabError(f"{name} is {value}: choose between {low} and {high}")
    return value
