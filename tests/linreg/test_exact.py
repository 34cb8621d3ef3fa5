"""The exact solver: NIST's certified digits, every input type, every refusal, exact geometry."""

import doctest
from decimal import Decimal
from fractions import Fraction
from math import isqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import linreg.exact
from linreg import LinearFit
from linreg.datasets import NIST_NAMES, load_nist
from linreg.exact import fit_least_squares

# --- certified digits ------------------------------------------------------------------------


def unit_in_last_place(text):
    return Fraction(10) ** Decimal(text).as_tuple().exponent


def digits(text):
    """Return the digits of a decimal text, as an integer number of its last place."""
    sign, figures, _ = Decimal(text).as_tuple()
    return (-1) ** sign * int("".join(map(str, figures)))


def rounded(value, text):
    """Round a rational correctly to the last place that the text shows."""
    return round(value / unit_in_last_place(text))


def rounded_root(square, text):
    """Round the square root of a rational correctly to the last place that the text shows."""
    return (isqrt(int(4 * square / unit_in_last_place(text) ** 2)) + 1) // 2


def dot(a, b):
    return sum(u * v for u, v in zip(a, b, strict=True))


def squared_error(columns, y):
    """Return the residual sum of squares of y on the columns (none: of y itself)."""
    if not columns:
        return dot(y, y)
    fit = fit_least_squares([*zip(*columns, strict=True)], y, fit_intercept=False)
    return fit.loss_history[0] * len(y)


def design_columns(problem):
    """Return the columns of X, the ones column last where the model has one."""
    columns = [list(column) for column in zip(*problem.X, strict=True)]
    return columns + [[Fraction(1)] * len(problem.y)] * problem.fit_intercept


@pytest.fixture(params=NIST_NAMES)
def problem(request):
    return load_nist(request.param)


@pytest.fixture
def fit(problem):
    return fit_least_squares(problem.X, problem.y, fit_intercept=problem.fit_intercept)


def test_helpers_round_correctly():
    assert digits("-0.250E-01") == -250
    assert rounded(Fraction(-1, 40), "-0.250E-01") == -250
    assert rounded(Fraction(2, 3), "0.67") == 67
    assert rounded_root(Fraction(2), "1.41421356") == 141421356
    assert rounded_root(Fraction(3), "1.7321") == 17321
    assert rounded_root(Fraction(0), "0.000") == 0


def test_every_certified_digit_of_the_coefficients(problem, fit):
    assert [rounded(w, text) for w, text in zip(fit.coef, problem.coef, strict=True)] == [
        digits(text) for text in problem.coef
    ]
    if problem.fit_intercept:
        assert rounded(fit.intercept, problem.intercept) == digits(problem.intercept)
    else:
        assert fit.intercept == 0
        assert problem.intercept is None


def test_every_certified_digit_of_residual_sd_and_r_squared(problem, fit):
    n, p = len(problem.y), len(fit.coef) + problem.fit_intercept
    residual = fit.loss_history[0] * n
    mean = sum(problem.y) / n if problem.fit_intercept else 0
    total = sum((value - mean) ** 2 for value in problem.y)
    assert rounded_root(residual / (n - p), problem.residual_sd) == digits(problem.residual_sd)
    assert rounded(1 - residual / total, problem.r_squared) == digits(problem.r_squared)


def test_every_certified_digit_of_the_standard_deviations(problem, fit):
    """Var(w_j) is s² over what the other columns leave unexplained of column j."""
    columns = design_columns(problem)
    variance = fit.loss_history[0] * len(problem.y) / (len(problem.y) - len(columns))
    certified = problem.coef_sd + [problem.intercept_sd] * problem.fit_intercept
    assert len(certified) == len(columns)
    for j, (column, text) in enumerate(zip(columns, certified, strict=True)):
        unexplained = squared_error(columns[:j] + columns[j + 1 :], column)
        assert rounded_root(variance / unexplained, text) == digits(text)


def test_decimal_text_gives_the_same_answer_as_fractions():
    problem = load_nist("Longley")
    _, *columns = problem.columns.values()
    fit = fit_least_squares([*zip(*columns, strict=True)], problem.columns["y"])
    assert fit == fit_least_squares(problem.X, problem.y)


def test_rounding_filip_to_floats_costs_half_of_the_digits():
    """A float stands for its binary value, so the answer is that of another problem."""
    problem = load_nist("Filip")
    X = [[float(value) for value in row] for row in problem.X]
    fit = fit_least_squares(X, [float(value) for value in problem.y])
    errors = [abs(w / Fraction(text) - 1) for w, text in zip(fit.coef, problem.coef, strict=True)]
    assert Fraction(1, 10**9) < max(errors) < Fraction(1, 10**6)


# --- what it returns -------------------------------------------------------------------------


def test_a_fit_by_hand():
    fit = fit_least_squares([[0], [1], [2]], [1, 2, 4])
    assert fit == LinearFit([Fraction(3, 2)], Fraction(5, 6), [Fraction(1, 18)])
    assert [type(value) for value in (*fit.coef, fit.intercept, *fit.loss_history)] == [
        Fraction
    ] * 3


