"""Promise: rows read in chunks give the fit of all rows, and say when the sums are not enough."""

import subprocess
import sys
import tracemalloc
import warnings

import numpy as np
import pandas as pd
import pytest

from linreg import at_scale, exact
from linreg.at_scale import GramAccumulator, TallSkinnyQR, fit_chunks, read_chunks
from linreg.least_squares import lstsq
from notebooks import ROOT

each = pytest.mark.parametrize("kind", [GramAccumulator, TallSkinnyQR])
COEF = np.array([1.0, -2.0, 3.0, 0.5])


def drawn(n=1_000, seed=0, offset=0.0):
    """Return ordinary columns, and targets that follow them."""
    draw = np.random.default_rng(seed).standard_normal
    X = draw((n, 4)) + offset
    return X, X @ COEF + 7 + draw(n)


def cut(X, y, size=130):
    """Yield chunks, the last one shorter."""
    for start in range(0, len(y), size):
        yield X[start : start + size], y[start : start + size]


def folded(kind, chunks):
    """Return an accumulator that has seen the chunks."""
    found = kind()
    for chunk in chunks:
        found.partial_fit(*chunk)
    return found


def reference(X, y, fit_intercept=True):
    """Return coefficients and intercept to the last digit, and the loss."""
    found = lstsq(np.column_stack([X, np.ones(len(y))]) if fit_intercept else X, y)
    return found.coef, np.mean(found.residuals**2)


def theta(fit):
    return np.append(fit.coef, fit.intercept)


def error(found, truth):
    return np.max(abs(found - truth)) / np.max(abs(truth))


# ---- The fit of all rows


@each
@pytest.mark.parametrize("size", [1, 3, 130, 2_000])
@pytest.mark.parametrize("offset", [0.0, 1e6])
def test_chunks_give_the_fit_of_all_rows(kind, size, offset):
    X, y = drawn(offset=offset)
    truth, loss = reference(X, y)
    fit = folded(kind, cut(X, y, size)).solve()
    assert error(fit.coef, truth[:-1]) <= 1e-12
    assert error(theta(fit), truth) <= 1e-12
    assert fit.loss_history == [pytest.approx(loss, rel=1e-9)]


@each
def test_an_exact_fit_is_found_from_as_many_rows_as_unknowns(kind):
    X = np.array([[1.0, 0], [0, 1], [2, 2]])
    fit = kind().partial_fit(X, X @ [3.0, -1.0] + 5).solve()
    np.testing.assert_allclose(theta(fit), [3, -1, 5], rtol=1e-12)
    assert fit.loss_history[0] <= 1e-12


@each
def test_without_an_intercept_the_shift_is_undone(kind):
    X, y = drawn(offset=30.0)
    found = folded(kind, cut(X, y))
    assert found.shift[:4].all()
    truth, loss = reference(X, y, fit_intercept=False)
    fit = found.solve(fit_intercept=False)
    assert error(fit.coef, truth) <= 1e-10
    assert fit.intercept == 0.0
    assert fit.loss_history == [pytest.approx(loss, rel=1e-8)]


@each
def test_a_weight_counts_a_row_as_often(kind):
    X, y = drawn(200)
    counts = np.random.default_rng(1).integers(0, 4, 200)
    repeated = folded(kind, cut(np.repeat(X, counts, axis=0), np.repeat(y, counts)))
    weighted = kind()
    for rows in (slice(0, 77), slice(77, 200)):
        weighted.partial_fit(X[rows], y[rows], sample_weight=counts[rows])
    assert weighted.n_rows == np.count_nonzero(counts)
    a, b = repeated.solve(), weighted.solve()
    assert error(theta(b), theta(a)) <= 1e-13
    assert b.loss_history == [pytest.approx(a.loss_history[0], rel=1e-12)]
    assert weighted.r_squared(b) == pytest.approx(repeated.r_squared(a), rel=1e-12)


