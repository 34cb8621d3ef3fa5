"""Promise: a check of numbers names the slip that they come from."""

import copy
import random
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest
import sympy

from linreg import checks
from linreg.checks import derivations, diagnosis


@pytest.fixture
def _worded(monkeypatch):
    relations = {"bias": "Where is b?", "half": "The 2 is missing."}
    words = {"relations": relations, "otherwise": "What else?"}
    for module in (diagnosis, derivations):
        monkeypatch.setattr(module, "about", lambda task: words)


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


def derived(found, expected, **slips):
    """Check a derivation against the seals of what is expected."""
    expected = sympy.sympify(expected)
    names = " ".join(map(str, expected.free_symbols))
    positive = any(symbol.is_positive for symbol in expected.free_symbols) or None
    seals = derivations.sealed("ch00/c1", expected, **slips)
    checks.derivation("ch00/c1", found, names, seals, positive=positive)


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
        (0.33 * (x + y) * 3, "rounded on the way"),
        (-3 * x - 3 * y, "same factor"),
        (-2 * x - 2 * y, "-2"),
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
        derived(found, x + y)


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
    derived(found, expected)


@pytest.mark.usefixtures("_worded")
def test_a_known_slip_of_a_derivation_is_named():
    with pytest.raises(checks.NotYet, match="Where is b"):
        derived(y * x - y, x + y, bias=(x - 1) * y)
    half_angle = sympy.tan(sympy.acos(x) / 2) ** 2
    with pytest.raises(checks.NotYet, match="Where is b"):
        derived(half_angle, (1 + x) / (1 - x), bias=(1 - x) / (1 + x))
    derived(x + y, x + y, bias=y + x)


def test_seals_tell_no_answer_and_no_two_tasks_share_them():
    seals = derivations.sealed("ch00/c1", x + y, bias=x)
    assert set(seals) == {"right", "factor", "shift", "bias"}
    assert not set(seals.values()) & set(derivations.sealed("ch00/c2", x + y, bias=x).values())


@pytest.mark.usefixtures("_worded")
def test_another_symbol_may_stand_for_one_where_the_check_says_so():
    seals = derivations.sealed("ch00/c1", 2 * x)
    checks.derivation("ch00/c1", 2 * y, "x", seals, aliases={"y": "x"})
    with pytest.raises(checks.NotYet, match="does not depend on y"):
        checks.derivation("ch00/c1", 2 * y, "x", seals)


def test_a_value_on_the_border_of_two_roundings_is_refused():
    with pytest.raises(ValueError, match="border of roundings"):
        derivations.sealed("ch00/c1", sympy.Rational(1_234_567_895, 10**9))


def test_an_expression_comes_to_a_number_or_says_that_it_does_not():
    assert checks.value(x**2 / y, {"x": 3, "y": Fraction(9, 2)}) == 2
    assert checks.value(7, {}) == 7
    for found in (x / y, sympy.I * x, None, "x", (x, y)):
        with pytest.raises(checks.NotYet):
            checks.value(found, {"x": 3})


# ---- What a function is given


def called(function, *given, **named):
    return checks.call("ch00/c1", function, *given, **named)


def set_entry(table):
    table[1000] = 7
    return 1


LONG = np.arange(2000.0)


@pytest.mark.parametrize(
    "given",
    [
        LONG,
        LONG.astype(int),
        [0] * 2000,
        dict.fromkeys(range(2000), 0),
        SimpleNamespace(table=LONG),
        [[LONG], (LONG, 3)],
        np.array([None] * 2000),
        np.array([np.nan] * 2000),
    ],
    ids=str,
)
def test_a_change_in_the_middle_of_what_was_given_is_noticed(given):
    def change(given):
        given = getattr(given, "table", given)
        return set_entry(given[0][0] if len(given) < 3 else given)

    with pytest.raises(checks.NotYet, match="change changes the data"):
        called(change, copy.deepcopy(given))
    with pytest.raises(checks.NotYet, match="change changes the data"):
        called(change, given=copy.deepcopy(given))


def as_floats(table):
    table.dtype = np.int64
    return 1


