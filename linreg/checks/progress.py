"""What a learner has tried and solved, in one small file on the learner's own machine.

It is read by `hint`, which gives the second hint after a few tries, and by the table of
`python -m linreg.checks`. It is never sent anywhere. Where no file can be written, it lasts as long
as Python runs.
"""

import builtins
import functools
import json
import os
import sys
from pathlib import Path

from linreg.checks.not_yet import NotYet

VARIABLE = "LINREG_PROGRESS"  # names another file
USUAL = {  # the variable that may name the user's folder for data, and where that is usually
    "win32": ("APPDATA", "AppData/Roaming"),
    "darwin": ("", "Library/Application Support"),
}
_unwritten = {}  # what could not be written


def place():
    """Return the path of the file: in the user's folder for data, or as the variable says."""
    if named := os.environ.get(VARIABLE):
        return Path(named)
    variable, usual = USUAL.get(sys.platform, ("XDG_DATA_HOME", ".local/share"))
    folder = os.environ.get(variable) or Path.home() / usual  # an empty variable names nothing
    return Path(folder) / "linreg/progress.json"


def stored():
    """Return all that is known: ``tries`` and ``right`` of a task, ``points`` of a chapter."""
    try:
        found = json.loads(place().read_text(encoding="utf-8"))
    except (OSError, ValueError, RuntimeError):  # not there, broken, or no home
        found = {}
    return (found if isinstance(found, dict) else {}) | _unwritten


def of(name):
    """Return what is known of a task or of a chapter."""
    known = stored().get(name)
    return known if isinstance(known, dict) else {}


def keep(name, **known):
    """Store what is known of a task or of a chapter beside what is stored of the others."""
    anew = {name: of(name) | known}
    try:
        path = place()
        path.parent.mkdir(parents=True, exist_ok=True)
        own = path.with_name(f"{path.name}.{os.getpid()}")
        own.write_text(json.dumps(stored() | anew, indent=1), encoding="utf-8")
        own.replace(path)
    except (OSError, RuntimeError):
        _unwritten.update(anew)


def note_right(task, step=1, steps=1):
    """Note in a notebook that a step of a task is right, and with the last one that all is."""
    if not hasattr(builtins, "get_ipython"):
        return
    done = sorted({*steps_done(task), step})
    keep(task, **({"right": True} if len(done) == steps else {"steps": done}))


def note_try(task):
    """Note in a notebook that an answer was not right yet."""
    if hasattr(builtins, "get_ipython"):
        keep(task, tries=tries(task) + 1)


def steps_done(task):
    """Return the steps of a task that were right."""
    found = of(task).get("steps", [])
    return found if isinstance(found, list) else []


def tries(task):
    """Return how often a task was tried in vain."""
    found = of(task).get("tries", 0)
    return found if isinstance(found, int) else 0


def tried(check):
    """Let a check of one answer note each try that is not right yet."""

    @functools.wraps(check)
    def noting(task, *given, **named):
        try:
            return check(task, *given, **named)
        except NotYet as not_yet:
            if not_yet.begun:
                note_try(task)
            raise

    return noting
