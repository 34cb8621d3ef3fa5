"""Promise: a check of numbers names the slip that they come from."""

import copy
import linecache
import random
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest
import sympy

from grader import notes as grader_notes
from linreg import checks
from linreg.checks import derivations, reading, words


@pytest.fixture
def _worded(monkeypatch):
    relations = {"bias": "Where is b?", "half": "The 2 is missing."}
    about = {"relations": relations, "otherwise": "What else?"}
    for module in (words, derivations):
        monkeypatch.setattr(module, "about", lambda task: about)


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
    "few_digits": ([0.3, 2.7, 12.0], [0.333, 2.667, 12.0]),
    "shift": ([4.0, -4.0, 8.0], EXPECTED),
    "order": ([7.0, 3.0, -5.0], EXPECTED),
    "signs": ([3.0, 5.0, 7.0], EXPECTED),
    "squared": ([9.0, 25.0, 49.0], EXPECTED),
    "root": ([2.0, 3.0, 5.0], [4.0, 9.0, 25.0]),
}
OF_EXPRESSIONS = {"vanishes", "infinite"}  # tested with derivations, below


def test_each_relation_is_tested():
    assert set(RELATED) | OF_EXPRESSIONS == set(words.RELATIONS)


@pytest.mark.parametrize("relation", RELATED)
def test_each_relation_has_its_own_words(relation):
    found, expected = RELATED[relation]
    with pytest.raises(checks.NotYet) as raised:
        checks.same("ch01/c1", found, expected, n=N)
    assert str(raised.value) == words.RELATIONS[relation]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([0.00123, 0.00235], [0.00123456, 0.00234567]),  # small numbers
        ([0.3, 2.6, 12.0], [0.333, 2.667, 12.0]),  # cut off, and not rounded
        ([0, 2, -12], [0.333, 2.667, -12.9]),
    ],
)
def test_few_digits_are_told_in_other_numbers_too(found, expected):
    with pytest.raises(checks.NotYet) as raised:
        checks.same("ch01/c1", found, expected)
    assert str(raised.value) == words.RELATIONS["few_digits"]


@pytest.mark.parametrize(("found", "expected"), [(1 + 5e-12, 1.0), ([1 - 9e-10, 5e-10], [1, 0])])
def test_what_rounding_leaves_of_a_long_sum_passes(found, expected):
    checks.same("ch01/c1", found, expected)


@pytest.mark.usefixtures("_worded")
def test_a_slip_of_another_length_explains_nothing():
    with pytest.raises(checks.NotYet, match="What else"):
        checks.same("ch00/c1", [3, 9], [2, 4], slips={"bias": [3]})


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
    assert str(raised.value) == words.RELATIONS[relation]


def test_one_number_has_no_order():
    for found in (2e-12, 1e-9, 1e-3, 5):
        with pytest.raises(checks.NotYet) as raised:
            checks.same("ch01/c1", found, 0.0)
        assert str(raised.value) != words.RELATIONS["order"]


@pytest.mark.usefixtures("_worded")
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
        (-(x + y) / 2, "factor of -1/2"),
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
        ((x, y), r"holds 2 things .* c1\[0\]"),
        ([], "is empty"),
        (sympy.Eq(x**2, y), "is an equation"),
        (True, "of type bool"),
        ("x + y", "of type str"),
        (sympy.Matrix([x, y]), "of type MutableDenseMatrix"),
        (None, "still None"),
    ],
)
def test_a_wrong_derivation_gets_the_words_for_its_kind(found, says):
    with pytest.raises(checks.NotYet, match=says):
        derived(found, x + y)


other = sympy.Symbol("h")


@pytest.mark.usefixtures("_worded")
@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([x + y], x + y),  # as sp.solve returns it
        ([{y: x}], x),
        ({y: x}, x),
        (sympy.Eq(y, x), x),
        (sympy.FiniteSet(x + 1), x + 1),
        (sympy.Matrix([x]), x),
        (np.array(x + y), x + y),
        (sympy.Sum(x, (other, 1, 3)), 3 * x),
        (sympy.Sum(other * x, (other, 1, size)), x * size * (size + 1) / 2),
        (((x + other) ** 2 - x**2 - other**2) / (2 * other), x),  # h cancels
        (sympy.Integral(2 * other, (other, 0, x)), x**2),
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
def test_a_rounded_twelfth_is_rounded():
    with pytest.raises(checks.NotYet, match="rounded on the way"):
        derived(0.0833 * (x + y), (x + y) / 12)


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
    assert checks.value((x * y + y**2) / y - y, {"x": 3}) == 3  # y cancels
    assert checks.value(sympy.Sum(x, (y, 1, 4)), {"x": 3}) == 12
    assert checks.value([x], {"x": 3}) == checks.value(sympy.Eq(y, x), {"x": 3}) == 3
    for found in (x / y, sympy.I * x, None, "x", (x, y), x + y / 10**5):
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


