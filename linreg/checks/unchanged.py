"""What an argument holds, as plain data: two of these tell whether a function has changed it."""

import random
from numbers import Number

# What is handed over to be drawn from, or is taken from one at a time, changes as it is used.
USED_UP = "something to draw from"


def contents(given, seen=()):
    """Return what an object holds, as plain data that can be compared.

    Arrays are told apart by type, shape and bytes, so that nan equals nan and nothing is left out
    however many entries there are. Generators of random numbers, iterators and functions change
    by being used, as they are meant to: for these it returns the kind alone.
    """
    kind = type(given).__qualname__
    if id(given) in seen:
        return "itself"
    seen = (*seen, id(given))
    if isinstance(given, (str, bytes, Number)) or given is None:
        return kind, repr(given)
    if hasattr(given, "dtype") and hasattr(given, "tolist"):
        return kind, str(given.dtype), tuple(given.shape), _entries(given, seen)
    if isinstance(given, dict):
        pairs = [(contents(key, seen), contents(value, seen)) for key, value in given.items()]
        return kind, pairs
    if isinstance(given, (list, tuple)):
        return kind, [contents(value, seen) for value in given]
    if isinstance(given, (set, frozenset)):
        return kind, sorted(map(repr, given))
    if _is_used_up(given):
        return kind, USED_UP
    if hasattr(given, "__dict__"):
        return kind, contents(vars(given), seen)
    return kind, repr(given)


def _entries(array, seen):
    if hasattr(array, "tobytes") and array.dtype.kind != "O":
        return array.tobytes()
    return contents(array.tolist(), seen)


def _is_used_up(given):
    if isinstance(given, random.Random) or hasattr(given, "__next__") or callable(given):
        return True
    return type(given).__module__.startswith("numpy.random")
