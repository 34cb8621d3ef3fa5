"""One contract, three backends: the same names, signatures, values, shapes and errors."""

import inspect
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from backends import BACKENDS, needs_torch, of_arrays, of_each, torch, with_torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_squared_error as sklearn_mse

from linreg import exact, pure_python, validation, with_numpy

FITS = {
    "gradient descent": lambda b, X, y: b.fit_gradient_descent(X, y, learning_rate=0.1, n_steps=3),
    "least squares": lambda b, X, y: b.fit_least_squares(X, y),
}
CALLS = FITS | {"gradient": lambda b, X, y: b.gradient(X, y, [0.0] * len(X[0]), 0.0)}


@pytest.fixture(params=of_each)
def backend(request):
    return request.param


@st.composite
def problems(draw):
    """Draw a well-conditioned problem of 1 to 6 features, with its own coefficients."""
    n_features = draw(st.integers(1, 6))
    n_samples = draw(st.integers(3 * n_features + 3, 40))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    X = rng.normal(size=(n_samples, n_features)) * rng.uniform(0.5, 2, n_features)
    y = X @ rng.normal(size=n_features) + rng.normal() + 0.1 * rng.normal(size=n_samples)
    return X.tolist(), y.tolist()


def values(result):
    """Return what any backend returned as one flat float64 array."""
    if isinstance(result, tuple):
        return np.concatenate([values(part) for part in result])
    if hasattr(result, "detach"):  # a tensor
        result = result.detach().numpy()
    return np.atleast_1d(np.asarray(result, dtype=float))


def test_the_five_names_and_signatures_are_the_same(backend):
    more = ["fit_minibatches"] if backend is with_torch else []
    assert sorted(backend.__all__) == sorted([*pure_python.__all__, *more])
    for name in pure_python.__all__:
        assert called_with(getattr(pure_python, name)) == called_with(getattr(backend, name))
    assert called_with(exact.fit_least_squares) == called_with(backend.fit_least_squares)


def called_with(function):
    """How a function is called: its signature without types, which each backend has its own."""
    plain = inspect.signature(function)
    bare = [p.replace(annotation=p.empty) for p in plain.parameters.values()]
    return str(plain.replace(parameters=bare, return_annotation=plain.empty))


@settings(max_examples=50)
@given(problem=problems(), fit_intercept=st.booleans())
def test_least_squares_agrees_with_scikit_learn(problem, fit_intercept):
    X, y = problem
    outside = LinearRegression(fit_intercept=fit_intercept, tol=1e-15).fit(X, y)
    for backend in BACKENDS:
        fit = backend.fit_least_squares(X, y, fit_intercept=fit_intercept)
        np.testing.assert_allclose(values(fit.coef), outside.coef_, rtol=1e-8, atol=1e-8)
        np.testing.assert_allclose(float(fit.intercept), outside.intercept_, rtol=1e-8, atol=1e-8)
        loss = sklearn_mse(y, outside.predict(X))
        np.testing.assert_allclose(fit.loss_history, [loss], rtol=1e-8)


