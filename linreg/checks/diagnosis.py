"""Checks of work: functions, and lists of numbers.

`same` compares numbers and, where they differ, looks for the relation between them: a sign, a
factor of 2 or N, a constant, an order. The relation is what it reports, never the numbers that it
expected.
"""

import dis
import inspect
from contextlib import nullcontext
from math import isclose, isfinite, trunc

from linreg.checks import progress, trial
from linreg.checks.budget import limited
from linreg.checks.not_yet import NotYet
from linreg.checks.notes import PASSED, about, open_note
from linreg.checks.reading import plain, usual
from linreg.checks.showing import name_of, own_line, said, short, shown_call, words_of
from linreg.checks.unchanged import contents
from linreg.checks.words import FACTORS

TINY = 1e-12  # What is no larger counts as 0: it is what rounding leaves.

OF_N = frozenset({"times_n", "over_n", "times_2n", "over_2n", "times_half_n"})


def call(task, function, *arguments, **named):
    """Return what a learner's function returns, or say why it returned nothing of use.

    Raises
    ------
    NotYet
        If the function raises, returns None, or changes what it was given.
    """
    before = contents((arguments, named))
    called = _begin_call(task, function, arguments, named)
    name, where = name_of(function), f"The call was `{called.text}`."
    try:
        with _as_long_as_needed():
            found = usual(function(*arguments, **named))
    except (Exception, SystemExit) as error:
        text = f"{name} raised {said(error)}{_place(error, function)}. {where}"
        raise NotYet(text) from error
    if found is None:
        refuse_empty(function)
        raise NotYet(f"{name} returned None. Does every way through it end in a return? {where}")
    if before != contents((arguments, named)):
        raise NotYet(f"{name} changes the data that it is given: work on a copy. {where}")
    called.end(found, short(found))
    return found


def raises(task, error, function, *arguments):
    """Demand that a learner's function refuses its arguments with an error of the given kind."""
    called = _begin_call(task, function, arguments, {})
    name, where = name_of(function), f"The call was `{called.text}`."
    try:
        with _as_long_as_needed():
            found = function(*arguments)
    except error:
        return
    except (Exception, SystemExit) as other:
        kind = f"{type(other).__name__} where {error.__name__} belongs"
        text = f"{name} raises {kind}{words_of(other)}{_place(other, function)}. {where}"
        raise NotYet(text) from other
    raise NotYet(
        f"{name} should raise {error.__name__} here; it returned {short(found)}. {where}",
        begun=not _is_empty(function),
    )


def _begin_call(task, function, arguments, named):
    """Note a call in the run at work, where there is one."""
    if not callable(function):
        raise NotYet(f"{task.partition('/')[2]} needs a function here, not {short(function)}.")
    # A function among what is given has no text that would tell which one it is.
    tells = not any(map(callable, [*arguments, *named.values()]))
    called = trial.Call(shown_call(function, arguments, named), task, tells)
    if trial.running():
        trial.running().begin_call(called)
    return called


def _as_long_as_needed():
    """Limit a call that is made to find a cause; what is not known to be wrong has no limit."""
    running = trial.running()
    return limited() if running and running.has_failed() else nullcontext()


def _place(error, function):
    place = own_line(error, function)
    return f", in {place}" if place else ""


def refuse_empty(function):
    """Raise NotYet if a function has no body yet."""
    if _is_empty(function):
        text = f"{name_of(function)} does nothing yet: write its body in the cell above."
        raise NotYet(text, begun=False)


# All that Python does in a function whose body is `pass`.
_PASSING = {"RESUME", "NOP", "LOAD_CONST", "RETURN_VALUE", "RETURN_CONST"}


def _is_empty(function):
    """Return whether a function's body is a docstring, or nothing."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    if code is None or not set(code.co_consts) <= {None, function.__doc__}:
        return False
    return {instruction.opname for instruction in dis.get_instructions(code)} <= _PASSING


def array(found):
    """Return what a function returned, where a task asks for an array.

    Raises
    ------
    NotYet
        If it is a list or a tuple.
    """
    if isinstance(found, list | tuple):
        raise NotYet(f"It returns a {type(found).__name__}, and an array belongs there.")
    return found


def same(task, found, expected, *, n=None, slips=None, tolerance=1e-9):
    """Compare numbers with the ones expected, and say how they differ.

    Inside `checks.run` a difference ends nothing: the check goes on, and at its end the message
    names the relation if no other call speaks against it.

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
    comparison = _comparison(task, found, expected, n, slips or {}, tolerance)
    if trial.running():
        trial.running().compare(comparison, found)
        return
    alone = trial.Trial()
    alone.compare(comparison, found)
    alone.judge()


