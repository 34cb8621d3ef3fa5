"""A limit on how long a function may go on, counted in lines, once it is known to be wrong."""

import sys
from contextlib import contextmanager

LINES = 50_000  # more than any right answer takes on the data of a check


class Spent(BaseException):
    """Raised in a function that has gone on too long; no `except Exception` catches it."""


@contextmanager
def limited(lines=LINES):
    """Raise `Spent` in what runs inside once it has run so many lines."""
    left = iter(range(lines))

    def count(frame, event, argument):
        if next(left, None) is None:
            raise Spent
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        yield
    finally:
        sys.settrace(before)
