"""Promise: a check of numbers names the slip that they come from."""

import pytest
import sympy

from linreg import checks
from linreg.checks import diagnosis


@pytest.fixture
def _worded(monkeypatch):
    relations = {"bias": "Where is b?", "half": "The 2 is missing."}
    words = {"relations": relations, "otherwise": "What else?"}
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


@pytest.mark.usefixtures("_worded")
@pytest.mark.parametrize("found", [[1.9999, 4], [2.0001, 4.0002], [2, 3.9998]])
def test_rounding_is_told_from_a_constant_factor(found):
    with pytest.raises(checks.NotYet, match="rounded on the way"):
        checks.same("ch00/c1", found, [2, 4])


@pytest.mark.usefixtures("_worded")
@pytest.mark.parametrize(("found", "says"), [([2.01, 4.02], "same factor"), ([0, 0], "as 0")])
def test_a_factor_near_1_and_zero_are_not_taken_for_rounding(found, says):
    with pytest.raises(checks.NotYet, match=says):
        checks.same("ch00/c1", found, [2, 4])


@pytest.mark.parametrize(
    ("found", "says"), [(([1, 2], 3), "side by side"), ([[1, 2], [3]], "rows differ in length")]
)
def test_a_list_beside_a_number_is_told_from_rows_of_different_length(found, says):
    with pytest.raises(checks.NotYet, match=says):
        checks.same("ch00/c1", found, [1, 2, 3])


x, y = sympy.symbols("x y")


@pytest.mark.usefixtures("_worded")
@pytest.mark.parametrize(
    ("found", "says"),
    [
        (x - x, "as 0, whatever the symbols are"),
        (0, "as 0, whatever the symbols are"),
        (sympy.zoo, "not finite"),
        (x / (y - y), "not finite"),
        (1.00002 * (x + y), "rounded on the way"),
        ((x + y) / 2, "The 2 is missing"),
        (x + y + 1, "off by the same constant"),
        (x + sympy.Symbol("z"), "does not depend on z"),
        (2 * x, "depends on y too"),
        (abs(x) + y, "What else"),
        ((x, y), "of type tuple"),
        (True, "of type bool"),
        ("x + y", "of type str"),
        (sympy.Matrix([x]), "of type MutableDenseMatrix"),
        (None, "still None"),
    ],
)
def test_a_wrong_derivation_is_told_what_it_is(found, says):
    with pytest.raises(checks.NotYet, match=says):
        checks.derivation("ch00/c1", found, x + y)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (sympy.Matrix([x, y]).norm() ** 2, x**2 + y**2),  # that is abs(x)**2 + abs(y)**2
        (sympy.sqrt(x**2) ** 2, x**2),
        (0.1 * x + 0.2 * x, sympy.Rational(3, 10) * x),  # 0.30000000000000004 x
        (1 / 3 * (x + y), (x + y) / 3),
        (x - x, x * 0),
    ],
)
def test_an_honest_form_of_a_derivation_passes(found, expected):
    checks.derivation("ch00/c1", found, expected)
