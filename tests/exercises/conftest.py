"""What the tests of exercises share: a guard against hanging."""

import signal
from contextlib import contextmanager

import pytest


@pytest.fixture
def hang_guard():
    """Ends what hangs: a bound so far off that no machine is too slow for it."""

    @contextmanager
    def guard(seconds):
        def end(*_):
            raise TimeoutError(f"hangs: not done after {seconds} seconds")

        before = signal.signal(signal.SIGALRM, end)
        signal.alarm(seconds)
        try:
            yield
        finally:
            signal.alarm(0)
            signal.signal(signal.SIGALRM, before)

    return guard