def test_another_thing_in_a_set_is_a_change():
    with pytest.raises(checks.NotYet, match="changes the data"):
        called(lambda given: given.remove(1) or given.add(3) or 1, {1, 2})


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


# ---- A whole run: the call is shown, and a cause is named only if it explains all that is known


def double(values):
    return [2 * value for value in values]


def tried(answer, *cases):
    """Run a check that compares what an answer gives on each case: arguments, expected, slips."""

    def check(answer):
        for given, expected, slips in cases:
            found = checks.call("ch00/c1", answer, *given)
            checks.same("ch00/c1", found, expected, slips=slips)
        checks.passed("ch00/c1")

    with pytest.raises(checks.NotYet) as raised:
        checks.run(check, answer)
    return str(raised.value)


@pytest.mark.usefixtures("_worded")
def test_the_call_and_what_it_gave_are_shown():
    says = tried(lambda X, d: 27, (([[1, 2]], [2, -1, 0]), 28, {}))
    assert says.startswith("`<lambda>([[1, 2]], [2, -1, 0])` gave 27. ")
    assert says.endswith("What else?")


@pytest.mark.usefixtures("_worded")
def test_of_calls_with_one_result_the_one_that_is_wrong_is_shown():
    says = tried(lambda x: 0, ((1,), 0, {}), ((2,), 5, {}))
    assert says.startswith("`<lambda>(2)` gave 0. ")


@pytest.mark.usefixtures("_worded")
def test_a_relation_that_one_value_cannot_tell_is_no_evidence_against_it():
    def check(answer):
        checks.same("ch00/c1", checks.call("ch00/c1", answer, [1, 2]), [1, 2], n=5)
        checks.same("ch00/c1", checks.call("ch00/c1", answer, [3, 4]), [3, 4])

    with pytest.raises(checks.NotYet, match="Off by exactly N"):
        checks.run(check, lambda values: [5 * value for value in values])


@pytest.mark.usefixtures("_worded")
def test_long_arguments_are_shortened_and_functions_named():
    says = tried(lambda X, y: np.zeros(3), ((np.ones((200, 3)), list(range(99))), [1, 2, 3], {}))
    assert "array of shape (200, 3) that begins with 1, 1, 1, [0, 1, 2, 3, 4, 5, …])" in says
    assert len(says) < 300


@pytest.mark.usefixtures("_worded")
@pytest.mark.parametrize(("given", "named"), [((2, abs), {}), ((2,), {"g": abs})])
def test_a_call_with_a_function_in_it_is_not_shown(given, named):
    """Its text would not tell which function that was."""

    def check(answer):
        checks.same("ch00/c1", checks.call("ch00/c1", answer, *given, **named), 7)

    with pytest.raises(checks.NotYet, match=r"^Yours is 3, "):
        checks.run(check, lambda x, g: 3)


def test_a_list_where_an_array_belongs_is_shown_with_its_call():
    def check(answer):
        checks.array(checks.call("ch01/c3", answer, 3))

    with pytest.raises(checks.NotYet, match=r"^`<lambda>\(3\)` gave \[3, 1\]\. It returns a list"):
        checks.run(check, lambda x: [x, 1])


@pytest.mark.usefixtures("_worded")
@pytest.mark.parametrize("kind", [list, tuple])
def test_a_part_of_what_was_returned_is_shown_with_the_call_that_gave_it(kind):
    def check(answer):
        first, second = (checks.call("ch00/c1", answer, given) for given in (1, 2))
        checks.same("ch00/c1", first[0], 7)
        checks.same("ch00/c1", second[0], 3.0)

    with pytest.raises(checks.NotYet, match=r"^`<lambda>\(1\)` gave"):
        checks.run(check, lambda x: kind([1.5 * x, 0]))


@pytest.mark.usefixtures("_worded")
def test_long_values_are_shortened_each_in_its_way():
    table = dict.fromkeys("abcdefghi", 1)
    rows = [[1.25] * 6] * 6
    says = tried(lambda *given: 0, ((table, (1,), (1, 2), rows), 5, {}))
    assert "'f': 1, …}, (1,), (1, 2), [[1.25, 1.25, …], [1.25, 1.25, …], …])" in says
    assert len(says) < 300


