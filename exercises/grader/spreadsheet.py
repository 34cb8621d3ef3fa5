"""Write tables that a spreadsheet opens, without letting it compute what a learner wrote."""

import csv
from collections.abc import Iterable
from pathlib import Path

__all__ = ["without_formula", "write_table"]


def write_table(place: Path, rows: Iterable[Iterable[str]]) -> Path:
    """Write rows as a CSV file, whole or not at all, and return its path."""
    part = place.with_suffix(".part")
    with part.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return part.replace(place)


def without_formula(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in tuple("=+-@") else text
