"""Numbers as text; the same texts as in text.js."""

import re
from decimal import ROUND_HALF_UP, Context, Decimal

__all__ = [
    "ROUNDING",
    "brief",
    "plural",
    "power",
    "readable",
    "significant",
    "superscript",
    "zero_if_rounding",
]

ROUNDING = 1e-9  # what rounding may leave of a residual that is none, as a part of the largest y


def brief(value: float) -> str:
    """Return a readable number without the zeros at its end: ``9``, ``−0.5``, ``3.2×10⁵``."""
    text = readable(value)
    return re.sub(r"\.?0+(?=×|$)", "", text) if "." in text else text


def plural(count: int, noun: str) -> str:
    """Return how many there are: ``1 step``, ``20 steps``."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def readable(value: float, digits: int = 4) -> str:
    """Return a number as a reader likes it: ``5.426``, ``0.008048``, ``12345``, ``3.20×10⁵``.

    A tie is rounded away from zero.
    """
    if value == 0:
        return "0"
    exponent = significant(value, digits).adjusted()
    if -3 <= exponent < 5:
        last = Decimal((0, (1,), min(0, exponent - digits + 1)))
        text = f"{Decimal(value).quantize(last, ROUND_HALF_UP):f}"
    else:
        mantissa, exponent = f"{significant(value, max(2, digits - 1)):e}".split("e")
        text = f"{mantissa}×10{superscript(int(exponent))}"
    return text.replace("-", "−")


def power(value: float) -> str:
    """Return ``10⁷``, ``5×10⁻⁴``: a power of ten, times a number of three digits at most."""
    mantissa, exponent = f"{significant(value, 3):e}".split("e")
    digits = "" if float(mantissa) == 1 else f"{float(mantissa):g}×"
    return f"{digits}10{superscript(int(exponent))}"


def superscript(integer: int) -> str:
    """Return an integer in superscript digits."""
    return str(integer).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def significant(value: float, digits: int) -> Decimal:
    """Return a number rounded to so many significant digits, as a ``Decimal``."""
    rounded = Context(prec=digits, rounding=ROUND_HALF_UP).create_decimal(Decimal(value))
    return rounded.quantize(Decimal((0, (1,), rounded.adjusted() - digits + 1)))


def zero_if_rounding(loss: float, y: list[float], power: int = 2) -> float:
    """Return a mean of residuals to a power as it is displayed: 0 where only rounding is left."""
    return 0.0 if loss <= (ROUNDING * max(map(abs, y))) ** power else loss
