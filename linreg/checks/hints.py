"""Hints in steps, and after them a worked answer to compare with."""

from linreg.checks import practice, progress
from linreg.checks.words import otherwise

TRIES = 2  # after so many tries in vain the next hint opens


def hint(task, *, give_up=False):
    """Print the hints of a task that are open, and the worked answer after success.

    The first hint is open at once, each further one after two more tries that were not right.

    Parameters
    ----------
    task : str
        Chapter and task, such as ``"ch04/c3"``.
    give_up : bool, default False
        Whether to print a worked answer before the task is solved.
    """
    hints, stored = [otherwise(task)], practice.of(task)
    for k, text in enumerate(stored["hints"]):
        hints.append(practice.uncovered(task, f"hint {k}", text))
    tries = progress.tries(task)
    shown = hints[: 1 + tries // TRIES]
    for place, text in enumerate(shown, 1):
        print(f"Hint {place} of {len(hints)}: {text}")
    if progress.of(task).get("right") or give_up:
        print(practice.uncovered(task, "worked", stored["worked"]))
    elif len(shown) < len(hints):
        left = TRIES - tries % TRIES
        print(f"The next hint opens after {left} more {'tries' if left > 1 else 'try'}.")
    else:
        print(f'A worked answer: checks.hint("{task}", give_up=True)')
