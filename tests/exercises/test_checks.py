"""Promise: a check of numbers names the slip that they come from."""

import numpy as np
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
def test_a_known_slip_is_distinguished_from_other_wrongs(found, says):
    with pytest.raises(checks.NotYet, match=says):
        checks.same("ch00/c1", found, [2, 4], slips={"bias": [3, 5]})


@pytest.mark.usefixtures("_worded")
def test_the_right_answer_passes_where_a_slip_happens_to_agree():
    checks.same("ch00/c1", (2, 4), [2, 4], slips={"bias": [2, 4]})


@pytest.mark.usefixtures("_worded")
@pytest.mark.parametrize("found", [[1.9999, 4], [2.0001, 4.0002], [2, 3.9998]])
def test_rounding_is_distinguished_from_a_constant_factor(found):
    with pytest.raises(checks.NotYet, match="rounded on the way"):
        checks.same("ch00/c1", found, [2, 4])


@pytest.mark.usefixtures("_worded")
@pytest.mark.parametrize(("found", "says"), [([2.01, 4.02], "same factor"), ([0, 0], "as 0")])
def test_a_factor_near_1_and_zero_are_not_taken_for_rounding(found, says):
    with pytest.raises(checks.NotYet, match=says):
        checks.same("ch00/c1", found, [2, 4])


EXPECTED = [3.0, -5.0, 7.0]
N = 10


def times(factor):
    return [factor * value for value in EXPECTED]


# For each relation between numbers: numbers that have it, and it alone, with those expected.
RELATED = {
    "sign": (times(-1), EXPECTED),
    "double": (times(2), EXPECTED),
    "half": (times(1 / 2), EXPECTED),
    "minus_double": (times(-2), EXPECTED),
    "minus_half": (times(-1 / 2), EXPECTED),
    "times_n": (times(N), EXPECTED),
    "over_n": (times(1 / N), EXPECTED),
    "times_2n": (times(2 * N), EXPECTED),
    "over_2n": (times(1 / (2 * N)), EXPECTED),
    "times_half_n": (times(N / 2), EXPECTED),
    "factor": (times(3), EXPECTED),
    "zero": (times(0), EXPECTED),
    "rounded": ([3.0001, -5.0, 7.0], EXPECTED),
    "shift": ([4.0, -4.0, 8.0], EXPECTED),
    "order": ([7.0, 3.0, -5.0], EXPECTED),
    "signs": ([3.0, 5.0, 7.0], EXPECTED),
    "squared": ([9.0, 25.0, 49.0], EXPECTED),
    "root": ([2.0, 3.0, 5.0], [4.0, 9.0, 25.0]),
}
OF_EXPRESSIONS = {"vanishes", "infinite"}  # tested with derivations, below


def test_each_relation_is_tested():
    assert set(RELATED) | OF_EXPRESSIONS == set(diagnosis.RELATIONS)


@pytest.mark.parametrize("relation", RELATED)
def test_each_relation_has_its_own_words(relation):
    found, expected = RELATED[relation]
    with pytest.raises(checks.NotYet) as raised:
        checks.same("ch01/c1", found, expected, n=N)
    assert str(raised.value) == diagnosis.RELATIONS[relation]


@pytest.mark.parametrize(
    ("found", "expected"), [(1e-12, 0.0), (0.0, 1e-17), ([1e-12, -1e-13], [0, 0]), ([], [])]
)
def test_what_rounding_leaves_of_zero_passes(found, expected):
    checks.same("ch01/c1", found, expected)


@pytest.mark.parametrize(
    ("found", "expected", "relation"),
    [
        (3e-8, 0.0, "rounded"),
        ([3e-8, -1e-8], [0, 0], "rounded"),
        ([1e-17, 4.0], [0.0, 2.0], "double"),
        ([0.0, 4.0], [1e-17, 2.0], "double"),
        ([1e-17, 1e-13], [0.0, 2.0], "zero"),
        (np.float32([0.1, 1 / 3, -2.7]), [0.1, 1 / 3, -2.7], "rounded"),
        (np.float32([0.1]), [0.1], "rounded"),
        (np.float32([0.1, 1e-8]), [0.1, 0.0], "rounded"),
        (np.float32([1e-5, 0.1]), [1e-5, 0.1], "rounded"),
    ],
)
def test_what_rounding_leaves_is_no_relation_of_its_own(found, expected, relation):
    with pytest.raises(checks.NotYet) as raised:
        checks.same("ch01/c1", found, expected)
    assert str(raised.value) == diagnosis.RELATIONS[relation]


def test_one_number_has_no_order():
    for found in (2e-12, 1e-9, 1e-3, 5):
        with pytest.raises(checks.NotYet) as raised:
            checks.same("ch01/c1", found, 0.0)
        assert str(raised.value) != diagnosis.RELATIONS["order"]


@pytest.mark.parametrize(
    ("found", "says"), [(([1, 2], 3), "side by side"), ([[1, 2], [3]], "rows differ in length")]
)
def test_a_list_beside_a_number_is_distinguished_from_rows_of_different_length(found, says):
    with pytest.raises(checks.NotYet, match=says):
        checks.same("ch00/c1", found, [1, 2, 3])


x, y = sympy.symbols("x y")
size = sympy.Symbol("size", positive=True)


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
        (x + sympy.Symbol("y", positive=True), "Made anew: y"),
        (2 * x, "depends on y too"),
        (abs(x) + y, "What else"),
        (sympy.Max(x, -x) + y, "What else"),
        (sympy.Derivative(x**2 / 2, x) + 2 * y, "What else"),
        ((x, y), "of type tuple"),
        (True, "of type bool"),
        ("x + y", "of type str"),
        (sympy.Matrix([x]), "of type MutableDenseMatrix"),
        (None, "still None"),
    ],
)
def test_a_wrong_derivation_gets_the_words_for_its_kind(found, says):
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
        (1 / sympy.tan(sympy.acos(x) / 2) ** 2, (1 + x) / (1 - x)),  # left apart by simplify
        (sympy.Max(1 + size, 1 - size) + abs(size), 1 + 2 * size),
    ],
)
def test_an_honest_form_of_a_derivation_passes(found, expected):
    checks.derivation("ch00/c1", found, expected)


@pytest.mark.usefixtures("_worded")
def test_a_known_slip_of_a_derivation_is_named():
    with pytest.raises(checks.NotYet, match="Where is b"):
        checks.derivation("ch00/c1", y * x - y, x + y, slips={"bias": (x - 1) * y})
    half_angle = sympy.tan(sympy.acos(x) / 2) ** 2
    slips = {"bias": (1 - x) / (1 + x)}
    with pytest.raises(checks.NotYet, match="Where is b"):
        checks.derivation("ch00/c1", half_angle, (1 + x) / (1 - x), slips=slips)
    checks.derivation("ch00/c1", x + y, x + y, slips={"bias": y + x})