@pytest.mark.usefixtures("_worded")
def test_a_slip_that_explains_every_call_is_named():
    cases = [(([1, 2],), [5, 7], {"bias": [2, 4]}), (([3],), [9], {"bias": [6]})]
    assert tried(double, *cases).endswith("gave [2, 4]. Where is b?")


@pytest.mark.usefixtures("_worded")
def test_a_slip_that_explains_one_call_alone_is_not_named():
    cases = [(([1, 2],), [5, 7], {"bias": [2, 4]}), (([3],), [9], {"bias": [7]})]
    says = tried(double, *cases)
    assert "Where is b" not in says
    assert says.endswith("What else?")


@pytest.mark.usefixtures("_worded")
def test_a_slip_that_was_not_compared_with_every_wrong_value_is_a_question():
    cases = [(([1, 2],), [5, 7], {"bias": [2, 4]}), (([3],), [9], {})]
    assert tried(double, *cases).endswith("Perhaps this is it: Where is b?")


@pytest.mark.usefixtures("_worded")
@pytest.mark.parametrize(
    ("second", "named"),
    [(([3],), True), (([4],), False)],
)
def test_a_relation_speaks_only_if_it_holds_in_every_call(second, named):
    cases = [(([1, 2],), [4, 8], {}), (second, [12], {})]
    assert ("The 2 is missing" in tried(double, *cases)) is named
    assert ("The 2 is missing" in tried(double, *cases[:1], (([3],), [6], {}))) is False


@pytest.mark.parametrize("found", [[1.0, 2.0], (1.0, 2.0)], ids=["list", "tuple"])
def test_where_an_array_is_asked_for_a_list_is_called_one(found):
    with pytest.raises(checks.NotYet, match=f"returns a {type(found).__name__}, and an array"):
        checks.array(found)


@pytest.mark.parametrize("found", [np.ones(2), np.float64(1), 3.0, None])
def test_what_is_no_list_is_left_to_what_compares_it(found):
    assert checks.array(found) is found


@pytest.mark.usefixtures("_worded")
def test_what_goes_on_for_ever_is_told_by_its_first_wrong_value():
    def endless(n):
        while n > 1:
            pass
        return n

    assert "gave 1. Yours is 1" in tried(endless, ((1,), 7, {}), ((2,), 3, {}))


@pytest.mark.usefixtures("_worded")
def test_a_check_that_has_failed_says_nothing_of_passing(capsys):
    tried(double, (([1],), [7], {}))
    assert capsys.readouterr().out == ""


LINES = """
def slope(x, y):
    table = {}
    return table[x] / y
"""


@pytest.mark.usefixtures("_worded")
def test_a_crash_shows_the_learners_line_the_call_and_its_input():
    names = {"__name__": "__main__"}
    linecache.cache["<an answer>"] = len(LINES), None, LINES.splitlines(keepends=True), ""
    exec(compile(LINES, "<an answer>", "exec"), names)
    says = tried(names["slope"], ((3, 4), 1, {}))
    assert says == (
        "slope raised KeyError: 3, in your line 4, `return table[x] / y`. "
        "The call was `slope(3, 4)`."
    )


HELPED = """
def looked_up(x):
    return {}[x]

def slope(x, y):
    return looked_up(x) / y
"""


@pytest.mark.usefixtures("_worded")
def test_a_crash_in_a_learners_helper_shows_the_helpers_line():
    names = {"__name__": "__main__"}
    linecache.cache["<a help>"] = len(HELPED), None, HELPED.splitlines(keepends=True), ""
    exec(compile(HELPED, "<a help>", "exec"), names)
    assert "in your line 3, `return {}[x]`" in tried(names["slope"], ((3, 4), 1, {}))


def test_a_function_that_was_never_begun_is_called_so():
    def stub(x):
        """Return something."""

    with pytest.raises(checks.NotYet, match="stub does nothing yet"):
        called(stub, 1)
    with pytest.raises(checks.NotYet, match=r"returned None\. Does every way"):
        called(lambda x: print(end=""), 1)


def test_who_forgets_a_return_has_begun():
    def forgetful(x, y):
        """Add them."""
        x + y

    with pytest.raises(checks.NotYet, match=r"returned None\. Does every way") as raised:
        called(forgetful, 1, 2)
    assert raised.value.begun