@each
def test_r_squared_is_the_part_of_the_variance_that_is_explained(kind):
    X, y = drawn(offset=50.0)
    found = folded(kind, cut(X, y))
    fit = found.solve()
    residual = X @ fit.coef + fit.intercept - y
    assert found.r_squared(fit) == pytest.approx(1 - np.var(residual) / np.var(y), rel=1e-12)
    with pytest.raises(ValueError, match="y does not vary"):
        kind().partial_fit(X, np.full(len(y), 3.0)).r_squared(fit)


@each
def test_lists_frames_and_integers_are_read(kind):
    X, y = [[1, 2], [3, 5], [4, 4], [0, 1]], [1, 2, 3, 5]
    plain = kind().partial_fit(X, y).solve()
    frame = pd.DataFrame(X, columns=["a", "b"])
    assert theta(kind().partial_fit(frame, pd.Series(y)).solve()).tolist() == theta(plain).tolist()


# ---- Adding, saving


@each
def test_accumulators_add_in_any_order_and_are_left_as_they_were(kind):
    X, y = drawn(offset=np.array([0, 3, 2000, -1e5]))
    y = y + np.linspace(0, 100, len(y))  # so that each part has a shift of its own
    truth = theta(folded(kind, cut(X, y)).solve())
    parts = [folded(kind, [chunk]) for chunk in cut(X, y)]
    kept = [part.kept.copy() for part in parts]
    for order in (parts, parts[::-1]):
        total = sum(order[1:], order[0])
        assert total.n_rows == len(y)
        assert error(theta(total.solve())[:-1], truth[:-1]) <= 1e-11
    assert all(np.array_equal(part.kept, before) for part, before in zip(parts, kept))


@each
def test_one_that_has_seen_nothing_adds_nothing(kind):
    found = folded(kind, cut(*drawn()))
    for total in (found + kind(), kind() + found):
        assert theta(total.solve()).tolist() == theta(found.solve()).tolist()
    assert (kind() + kind()).n_rows == 0


@each
def test_a_saved_accumulator_goes_on_where_it_was(kind, tmp_path):
    chunks = list(cut(*drawn(offset=9.0)))
    folded(kind, chunks[:3]).save(tmp_path / "sums.npz")
    found = kind.load(tmp_path / "sums.npz")
    for chunk in chunks[3:]:
        found.partial_fit(*chunk)
    assert theta(found.solve()).tolist() == theta(folded(kind, chunks).solve()).tolist()
    other = {GramAccumulator: TallSkinnyQR, TallSkinnyQR: GramAccumulator}[kind]
    with pytest.raises(ValueError, match=rf"load it with {kind.__name__}\.load"):
        other.load(tmp_path / "sums.npz")


# ---- What is lost, and what is not


def test_sums_keep_what_rounding_loses():
    """Two large rows, and then chunks whose squares are below the last digit of theirs."""
    found = GramAccumulator().partial_fit([[2.0**27], [-(2.0**27)]], [0.0, 0.0])
    for _ in range(1_000):
        found.partial_fit([[1.0], [-1.0]], [0.5, -0.5])
    total, lost = found.kept[:, 0, 0]
    assert (total, lost) == (2.0**55, 2_000)
    assert (found + found).kept[:, 0, 0].tolist() == [2.0**56, 4_000]
    assert found.solve().coef[0] == pytest.approx(1_000 / (2**55 + 2_000), rel=5e-15, abs=0)


def test_offsets_cost_no_digits():
    """Years, of which a first chunk sees a few."""
    years = np.arange(1900.0, 2026)
    y = (years - 1900) / 4 + np.sin(years)
    truth = exact.fit_least_squares([[year] for year in years.tolist()], y.tolist())
    found = folded(GramAccumulator, cut(years[:, None], y, 10))
    assert found.digits() > 14
    assert (
        error(theta(found.solve()), np.array([float(v) for v in (*truth.coef, truth.intercept)]))
        <= 1e-13
    )


