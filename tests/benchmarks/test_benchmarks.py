"""Promise: what the benchmarks time is the work they name, and their records are whole."""

import importlib

import numpy as np
import pytest
import torch

from linreg import costs, exact
from linreg.datasets import load_measured
from notebooks import ROOT

LIBRARIES = ["numpy lstsq", "scipy lstsq", "scikit-learn", "statsmodels", "torch lstsq"]


@pytest.fixture
def benchmark(monkeypatch):
    """Import a program of the folder by its name, with few repeats."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))

    def load(name):
        module = importlib.import_module(name)
        monkeypatch.setattr(module, "REPEATS", 1, raising=False)
        return module

    return load


def test_every_solver_solves_what_is_timed(benchmark):
    solvers = benchmark("solvers")
    row = solvers.measure(solvers.integers, 60, 4)
    assert set(LIBRARIES) < set(row["digits"])
    assert min(row["digits"].values()) > 12
    assert set(row["seconds"]) - set(row["digits"]) == {"gram", "gradient step"}
    assert min(row["seconds"].values()) > 0


def test_both_estimators_are_timed_on_the_same_problem(benchmark):
    row = benchmark("estimators").measure(60, 4)
    ratio = row["seconds"]["linreg"] / row["seconds"]["scikit-learn"]
    assert row["linreg over scikit-learn"] == pytest.approx(ratio, rel=0.05)


@pytest.mark.filterwarnings("ignore:The design matrix")  # statsmodels sees that it is steep
def test_digits_fall_where_the_problem_is_steep(benchmark):
    solvers = benchmark("solvers")
    X, y, truth = solvers.steep(60, 4)
    assert exact.fit_least_squares(X.tolist(), y.tolist(), fit_intercept=False).coef == [*truth]
    found = solvers.measure(solvers.steep, 60, 4)["digits"]
    assert found["linreg refined"] == 16
    assert found["normal equations"] < 8
    assert found["scikit-learn"] < 14


def test_the_tall_challenge_walks_to_its_tolerance(benchmark, monkeypatch):
    challenge = benchmark("challenge")
    X, y, truth = challenge.tall_problem(200, 8)
    eigenvalues = np.linalg.eigvalsh(2 / 200 * X.T @ X)
    assert challenge.largest_eigenvalue(X) == pytest.approx(eigenvalues[-1], rel=0.05)
    rate = challenge.best_rate(X)
    assert rate == pytest.approx(2 / (eigenvalues[0] + eigenvalues[-1]))
    needed = challenge.steps_needed(X, y, truth, rate)
    for steps, near in ((needed, True), (needed - 1, False)):
        error = np.linalg.norm(challenge.descend(X, y, rate, steps) - truth)
        assert (error <= 1e-6 * np.linalg.norm(truth)) == near
    monkeypatch.setattr(challenge, "TALL", (200, 8))
    assert challenge.tall()["steps"]["descent, best rate"] == needed


def test_the_wide_challenge_finds_one_solution_by_two_ways(benchmark, monkeypatch):
    challenge = benchmark("challenge")
    monkeypatch.setattr(challenge, "WIDE", (40, 200))
    found = challenge.wide()
    assert found["relative difference"] < 1e-3
    assert found["gigabytes of XᵀX"] == 200**2 * 4 / 1e9


@pytest.fixture
def at_scale(benchmark, monkeypatch):
    """Return the program that streams, with few rows."""
    at_scale = benchmark("at_scale")
    monkeypatch.setattr(at_scale, "CHUNK_ROWS", 100)
    monkeypatch.setattr(at_scale, "SIZES", [200, 400])
    for name in ("COMPARED", "N_VARIANTS"):
        monkeypatch.setattr(at_scale, name, 2_000)
    return at_scale


def test_streams_are_clocked_beside_the_bare_sums_of_the_same_chunks(at_scale):
    taken = []

    class Taker:
        def __init__(self, name):
            self.name = name

        def partial_fit(self, *chunk):
            taken.append((self.name, chunk))

    assert at_scale.clocked([Taker("a"), Taker("b")], [(1, 2), (3, 4)]).shape == (2, 2)
    assert taken == [("a", (1, 2)), ("b", (1, 2)), ("b", (3, 4)), ("a", (3, 4))]
    found = at_scale.streaming()
    assert [row["n_samples"] for row in found["rows"]] == [200, 400]
    assert max(row["error"] for row in found["rows"]) <= 1e-13
    assert at_scale.slope([1, 10, 100], [2, 20, 200]) == 1.0
    assert set(at_scale.variants()["seconds a chunk"]) > {"bare XᵀX", "triangle"}


def test_ways_to_fit_many_rows_are_compared_with_the_exact_one(at_scale):
    errors = at_scale.compared()["error"]
    exact = {"sums", "triangle", "sums on Dask", "statsmodels, all rows", "numpy lstsq, all rows"}
    assert max(errors[name] for name in exact) <= 1e-10
    assert all(1e-6 < errors[name] < 0.5 for name in errors.keys() - exact)
    found = at_scale.nearly_parallel()
    assert found["digits"]["sums"] < 3
    assert found["error of the triangle"] <= 1e-8


def test_the_record_of_the_streams_is_what_was_asked_for(benchmark):
    at_scale, record = benchmark("at_scale"), load_measured("at_scale")
    rows = record["streaming"]["rows"]
    assert [row["n_samples"] for row in rows] == at_scale.SIZES
    assert max(row["peak MB"] for row in rows) < 1_000
    assert max(row["error"] for row in rows) <= 1e-10
    assert record["nearly_parallel"]["error of the triangle"] <= 1e-9
    assert record["compared"]["n_samples"] == at_scale.COMPARED


def test_paths_are_timed_beside_scikit_learns_and_are_the_same_fits(benchmark, monkeypatch):
    program = benchmark("penalized")
    for name, value in {"RIDGE": [(30, 8), (8, 30)], "LASSO": (30, 60), "N_TRUE": 4}.items():
        monkeypatch.setattr(program, name, value)
    for row in program.ridge():
        assert row["difference"] <= 1e-10
        assert row["over the last"]["scikit-learn Ridge"] == 1
    sweep, found = program.lasso.compiled_sweep, program.lasso_fits()
    assert found["difference"] <= 0.1
    assert max(found["gap"].values()) <= 2 * program.TOLERANCE
    assert 0 < found["not zero at the end"] <= 30
    assert program.lasso.compiled_sweep is sweep
    assert set(found["seconds"]) == {"path", "path, not compiled", "scikit-learn"}


def test_the_record_of_the_paths_is_what_was_asked_for(benchmark):
    program, record = benchmark("penalized"), load_measured("penalized")
    assert [(row["n_samples"], row["n_features"]) for row in record["ridge"]] == program.RIDGE
    assert max(row["difference"] for row in record["ridge"]) <= 1e-10
    lasso = record["lasso"]
    assert (lasso["n_samples"], lasso["n_features"]) == program.LASSO
    assert lasso["gap"]["path"] <= program.TOLERANCE
    assert lasso["not zero at the end"] > program.N_TRUE


@pytest.fixture
def small_roofline(benchmark, monkeypatch):
    """Return the program that measures the roofline, with small arrays."""
    program = benchmark("roofline")
    monkeypatch.setattr(program, "SHAPES", {"cpu": [(8, 2), (30, 4)]})
    monkeypatch.setattr(program, "TALL", (30, 4))
    for name, size in {"PEAK_SIDE": 20, "FAR": 1_000}.items():
        monkeypatch.setattr(program, name, {"cpu": size})
    monkeypatch.setattr(program, "LEAST_SECONDS", 1e-5)
    return program


def test_each_step_of_the_roofline_is_the_one_that_is_counted(small_roofline):
    N, D, T = 30, 4, 3
    for n_targets in (1, T):
        torch.manual_seed(13)
        several = (n_targets,) if n_targets > 1 else ()
        sizes = [(N, D), (D, *several), (N, *several)]
        X, W, Y = (torch.randn(size, dtype=torch.float64).numpy() for size in sizes)
        right = {
            "X @ w": X @ W,
            "X.T @ r": X.T @ Y,
            "gradient step": W - 0.1 * 2 / N * X.T @ (X @ W - Y),
            "X.T @ X": X.T @ X,
        }
        for step, expected in right.items():
            given = step, N, D, n_targets, torch.float64, "cpu"
            found = small_roofline.function_of(*given)().numpy()
            np.testing.assert_allclose(found, expected, rtol=1e-12)
        R = small_roofline.function_of("qr", N, D, 1, torch.float64, "cpu")().R.numpy()
        np.testing.assert_allclose(R.T @ R, X.T @ X, rtol=1e-12, atol=1e-12)


def test_the_roofline_predicts_from_its_own_peaks(small_roofline):
    result = small_roofline.measure("cpu")
    assert len(result["steps"]) == 2 * (2 * len(costs.STEPS) + len(small_roofline.N_TARGETS))
    far = max(result["bandwidth"][name] for name in ("copy", "triad", "sum"))
    for row in result["steps"]:
        sizes = row["n_samples"], row["n_features"], {"float64": 8, "float32": 4}[row["dtype"]]
        counted = costs.work(row["step"], *sizes, row["n_targets"])
        assert (row["operations"], row["bytes"]) == counted
        predicted = costs.roofline(*counted, result["peak"][row["dtype"]], far)
        assert row["predicted"] == pytest.approx(predicted, rel=0.02)
        assert row["ratio"] == pytest.approx(row["seconds"] / row["predicted"], rel=0.02)


def test_a_gpus_time_is_its_own_and_is_read_when_it_is_there(benchmark, monkeypatch):
    """A GPU of our own: each event notes its clock in milliseconds, and knows who waited for it."""
    program, now = benchmark("roofline"), [0.0]

    class Event:
        def __init__(self, enable_timing):
            assert enable_timing
            self.noted, self.waited_for = None, False

        def record(self):
            self.noted = now[0]

        def synchronize(self):
            self.waited_for = True

        def elapsed_time(self, later):
            assert later.waited_for, "read before the GPU was there"
            return later.noted - self.noted

    monkeypatch.setattr(torch.cuda, "Event", Event)
    takes = iter([900.0, 3.0, 2.0, 4.0, 5.0])  # the first call warms up
    monkeypatch.setattr(program, "LEAST_SECONDS", 0.001)

    def work():
        now[0] += next(takes)

    assert program.seconds_of([work], "cuda") == [pytest.approx(0.005)]


def test_the_record_of_the_roofline_is_what_was_asked_for(benchmark):
    program, record = benchmark("roofline"), load_measured("roofline")
    assert set(record["peak"]) == {"float64", "float32", "bfloat16"}
    assert {"copy", "triad", "sum", "sum, cached"} == set(record["bandwidth"])
    keys = "step", "n_samples", "n_features", "n_targets"
    found = [(row["dtype"], *(row[key] for key in keys)) for row in record["steps"]]
    assert found == [(kind, *case) for kind in program.WORDS for case in program.cases("cpu")]
    assert all(row["seconds"] > 0 for row in record["steps"])


def test_the_record_covers_the_grid(benchmark):
    solvers = benchmark("solvers")
    rows = load_measured("solvers")["rows"]
    shapes = [(row["n_samples"], row["n_features"]) for row in rows]
    assert shapes == [*solvers.GRID, *solvers.STEEP]
    for row in rows:
        assert set(LIBRARIES) < set(row["seconds"])


def test_pages_are_held_to_their_limits_and_measured_at_a_deep_link(
    benchmark, tmp_path, monkeypatch
):
    pages = benchmark("pages")
    good = {"kB": 300, "loaded": 2, "lab live": 2, "longest task": 0.5, "shift": 0}
    good["shift at a link"] = 0
    assert pages.over(pages.FRONT, good) == []
    assert pages.over(pages.FRONT, {**good, "kB": 351}) == ["kB"]
    assert pages.over("a_chapter.html", {**good, "kB": 351, "loaded": 4}) == []
    for name in pages.LIMITS:
        assert pages.over("a_chapter.html", {**good, name: 5}) == [name]
    monkeypatch.setattr(pages, "BOOK", tmp_path)
    (tmp_path / "a.html").write_text('<section id="one"></section><section id="two"></section>')
    (tmp_path / "b.html").write_text('<div data-lab="walk"></div>')
    assert pages.last_place("a.html") == "a.html#two"
    assert pages.with_labs() == ["b.html"]
