"""What the tests of exercises share: a graded half of a class, and a guard against hanging."""

import signal
from contextlib import contextmanager

import pytest

pytest.register_assert_rewrite("half_of_a_class")

from half_of_a_class import grade_class  # noqa: E402  # after it is known to be a test's
from hostile import HALVES, kinds  # noqa: E402


@pytest.fixture(scope="class")
def half(request, tmp_path_factory):
    """The half of the class that a test class names, graded once for all its tests."""
    members = kinds(HALVES[request.cls.half_name])
    return grade_class(members, tmp_path_factory.mktemp("class"))


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