def nearly_parallel(n=20_000, distance=1e-7):
    """Return columns of which two are nearly parallel, targets on them, and the coefficients."""
    draw = np.random.default_rng(0).integers
    X = draw(-50, 51, (n, 4)).astype(float)
    X[:, 1] = X[:, 0] + distance * X[:, 1]
    return X, X @ COEF + 7


def test_sums_say_beforehand_what_they_lose_and_the_triangle_loses_half():
    X, y = nearly_parallel()
    sums, triangle = (folded(kind, cut(X, y, 1_000)) for kind in (GramAccumulator, TallSkinnyQR))
    assert sums.digits() < 3
    assert 7 < triangle.digits() < 10
    with pytest.raises(ValueError, match="or fold the same chunks with TallSkinnyQR"):
        sums.solve()
    assert error(theta(triangle.solve()), np.append(COEF, 7)) <= 1e-9


def test_digits_fall_with_the_condition_number_by_one_and_by_two():
    for distance in (1e-2, 1e-4, 1e-6):
        X, y = nearly_parallel(1_000, distance)
        columns = np.column_stack([X, np.ones(len(y))])
        lost = np.log10(np.linalg.cond(columns / np.linalg.norm(columns, axis=0)))
        for kind, times in ((GramAccumulator, 2), (TallSkinnyQR, 1)):
            assert folded(kind, [(X, y)]).digits() == pytest.approx(15.65 - times * lost, abs=0.3)


@each
def test_few_digits_are_warned_of(kind):
    X, y = nearly_parallel(1_000, {GramAccumulator: 1e-5, TallSkinnyQR: 1e-10}[kind])
    with pytest.warns(
        RuntimeWarning, match="only about [2-6] digits of the coefficients are sure: drop"
    ):
        folded(kind, cut(X, y)).solve()


@each
def test_enough_digits_are_not_warned_of(kind):
    X, y = nearly_parallel(1_000, {GramAccumulator: 1e-3, TallSkinnyQR: 1e-7}[kind])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        folded(kind, cut(X, y)).solve()


@each
def test_memory_does_not_grow_with_the_rows(kind):
    rng, found = np.random.default_rng(0), kind()

    def chunk():
        return rng.standard_normal((10_000, 4)), rng.standard_normal(10_000)

    found.partial_fit(*chunk())
    tracemalloc.start()
    for _ in range(30):
        found.partial_fit(*chunk())
    now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    size = 10_000 * 5 * 8  # bytes of a chunk
    assert now < size + 50_000
    assert peak < 8 * size


# ---- What is refused


X_OK, Y_OK = drawn(10)


def broken(values, place, value):
    values = values.copy()
    values[place] = value
    return values


@each
@pytest.mark.parametrize(
    ("chunk", "kind_of_error", "message"),
    [
        (
            (X_OK[:, :3], Y_OK),
            ValueError,
            "X has 3 columns, but the chunks before it had 4: give",
        ),
        ((broken(X_OK, (3, 1), np.nan), Y_OK), ValueError, r"X\[3, 1\] is nan: remove the row"),
        ((broken(X_OK, (3, 1), -np.inf), Y_OK), ValueError, r"X\[3, 1\] is -inf: remove"),
        ((X_OK, broken(Y_OK, 2, np.inf)), ValueError, r"y\[2\] is inf: remove"),
        ((X_OK * 1e200, Y_OK), ValueError, "squares overflow: measure in a larger unit"),
        ((X_OK, Y_OK[:5]), ValueError, "make them equal"),
        ((X_OK, Y_OK[:, None]), ValueError, "y has shape .*: pass one target a row"),
        ((X_OK[0], Y_OK), ValueError, r"pass X.reshape\(-1, 1\)"),
        ((X_OK[:0], Y_OK[:0]), ValueError, "X is empty"),
        ((X_OK.astype(str), Y_OK), TypeError, "X has dtype <U.*: convert it"),
        ((X_OK, Y_OK, broken(np.ones(10), 4, -1)), ValueError, r"weight\[4\] is -1.0: pass 0 or"),
        ((X_OK, Y_OK, broken(np.ones(10), 4, np.nan)), ValueError, r"weight\[4\] is nan"),
        ((X_OK, Y_OK, np.ones(9)), ValueError, "has shape .*: pass one a row"),
    ],
)
def test_a_chunk_that_is_refused_names_the_mend_and_changes_nothing(
    kind, chunk, kind_of_error, message
):
    found = folded(kind, [(X_OK, Y_OK)])
    before = found.n_rows, found.kept.copy()
    with pytest.raises(kind_of_error, match=message):
        found.partial_fit(*chunk)
    assert found.n_rows == before[0]
    assert np.array_equal(found.kept, before[1])