def as_column(table):
    table.shape = (-1, 1)
    return 1


@pytest.mark.parametrize("function", [as_floats, as_column, lambda table: table.sort() or 1])
def test_another_shape_type_or_order_of_an_array_is_a_change(function):
    with pytest.raises(checks.NotYet, match="changes the data"):
        called(function, np.array([3.0, 1.0, 2.0]))


class Countdown:
    """An iterator that keeps its place in an attribute."""

    place = 3

    def __iter__(self):
        return self

    def __next__(self):
        self.place -= 1
        return self.place


@pytest.mark.parametrize(
    ("given", "use"),
    [
        (random.Random("a"), lambda draw: draw.random()),
        (random.Random("a"), lambda draw: draw.gauss(0, 1)),
        (Countdown(), next),
        (np.random.default_rng(1), lambda draw: draw.normal()),
        (np.random.RandomState(1), lambda draw: draw.normal()),
        (iter([1, 2]), next),
        ((k for k in range(3)), next),
        ([random.Random("a")], lambda draws: draws[0].random()),
        ([1, float("nan")], len),
        (np.array([np.nan, 1]), len),
        (lambda: 1, lambda function: function()),
        (Fraction(1, 3), float),
        (x + y, str),
        ({1, 2}, len),
        (b"ab", len),
    ],
)
def test_what_is_drawn_from_or_only_read_is_not_changed(given, use):
    assert called(use, given) is not None


def test_a_list_that_holds_itself_is_compared_too():
    inner = [1]
    inner.append(inner)
    assert called(len, inner) == 2
    with pytest.raises(checks.NotYet, match="changes the data"):
        called(lambda table: table.append(3) or 1, inner)


# ---- Checks alone


def test_a_check_runs_without_a_learners_names():
    names = {"sum": 0, "checks": None, "float": 1.5, "np": None}
    exec(
        "def check(answer):\n"
        "    import numpy as np\n"
        "    checks.show('hidden> ', answer, sum([1, 2]), float('2'), np.ones(2))\n",
        names,
    )
    checks.run(names["check"], 7)


@pytest.mark.parametrize(
    "answer", [None, 3, "three", [[1], [1, 2]], object(), {}, (), [None], np.array(3.0)]
)
def test_a_check_does_not_crash_on_what_a_learner_returns(answer):
    def check(answer):
        import numpy as np

        if np.shape(answer[0]) != (2,) or answer[1] * 2.0 > answer["b"]:
            raise checks.NotYet("Something else.")

    with pytest.raises(checks.NotYet):
        checks.run(check, answer)


def test_what_a_check_says_passes_through_and_so_does_an_interruption():
    def raises(error):
        raise error

    with pytest.raises(checks.NotYet, match=r"^Look again\.$"):
        checks.run(raises, checks.NotYet("Look again."))
    with pytest.raises(KeyboardInterrupt):
        checks.run(raises, KeyboardInterrupt())


@pytest.mark.parametrize(
    "given",
    [
        [2, 0.5],
        (Fraction(2), Fraction(1, 2)),
        np.array([2, 0.5]),
        [np.array(2), np.float32(0.5)],
        [sympy.Integer(2), sympy.Rational(1, 2)],
        sympy.Matrix([2, 0.5]),
        [[2], [np.array([0.5])]],
    ],
    ids=repr,
)
def test_the_same_numbers_are_shown_alike_whatever_their_kind(given, capsys):
    checks.show("hidden> ", given)
    assert capsys.readouterr().out == "hidden> 2 0.5\n"


@pytest.mark.filterwarnings("ignore:the matrix subclass")
def test_a_matrix_of_numpys_is_shown_as_its_numbers(capsys):
    checks.show("hidden> ", np.asmatrix([2, 0.5]))
    assert capsys.readouterr().out == "hidden> 2 0.5\n"


def test_words_truths_and_digits_are_shown_as_they_are(capsys):
    checks.show("hidden> ", "no error", True, 1 / 3, [], digits=3)
    assert capsys.readouterr().out == "hidden> no error True 0.333\n"
    with pytest.raises(checks.NotYet, match="type NoneType"):
        checks.show("hidden> ", None)