def test_a_function_that_should_refuse_and_was_never_begun_is_no_try():
    def stub(x):
        """Refuse x."""

    for function, begun in [(stub, False), (lambda x: 3, True)]:
        with pytest.raises(checks.NotYet, match="should raise ValueError here") as raised:
            checks.raises("ch01/c3", ValueError, function, 1)
        assert raised.value.begun is begun


def test_an_error_that_says_nothing_is_shown_without_a_colon():
    def silent(x):
        raise NotImplementedError

    def leave(x):
        exit()

    for function, kind in [(silent, "NotImplementedError"), (leave, "SystemExit")]:
        with pytest.raises(checks.NotYet, match=f"{kind} where ValueError belongs, in your line"):
            checks.raises("ch01/c3", ValueError, function, 1)
        with pytest.raises(checks.NotYet, match=f"raised {kind}, in your line"):
            called(function, 1)


def test_a_bool_of_numpys_is_shown_as_pythons(capsys):
    for value in (True, np.bool_(True), np.array(True)):
        checks.show("hidden> ", value)
    assert capsys.readouterr().out == "hidden> True\n" * 3


def test_a_check_of_another_kind_than_the_task_says_so():
    with pytest.raises(ValueError, match="ch01/b1 asks for no number"):
        checks.number("ch01/b1", 1)
    with pytest.raises(ValueError, match="ch01/a1 asks for no choice"):
        checks.choice("ch01/a1", "a")
    for name in ("ch01/zz", "ch99/a1", "a1"):
        with pytest.raises(ValueError, match=f"there is no task '{name}'"):
            checks.number(name, 1)


class Odd:
    """An object that breaks whatever is done with it."""

    def fail(self, *given):
        raise RuntimeError("no")

    __eq__ = __len__ = __array__ = __float__ = __repr__ = __bool__ = __getitem__ = fail
    __iter__ = __call__ = __add__ = __mul__ = tolist = fail
    __hash__ = object.__hash__


@pytest.mark.usefixtures("_worded")
@pytest.mark.parametrize(
    "found",
    [
        Odd(),
        [Odd()],
        [[1], [1, 2]],
        None,
        (k for k in range(2)),
        "x",
        {1: 2, 3: 4},
        10**400,
        [None],
        b"1",
    ],
    ids=lambda found: type(found).__name__,
)
def test_nothing_that_a_function_returns_breaks_a_check(found):
    assert tried(lambda: found, ((), [1, 2], {}))
    for check in (checks.number, checks.choice):
        with pytest.raises(checks.NotYet):
            check("ch01/a1" if check is checks.number else "ch01/b1", found)
    with pytest.raises(checks.NotYet):
        checks.value(found, {})


@pytest.mark.usefixtures("_worded")
def test_a_generator_is_told_what_to_become():
    says = tried(lambda: (k for k in range(2)), ((), [0, 1], {}))
    assert "Put it into list(...)." in says


@pytest.mark.filterwarnings("ignore:the matrix subclass")
@pytest.mark.parametrize(
    "make",
    [
        lambda: np.asmatrix([[1.0, 2.0]]),
        lambda: [np.array(1.0), np.array(2.0)],
        lambda: (np.array(1), [np.array(2)]),
    ],
)
def test_matrices_and_arrays_without_axes_are_read_alike_in_both_parts(make):
    seen = []

    def check(answer):
        seen.append(answer())
        seen.append(checks.call("ch00/c1", answer))

    checks.run(check, make)
    for found in seen:
        assert type(found) is not np.matrix
        assert "array(" not in repr(found) or type(found) is np.ndarray


# ---- Numbers and choices as people write them


@pytest.mark.parametrize(
    ("task", "value"),
    [
        ("ch01/a1", (186, 0)),  # 186,000 as the book prints it
        ("ch01/a1", "186,000"),
        ("ch01/a1", "$186,000.00"),
        ("ch01/a1", "€186,000"),
        ("ch01/a1", "186'000"),
        ("ch01/a1", "186’000"),
        ("ch01/a1", " 186 000 "),
        ("ch01/a1", [186_000]),
        ("ch01/a1", {186_000.0}),
        ("ch01/a1", sympy.FiniteSet(186_000)),
        ("ch01/a1", {x: 186_000}),
        ("ch01/a1", sympy.Eq(x, 186_000)),
        ("ch01/a1", [np.array(186_000)]),
        ("ch01/a2", (13, 500)),
        ("ch03/a1", (-7, 5)),
        ("ch03/a1", "-7,5"),
        ("ch03/a3", "12,010"),  # where a comma stands for a point, and not for thousands
        ("ch03/a1", "−7.5"),
        ("ch03/a1", "-15/2"),
        ("ch03/a1", sympy.Rational(-15, 2)),
    ],
    ids=repr,
)
def test_a_right_number_is_right_as_people_write_it(task, value, capsys):
    checks.number(task, value)
    checks.show("hidden> ", value)
    said, hidden = capsys.readouterr().out.splitlines()
    assert f"{task}: right" in said
    assert hidden == f"hidden> {notes_of(task)}"


