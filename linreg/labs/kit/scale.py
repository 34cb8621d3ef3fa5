"""Scales of a chart's axes, and what an axis says; the same as in scale.js, tested against it."""

from math import ceil, floor, inf, log10
from typing import NamedTuple

from linreg.labs.kit.text import power, superscript

__all__ = [
    "ACROSS",
    "DIGIT",
    "DOWN",
    "WIDEST",
    "Axis",
    "axis_of",
    "round_step",
    "round_steps",
    "share_of",
]

ACROSS, DOWN = 6, 5  # about how many ticks an axis names
DIGIT = 7.6  # the width of a digit in pixels, at the size of a chart's text
WIDEST = 5  # digits: the text that fits beside an axis


class Axis(NamedTuple):
    """What an axis says: its ticks, each ``(value, text)``, and of what its numbers are.

    A tick's text is the number ``(value - base) / 10**exponent``, and its name says so.
    """

    ticks: list[tuple[float, str]]
    base: str = ""
    exponent: int = 0

    def named(self, name: str) -> str:
        """Return the name of the axis: ``y``, ``y / 10⁸``, ``x − 1,000,000``."""
        name += self.base
        if not self.exponent:
            return name
        return f"{f'({name})' if self.base else name} / 10{superscript(self.exponent)}"


def share_of(value: float, frame: tuple[float, float], log: bool) -> float:
    """Return how far along an axis a value lies: 0 at its lower end, 1 at its upper one."""
    low, high, value = (log10(v) if log else v for v in (*frame, value))
    return (value - low) / (high - low)


def axis_of(frame: tuple[float, float], log: bool, about: int, pixels: float = inf) -> Axis:
    """Return the ``Axis`` of a frame ``(low, high)``: about so many ticks.

    Their texts fit side by side into so many pixels, and each fits beside an axis.
    """
    return (_logarithmic if log else _linear)(*frame, about, pixels)


def _linear(low, high, about, pixels):
    """Return an axis with steps that are all alike.

    Where numbers are too wide, first what they have in common is taken off, if three digits could
    not tell them apart, and then they are counted in a power of ten.
    """
    step = round_step((high - low) / about)
    counts = _counts(low, high, step)
    largest, start, base, exponent = step * max(map(abs, counts)), 0, "", 0
    digits = floor(log10(largest) + 1e-9) - floor(log10(step) + 1e-9) + 1  # that tell ticks apart
    texts = [_number(k * step) for k in counts]
    if digits > 5 or not _all_fit(texts, pixels):
        if digits > 3:
            start, base = counts[0], _base(counts[0] * step, step)
            largest = step * (counts[-1] - start)
        texts = [_number((k - start) * step) for k in counts]
        if not _all_fit(texts, pixels):
            exponent = floor(log10(largest) + 1e-9)
            texts = [_number((k - start) * (step / 10.0**exponent)) for k in counts]
    return Axis(list(zip([k * step for k in counts], texts, strict=True)), base, exponent)


def _logarithmic(low, high, about, pixels):
    """Return an axis of powers of ten; where it spans few of them, of 2 and 5 times them too."""
    low, high = log10(low), log10(high)
    if high - low >= 1.5:
        stride = ceil((high - low) / about)
        powers = range(ceil(low / stride) * stride, floor(high) + 1, stride)
        return Axis([(10.0**e, _power_or_number(10.0**e)) for e in powers])
    values = [m * 10.0**e for e in range(ceil(low) - 1, floor(high) + 1) for m in (1, 2, 5)]
    values = [value for value in values if 10.0**low <= value <= 10.0**high]
    texts, exponent = [_number(value) for value in values], 0
    if not _all_fit(texts, pixels):
        exponent = floor(log10(values[0]) + 1e-9)
        texts = [_number(value / 10.0**exponent) for value in values]
    return Axis(list(zip(values, texts, strict=True)), exponent=exponent)


def round_step(rough: float) -> float:
    """Return the multiple of 1, 2 or 5 times a power of ten that is about as large as ``rough``."""
    power = 10 ** floor(log10(rough))
    return next(m * power for m in (1, 2, 5, 10) if 1.4 * m * power >= rough)


def round_steps(low: float, high: float, about: int) -> list[float]:
    """Return about as many multiples of 1, 2 or 5 times a power of ten between two values."""
    step = round_step((high - low) / about)
    return [k * step for k in _counts(low, high, step)]


def _counts(low, high, step):
    return range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1)


def _number(value):
    """Return a number in six digits at most; empty where it is too small or too large for them."""
    if value and not 1e-4 <= abs(value) < 1e5:
        return ""
    return f"{value:.6g}".replace("-", "−")


def _all_fit(texts, pixels):
    """Tell whether there is a text for each tick, and space for it."""
    widths = {"−": 1.5, ".": 0.5}
    widest = min(WIDEST, pixels / (DIGIT * len(texts)) - 0.5)
    return all(text and sum(widths.get(sign, 1) for sign in text) <= widest for text in texts)


def _base(value, step):
    """Return what is taken off a value, or put on, as an axis has it in its name."""
    decimals = max(0, -floor(log10(step) + 1e-9))
    return f" {'−' if value > 0 else '+'} {abs(value):,.{decimals}f}"


def _power_or_number(value):
    return f"{value:.6g}" if 1e-4 < value < 1e5 else power(value)
