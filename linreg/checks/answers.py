"""Checks of answers that are given as such: a number, or the letters of a choice."""

from math import isfinite
from numbers import Number

from linreg.checks.not_yet import NotYet
from linreg.checks.notes import about, open_note


def number(task, value):
    """Return whether a number is the answer, to the digits that the task asks for.

    Parameters
    ----------
    task : str
        Chapter and task, such as ``"ch01/a1"``.
    value : number
        Any real number: int, float, Fraction, of NumPy or of SymPy.

    Raises
    ------
    NotYet
        If it is not the answer, or not a number; the message says what kind of wrong it is.
    """
    _judge(task, written(_real(task, value), about(task)["digits"]))


def choice(task, value):
    """Return whether a letter, or several as in ``"acd"``, is the answer.

    Raises
    ------
    NotYet
        If it is not the answer, or no choice at all; the message says what it rests on.
    """
    options = about(task)["options"]
    name = task.partition("/")[2]
    if value is None:
        raise NotYet(f"{name} is still None: give it a letter, such as {name} = {options[0]!r}.")
    if not isinstance(value, str):
        raise NotYet(f"{name} is {value!r}: give letters as text, such as {name} = {options[0]!r}.")
    chosen = letters(value)
    if not chosen or not set(chosen) <= set(options):
        raise NotYet(f"{name} is {value!r}: the letters to choose from are {', '.join(options)}.")
    if len(chosen) > 1 and not about(task)["several"]:
        raise NotYet(f"{name} is {value!r}: choose one letter.")
    _judge(task, chosen)


def letters(value):
    """Return the letters of a choice in their order, each once, as its note is filed."""
    return "".join(sorted(set(value.lower()) - set(" ,;")))


def written(value, digits):
    """Return a number as its note is filed: to so many significant digits."""
    value = 0.0 if abs(value) < 1e-9 else value  # so that -0.0 and 1e-17 read as 0
    return f"{value:.{digits}g}"


def _real(task, value):
    name = task.partition("/")[2]
    if value is None:
        raise NotYet(f"{name} is still None: replace None by your number.")
    value = _only_entry(value)
    if isinstance(value, str):
        raise NotYet(f"{name} is text, {value!r}: write the number without quotes.")
    if isinstance(value, bool) or not (isinstance(value, Number) or hasattr(value, "__float__")):
        raise NotYet(f"{name} is of type {type(value).__name__}: it should be one number.")
    try:
        value = float(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise NotYet(f"{name} cannot be read as one number: {error}.") from None
    if not isfinite(value):
        raise NotYet(f"{name} is {value}: it should be a finite number.")
    return value


def _only_entry(value):
    """Return the one number that an array holds, if it holds one and no more."""
    if not hasattr(value, "tolist"):
        return value
    entries = value.tolist()
    while isinstance(entries, list) and len(entries) == 1:
        entries = entries[0]
    return value if isinstance(entries, list) else entries


def _judge(task, answer):
    """Print the note on the right answer; raise that on a wrong one."""
    verdict, text = open_note(task, answer) or ("wrong", about(task)["otherwise"])
    if verdict != "right":
        raise NotYet(text)
    print(f"{task}: right. {text}")
