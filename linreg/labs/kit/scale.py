"""Scales of a chart's axes, and the ticks between; the same as in scale.js."""

from math import ceil, floor, log10

from linreg.labs.kit.text import power, readable

__all__ = ["round_step", "round_steps", "share_of", "tick_text", "ticks"]


def share_of(value, frame, log):
    """Return how far along an axis a value lies: 0 at its lower end, 1 at its upper one."""
    low, high, value = (log10(v) if log else v for v in (*frame, value))
    return (value - low) / (high - low)


def ticks(frame, log, about):
    """Return the values that an axis names."""
    if not log:
        return round_steps(*frame, about)
    low, high = (log10(value) for value in frame)
    stride = max(1, ceil((high - low) / about))
    exponents = range(ceil(low / stride) * stride, floor(high) + 1, stride)
    return [10.0**exponent for exponent in exponents]


def round_step(rough):
    """Return the multiple of 1, 2 or 5 times a power of ten that is about as large as ``rough``."""
    power = 10 ** floor(log10(rough))
    return next(m * power for m in (1, 2, 5, 10) if 1.4 * m * power >= rough)


def round_steps(low, high, about):
    """Return about as many multiples of 1, 2 or 5 times a power of ten between two values."""
    step = round_step((high - low) / about)
    return [k * step for k in range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1)]


def tick_text(value):
    """Return an axis's number: digits where they are few, a power of ten where not."""
    if value and not 1e-4 < abs(value) < 1e5:
        return readable(value, 2) if value != 10 ** round(log10(abs(value))) else power(value)
    return f"{value:.6g}".replace("-", "−")