def notes_of(task):
    chapter, _, name = task.partition("/")
    return grader_notes.notes(chapter)[name]["right"]


def test_no_thousands_begin_with_a_0():
    assert reading.readings("0,500") == reading.readings((0, 5)) == [0.5]


def test_how_a_number_was_read_is_said():
    with pytest.raises(checks.NotYet, match=r"\(\(150, 0\) was read as 150000\.\)"):
        checks.number("ch01/a1", (150, 0))


@pytest.mark.parametrize(
    "value", ["x", "1,2,3", (1, 2, 3), "", (), True, "nan", (1, None), "1/0", [1, 2], 1j]
)
def test_what_is_no_number_in_any_form_is_refused(value):
    with pytest.raises(checks.NotYet):
        checks.number("ch01/a1", value)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ((3, -5), "a1 holds 2 things"),
        (True, "a1 is of type bool: it should be one number"),
        ([True], "a1 is of type bool"),
    ],
)
def test_what_looks_like_a_number_and_is_none_is_called_what_it_is(value, says):
    with pytest.raises(checks.NotYet, match=says):
        checks.number("ch01/a1", value)


@pytest.mark.parametrize(
    ("value", "says"),
    [("f", "the letters to choose from are a, b, c, d"), ("ab", "choose one letter")],
)
def test_a_choice_that_is_none_is_told_the_letters(value, says):
    with pytest.raises(checks.NotYet, match=says):
        checks.choice("ch01/b1", value)


@pytest.mark.parametrize(
    ("factor", "says"),
    [
        (1000, "a thousand times"),
        (1 / 1000, "a thousandth"),
        (100, "percent"),
        (-1, "the sign is not"),
    ],
)
def test_another_unit_is_called_so(factor, says):
    with pytest.raises(checks.NotYet, match=says):
        checks.number("ch03/a3", 12.01 * factor)


@pytest.mark.parametrize(
    ("right", "short", "says"),
    [
        ("0.3333333", "0.33", "to 2 digits only"),
        ("0.6666667", "0.666", "to 3 digits only"),
        ("-2.66", "-2.7", "to 2 digits only"),
        ("-2.66", "-2.6", "to 2 digits only"),
    ],
)
def test_too_few_digits_are_called_so(right, short, says):
    assert says in grader_notes._numbers([(right, "right: Yes.")], 6)[short]


def test_a_rounding_that_is_a_slip_too_is_no_proof_of_the_slip():
    with pytest.raises(checks.NotYet, match=r"to 2 digits only.*If you did not round: This is"):
        checks.number("ch03/a3", 12.0)


@pytest.mark.parametrize(
    "answer", ["c", "C", "(c)", "c.", " c ", "'c'", ["c"], np.array("c"), "c)"]
)
def test_a_choice_may_stand_among_signs(answer):
    checks.choice("ch01/b1", answer)
    assert checks.letters(answer) == "c"


@pytest.mark.parametrize(
    "answer", ["a and c", "a/c", "c, a", "a&c", ["a", "c"], {"c", "a"}, "(a),(c)"]
)
def test_several_letters_may_be_joined(answer):
    assert checks.letters(answer) == "ac"


@pytest.mark.parametrize("text", ["Abs(c_2)*t", "sqrt(c_2**2)*t", "c_2*t"])
def test_what_a_task_calls_positive_may_stand_in_abs(text, monkeypatch):
    monkeypatch.setattr(derivations, "about", lambda task: {"positive": ["c_2"]})
    seals = derivations.sealed("ch00/c1", sympy.sympify("c_2*t"))
    checks.derivation("ch00/c1", sympy.sympify(text), "c_2 t", seals)


@pytest.mark.parametrize(
    "text",
    ["Abs((m - M)/(M + m + 4*p))", "sqrt((M - m)**2)/Abs(M + m + 4*p)", "(M - m)/(M + m + 4*p)"],
)
def test_a_difference_that_is_positive_may_stand_in_abs(text):
    c1 = sympy.sympify(text)
    seals = derivations.sealed("ch09/c1", sympy.sympify("(M - m)/(M + m + 4*p)"))
    checks.derivation("ch09/c1", c1, "M m p", seals)
