"""What waits for a learner at home: hints, a worked answer, fresh inputs, and the houses.

It stands in files of its own, which no sandbox of the grader shows, and is masked, so that nobody
reads it by accident. It is no secret: the sources of the exercises are public.
"""

import base64
import json
from functools import cache
from importlib.resources import files

from linreg.checks.notes import digest_and_key, masked


def of(task):
    """Return what is stored for a task: `hints` and `worked`, and for some `fresh` and `houses`."""
    chapter, _, name = task.partition("/")
    try:
        return _chapter(chapter)[name]
    except (OSError, KeyError):
        raise ValueError(f"There are no hints for {task!r} here.") from None


def tasks_of(task):
    """Return the names of all tasks of a task's chapter, such as ``"ch04/c3"``."""
    chapter, _, _ = task.partition("/")
    return [f"{chapter}/{name}" for name in _chapter(chapter)]


def covered(task, part, text):
    """Return a text masked, under its task and the name of its part."""
    _, key = digest_and_key(task, part)
    return base64.b85encode(masked(text.encode(), key)).decode()


def uncovered(task, part, text):
    """Return a text that was masked."""
    _, key = digest_and_key(task, part)
    return masked(base64.b85decode(text), key).decode()


@cache
def _chapter(name):
    place = files("linreg.checks").joinpath(f"practice/{name}.json")
    return json.loads(place.read_text(encoding="utf-8"))
