"""Run checks on their own, and print what is compared with the solution's, for hidden checks."""

import builtins
import functools
import sys
from contextlib import contextmanager
from types import FunctionType

from linreg.checks import progress, trial
from linreg.checks.budget import Spent
from linreg.checks.diagnosis import refuse_empty
from linreg.checks.not_yet import NotYet
from linreg.checks.reading import as_kept, plain, usual
from linreg.checks.showing import own_line, said, short, shown_call

MOST_DIGITS = 12
HIDDEN = "hidden> "  # how the lines begin that are compared with the solution's
_watching = []  # the watch over a hidden check that runs at home


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
    running = trial.begin()
    try:
        _judged(running, alone, [_as_usual(answer) for answer in answers])
    except NotYet as not_yet:
        if not_yet.begun and running.task:
            progress.note_try(running.task)
        raise
    finally:
        trial.end()


def _judged(running, check, answers):
    """Run a check to its end, or until it cannot go on; raise NotYet if something is not right."""
    broken = None
    try:
        check(*answers)
    except NotYet as not_yet:
        broken = not_yet
    except Spent:
        pass  # it was wrong before, and now it goes on for ever
    except Exception as error:
        broken = NotYet(_unreadable(error))
        broken.__cause__ = error
    running.judge(broken)


def _unreadable(error):
    """Return what is said of an error that is no verdict of the check's."""
    place = own_line(error)
    if place:
        return f"Your code raised {said(error)}, in {place}."
    return (
        f"What was given or returned cannot be read: {said(error)}. "
        "Is it of the kind that the task asks for?"
    )


def _as_usual(answer):
    """Return a learner's function so that hidden checks read what it returns as visible ones do."""
    if not isinstance(answer, FunctionType):
        return answer

    @functools.wraps(answer)
    def read(*given, **named):
        for watch in _watching:
            watch.begin(shown_call(answer, given, named))
        found = usual(answer(*given, **named))
        if _watching and found is None:
            refuse_empty(answer)
        for watch in _watching:
            watch.end(short(found))
        return found

    return read


class Watch:
    """What a hidden check shows at home, line by line, each with the call that it tells of.

    What a learner's own code prints meanwhile is kept apart, in `printed`.
    """

    def __init__(self):
        self.lines, self.printed = [], ""
        self.call, self.returned, self._rest = "", "", ""

    def begin(self, call):
        """Note a call of the learner's function."""
        self.call, self.returned = call, ""

    def end(self, returned):
        """Note what the call has returned."""
        self.returned = returned

    def called(self):
        """Return a sentence on the call at work, if there is one."""
        gave = f", which gave {self.returned}" if self.returned else ""
        return f"The call was `{self.call}`{gave}." if self.call else ""

    def write(self, text):
        """Take what is printed."""
        *lines, self._rest = (self._rest + text).split("\n")
        shown = f"`{self.call}` gave {self.returned}" if self.call else ""
        for line in lines:
            own, mark, told = line.partition(HIDDEN)
            self.printed += f"{own}\n" if own or not mark else ""
            self.lines += [(mark + told, shown)] if mark else []

    def flush(self):
        """Do nothing: all is taken at once."""

    def close(self):
        """Take the rest of a line that has not ended."""
        self.printed, self._rest = self.printed + self._rest, ""


@contextmanager
def watched_by(watch):
    """Let a watch see the calls that checks make, and let `show` print all digits for it."""
    _watching.append(watch)
    try:
        yield
    finally:
        _watching.remove(watch)


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
    digits = MOST_DIGITS if _watching else digits
    shown = [text for given in values for text in _texts(as_kept(given), digits)]
    print(start + " ".join(shown))


def _texts(given, digits):
    """List the texts of a value: a word is one, an array has one for each number."""
    if getattr(given, "shape", None) == ():  # a bool of NumPy's is shown as Python's
        given = given.item()
    if isinstance(given, (str, bool)):
        return [str(given)]
    read = plain(given)
    if not isinstance(read, list):
        return [f"{read:.{digits}g}"]
    return [text for each in read for text in _texts(each, digits)]