@settings(max_examples=30)
@given(problem=problems())
def test_a_long_walk_ends_where_scikit_learn_is(problem):
    X, y = problem
    largest = np.linalg.eigvalsh(
        2 / len(y) * np.c_[X, np.ones(len(y))].T @ np.c_[X, np.ones(len(y))]
    )
    outside = LinearRegression(tol=1e-15).fit(X, y)
    rate = 2 / (largest[0] + largest[-1])
    fit = with_numpy.fit_gradient_descent(X, y, learning_rate=rate, n_steps=3000)
    np.testing.assert_allclose(fit.coef, outside.coef_, rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(fit.intercept, outside.intercept_, rtol=1e-8, atol=1e-8)


@settings(max_examples=30)
@given(problem=problems(), n_steps=st.integers(0, 12))
def test_the_three_walks_are_one_walk(problem, n_steps):
    X, y = problem
    walks = [b.fit_gradient_descent(X, y, learning_rate=0.01, n_steps=n_steps) for b in BACKENDS]
    assert all(len(walk.loss_history) == n_steps + 1 for walk in walks)
    for walk in walks[1:]:
        np.testing.assert_allclose(values(walk), values(walks[0]), rtol=1e-9, atol=1e-12)


@settings(max_examples=30)
@given(problem=problems(), seed=st.integers(0, 2**32 - 1))
def test_gradient_is_the_slope_of_the_loss(problem, seed):
    X, y = problem
    theta = np.random.default_rng(seed).normal(size=len(X[0]) + 1)

    def loss(backend, theta):
        y_hat = backend.predict(X, theta[:-1].tolist(), float(theta[-1]))
        return float(backend.mean_squared_error(y, y_hat))

    for backend in BACKENDS:
        slopes = values(backend.gradient(X, y, theta[:-1].tolist(), float(theta[-1])))
        for j, step in enumerate(1e-3 * np.eye(len(theta))):
            # The loss is quadratic, so a central difference has rounding error alone.
            slope = (loss(backend, theta + step) - loss(backend, theta - step)) / 2e-3
            np.testing.assert_allclose(slopes[j], slope, rtol=1e-8, atol=1e-8)


@settings(max_examples=30)
@given(problem=problems())
def test_shapes(problem):
    X, y = problem
    for backend in BACKENDS:
        fit = backend.fit_least_squares(X, y)
        assert len(fit.coef) == len(X[0])
        assert np.ndim(values(fit.coef)) == 1
        assert values(fit.intercept).shape == (1,)
        assert values(backend.predict(X, fit.coef, fit.intercept)).shape == (len(y),)
        d_coef, d_intercept = backend.gradient(X, y, fit.coef, fit.intercept)
        assert values(d_coef).shape == (len(X[0]),)
        assert values(d_intercept).shape == (1,)


def test_the_hand_example(backend):
    X, y = [[1], [2], [3]], [2, 4, 6]
    assert values(backend.predict(X, [1], 0)).tolist() == [1, 2, 3]
    assert float(backend.mean_squared_error(y, [1, 2, 3])) == pytest.approx(14 / 3, rel=1e-15)
    assert values(backend.gradient(X, y, [1], 0)) == pytest.approx([-28 / 3, -4], rel=1e-15)


# Each row: what is wrong, X, y, and the words that name the mend.
GOOD_X, GOOD_Y = [[1.0, 2.0], [2.0, 1.0], [3.0, 5.0], [4.0, 4.0]], [1.0, 2.0, 3.0, 5.0]
NAN, INF = float("nan"), float("inf")
BAD_INPUT = [
    ("ragged rows", [[1.0, 2.0], [1.0], [3.0, 5.0], [4.0, 4.0]], GOOD_Y, "same features"),
    ("NaN in X", [[1.0, NAN], *GOOD_X[1:]], GOOD_Y, "fill in what is missing"),
    ("NaN in y", GOOD_X, [NAN, 2.0, 3.0, 5.0], "fill in what is missing"),
    ("infinity in X", [[1.0, INF], *GOOD_X[1:]], GOOD_Y, "remove the row"),
    ("infinity in y", GOOD_X, [-INF, 2.0, 3.0, 5.0], "remove the row"),
    ("no rows", [], [], "at least one row"),
    ("no columns", [[], [], [], []], GOOD_Y, "at least one row and one feature"),
    ("fewer targets than rows", GOOD_X, GOOD_Y[:3], "make them equal"),
    ("more targets than rows", GOOD_X, [*GOOD_Y, 1.0], "make them equal"),
    ("a flat X", [1.0, 2.0, 3.0, 5.0], GOOD_Y, r"\[\[value\] for value in x\]"),
    ("a column y", GOOD_X, [[v] for v in GOOD_Y], "flatten it"),
    (
        "integers whose squares overflow",
        [[4_000_000_000, 1], *GOOD_X[1:]],
        GOOD_Y,
        "to float first",
    ),
    ("an overflowing target", GOOD_X, [4_000_000_000, 2, 3, 5], "to float first"),
    ("floats whose squares overflow", [[1e200, 1.0], *GOOD_X[1:]], GOOD_Y, "larger unit"),
]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    ("X", "y", "mend"), [c[1:] for c in BAD_INPUT], ids=[c[0] for c in BAD_INPUT]
)
def test_bad_input_names_its_mend(backend, call, X, y, mend):
    if call == "gradient" and not (X and np.ndim(X[0])):
        call = "least squares"  # a gradient at coef = [] says the same of coef
    with pytest.raises(ValueError, match=mend):
        CALLS[call](backend, X, y)


