"""After success: a learner's own function at work on the houses of Ames, with a figure."""

import sys

from linreg.checks import practice, progress
from linreg.checks.not_yet import NotYet


def houses(task):
    """Run your function of a task on real houses, and draw what comes of it.

    Parameters
    ----------
    task : str
        Chapter and task, such as ``"ch04/c4"``; the function is taken from your notebook.

    Raises
    ------
    NotYet
        If the task's check has not passed yet.
    ValueError
        If this task has no program for the houses; the message names one that has.
    """
    program = practice.of(task).get("houses")
    if program is None:
        raise ValueError(f"{task} does not go to the houses. {_others(task)}")
    if not progress.of(task).get("right"):
        raise NotYet(f"First {task} itself: run its check until it passes.")
    exec(practice.uncovered(task, "houses", program), {**sys._getframe(1).f_globals})


def _others(task):
    """Return which tasks of the same chapter go to the houses."""
    found = [name for name in practice.tasks_of(task) if "houses" in practice.of(name)]
    return f"These do: {', '.join(found)}." if found else "None of this chapter does."