def test_without_an_intercept():
    fit = fit_least_squares([[1], [2]], [1, 1], fit_intercept=False)
    assert fit == LinearFit([Fraction(3, 5)], Fraction(0), [Fraction(1, 10)])
    assert isinstance(fit.intercept, Fraction)


def test_as_many_rows_as_coefficients_is_interpolation():
    fit = fit_least_squares([[1, 1], [2, 4], [3, 9]], [5, 11, 19])
    assert fit == LinearFit([3, 1], 1, [0])


def test_the_arguments_are_left_as_they_were():
    X, y = [["0.5"], [2.0], [3]], [1, "2", 3.5]
    fit_least_squares(X, y)
    assert X == [["0.5"], [2.0], [3]]
    assert y == [1, "2", 3.5]


# --- input types -----------------------------------------------------------------------------

X_DYADIC = [[0.5, -3.0], [1.25, 2.0], [-4.0, 0.75], [2.0, 8.0]]
Y_DYADIC = [1.5, -0.25, 3.0, 7.0]
CONVERSIONS = {
    "Fraction": Fraction,
    "Decimal": Decimal,
    "text": str,
    "exponent text": "{:e}".format,
    "ratio text": lambda value: str(Fraction(value)),
    "padded text": " {} ".format,
    "np.float64": np.float64,
    "np.float32": np.float32,
    "np.float16": np.float16,
    "np.longdouble": np.longdouble,
    "0-d array": np.array,
}


@pytest.mark.parametrize("convert", CONVERSIONS.values(), ids=CONVERSIONS)
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_every_type_gives_the_identical_rational(convert, fit_intercept):
    X = [[convert(value) for value in row] for row in X_DYADIC]
    y = [convert(value) for value in Y_DYADIC]
    expected = fit_least_squares(X_DYADIC, Y_DYADIC, fit_intercept=fit_intercept)
    assert fit_least_squares(X, y, fit_intercept=fit_intercept) == expected


@pytest.mark.parametrize("container", [tuple, np.array], ids=["tuples", "array"])
def test_every_container_gives_the_identical_rational(container):
    X = container([container(row) for row in X_DYADIC])
    assert fit_least_squares(X, container(Y_DYADIC)) == fit_least_squares(X_DYADIC, Y_DYADIC)


def test_whole_numbers_of_any_kind():
    X, y = [[0], [1], [1], [0]], [1, 3, 4, 2]
    expected = fit_least_squares(X, y)
    for convert in (bool, np.bool_, np.int8, np.uint8, np.int64, float, str):
        assert fit_least_squares([[convert(v) for v in row] for row in X], y) == expected


def test_numpy_integers_neither_overflow_nor_round():
    big = 2**62 + 1  # its square needs 125 bits, and no float holds it
    fit = fit_least_squares(np.array([[0], [big]]), [0, big])
    assert fit == LinearFit([1], 0, [0])


def test_a_float_is_its_binary_value_and_text_its_decimal_value():
    y = [1, 2]
    assert fit_least_squares([["0.1"], ["0.3"]], y).coef == [5]
    assert fit_least_squares([[0.1], [0.3]], y).coef == [1 / (Fraction(0.3) - Fraction(0.1))]


# --- refusals --------------------------------------------------------------------------------

BAD_ENTRIES = {
    "nan": (float("nan"), ValueError, "nan, not a finite number"),
    "infinity": (float("-inf"), ValueError, "-inf, not a finite number"),
    "np.nan": (np.float64("nan"), ValueError, "nan, not a finite number"),
    "Decimal NaN": (Decimal("NaN"), ValueError, r"Decimal\('NaN'\), not a finite number"),
    "Decimal infinity": (Decimal("Infinity"), ValueError, r"Decimal\('Infinity'\), not a finite"),
    "nan text": ("nan", ValueError, "'nan', not a finite number"),
    "words": ("abc", ValueError, r"'abc', not a finite number.*'1.25', '1e-3' or '3/7'"),
    "empty text": ("", ValueError, "'', not a finite number"),
    "division by zero": ("1/0", ValueError, "'1/0', not a finite number"),
    "None": (None, TypeError, "None: give an int"),
    "complex": (1 + 2j, TypeError, r"\(1\+2j\): give an int"),
    "np.complex": (np.complex128(1j), TypeError, "1j: give an int"),
}


@pytest.mark.parametrize(("value", "error", "message"), BAD_ENTRIES.values(), ids=BAD_ENTRIES)
def test_a_bad_entry_is_named_with_its_cell(value, error, message):
    with pytest.raises(error, match=rf"^X\[1\]\[2\] is {message}"):
        fit_least_squares([[1, 2, 3], [4, 5, value]], [1, 2])
    with pytest.raises(error, match=rf"^y\[1\] is {message}"):
        fit_least_squares([[1], [2], [3]], [1, value, 2])


