"""How all checks read what a learner gives, visible and hidden ones alike.

An honest answer comes in many forms: as a list of one, as a matrix of NumPy's, as `sp.solve`
returns it, or as people write numbers, such as 186,000. What stands for one number, one choice or
one expression is turned into it here and nowhere else.
"""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from fractions import Fraction
from numbers import Number

from linreg.checks.not_yet import NotYet

SPACES = re.compile(r"[\s_'’]")
THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?")
DECIMAL_COMMA = re.compile(r"[-+]?\d*,\d+(e[-+]?\d+)?", re.IGNORECASE)
LONG_EXPONENT = re.compile(r"e[-+]?\d{4}", re.IGNORECASE)
_kept = []  # the last answer that was read in another form than Python's, and its number


# ---- Numbers


def plain(values):
    """Return a number, or lists of numbers, whatever the library they come from."""
    try:
        return _plain(values)
    except NotYet:
        raise
    except Exception as error:  # what an object does when it is read is not in our hands
        raise NotYet(f"What is given cannot be read as numbers: {type(error).__name__}.") from None


def _plain(values):
    if hasattr(values, "tolist"):
        values = values.tolist()
    if isinstance(values, (Sequence, range)) and not isinstance(values, (str, bytes)):
        return [_plain(value) for value in values]
    try:
        # Text is no number, although float would read it.
        return float(None if isinstance(values, (str, bytes)) else values)
    except (TypeError, ValueError):
        kind = type(values).__name__
        advice = " Put it into list(...)." if isinstance(values, Iterator | Set) else ""
        raise NotYet(f"A number belongs where there is a value of type {kind}.{advice}") from None
    except OverflowError:
        raise NotYet("A number is too large: no float can hold it.") from None


def usual(value):
    """Return what a function returned without the forms that differ in type alone.

    A matrix of NumPy's becomes an array and an array without axes the number in it, in lists too.
    All else stays the object that it is.
    """
    if type(value) in (list, tuple):
        parts = [usual(part) for part in value]
        same = all(new is old for new, old in zip(parts, value))
        return value if same else type(value)(parts)
    if type(value).__module__ != "numpy" and not type(value).__module__.startswith("numpy."):
        return value
    if type(value).__name__ == "matrix":
        return value.A
    return value[()] if getattr(value, "ndim", None) == 0 else value


def only(value):
    """Return what a list, set, dict or array of one thing holds; all else stays as it is.

    So a solution may be given as `sp.solve` returns it, as an equation for one symbol too.
    """
    if hasattr(value, "tolist"):
        inside = value.tolist()
        many = isinstance(inside, list) and len(inside) != 1
        return value if many or hasattr(inside, "tolist") else only(inside)
    if hasattr(value, "lhs") and getattr(value.lhs, "is_Symbol", False):
        return value.rhs
    if isinstance(value, Mapping):
        value = list(value.values())
    if type(value).__name__ in ("FiniteSet", "Tuple"):
        value = list(value.args)
    if isinstance(value, (list, tuple, Set)) and len(value) == 1:
        (one,) = value
        return one if one is value else only(one)
    return value


def readings(value):
    """List the numbers that an answer may stand for, the likeliest first.

    Python reads 186,000 as a pair, and a decimal comma too: such a pair, and such a text, is
    read as people write numbers. What is no number in any form gives an empty list.
    """
    if isinstance(value, tuple):
        return _of_pair(value)
    return _of_text(value) if isinstance(value, str) else []


def _of_pair(parts):
    *whole, last = parts or [None]
    if not whole or any(type(part) is not int for part in whole) or type(last) not in (int, float):
        return []
    groups = ["000" if part == 0 else str(part) for part in parts]
    grouped = THOUSANDS.fullmatch(",".join(groups))
    found = [",".join(groups).replace(",", "")] if grouped else []
    if len(parts) == 2 and type(last) is int and last >= 0 and not (grouped and last % 100 == 0):
        found.append(f"{parts[0]}.{last}")
    return [float(text) for text in found]


def _of_text(text):
    text = SPACES.sub("", text).replace("−", "-").strip("$€=")
    found = [text.replace(",", "")] if THOUSANDS.fullmatch(text) else []
    if not (found and text.endswith("00")):  # nobody writes 12.8 as 12,800
        found.append(text.replace(",", ".") if DECIMAL_COMMA.fullmatch(text) else text)
    return [number for each in found if (number := _of_plain_text(each)) is not None]


def _of_plain_text(text):
    """Return the number that a text is, a fraction too, or None."""
    if LONG_EXPONENT.search(text):  # it would be written out
        return None
    try:
        return float(Fraction(text))
    except (ValueError, ArithmeticError):
        return None


def keep(value, number):
    """Remember how an answer was read, so that the hidden part reads it alike."""
    is_text = getattr(getattr(value, "dtype", None), "kind", "") in ("U", "S")
    if is_text or not (isinstance(value, Number) or hasattr(value, "tolist")):
        _kept[:] = [(value, number)]


def as_kept(value):
    """Return the number that an answer was read as, and any other value as it is."""
    return next((number for given, number in _kept if given is value), value)


# ---- Choices


def letters(value):
    """Return the letters of a choice in their order, each once, as its note is filed.

    They may stand in a text with signs and an "and" between them, or in a list.
    """
    value = only(value)
    if hasattr(value, "tolist"):
        value = value.tolist()
    text = value if isinstance(value, str) else " ".join(map(str, value))
    words = [word for word in re.findall(r"[^\W_]+", str.lower(text)) if word != "and"]
    return "".join(sorted(set("".join(words))))


# ---- Expressions


def expression(name, found):
    """Return what was given as a SymPy expression, or say why it is none."""
    import sympy

    if found is None:
        raise NotYet(f"{name} is still None: replace None by your expression.", begun=False)
    try:
        one = only(found)
        many = isinstance(one, (list, tuple, Set, Mapping, sympy.FiniteSet, sympy.Tuple))
        length = len(one) if many else 0
        read = None if many else sympy.sympify(one, strict=True)
    except Exception:  # what an object does when it is read is not in our hands
        length, read = 0, None
    if isinstance(read, sympy.Expr) and not read.is_Matrix:
        return read
    if isinstance(read, sympy.Equality):
        raise NotYet(f"{name} is an equation: give the side that is asked for.")
    if length > 1:
        raise NotYet(
            f"{name} holds {length} things where one expression belongs: take the one that you "
            f"mean out of it, such as {name}[0]."
        )
    if length == 0 and isinstance(found, (list, tuple, Set, Mapping)):
        raise NotYet(f"{name} is empty: no solution was found.")
    raise NotYet(
        f"{name} is of type {type(found).__name__}: write an expression in the symbols that "
        "the cell above defines."
    )
