"""Checks of work: functions, and lists of numbers.

`same` compares numbers and, where they differ, looks for the relation between them: a sign, a
factor of 2 or N, a constant, an order. The relation is what it reports, never the numbers that it
expected.
"""

from collections.abc import Sequence
from math import isclose, isfinite

from linreg.checks.not_yet import NotYet
from linreg.checks.notes import about
from linreg.checks.unchanged import contents

TINY = 1e-12  # What is no larger counts as 0: it is what rounding leaves.

# What to say of each relation that holds between all found numbers and the expected ones.
# A task's own notes may say it in the words of its subject.
RELATIONS = {
    "sign": "Every sign is the opposite of what it should be: what is subtracted from what?",
    "double": "Off by exactly 2: twice what it should be.",
    "half": "Off by exactly 2: half of what it should be.",
    "minus_double": "Off by a factor of -2: both the sign and a 2 need a look.",
    "minus_half": "Off by a factor of -1/2: both the sign and a 2 need a look.",
    "times_n": "Off by exactly N: N times what it should be, a sum in place of a mean.",
    "over_n": "Off by exactly N: an Nth of what it should be. Is N divided by twice?",
    "times_2n": "Off by exactly 2N: look at the 2 and at the 1/N.",
    "over_2n": "Off by a factor of 1/(2N): look at the 2 and at the 1/N.",
    "times_half_n": "Off by exactly N/2: look at the 2 and at the 1/N.",
    "factor": "Every number is off by the same factor: look for a constant too many or too few.",
    "zero": "It comes out as 0 whatever the data.",
    "vanishes": "It comes out as 0, whatever the symbols are.",
    "infinite": "It is not finite, whatever the symbols are: is something divided by zero?",
    "rounded": "Very close, but not to all digits: is something rounded on the way, or a constant "
    "shortened?",
    "shift": "Every number is off by the same constant: what is added, or left out?",
    "order": "These are the right numbers in another order.",
    "signs": "The sizes are right, some signs are not.",
    "squared": "These are the squares of the right numbers.",
    "root": "These are the square roots of the right numbers.",
}


def call(task, function, *arguments, **named):
    """Return what a learner's function returns, or say why it returned nothing of use.

    Raises
    ------
    NotYet
        If the function raises, returns None, or changes what it was given.
    """
    before = contents((arguments, named))
    if not callable(function):
        raise NotYet(f"{task.partition('/')[2]} needs a function here, not {function!r}.")
    name = getattr(function, "__name__", "your function")
    try:
        found = function(*arguments, **named)
    except Exception as error:
        raise NotYet(f"{name} raised {type(error).__name__}: {error}") from error
    if found is None:
        raise NotYet(f"{name} returned None. Does every way through it end in a return?")
    if before != contents((arguments, named)):
        raise NotYet(f"{name} changes the data that it is given: work on a copy.")
    return found


def raises(task, error, function, *arguments):
    """Demand that a learner's function refuses its arguments with an error of the given kind."""
    name = getattr(function, "__name__", "your function")
    try:
        found = function(*arguments)
    except error:
        return
    except Exception as other:
        kind = type(other).__name__
        raise NotYet(f"{name} raises {kind} where {error.__name__} belongs: {other}") from other
    raise NotYet(f"{name} should raise {error.__name__} here; it returned {found!r}.")


def same(task, found, expected, *, n=None, slips=None, tolerance=1e-9):
    """Compare numbers with the ones expected, and say how they differ.

    Parameters
    ----------
    task : str
        Chapter and task, such as ``"ch03/c1"``; its notes may word a relation anew.
    found, expected : number, or (nested) sequence of numbers
        Shapes must agree.
    n : int, optional
        The number of rows, so that a missing 1/N can be named.
    slips : dict of name to numbers, optional
        What known slips come to on the same data; the task's notes word each name as a relation.
    tolerance : float, default 1e-9
        Relative to the largest expected number; where all are 0, what rounding leaves passes.

    Raises
    ------
    NotYet
        If they differ; the message names the relation between them where there is one.
    """
    found, expected = plain(found), plain(expected)
    _same_shape(_shape(found), _shape(expected))
    found, expected = _flat(found), _flat(expected)
    bad = next((value for value in found if not isfinite(value)), None)
    if bad is not None:
        raise NotYet(f"It comes out as {bad}: is something divided by zero, or too large?")
    margin = max(tolerance * max(map(abs, expected), default=0), TINY)
    if all(abs(a - b) <= margin for a, b in zip(found, expected)):
        return
    relation = _slip(found, slips or {}) or _relation(found, expected, n)
    raise NotYet(words(task, relation) if relation else _where(found, expected, margin))


