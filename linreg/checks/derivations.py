"""Checks of derivations: SymPy expressions, compared by what they come to at a few points.

The answer stands nowhere, so that nothing gives it away, neither the text of a check nor what
Python holds while a learner's code runs. A check has *seals* alone: digests of the rounded values
that the right expression takes at points drawn at random, and of those that known slips take.
"""

import hashlib
from math import isfinite
from random import Random

from linreg.checks.not_yet import NotYet
from linreg.checks.notes import about
from linreg.checks.progress import tried
from linreg.checks.reading import expression
from linreg.checks.words import FACTORS, otherwise, words

N_POINTS = 5
DIGITS = 9  # of a value; rounding in floats is far below


@tried
def derivation(task, found, symbols, seals, *, positive=None, aliases=None):
    """Demand that a SymPy expression is the one that was sealed, in whatever form it is written.

    Parameters
    ----------
    task : str
        Chapter and task, such as ``"ch03/c1"``; its notes may word a relation anew.
    found : SymPy expression
        What a learner gives.
    symbols : str
        The names of the symbols that the answer depends on, as in ``"w x_1"``.
    seals : dict of str to str
        What `sealed` made of the answer: ``"right"`` and, where there are such, ``"factor"``,
        ``"shift"`` and the names of known slips, which the task's notes word as relations.
    positive : bool, optional
        Whether the symbols are positive.
    aliases : dict of str to str, optional
        Other symbols of the same cell that may stand for these, by their names.

    Raises
    ------
    NotYet
        If the values differ; the message names a constant factor, a constant difference or a
        slip, or the symbols that do not belong.
    """
    import sympy

    found = _simpler(task, expression(task.partition("/")[2], found))
    wanted = set(sympy.symbols(symbols.split(), positive=positive))
    for other, name in (aliases or {}).items():
        pair = sympy.symbols((other, name), positive=positive)
        found = found.subs(*pair)
    strangers, missing = found.free_symbols - wanted, wanted - found.free_symbols
    values = _values(task, found)
    if values is not None:
        name = _relation(task, found, values, seals)
        if name == "right":
            return
        if name is not None:
            raise NotYet(words(task, name))
    anew = {*map(str, strangers)} & {*map(str, missing)}
    if anew:
        names = ", ".join(sorted(anew))
        raise NotYet(f"Made anew: {names}. Use the symbols of the cell above as they are.")
    if strangers:
        names = ", ".join(sorted(map(str, strangers)))
        raise NotYet(f"The answer does not depend on {names}, yours does.")
    if missing:
        names = ", ".join(sorted(map(str, missing)))
        raise NotYet(f"The answer depends on {names} too, yours does not.")
    raise NotYet(otherwise(task))


def sealed(task, right, **slips):
    """Return the seals of an answer and of known slips, for the text of a check.

    Raises
    ------
    ValueError
        If a value of the answer lies so near the border of two roundings that floats of the
        same expression could fall on either side.
    """
    import sympy

    seals = {}
    for name, formula in {"right": right, **slips}.items():
        values = _values(task, sympy.sympify(formula))
        seals[name] = _digest(task, name, values)
        for nearly in (1 - 1e-13, 1 + 1e-13):
            if _digest(task, name, [value * nearly for value in values]) != seals[name]:
                raise ValueError(f"{task}: a value of {name!r} is too near a border of roundings")
        if name == "right" and all(values):
            seals["factor"] = _digest(task, "factor", _ratios(values))
        if name == "right":
            seals["shift"] = _digest(task, "shift", _differences(values))
    return seals


def value(found, at):
    """Return the number that a learner's expression comes to.

    Parameters
    ----------
    found : SymPy expression
        What a learner gives.
    at : dict of str to number
        What to put in the place of each symbol, by its name. A symbol that is not there, and
        cancels, gets a number of its own.

    Raises
    ------
    NotYet
        If something else than a real number comes out.
    """
    found = _done(expression("your answer", found))
    numbers = []
    for point in ("one", "other"):  # a symbol that cancels may be any number
        places = {each: at.get(each.name, _place(point, each)) for each in found.free_symbols}
        numbers.append(_number(found, places))
    if None in numbers or not all(_is_close(number, numbers[0].real) for number in numbers):
        raise NotYet("It does not come to a number where its symbols are numbers.")
    return numbers[0].real