def _comparison(task, found, expected, n, slips, tolerance):
    """Return what there is to say of numbers and the ones expected."""
    try:
        found, expected = plain(found), plain(expected)
        _same_shape(_shape(found), _shape(expected))
    except NotYet as error:
        return trial.Comparison(task, str(error))
    found, expected = _flat(found), _flat(expected)
    bad = next((value for value in found if not isfinite(value)), None)
    if bad is not None:
        says = f"It comes out as {bad}: is something divided by zero, or too large?"
        return trial.Comparison(task, says)
    margin = max(tolerance * max(map(abs, expected), default=0), TINY)
    right = all(abs(a - b) <= margin for a, b in zip(found, expected))
    return trial.Comparison(
        task,
        says="" if right else _where(found, expected, margin),
        slips=_slips(found, slips),
        relations=_relations(found, expected, n),
        untold=OF_N if n is None else frozenset(),
    )


def slopes(function, point, step=1e-4):
    """Return the slope of ``function(*point)`` in each of its arguments, by central differences."""
    found = []
    for place, at in enumerate(point):
        ends = [[*point[:place], at + side * step, *point[place + 1 :]] for side in (1, -1)]
        found.append((function(*ends[0]) - function(*ends[1])) / (2 * step))
    return found


def passed(task, *, step=1):
    """Print that all visible checks of a task have passed; the last line of its visible part.

    A task may be checked in several steps, each worth a point: then this says which of them it is,
    and the task is right once all of them are.
    """
    if trial.running():
        trial.running().judge()
    steps = about(task)["steps"]
    progress.note_right(task, step, steps)
    of = f" of step {step} of {steps}" if steps > 1 else ""
    _, insight = open_note(task, PASSED) or ("right", "")
    last = insight if step == steps else ""
    print(f"{task}: the visible checks{of} pass. {last}".rstrip())


# ---- Shapes


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


def _slips(found, slips):
    """Return of each known slip whether these numbers come from it."""
    known = {name: _flat(plain(values)) for name, values in slips.items()}
    return {
        name: len(values) == len(found) and _all_close(zip(found, values))
        for name, values in known.items()
    }


def _relations(found, expected, n):
    """List the names of the relations between all the numbers, the likeliest first."""
    found, expected = _without_dust(found), _without_dust(expected)
    pairs = list(zip(found, expected))
    near = 1e-4 * max(map(abs, expected), default=0) or 1e-6
    tests = {
        "zero": not any(found),
        "rounded": all(abs(a - b) <= near for a, b in pairs),
        **dict.fromkeys(_factors(pairs, n), True),
        "few_digits": _has_few_digits(pairs),
        "order": _all_close(zip(sorted(found), sorted(expected))),
        "shift": len(pairs) > 1 and _all_close((a - b, found[0] - expected[0]) for a, b in pairs),
        "signs": _all_close((abs(a), abs(b)) for a, b in pairs),
        "squared": _all_close((a, b * b) for a, b in pairs),
        "root": _all_close((a * a, b) for a, b in pairs),
    }
    return [name for name, holds in tests.items() if holds]


def _factors(pairs, n):
    """List the names of the factor between the numbers found and those expected."""
    ratios = [a / b if b else (1.0 if a == 0 else None) for a, b in pairs]
    known = [ratio for ratio, (_, b) in zip(ratios, pairs) if b]
    if None in ratios or not all(_close(ratio, known[0]) for ratio in known):
        return []
    if not known:
        return [*FACTORS, *OF_N]
    factors = dict(FACTORS)
    if n:
        factors |= {"times_n": n, "over_n": 1 / n, "times_2n": 2 * n, "over_2n": 1 / (2 * n)}
        factors["times_half_n"] = n / 2
    exact = [name for name, factor in factors.items() if _close(known[0], factor)]
    return exact + ["factor"] * (len(known) > 1)


def _has_few_digits(pairs):
    """Return whether these are the right numbers, rounded or cut off after a few decimals."""
    if len({a for a, _ in pairs}) < 2:
        return False  # one number may be near another by chance
    cuts = (lambda value: round(value), trunc)
    return any(
        all(_close(a * 10**places, cut(b * 10**places)) for a, b in pairs)
        for places in range(6)
        for cut in cuts
    )


def _without_dust(values):
    return [0.0 if abs(value) <= TINY else value for value in values]


def _close(a, b):
    return isclose(a, b, rel_tol=1e-6, abs_tol=1e-12)


def _all_close(pairs):
    return all(_close(a, b) for a, b in pairs)


def _where(found, expected, margin):
    """Say which of the numbers differ, without telling what they should be."""
    wrong = [place for place, (a, b) in enumerate(zip(found, expected), 1) if abs(a - b) > margin]
    if len(found) == 1:
        return f"Yours is {found[0]:.6g}, which is not it, nor off by a factor that has a name."
    which = "All numbers differ" if len(wrong) == len(found) else f"Number {wrong[0]} differs"
    yours = found[wrong[0] - 1]
    return f"{which} from what is expected: number {wrong[0]} of yours is {yours:.6g}."