def slopes(function, point, step=1e-4):
    """Return the slope of ``function(*point)`` in each of its arguments, by central differences."""
    found = []
    for place, at in enumerate(point):
        ends = [[*point[:place], at + side * step, *point[place + 1 :]] for side in (1, -1)]
        found.append((function(*ends[0]) - function(*ends[1])) / (2 * step))
    return found


def passed(task):
    """Print that all visible checks of a task have passed; the last line of its visible part."""
    print(f"{task}: the visible checks pass.")


# ---- Reading what was given


def plain(values):
    """Return a number, or lists of numbers, whatever the library they come from."""
    if hasattr(values, "tolist"):
        values = values.tolist()
    if isinstance(values, (Sequence, range)) and not isinstance(values, str):
        return [plain(value) for value in values]
    try:
        return float(values)
    except (TypeError, ValueError):
        kind = type(values).__name__
        raise NotYet(f"A number belongs where there is a value of type {kind}.") from None


def _shape(values):
    if not isinstance(values, list):
        return ()
    inner = {_shape(value) for value in values}
    if len(inner) > 1 and () in inner:
        raise NotYet("Numbers and lists stand side by side: put all the numbers into one list.")
    if len(inner) > 1:
        raise NotYet("Its rows differ in length.")
    return (len(values), *(inner.pop() if inner else ()))


def _same_shape(found, expected):
    if found == expected:
        return
    if len(expected) == 1 and found == expected * 2:
        raise NotYet(
            f"The shape is {found}: (n,) against (n, 1) was broadcast to (n, n). "
            "Give both the same shape before you subtract."
        )
    kind = {(): "one number"}
    raise NotYet(
        f"The shape is {kind.get(found, found)} where {kind.get(expected, expected)} belongs."
    )


def _flat(values):
    if not isinstance(values, list):
        return [values]
    return [number for value in values for number in _flat(value)]


# ---- Finding the relation


def _slip(found, slips):
    """Return the name of the known slip that these numbers come from, or None."""
    known = {name: _flat(plain(values)) for name, values in slips.items()}
    return next((name for name, values in known.items() if _all_close(zip(found, values))), None)


def _relation(found, expected, n):
    """Return the name of a relation that holds for all the numbers, or None."""
    found, expected = _without_dust(found), _without_dust(expected)
    if not any(found):
        return "zero"
    near = 1e-4 * max(map(abs, expected)) or 1e-6
    if all(abs(a - b) <= near for a, b in zip(found, expected)):
        return "rounded"
    ratios = [a / b if b else (1.0 if a == 0 else None) for a, b in zip(found, expected)]
    known = [ratio for ratio, b in zip(ratios, expected) if b]
    if known and None not in ratios and all(_close(ratio, known[0]) for ratio in known):
        exact = _ratio(known[0], n)
        if exact != "factor" or len(known) > 1:
            return exact
    pairs = list(zip(found, expected))
    tests = {
        "order": _all_close(zip(sorted(found), sorted(expected))),
        "shift": len(pairs) > 1 and _all_close((a - b, found[0] - expected[0]) for a, b in pairs),
        "signs": _all_close((abs(a), abs(b)) for a, b in pairs),
        "squared": _all_close((a, b * b) for a, b in pairs),
        "root": _all_close((a * a, b) for a, b in pairs),
    }
    return next((name for name, holds in tests.items() if holds), None)


def _without_dust(values):
    return [0.0 if abs(value) <= TINY else value for value in values]


def _ratio(ratio, n):
    """Return the name of the factor between what was found and what was expected."""
    if isclose(ratio, 1, rel_tol=1e-4):
        return "rounded"
    factors = {"sign": -1, "double": 2, "half": 1 / 2, "minus_double": -2, "minus_half": -1 / 2}
    if n:
        factors |= {"times_n": n, "over_n": 1 / n, "times_2n": 2 * n, "over_2n": 1 / (2 * n)}
        factors["times_half_n"] = n / 2
    return next((name for name, factor in factors.items() if _close(ratio, factor)), "factor")


def _close(a, b):
    return isclose(a, b, rel_tol=1e-6, abs_tol=1e-12)


def _all_close(pairs):
    return all(_close(a, b) for a, b in pairs)


def words(task, relation):
    """Return what a task says of a relation: in its own words where it has them."""
    return (RELATIONS | about(task).get("relations", {}))[relation]


def _where(found, expected, margin):
    """Say which of the numbers differ, without telling what they should be."""
    wrong = [place for place, (a, b) in enumerate(zip(found, expected), 1) if abs(a - b) > margin]
    if len(found) == 1:
        return f"Yours is {found[0]:.6g}, which is not it, nor off by a factor that has a name."
    which = "All numbers differ" if len(wrong) == len(found) else f"Number {wrong[0]} differs"
    yours = found[wrong[0] - 1]
    return f"{which} from what is expected: number {wrong[0]} of yours is {yours:.6g}."
