"""Run checks on their own, and print what is compared with the solution's, for hidden checks."""

import builtins
import sys
from types import FunctionType

from linreg.checks.diagnosis import plain
from linreg.checks.not_yet import NotYet


def run(check, *answers):
    """Call a check on a learner's answers, where it sees no other name of the learner's.

    A check looks up its names among Python's own, ``checks``, and those that it defines or
    imports itself. So a learner may call a number ``sum`` or ``np``, and the check still finds
    the function and the library.

    Parameters
    ----------
    check : callable
        A function written in a notebook; it imports all that it needs but ``checks``.
    *answers : objects
        What the learner's answer cell defines.

    Raises
    ------
    NotYet
        If the check raises it, or cannot read what the learner's work has returned.
    """
    checks = sys.modules["linreg.checks"]
    names = {"__builtins__": builtins, "__name__": check.__name__, "checks": checks}
    alone = FunctionType(check.__code__, names, check.__name__, None, check.__closure__)
    try:
        alone(*answers)
    except NotYet:
        raise
    except Exception as error:
        raise NotYet(
            f"What was given or returned cannot be read: {type(error).__name__}: {error}. "
            "Is it of the kind that the task asks for?"
        ) from error


def show(start, *values, digits=6):
    """Print a line that the grader compares with that of the solution.

    Parameters
    ----------
    start : str
        What the line begins with, such as ``"hidden> "``.
    *values : numbers, (nested) sequences of numbers, bools or str
        What a learner's work gives. Numbers are read as `same` reads them.
    digits : int, default 6
        Significant digits of each number.
    """
    shown = [text for given in values for text in _texts(given, digits)]
    print(start + " ".join(shown))


def _texts(given, digits):
    """List the texts of a value: a word is one, an array has one for each number."""
    if isinstance(given, (str, bool)):
        return [str(given)]
    read = plain(given)
    if not isinstance(read, list):
        return [f"{read:.{digits}g}"]
    return [text for each in read for text in _texts(each, digits)]