COLLINEAR = [
    ("a repeated column", [[1, 1], [2, 2], [4, 4], [7, 7]], "Drop column 1"),
    ("a zero column", [[1, 0], [2, 0], [4, 0], [7, 0]], "Drop column 1"),
    ("a constant column", [[1, 3], [2, 3], [4, 3], [7, 3]], "repeats the intercept|constant"),
    ("columns that sum to one", [[1, 0], [0, 1], [1, 0], [0, 1]], "fit_intercept=False"),
    ("fewer rows than unknowns", [[1, 2], [3, 5]], "collect more rows or drop columns"),
]


@pytest.mark.parametrize(("X", "mend"), [c[1:] for c in COLLINEAR], ids=[c[0] for c in COLLINEAR])
def test_a_fit_that_is_not_unique_is_refused(backend, X, mend):
    with pytest.raises(ValueError, match=mend):
        backend.fit_least_squares(X, [1.0, 2.0, 3.0, 5.0][: len(X)])


def whole_numbers(n_rows, seed=0):
    """Columns whose numbers are exact in float64: a start near 1.5e9, an end, and a duration."""
    rng = np.random.default_rng(seed)
    start = rng.integers(1_499_000_000, 1_501_000_000, n_rows)
    duration = rng.integers(1, 1000, n_rows)
    return start, start + duration, duration


def dummies(n_rows):
    """Columns of 0 and 1, one of them 1 in each row, so that beside an intercept one is spare."""
    return np.eye(3)[np.random.default_rng(1).integers(0, 3, n_rows)]


def years(n_rows):
    return np.random.default_rng(2).integers(1960, 2011, n_rows)


DEPENDENT = {
    "start, end and duration": lambda n: np.column_stack(whole_numbers(n)),
    "duration first": lambda n: np.column_stack(whole_numbers(n)[::-1]),
    "dummies": dummies,
    "a year and an age": lambda n: np.column_stack([years(n), 2020 - years(n)]),
    "tenths": lambda n: np.column_stack([years(n), np.full(n, 0.1)]),
}


@pytest.mark.parametrize("n_rows", [30, 40_000])
@pytest.mark.parametrize("columns", DEPENDENT.values(), ids=DEPENDENT)
def test_columns_that_depend_exactly_are_refused_at_any_length(backend, columns, n_rows):
    X = columns(n_rows if backend is not pure_python else min(n_rows, 4000))
    with pytest.raises(ValueError, match="X is collinear"):
        backend.fit_least_squares(X, np.arange(len(X), dtype=float))


def pairs():
    """Two columns, each followed by its double."""
    start, _, duration = whole_numbers(30)
    return np.column_stack([start, 2 * start, duration, 2 * duration])


def kahan():
    """Kahan's triangle: none of its columns is next to nothing beside those before it."""
    n, sine, cosine = 88, np.sin(1.2), np.cos(1.2)
    return np.diag(sine ** np.arange(n)) @ (np.eye(n) - cosine * np.triu(np.ones((n, n)), 1))


@pytest.mark.parametrize(("columns", "j"), [(pairs, 1), (kahan, 1)])
def test_of_several_dependent_columns_all_backends_name_the_same(backend, columns, j):
    X = columns()
    with pytest.raises(ValueError, match=f"X is collinear: column {j} is"):
        backend.fit_least_squares(X, np.arange(len(X), dtype=float), fit_intercept=False)