def _is_close(a, b):
    return isfinite(b) and abs(a - b) <= 1e-9 * max(abs(b), 1e-9)


def _simpler(task, found):
    """Return an expression in which what the task calls positive stands without Abs.

    For this, each thing that is positive gets a symbol of its own for a while.
    """
    import sympy

    for_a_while = []
    for text in about(task).get("positive", []):
        names = {symbol.name: symbol for symbol in found.free_symbols}
        size = sympy.sympify(text, locals=names)
        first = names.get(text.split()[0])
        if first is not None and size.free_symbols <= found.free_symbols:
            sign = sympy.Dummy(positive=True)
            (there,) = sympy.solve(size - sign, first)
            found = found.subs(first, there)
            for_a_while.append((sign, size))
    for sign, size in reversed(for_a_while):
        found = found.subs(sign, size)
    return found


def _values(task, expression):
    """Return what an expression comes to at the points, or None where that is no number.

    The points lie between -1 and 1, those of positive symbols above 0. A symbol's places depend
    on its name alone, so that they are the same whatever stands beside it.
    """
    expression = _done(expression)
    values = []
    for point in range(N_POINTS):
        at = {
            symbol: _place(f"{task}, point {point}", symbol) for symbol in expression.free_symbols
        }
        values.append(_number(expression, at))
    return None if None in values else values


def _place(point, symbol):
    """Return the number that a symbol is replaced by at a point."""
    import sympy

    draw = Random(f"{point} of {symbol.name}")
    size = sympy.Rational(draw.randint(1, 98), 99)
    return size if symbol.is_positive else draw.choice((-1, 1)) * size


def _done(expression):
    """Return an expression whose sums, derivatives and integrals are carried out."""
    try:
        return expression.doit()
    except Exception:  # what SymPy cannot carry out stays as it is
        return expression


def _number(expression, at):
    """Return what an expression comes to at one point, nan if that is infinite, or None."""
    import sympy

    try:
        there = expression.subs(at)
        return complex(sympy.N(there.doit(), 20))
    except (TypeError, ValueError, ArithmeticError):
        infinite = expression.subs(at).has(sympy.nan, sympy.zoo, sympy.oo)
        return complex("nan") if infinite else None


def _relation(task, found, values, seals):
    """Return ``"right"``, the name of a relation or of a slip, or None."""
    if any(value != value for value in values):
        return "infinite"

    def fits(name, given):
        return seals.get(name) == _digest(task, name, given)

    if fits("right", values):
        return "right"
    slip = next((name for name in seals if name not in _RESERVED and fits(name, values)), None)
    if slip is not None:
        return slip
    if not any(values):
        return "vanishes"
    if _is_rounded(task, found, seals):
        return "rounded"
    for name, factor in FACTORS.items():
        if fits("right", [value / factor for value in values]):
            return name
    if all(values) and fits("factor", _ratios(values)):
        return "factor"
    return "shift" if fits("shift", _differences(values)) else None


_RESERVED = {"right", "factor", "shift"}


def _is_rounded(task, found, seals):
    """Return whether the expression is right once its floats become simple fractions."""
    import sympy

    for largest in (10, 100):
        fractions = {
            number: sympy.Rational(number).limit_denominator(largest)
            for number in found.atoms(sympy.Float)
        }
        values = _values(task, found.xreplace(fractions)) if fractions else None
        if values is not None and seals["right"] == _digest(task, "right", values):
            return True
    return False


def _ratios(values):
    return [value / values[0] for value in values]


def _differences(values):
    return [value - values[0] for value in values]


def _digest(task, name, values):
    text = " ".join(_rounded(value) for value in values)
    return hashlib.sha256(f"{task} {name}: {text}".encode()).hexdigest()[:12]


def _rounded(value):
    """Return a number to so many digits, as text; what rounding leaves of 0 is 0."""
    dust = 1e-12 * max(abs(value), 1)
    parts = (0.0 if abs(part) <= dust else part for part in (value.real, value.imag))
    return "{:.{digits}g} {:.{digits}g}".format(*parts, digits=DIGITS)
