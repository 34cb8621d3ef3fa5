"""Read the times that learning platforms write into names."""

import re
from datetime import UTC, datetime, timedelta

__all__ = ["instant"]

_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)"
    r"(?:[ T_-]+(\d\d)[:.-]?(\d\d)(?:[:.-]?(\d\d)(?:[.,](?P<fraction>\d+))?)?"
    r"(?:\s(?P<hours>[+-]\d\d)(?![\d:]))?)?"  # an offset of hours alone: "10:00:00 +08"
    r"\s*(?:(?P<offset>[+-]\d\d:?\d\d)|(?P<zone>[A-Za-z]+))?"
)
_HOURS = {  # of the zones that have a name, east of Greenwich
    **{"UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2, "MEZ": 1},
    **{"MESZ": 2, "EET": 2, "EEST": 3, "MSK": 3, "IST": 5.5, "SGT": 8, "HKT": 8, "JST": 9},
    **{"KST": 9, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13, "AST": -4, "ADT": -3},
    **{"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7},
}


def instant(text: str) -> float:
    """Return a time in seconds, whatever its zone; 0 if it cannot be read.

    A time without a zone, or with one of an unknown name, is taken for UTC.
    """
    found = _TIME.match(text)
    if not found:
        return 0.0
    hours = _HOURS.get((found["zone"] or "UTC").upper(), 0.0)
    if offset := found["offset"] or found["hours"]:
        sign, digits = offset[0], offset[1:].replace(":", "").ljust(4, "0")
        hours = int(sign + digits[:2]) + int(sign + digits[2:]) / 60
    parts = [int(part or 0) for part in found.groups()[:6]]
    try:
        time = datetime(*parts, tzinfo=UTC) - timedelta(hours=hours)
        return time.timestamp() + float(f"0.{found['fraction'] or 0}")
    except (ValueError, OverflowError):
        return 0.0
