"""Checks of answers that are given as such: a number, or the letters of a choice."""

from math import isfinite

from linreg.checks.not_yet import NotYet
from linreg.checks.notes import about, open_note
from linreg.checks.progress import note_right, tried
from linreg.checks.reading import keep, letters, only, readings
from linreg.checks.showing import short
from linreg.checks.words import otherwise

THOUSANDFOLD = "This is a thousand times the right number"


@tried
def number(task, value):
    """Return whether a number is the answer, to the digits that the task asks for.

    Parameters
    ----------
    task : str
        Chapter and task, such as ``"ch01/a1"``.
    value : number
        Any real number: int, float, Fraction, of NumPy or of SymPy, in a list of one, or as people
        write it, such as 186,000.

    Raises
    ------
    NotYet
        If it is not the answer, or not a number; the message says what kind of wrong it is.
    """
    digits = _stored(task, "digits", "number")
    candidates = _candidates(task.partition("/")[2], value)
    filed = [written(each, digits) for each in candidates]
    known = [open_note(task, each) or ("wrong", otherwise(task)) for each in filed]
    place = next((k for k, (verdict, _) in enumerate(known) if verdict == "right"), 0)
    if place and _is_named(task, filed[0]):
        raise NotYet(
            f"{short(value)} can be read as {filed[0]} and as {filed[place]}: write the one that "
            "you mean without a comma."
        )
    if known[place][0] != "right" and isinstance(value, tuple) and value[0] == 0:
        raise NotYet(
            f"{short(value)} is what Python makes of a number with a comma, and a minus before a 0 "
            "is lost there: write a decimal point, as in -0.5."
        )
    keep(value, candidates[place])
    read = "" if _is_python(value) else f" ({short(value)} was read as {filed[place]}.)"
    _judge(task, *known[place], read)


@tried
def choice(task, value):
    """Return whether a letter, or several as in ``"acd"``, is the answer.

    Raises
    ------
    NotYet
        If it is not the answer, or no choice at all; the message says what it rests on.
    """
    options = _stored(task, "options", "choice")
    name = task.partition("/")[2]
    if value is None:
        raise NotYet(
            f"{name} is still None: give it a letter, such as {name} = {options[0]!r}.",
            begun=False,
        )
    if not _is_text(value):
        raise NotYet(
            f"{name} is {short(value)}: give letters as text, such as {name} = {options[0]!r}."
        )
    chosen = letters(value)
    if not chosen or not set(chosen) <= set(options):
        raise NotYet(
            f"{name} is {short(value)}: the letters to choose from are {', '.join(options)}."
        )
    if len(chosen) > 1 and not about(task)["several"]:
        raise NotYet(f"{name} is {short(value)}: choose one letter.")
    verdict, text = open_note(task, chosen) or ("wrong", otherwise(task))
    _judge(task, verdict, text)


def _stored(task, part, kind):
    """Return what is stored of a task that asks for this kind of answer."""
    if part not in about(task):
        raise ValueError(f"{task} asks for no {kind}: another check belongs to it.")
    return about(task)[part]


def written(value, digits):
    """Return a number as its note is filed: to so many significant digits."""
    value = 0.0 if abs(value) < 1e-9 else value  # so that -0.0 and 1e-17 read as 0
    return f"{value:.{digits}g}"


def _is_named(task, number):
    """Return whether a note on a number says more of it than that its unit may be another."""
    note = open_note(task, number)
    return note is not None and not note[1].startswith(THOUSANDFOLD)


def _is_text(value):
    """Return whether a value is text, or a list of texts."""
    if isinstance(value, str):
        return True
    if hasattr(value, "dtype"):
        return _is_text(value.tolist())
    return isinstance(value, (list, tuple, set, frozenset)) and all(
        isinstance(part, str) for part in value
    )


def _is_python(value):
    return not isinstance(value, (str, tuple))


def _candidates(name, value):
    """List the numbers that an answer may stand for, or say why it stands for none."""
    if value is None:
        raise NotYet(f"{name} is still None: replace None by your number.", begun=False)
    try:
        one = only(value)
        found = readings(one) or readings(value) or [_real(name, one)]
    except NotYet:
        raise
    except Exception as error:  # what an object does when it is read is not in our hands
        raise NotYet(f"{name} cannot be read as one number: {type(error).__name__}.") from None
    bad = next((each for each in found if not isfinite(each)), None)
    if bad is not None:
        raise NotYet(f"{name} is {bad}: it should be a finite number.")
    return found


def _real(name, value):
    if isinstance(value, str):
        raise NotYet(f"{name} is text, {short(value)}: write the number without quotes.")
    if isinstance(value, (list, tuple, set)) and len(value) > 1:
        raise NotYet(f"{name} holds {len(value)} things: it should be one number.")
    if isinstance(value, bool) or not hasattr(value, "__float__"):
        raise NotYet(f"{name} is of type {type(value).__name__}: it should be one number.")
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise NotYet(f"{name} cannot be read as one number: {error}.") from None


def _judge(task, verdict, text, read=""):
    """Print the note on the right answer; raise that on a wrong one."""
    if verdict != "right":
        raise NotYet(text + read)
    note_right(task)
    print(f"{task}: right. {text}{read}")
