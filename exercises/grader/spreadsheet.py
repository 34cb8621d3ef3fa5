"""Write tables that a spreadsheet opens, without letting it compute what a learner wrote."""

import csv
import re
from collections.abc import Iterable
from pathlib import Path

__all__ = ["without_formula", "write_table"]

# What a spreadsheet computes begins with one of these signs, at the beginning of a field. Where
# another separator than the comma is usual, a field begins behind that, or on a new line, too.
_FORMULA = re.compile(r"(?:^|(?<=[;\t\r\n\v\f]))(?=\s*[=+\-@\uff0b\uff0d\uff1d\uff20])")


def write_table(place: Path, rows: Iterable[Iterable[str]]) -> Path:
    """Write rows as a CSV file, whole or not at all, and return its path.

    All fields are quoted, so that one with a semicolon in it stays one.
    """
    part = place.with_suffix(".part")
    with part.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows(rows)
    return part.replace(place)


def without_formula(text: str) -> str:
    """Return a text of which no spreadsheet takes any part for a formula."""
    return _FORMULA.sub("'", text)