@pytest.mark.parametrize("backend", of_arrays)
@pytest.mark.parametrize("n_rows", [30, 1_000_000])
@pytest.mark.parametrize("columns", ["dummies", "a year and an age", "tenths"])
def test_nor_do_they_pass_in_single_precision(backend, columns, n_rows):
    library = np if backend is with_numpy else torch
    X = library.asarray(DEPENDENT[columns](n_rows), dtype=library.float32)
    with pytest.raises(ValueError, match="X is collinear"):
        backend.fit_least_squares(X, X[:, 0])


GOOD_SINGLE = {
    "one normal feature": lambda n: np.random.default_rng(3).normal(size=n),
    "years": years,
    "a share of a percent": lambda n: 1 + 0.01 * np.random.default_rng(4).normal(size=n),
}


@pytest.mark.parametrize("backend", of_arrays)
@pytest.mark.parametrize("n_rows", [50, 900_000])
@pytest.mark.parametrize("column", GOOD_SINGLE.values(), ids=GOOD_SINGLE)
def test_good_columns_in_single_precision_are_fitted(backend, column, n_rows):
    library = np if backend is with_numpy else torch
    x = column(n_rows)
    X = library.asarray(x[:, None], dtype=library.float32)
    y = library.asarray(3 * x + 2, dtype=library.float32)
    fit = backend.fit_least_squares(X, y)
    assert fit.coef.dtype == library.float32
    np.testing.assert_allclose(values(fit.coef), [3], rtol=1e-3)


@pytest.mark.parametrize("shift", [1e-9, 1e-6, 1e-3])
def test_columns_that_differ_by_little_but_surely_are_fitted(backend, shift):
    """The end is the start and another duration: dependent by no rounding."""
    start, end, duration = (np.asarray(c, dtype=float) for c in whole_numbers(200))
    other = duration * (1 + shift * np.random.default_rng(5).normal(size=200) * 1e4)
    fit = backend.fit_least_squares(np.column_stack([start, end, other]), start + 2 * other)
    assert np.isfinite(values(fit.coef)).all()


@settings(max_examples=60)
@given(problem=problems(), seed=st.integers(0, 2**32 - 1), scale=st.sampled_from([1e-6, 1.0, 1e6]))
def test_a_combination_of_columns_is_always_noticed(problem, seed, scale):
    X, y = problem
    weights = np.random.default_rng(seed).normal(size=len(X[0]))
    X = np.column_stack([X, scale * (np.array(X) @ weights)])
    for backend in BACKENDS:
        with pytest.raises(ValueError, match="collinear"):
            backend.fit_least_squares(X.tolist(), y)


@pytest.mark.parametrize(
    ("settings", "mend"),
    [
        ({"learning_rate": 0.1, "n_steps": True}, "whole number"),
        ({"learning_rate": 0.0, "n_steps": 3}, "positive"),
        ({"learning_rate": -0.1, "n_steps": 3}, "positive"),
        ({"learning_rate": NAN, "n_steps": 3}, "learning_rate is nan"),
        ({"learning_rate": 0.1, "n_steps": -1}, "whole number"),
        ({"learning_rate": 0.1, "n_steps": 2.5}, "whole number"),
    ],
)
def test_bad_settings_name_their_mend(backend, settings, mend):
    with pytest.raises(ValueError, match=mend):
        backend.fit_gradient_descent(GOOD_X, GOOD_Y, **settings)


