"""How messages show, in short, what a learner's function was given and returned."""

import inspect
import linecache
from collections.abc import Mapping
from numbers import Number

ROOM = 60  # letters for one value
FEW = 6  # entries of a list, before the rest is left out


def shown_call(function, arguments, named):
    """Return a call as text, such as ``bend([[1, 2]], [2, -1, 0])``."""
    given = [short(value) for value in arguments]
    given += [f"{name}={short(value)}" for name, value in named.items()]
    return f"{name_of(function)}({', '.join(given)})"


def name_of(function):
    """Return the name of a function, where it has one."""
    name = getattr(function, "__name__", None)
    return name if isinstance(name, str) else "your function"


def short(value):
    """Return a value as short text; a long array is its shape and its first entries."""
    try:
        return _short(value)
    except Exception:  # what an object does when it is shown is not in our hands
        return f"a value of type {type(value).__name__}"


def _short(value):
    if getattr(value, "shape", ()) and hasattr(value, "tolist"):
        text = _list(value.tolist(), FEW) if value.size <= FEW * FEW else ""
        return f"array({text})" if 0 < len(text) <= ROOM else _by_shape(value)
    if isinstance(value, (list, tuple)):
        texts = [_list(value, most) for most in (FEW, 3, 2)]
        fits = [text for text in texts if len(text) <= ROOM]
        return fits[0] if fits else f"{type(value).__name__} of {len(value)} entries"
    if isinstance(value, Mapping):
        pairs = [f"{short(key)}: {short(entry)}" for key, entry in [*value.items()][:FEW]]
        return "{" + ", ".join([*pairs, *["…"] * (len(value) > FEW)]) + "}"
    if callable(value):
        return name_of(value)
    text = _number(value) if isinstance(value, Number) else repr(value)
    return text if len(text) <= ROOM else text[: ROOM - 1] + "…"


def _list(values, most):
    """Return a list as text, with no more entries than so many, in lists inside it too."""
    texts = [
        _list(value, most) if isinstance(value, (list, tuple)) else short(value)
        for value in values[:most]
    ]
    texts += ["…"] * (len(values) > most)
    if isinstance(values, list):
        return f"[{', '.join(texts)}]"
    return f"({', '.join(texts)}{',' * (len(values) == 1)})"


def _by_shape(array):
    first = ", ".join(short(value) for value in array.ravel()[:3].tolist())
    return f"array of shape {tuple(array.shape)} that begins with {first}"


def _number(value):
    """Return a number as Python writes it, with fewer digits where it has many."""
    if hasattr(value, "item"):
        value = value.item()
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return text


def own_line(error, function=None):
    """Return where a learner's code raised an error, such as "your line 3, `x = 1 / 0`", or None.

    The learner's code is what stands in the notebook, or beside the function that was called.
    """
    names = getattr(inspect.unwrap(function), "__globals__", None) if callable(function) else None
    place, trace = None, error.__traceback__
    while trace is not None:
        frame = trace.tb_frame
        if frame.f_globals is names or frame.f_globals.get("__name__") == "__main__":
            place = frame.f_code.co_filename, trace.tb_lineno
        trace = trace.tb_next
    if place is None:
        return None
    text = linecache.getline(*place).strip()
    return f"your line {place[1]}" + (f", `{text}`" if text else "")


def said(error):
    """Return the kind of an error and what it says, as Python's last line of a traceback."""
    return f"{type(error).__name__}{words_of(error)}"


def words_of(error):
    """Return what an error says, after a colon, and nothing where it says nothing."""
    try:
        text = "" if error.args == (None,) else str(error)  # `exit()` has None
    except Exception:  # an error of the learner's own may have no text
        text = ""
    return text and f": {text}"
