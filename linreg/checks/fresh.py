"""Once more, on fresh inputs: what a hidden check does, at home and as often as one likes.

The right lines are not stored, only digests of them, for two dozen draws. A number counts to a few
digits, and a draw on which rounding could tip one of them is never stored.
"""

import contextlib
import hashlib
import random
import re
import sys

from linreg.checks import alone, practice
from linreg.checks.in_notebook import cells_of, missing
from linreg.checks.not_yet import NotYet
from linreg.checks.words import otherwise

SEED = "{seed}"  # stands in a stored check where the words of a draw belong
NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?(?![\w.])")
DIGITS = 4
NOISE = 1e-6  # by how much honest answers may differ
DUST = 1e-9  # what is no larger counts as 0


def again(task):
    """Run a task's hidden check on inputs that are drawn anew, and say whether all is right.

    Parameters
    ----------
    task : str
        Chapter and task, such as ``"ch04/c3"``; its answer is taken from your notebook.

    Raises
    ------
    NotYet
        If something else comes out than should; the message shows the call.
    """
    fresh = practice.of(task).get("fresh")
    if fresh is None:
        raise ValueError(f"{task} draws no inputs: its check has said all there is to say.")
    draws = fresh["draws"]
    seed = random.SystemRandom().choice(sorted(draws))
    names = {**sys._getframe(1).f_globals, "checks": sys.modules["linreg.checks"]}
    lines = drawn(practice.uncovered(task, "fresh", fresh["check"]), seed, names)
    for place, (line, call) in enumerate(lines):
        if draws[seed][place : place + 1] != [digest(task, seed, line)]:
            shown = call or f"Your answer comes to {line}"
            raise NotYet(f"On fresh inputs, {shown}. That is not it. {otherwise(task)}")
    if len(lines) < len(draws[seed]):
        raise NotYet(f"On fresh inputs the check broke off. {otherwise(task)}")
    place = sorted(draws).index(seed) + 1
    print(f"{task}: right on fresh inputs too, those of draw {place} of {len(draws)}.")


def drawn(check, seed, names):
    """Run a hidden check on the inputs of a draw; return its lines, each with its call.

    What the learner's own code prints is shown as ever.
    """
    watch = alone.Watch()
    try:
        with contextlib.redirect_stdout(watch), alone.watched_by(watch):
            exec(check.replace(SEED, seed), names)
    except NotYet as not_yet:
        raise NotYet(f"On fresh inputs: {not_yet} {watch.called()}".rstrip()) from not_yet
    except NameError as error:  # the check's own: what answers raise becomes a NotYet
        raise NotYet(missing(error.name, cells_of(names))) from None
    finally:
        watch.close()
        print(watch.printed, end="")
    return watch.lines


def digest(task, seed, line):
    """Return the digest of a line, in which numbers count to a few digits."""
    text = NUMBER.sub(lambda match: _counted(float(match[0])), line)
    return hashlib.sha256(f"{task} {seed}: {text}".encode()).hexdigest()[:10]


def is_safe(line):
    """Return whether no number of a line is so near a border that rounding could tip it."""
    return all(_is_safe(float(number)) for number in NUMBER.findall(line))


def _is_safe(number):
    near = {_counted(number * (1 + part)) for part in (-9e-10, -1e-10, 0, 1e-10, 9e-10)}
    if not _is_whole(number):
        near |= {_counted(number * (1 + part)) for part in (-NOISE, NOISE)}
    return len(near) == 1


def _counted(number):
    """Return what counts of a number: all of a whole one, a few digits of another."""
    if abs(number) <= DUST:
        return "0"
    return f"{round(number)}" if _is_whole(number) else f"{number:.{DIGITS - 1}e}"


def _is_whole(number):
    return abs(number) < 1e9 and abs(number - round(number)) <= 1e-9 * abs(number)