def test_coefficients_and_predictions_are_checked_too(backend):
    with pytest.raises(ValueError, match="make them equal"):
        backend.predict(GOOD_X, [1.0], 0.0)
    with pytest.raises(ValueError, match="intercept is nan"):
        backend.predict(GOOD_X, [1.0, 2.0], NAN)
    with pytest.raises(ValueError, match="fill in what is missing"):
        backend.predict([[NAN]], [1.0], 0.0)
    with pytest.raises(ValueError, match="make them equal"):
        backend.mean_squared_error(GOOD_Y, GOOD_Y[:3])
    with pytest.raises(ValueError, match="lower the learning_rate"):
        backend.mean_squared_error(GOOD_Y, [1e200, 0, 0, 0])
    with pytest.raises(ValueError, match="at least one"):
        backend.mean_squared_error([], [])


def test_a_walk_that_overflows_says_so(backend):
    with pytest.raises(ValueError, match="lower the learning_rate"):
        backend.fit_gradient_descent(GOOD_X, GOOD_Y, learning_rate=100.0, n_steps=200)


@pytest.mark.parametrize("wrong", ["1.5", None, 1j], ids=["text", "None", "complex"])
def test_what_is_not_a_number_is_named(backend, wrong):
    with pytest.raises(TypeError, match=r"X\[0\]\[1\] .*convert it"):
        backend.fit_least_squares([[1.0, wrong], *GOOD_X[1:]], GOOD_Y)


@pytest.mark.parametrize("X", [None, 3.0, "abc"])
def test_what_is_not_a_sequence_is_named(backend, X):
    with pytest.raises((TypeError, ValueError), match=r"not a sequence|not a row|shape"):
        backend.fit_least_squares(X, GOOD_Y)


@pytest.mark.parametrize("convert", [Fraction, Decimal, int, np.float64, np.int64, np.float32])
def test_every_real_type_is_read_as_its_value(backend, convert):
    X = [[convert(int(value)) for value in row] for row in GOOD_X]
    fit, expected = (backend.fit_least_squares(rows, GOOD_Y) for rows in (X, GOOD_X))
    np.testing.assert_array_equal(values(fit), values(expected))


