"""Promise: a check of numbers names the slip that they come from."""

import pytest

from linreg import checks
from linreg.checks import diagnosis


@pytest.fixture
def _worded(monkeypatch):
    words = {"relations": {"bias": "Where is b?", "half": "The 2 is missing."}}
    monkeypatch.setattr(diagnosis, "about", lambda task: words)


@pytest.mark.usefixtures("_worded")
@pytest.mark.parametrize(
    ("found", "says"),
    [([3, 5], "Where is b"), ([1, 2], "2 is missing"), ([3, 7], "differ from what")],
)
def test_a_known_slip_is_told_from_other_wrongs(found, says):
    with pytest.raises(checks.NotYet, match=says):
        checks.same("ch00/c1", found, [2, 4], slips={"bias": [3, 5]})


@pytest.mark.usefixtures("_worded")
def test_the_right_answer_passes_where_a_slip_happens_to_agree():
    checks.same("ch00/c1", (2, 4), [2, 4], slips={"bias": [2, 4]})
