"""Slopes of a calculation, by the chain rule: reverse-mode differentiation of single numbers.

A ``Value`` is a number that knows what it was made from. One calculates with values as with plain
numbers, and with both together. ``result.backward()`` then tells each value that the result was
made from, in its ``grad``, how fast the result grows with it. As in PyTorch, a slope is *added* to
what stands in ``grad``: set it to 0 before the next one. Slopes belong to the numbers at which
the result was computed; a change of ``data`` afterwards changes neither the result nor them.

Source: Linnainmaa (1976), "Taylor expansion of the accumulated rounding error", BIT 16, 146–160.
"""

import math
from fractions import Fraction
from numbers import Real
from typing import TypeAlias

__all__ = ["Value", "exp", "log", "slopes", "tanh"]

Operand: TypeAlias = "Value | float"  # or a Fraction, which stays exact


# ---- The steps of a calculation: what each makes, and its slope in what it was made from


def add(a: Operand, b: Operand) -> "Value":
    """Return a + b."""
    a, b = check(a, b)
    return Value(a.data + b.data, (a, 1), (b, 1))


def subtract(a: Operand, b: Operand) -> "Value":
    """Return a - b."""
    a, b = check(a, b)
    return Value(a.data - b.data, (a, 1), (b, -1))


def multiply(a: Operand, b: Operand) -> "Value":
    """Return a * b."""
    a, b = check(a, b)
    return Value(a.data * b.data, (a, b.data), (b, a.data))


def divide(a: Operand, b: Operand) -> "Value":
    """Return a / b."""
    a, b = check(a, b)
    quotient = a.data / b.data
    return Value(quotient, (a, 1 / b.data), (b, -quotient / b.data))


def power(a: Operand, exponent: float) -> "Value":
    """Return a ** exponent; the exponent is a plain number."""
    a, exponent = check_power(a, exponent)
    slope = exponent * a.data ** (exponent - 1) if exponent else 0
    return Value(a.data**exponent, (a, slope))


def exp(a: Operand) -> "Value":
    """Return e to the power of a."""
    (a,) = check(a)
    result = math.exp(a.data)
    return Value(result, (a, result))


def log(a: Operand) -> "Value":
    """Return the natural logarithm of a, which must be above 0."""
    a = check_positive(a)
    return Value(math.log(a.data), (a, 1 / a.data))


def tanh(a: Operand) -> "Value":
    """Return the hyperbolic tangent of a, between -1 and 1."""
    (a,) = check(a)
    result = math.tanh(a.data)
    return Value(result, (a, 1 - result**2))


# ---- The way back


def history(result: "Value") -> list["Value"]:
    """Return the result and all that it was made from, the deepest first."""
    nodes, seen = [result], {result}
    for value in nodes:  # the list grows while we go through it
        for parent, _ in value.parents:
            if parent not in seen:
                seen.add(parent)
                nodes.append(parent)
    return sorted(nodes, key=lambda value: value.depth, reverse=True)


def slopes(result: "Value") -> dict["Value", float]:
    """Return, for each value that the result was made from, how fast the result grows with it."""
    values = history(result)
    found = dict.fromkeys(values, 0)
    found[result] = 1
    for value in values:
        for parent, slope in value.parents:
            found[parent] += found[value] * slope
    return found


class Value:
    """A number, and what it was made from: pairs of a value and the slope in it."""

    def __init__(self, data: float, *parents: tuple["Value", float]) -> None:
        data = check_number(data)
        self.data, self.grad, self.parents = data, 0, parents
        self.depth = 1 + max((parent.depth for parent, _ in parents), default=0)

    __add__ = __radd__ = add
    __mul__ = __rmul__ = multiply
    __sub__, __truediv__, __pow__ = subtract, divide, power

    def __rsub__(self, other: float) -> "Value":
        return subtract(other, self)

    def __rtruediv__(self, other: float) -> "Value":
        return divide(other, self)

    def __neg__(self) -> "Value":
        return multiply(self, -1)

    def __repr__(self) -> str:
        return f"Value({self.data}, grad={self.grad})"

    def backward(self) -> None:
        """Add the slope of this value to the ``grad`` of each that it was made from."""
        for value, slope in slopes(self).items():
            value.grad += slope


# ---- What may be calculated with


def check(*operands):
    """Return each operand as a Value."""
    return [one if isinstance(one, Value) else Value(one) for one in operands]


def check_number(data):
    """Return a plain real number: whole numbers and fractions as they are, others as floats."""
    if not isinstance(data, Real):
        raise TypeError(f"a Value holds one real number, not {data!r}")
    return data if isinstance(data, int | Fraction) else float(data)


def check_power(a, exponent):
    """Return a base as a Value and its exponent, or raise unless that is a plain number."""
    if isinstance(exponent, Value):
        raise TypeError("the exponent is a Value: write exp(exponent * log(a)) for a ** exponent")
    return *check(a), check_number(exponent)


def check_positive(a):
    """Return an operand as a Value, or raise unless it has a logarithm."""
    (a,) = check(a)
    if a.data <= 0:
        raise ValueError(f"the logarithm of {a.data} does not exist: pass a number above 0")
    return a