BAD_SHAPES = {
    "no rows": ([], [], "X is empty: pass at least one row"),
    "no columns": ([[], []], [1, 2], r"X\[0\] is empty: pass at least one"),
    "ragged": ([[1, 2], [3, 4], [5]], [1, 2, 3], r"X is ragged: X\[2\] has length 1 "),
    "lengths": ([[1], [2], [3]], [1, 2], "X has length 3 but y has length 2: make them equal"),
    "empty y": ([[1], [2]], [], "y is empty"),
    "nested y": ([[1], [2]], [[1], [2]], "y holds sequences: flatten it"),
    "flat X": ([1, 2, 3], [1, 2, 3], r"X\[0\] is 1, not a row: write X = \[\[value\] for"),
    "flat array": (np.arange(3), [1, 2, 3], r"X\[0\] is 0, not a row"),
    "rows of text": (["12", "34"], [1, 2], r"X\[0\] is '12', not a row"),
}


@pytest.mark.parametrize(("X", "y", "message"), BAD_SHAPES.values(), ids=BAD_SHAPES)
def test_a_bad_shape_is_refused(X, y, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        fit_least_squares(X, y)


def test_fewer_rows_than_coefficients():
    with pytest.raises(ValueError, match=r"^2 rows cannot fix 3 unknowns .*: collect more rows"):
        fit_least_squares([[1, 2], [3, 4]], [1, 2])
    with pytest.raises(ValueError, match=r"^1 rows cannot fix 2 unknowns "):
        fit_least_squares([[1, 2]], [1], fit_intercept=False)


COLLINEAR = {
    "zeros": ([[0, 1], [0, 2], [0, 4]], "Drop column 0"),
    "doubled": ([["0.1", "0.2"], ["0.3", "0.6"], ["0.7", "1.4"]], "Drop column 1"),
    "sum of two": ([[1, 0, 1], [0, 1, 1], [2, 1, 3], [5, 1, 6]], "Drop column 2"),
    "constant": ([[7], [7], [7]], "collinear with the intercept"),
    "all categories": ([[1, 0], [0, 1], [0, 1]], "collinear with the intercept"),
}


@pytest.mark.parametrize(("X", "message"), COLLINEAR.values(), ids=COLLINEAR)
def test_the_dependent_column_is_named(X, message):
    with pytest.raises(ValueError, match=message):
        fit_least_squares(X, range(len(X)))


def test_nearly_collinear_is_not_collinear():
    tiny = Fraction(1, 10**40)
    fit = fit_least_squares([[1, 1], [1, 1 + tiny], [2, 2]], [1, 1 + tiny, 2], fit_intercept=False)
    assert fit == LinearFit([0, 1], 0, [0])


# --- exact geometry --------------------------------------------------------------------------

rationals = st.fractions(min_value=-4, max_value=4, max_denominator=6)


@st.composite
def problems(draw):
    """Draw the columns of a small X, a y, and whether to fit an intercept."""
    p, fit_intercept = draw(st.integers(1, 4)), draw(st.booleans())
    n = draw(st.integers(p + fit_intercept, 7))
    *columns, y = draw(
        st.lists(st.lists(rationals, min_size=n, max_size=n), min_size=p + 1, max_size=p + 1)
    )
    return columns, y, fit_intercept


def first_dependent(columns):
    """Return the index of the first column that depends on those before it, else None."""
    basis = []  # (vector, index of its leading entry)
    for k, column in enumerate(columns):
        for vector, lead in basis:
            factor = column[lead] / vector[lead]
            column = [u - factor * v for u, v in zip(column, vector, strict=True)]
        if not any(column):
            return k
        basis.append((column, next(i for i, u in enumerate(column) if u)))
    return None


@given(problems())
def test_the_residual_is_orthogonal_to_every_column_or_a_column_is_named(drawn):
    columns, y, fit_intercept = drawn
    X, design = [*zip(*columns, strict=True)], columns + [[Fraction(1)] * len(y)] * fit_intercept
    k = first_dependent(design)
    if k is not None:
        name = "with the intercept" if k == len(columns) else f"Drop column {k}$"
        with pytest.raises(ValueError, match=name):
            fit_least_squares(X, y, fit_intercept=fit_intercept)
        return
    fit = fit_least_squares(X, y, fit_intercept=fit_intercept)
    residual = [value - dot(row, fit.coef) - fit.intercept for row, value in zip(X, y, strict=True)]
    assert [dot(residual, column) for column in design] == [0] * len(design)
    assert fit.loss_history == [dot(residual, residual) / len(y)]


@given(problems(), st.data())
def test_a_combination_of_earlier_columns_is_always_refused(drawn, data):
    columns, y, _ = drawn
    k = data.draw(st.integers(0, len(columns)))
    weights = data.draw(st.lists(rationals, min_size=k, max_size=k))
    combination = [dot(row, weights) for row in zip(*columns[:k], strict=True)] or [0] * len(y)
    columns = [*columns[:k], combination, *columns[k:]]
    rows = [*zip(*columns, strict=True)] * 3  # enough rows, whatever was drawn
    with pytest.raises(ValueError, match=f"Drop column {first_dependent(columns)}$"):
        fit_least_squares(rows, y * 3)


def test_the_docstring_examples():
    assert doctest.testmod(linreg.exact).failed == 0
    assert doctest.testmod(linreg.exact).attempted == 1