@each
def test_a_first_chunk_that_is_refused_changes_nothing(kind):
    found = kind()
    with pytest.raises(ValueError, match="is nan"):
        found.partial_fit(broken(X_OK, (3, 1), np.nan), Y_OK)
    assert (
        theta(found.partial_fit(X_OK, Y_OK).solve()).tolist()
        == theta(folded(kind, [(X_OK, Y_OK)]).solve()).tolist()
    )


@each
def test_nothing_seen_has_no_fit(kind, tmp_path):
    fit = folded(kind, [(X_OK, Y_OK)]).solve()
    for call in (
        kind().solve,
        kind().digits,
        lambda: kind().save(tmp_path / "x"),
        lambda: kind().r_squared(fit),
    ):
        with pytest.raises(ValueError, match=r"nothing has been seen yet: call partial_fit"):
            call()


@each
def test_fewer_rows_than_unknowns_are_refused(kind):
    with pytest.raises(ValueError, match="4 rows cannot fix 5 unknowns"):
        kind().partial_fit(X_OK[:4], Y_OK[:4]).solve()
    weights = np.repeat([1.0, 0.0], 5)
    found = kind().partial_fit(X_OK, Y_OK, np.repeat([1.0, 0.0], [4, 6]))
    with pytest.raises(ValueError, match="4 rows cannot fix 5 unknowns"):
        found.solve()
    assert kind().partial_fit(X_OK, Y_OK, weights).solve().loss_history[0] <= 1e-12


@each
@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (lambda X: X @ [[1, 0, 0], [0, 1, 0], [0, 0, 0], [0, 0, 0]], "column 2 is zero or a comb"),
        (lambda X: X @ [[1, 0, 1], [0, 1, 2], [0, 0, 0], [0, 0, 0]], "column 2 is zero or a comb"),
        (lambda X: X @ [[1, 1, 0], [0, 0, 1], [0, 0, 0], [0, 0, 0]], "column 1 is zero or a comb"),
        (lambda X: np.column_stack([X[:, 0], np.full(len(X), 4.0)]), "column 1 is zero or a comb"),
        (lambda X: np.column_stack([X[:, 0] > 0, X[:, 0] <= 0]) * 1.0, "with the intercept"),
    ],
)
def test_dependent_columns_are_named(kind, columns, message):
    X, y = drawn()
    with pytest.raises(ValueError, match=message) as caught:
        folded(kind, cut(columns(X), y)).solve()
    assert ("TallSkinnyQR" in str(caught.value)) == (kind is GramAccumulator)


def test_accumulators_of_other_kinds_or_columns_do_not_add():
    sums, triangle = (folded(kind, [(X_OK, Y_OK)]) for kind in (GramAccumulator, TallSkinnyQR))
    with pytest.raises(TypeError, match="unsupported operand"):
        sums + triangle
    with pytest.raises(ValueError, match="one has seen 4 columns and the other 3"):
        sums + folded(GramAccumulator, [(X_OK[:, :3], Y_OK)])


# ---- Any chunks, and files