@pytest.mark.parametrize("dtype", [np.int8, np.uint16, np.int64, bool, np.float16, np.float64])
def test_arrays_of_every_dtype_give_float64(backend, dtype):
    X = np.array([[1, 0], [0, 1], [1, 1], [0, 0]], dtype=dtype)
    fit = backend.fit_least_squares(X, GOOD_Y)
    expected = pure_python.fit_least_squares(X.astype(float).tolist(), GOOD_Y)
    np.testing.assert_allclose(values(fit), values(expected), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("backend", of_arrays)
def test_single_precision_is_kept(backend):
    library = np if backend is with_numpy else torch
    X = library.asarray(GOOD_X, dtype=library.float32)
    for fit in (
        backend.fit_least_squares(X, GOOD_Y),
        backend.fit_gradient_descent(X, GOOD_Y, learning_rate=0.01, n_steps=2),
    ):
        assert fit.coef.dtype == library.float32
    with pytest.raises(ValueError, match="larger unit"):
        backend.fit_least_squares(X * 1e16, GOOD_Y)


@pytest.mark.parametrize("backend", of_arrays)
@pytest.mark.parametrize(
    ("X", "y", "mend"),
    [
        (np.array([1.0, 2.0, 3.0]), [1.0, 2.0, 3.0], r"X\.reshape\(-1, 1\)"),
        (np.array(GOOD_X), np.array(GOOD_Y)[:, None], r"y\.ravel\(\)"),
        (np.zeros((0, 2)), np.zeros(0), "X is empty"),
        (np.zeros((4, 0)), np.array(GOOD_Y), "at least one row and one feature"),
        (np.array([[NAN], [1.0]]), [1.0, 2.0], "fill in what is missing"),
        (np.array([[1.0], [-INF]]), [1.0, 2.0], "remove the row"),
        (np.array([[4_000_000_000], [1]]), [1.0, 2.0], "to float first"),
        (np.array([[-(2**63)], [1]]), [1.0, 2.0], "to float first"),
    ],
)
def test_bad_arrays_name_their_mend(backend, X, y, mend):
    with pytest.raises(ValueError, match=mend):
        backend.fit_least_squares(X, y)


def as_tensor(values):
    return torch.tensor(values)


CONVERTERS = [list, np.array, pytest.param(as_tensor, marks=needs_torch)]
TOO_LARGE = [[[4_000_000_000], [1]], [[3_037_000_500], [-2]], [[-(2**63)], [1]], [[2**62], [5]]]


@pytest.mark.parametrize("X", TOO_LARGE, ids=str)
@pytest.mark.parametrize("convert", CONVERTERS)
def test_a_whole_number_that_is_too_large_is_named_alike_everywhere(backend, X, convert):
    message = r"X\[0\]\[0\] is -?\d+: its square overflows a 64-bit integer"
    with pytest.raises(ValueError, match=message):
        backend.fit_least_squares(convert(X), [1.0, 2.0])
    with pytest.raises(ValueError, match=message.replace(r"X\[0\]\[0\]", r"y\[1\]")):
        backend.fit_least_squares([[1.0], [2.0]], convert([1, X[0][0]]))


def test_a_walk_reads_its_table_once(backend, monkeypatch):
    """Of X and y, that is: each step's predictions are new numbers and are looked at."""
    read = []
    for name in ("sequence", "within"):
        real = getattr(validation, name)

        def counted(values, name, *rest, real=real, **named):
            read.append(name)
            return real(values, name, *rest, **named)

        monkeypatch.setattr(validation, name, counted)
    X = np.array(GOOD_X) if backend is not with_torch else torch.tensor(GOOD_X)
    backend.fit_gradient_descent(X, GOOD_Y, learning_rate=0.01, n_steps=5)
    assert read.count("X") == 1
    assert read.count("y") <= 2  # as a list, and as what the list became
    assert read.count("y_hat") >= 6


def test_what_a_fit_has_read_is_read_again_when_it_may_have_changed(backend):
    X = np.array(GOOD_X) if backend is not with_torch else torch.tensor(GOOD_X)
    backend.fit_gradient_descent(X, GOOD_Y, learning_rate=0.01, n_steps=1)
    X[1, 1] = NAN
    for call in CALLS.values():
        with pytest.raises(ValueError, match="fill in what is missing"):
            call(backend, X, GOOD_Y)


@pytest.mark.parametrize("dtype", [complex, object, str])
def test_arrays_of_what_is_not_a_real_number_are_refused(backend, dtype):
    if backend is pure_python and dtype is object:
        return  # its list holds floats
    with pytest.raises(TypeError, match="convert it"):
        backend.fit_least_squares(np.array(GOOD_X).astype(dtype), GOOD_Y)


class Frame:
    """What a data frame is to a backend: iterating gives names, ``__array__`` the numbers."""

    def __len__(self):
        return len(GOOD_X)

    def __iter__(self):
        return iter(["a", "b"])

    def __array__(self, dtype=None, copy=None):
        return np.array(GOOD_X)


UNUSUAL = {
    "negative strides": np.array(GOOD_X)[::-1][::-1],
    "columns first": np.asfortranarray(GOOD_X),
    "every other": np.repeat(np.array(GOOD_X), 2, axis=0)[::2],
    "big-endian": np.array(GOOD_X, dtype=">f8"),
    "long double": np.array(GOOD_X, dtype=np.longdouble),
    "unmasked": np.ma.masked_array(GOOD_X),
    "rows of scalars": [list(row) for row in np.array(GOOD_X)],
    "tuples": tuple(map(tuple, GOOD_X)),
    "a frame": Frame(),
}


@pytest.mark.parametrize("X", UNUSUAL.values(), ids=UNUSUAL)
def test_every_kind_of_table_is_read_as_its_numbers(backend, X):
    fit, expected = (backend.fit_least_squares(rows, GOOD_Y) for rows in (X, GOOD_X))
    np.testing.assert_allclose(values(fit), values(expected), rtol=1e-12)


@needs_torch
def test_a_tensor_is_read_as_its_numbers(backend):
    X = torch.tensor(GOOD_X, dtype=torch.float64)
    fit, expected = (backend.fit_least_squares(rows, GOOD_Y) for rows in (X, GOOD_X))
    np.testing.assert_allclose(values(fit), values(expected), rtol=1e-12)


def test_masked_entries_are_not_brought_back(backend):
    y = np.ma.masked_array(GOOD_Y, mask=[False, True, False, False])
    with pytest.raises(ValueError, match="masked"):
        backend.fit_least_squares(GOOD_X, y)
    with pytest.raises(ValueError, match="masked"):
        backend.fit_least_squares(np.ma.masked_equal(GOOD_X, 5.0), GOOD_Y)


def test_what_has_no_order_is_refused(backend):
    with pytest.raises(TypeError, match="not a sequence"):
        backend.fit_least_squares(GOOD_X, frozenset(GOOD_Y))
    with pytest.raises(ValueError, match="not a row"):
        backend.fit_least_squares([{1.0, 2.0}] * 4, GOOD_Y)


def test_a_single_precision_table_does_not_coarsen_its_targets():
    X, y = np.array(GOOD_X, dtype=np.float32), np.array(GOOD_Y) + 1e9
    exactly = pure_python.fit_least_squares(GOOD_X, y.tolist())
    np.testing.assert_allclose(with_numpy.fit_least_squares(X, y).coef, exactly.coef, rtol=1e-4)
    with pytest.raises(ValueError, match="larger unit"):
        with_numpy.fit_least_squares(X, [1e30] * 4)


@needs_torch
def test_a_single_precision_tensor_takes_no_finer_targets():
    X = torch.tensor(GOOD_X, dtype=torch.float32)
    y = torch.tensor(GOOD_Y, dtype=torch.float64)
    with pytest.raises(TypeError, match="convert one of them"):
        with_torch.fit_least_squares(X, y)


@pytest.mark.parametrize(
    "rate", [True, np.float32(0.1), Decimal("0.1"), Fraction(1, 10), "0.1", None]
)
def test_a_learning_rate_is_a_float(backend, rate):
    with pytest.raises(TypeError, match="pass a float"):
        backend.fit_gradient_descent(GOOD_X, GOOD_Y, learning_rate=rate, n_steps=1)


def test_an_intercept_is_one_number(backend):
    expected = values(backend.predict(GOOD_X, [1.0, 2.0], 0.5))
    for intercept in (Fraction(1, 2), Decimal("0.5"), np.float64(0.5), np.array(0.5)):
        fractions = [Fraction(1), Fraction(2)]
        np.testing.assert_array_equal(
            values(backend.predict(GOOD_X, fractions, intercept)), expected
        )
    for wrong in ("0.5", None, [0.5], np.array([0.5])):
        with pytest.raises(TypeError, match=r"intercept is .*convert it"):
            backend.predict(GOOD_X, [1.0, 2.0], wrong)
        with pytest.raises(TypeError, match=r"intercept is .*convert it"):
            backend.gradient(GOOD_X, GOOD_Y, [1.0, 2.0], wrong)


@pytest.mark.parametrize("wrong", ["False", 1, None, np.array([1, 0])])
def test_fit_intercept_is_true_or_false(backend, wrong):
    with pytest.raises(ValueError, match="pass True or False"):
        backend.fit_least_squares(GOOD_X, GOOD_Y, fit_intercept=wrong)
    assert backend.fit_least_squares(GOOD_X, GOOD_Y, fit_intercept=np.bool_(False)).intercept == 0


@pytest.mark.parametrize("apart", [1e-3, 1e-5, 1e-7])
def test_columns_that_are_nearly_alike_are_still_told_apart(backend, apart):
    X = [[1.0, 1.0 + apart], [2.0, 2.0], [4.0, 4.0 - apart], [7.0, 7.0 + apart]]
    fit, expected = (module.fit_least_squares(X, GOOD_Y) for module in (backend, exact))
    np.testing.assert_allclose(
        values(fit.coef), [float(w) for w in expected.coef], rtol=1e-15 / apart**2
    )


@pytest.mark.parametrize("backend", of_arrays)
def test_a_bad_entry_of_an_array_is_named_with_its_place(backend):
    X = np.array(GOOD_X)
    X[2, 1] = NAN
    with pytest.raises(ValueError, match=r"^X\[2\]\[1\] is nan"):
        backend.fit_least_squares(X, GOOD_Y)
    with pytest.raises(ValueError, match=r"^y\[3\] is -inf"):
        backend.fit_least_squares(GOOD_X, np.array([1.0, 2.0, 3.0, -INF]))


@pytest.mark.parametrize("backend", of_arrays)
def test_a_list_takes_the_precision_of_the_array_beside_it(backend):
    library = np if backend is with_numpy else torch
    single = library.asarray([1.0, 2.5], dtype=library.float32)
    for y, y_hat in [([1.0, 2.0], single), (single, [1.0, 2.0])]:
        loss = backend.mean_squared_error(y, y_hat)
        assert loss.dtype == library.float32
        assert float(loss) == 0.125


def test_the_largest_numbers_allowed_do_not_overflow_unsaid(backend):
    X, y = [[1e100, -1e100], [1e100, 1e100]], [1e100, -1e100]
    if backend is with_torch:  # autograd goes through the loss, whose square would overflow
        with pytest.raises(ValueError, match="larger unit"):
            backend.gradient(X, y, [1e100, -1e100], 1e100)
    else:
        assert np.isfinite(values(backend.gradient(X, y, [1e100, -1e100], 1e100))).all()


LARGEST = {"float32": 1e12, "float64": 1e100}


@pytest.mark.parametrize("backend", of_arrays)
@pytest.mark.parametrize("kind", LARGEST)
def test_the_largest_number_allowed_is_the_precisions(backend, kind):
    library = np if backend is with_numpy else torch
    for size, allowed in [(LARGEST[kind], True), (1.01 * LARGEST[kind], False)]:
        X = library.asarray([[size], [-size], [0.0]], dtype=getattr(library, kind))
        if allowed:
            assert backend.predict(X, [1e-12], 0.0)[1] < 0
        else:
            with pytest.raises(ValueError, match=r"X\[0\]\[0\] .* larger unit"):
                backend.predict(X, [1e-12], 0.0)


def test_input_is_left_as_it_was(backend):
    X, y = np.asfortranarray(GOOD_X), np.array([*GOOD_Y, 0, 0, 0, 0.0])[:4]
    X.setflags(write=False)
    y.setflags(write=False)
    backend.fit_gradient_descent(X, y, learning_rate=0.01, n_steps=3)
    backend.fit_least_squares(X, y)
    assert X.tolist() == GOOD_X
    assert y.tolist() == GOOD_Y


@needs_torch
def test_tensors_keep_their_graph_through_predict():
    coef = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)
    intercept = torch.tensor(0.5, dtype=torch.float64, requires_grad=True)
    y_hat = with_torch.predict(GOOD_X, coef, intercept)
    with_torch.mean_squared_error(GOOD_Y, y_hat).backward()
    d_coef, d_intercept = with_numpy.gradient(GOOD_X, GOOD_Y, [1.0, 2.0], 0.5)
    np.testing.assert_allclose(coef.grad.numpy(), d_coef, rtol=1e-14)
    np.testing.assert_allclose(intercept.grad.numpy(), d_intercept, rtol=1e-14)


@needs_torch
def test_a_gradient_is_found_where_gradients_are_switched_off():
    with torch.no_grad():
        slopes = with_torch.gradient(GOOD_X, GOOD_Y, [1.0, 2.0], 0.5)
    np.testing.assert_allclose(
        values(slopes), values(pure_python.gradient(GOOD_X, GOOD_Y, [1.0, 2.0], 0.5))
    )