@pytest.mark.parametrize("method", ["sums", "qr"])
def test_any_iterable_of_chunks_is_fitted(method):
    X, y = drawn()
    fit = fit_chunks(cut(X, y), method=method)
    assert error(theta(fit), reference(X, y)[0]) <= 1e-12
    weighted = fit_chunks((*chunk, np.full(len(chunk[1]), 2.0)) for chunk in cut(X, y))
    assert error(theta(weighted), theta(fit)) <= 1e-12
    without = fit_chunks(cut(X, y), method=method, fit_intercept=False)
    assert error(without.coef, reference(X, y, fit_intercept=False)[0]) <= 1e-12


def test_a_chunk_that_is_refused_is_counted():
    X, y = drawn()
    with pytest.raises(ValueError, match="is nan") as caught:
        fit_chunks(cut(broken(X, (300, 0), np.nan), y))
    assert caught.value.__notes__ == ["in chunk 2, counted from 0"]
    with pytest.raises(ValueError, match="method is 'svd': choose one of sums, qr"):
        fit_chunks(cut(X, y), method="svd")
    with pytest.raises(ValueError, match="nothing has been seen"):
        fit_chunks([])


@pytest.fixture(params=["csv", "parquet"])
def file(request, tmp_path):
    """Write a table in each form; return its path, its columns and its targets."""
    X, y = drawn()
    frame = pd.DataFrame(X, columns=list("abcd")).assign(text="words", y=y)
    path = tmp_path / f"table.{request.param}"
    if request.param == "csv":
        frame.to_csv(path, index=False)
    else:
        frame.to_parquet(path, row_group_size=300)
    return path, X, y


def test_a_file_is_read_in_chunks_in_the_order_that_was_asked_for(file):
    path, X, y = file
    chunks = list(read_chunks(path, ["c", "a"], "y", chunk_rows=128, progress=False))
    assert {len(y) for _, y in chunks} <= set(range(1, 129))
    assert len(chunks) >= 8
    assert np.array_equal(np.vstack([chunk[0] for chunk in chunks]), X[:, [2, 0]])
    assert np.array_equal(np.concatenate([chunk[1] for chunk in chunks]), y)
    fit = fit_chunks(read_chunks(path, list("abcd"), "y", chunk_rows=128, progress=False))
    assert error(theta(fit), reference(X, y)[0]) <= 1e-12


def test_a_bar_shows_how_far_the_file_is_read(file, capsys):
    list(read_chunks(file[0], ["a"], "y"))
    assert file[0].name in (out := capsys.readouterr().out)
    assert "100%" in out
    list(read_chunks(file[0], ["a"], "y", progress=False))
    assert file[0].name not in capsys.readouterr().out


def test_a_name_that_the_file_lacks_is_told(file):
    with pytest.raises((ValueError, KeyError), match="lacking"):
        list(read_chunks(file[0], ["lacking"], "y", progress=False))


def test_a_gap_in_a_file_is_named(file):
    path, *_ = file
    frame = pd.read_csv(path) if path.suffix == ".csv" else pd.read_parquet(path)
    frame.loc[500, "b"] = np.nan
    (frame.to_csv if path.suffix == ".csv" else frame.to_parquet)(path, index=False)
    with pytest.raises(ValueError, match=r"X\[116, 1\] is nan: remove the row") as caught:
        fit_chunks(read_chunks(path, ["a", "b"], "y", chunk_rows=128, progress=False))
    assert caught.value.__notes__ == ["in chunk 3, counted from 0"]


def test_the_first_shift_follows_means_that_are_far_from_zero():
    X = np.column_stack([np.arange(5.0) - 2, np.arange(5.0) + 1000])
    assert at_scale.first_shift(X, np.arange(5.0) + 10).tolist() == [0, 1002, 0, 12]


def test_numpy_alone_is_loaded_until_a_file_or_a_cluster_is_asked_for():
    program = (
        "import sys, linreg.at_scale; print(*{name.partition('.')[0] for name in sys.modules})"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert {"linreg", "numpy"} <= loaded
    assert not loaded & {"pandas", "pyarrow", "dask", "distributed", "rich"}
