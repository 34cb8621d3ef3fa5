"""Promise: what the benchmarks time is the work they name, and their records are whole."""

import importlib
import re
import tracemalloc
from functools import partial
from types import SimpleNamespace
from unittest.mock import MagicMock

import numpy as np
import pytest
import torch
from classroom import released

from grader import course
from grader.cells import is_answer
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


def test_the_parts_of_the_solvers_are_the_products_that_costs_are_counted_in(benchmark):
    parts = benchmark("solvers").steps(np.array([[1.0, 2], [3, 4]]), np.array([5.0, 6]))
    assert parts["gram"]().tolist() == [[10, 14], [14, 20]]
    assert parts["gradient step"]() == pytest.approx([2.3, 3.4])  # at a rate of 0.1, from zero


def test_the_table_of_solvers_gives_times_numpys(benchmark, capsys):
    sizes = {"problem": "integers", "n_samples": 60, "n_features": 4, "auto took": "qr"}
    seconds = {"numpy lstsq": 0.002, "linreg auto": 0.006, "gram": 0.0005}
    benchmark("solvers").table({**sizes, "seconds": seconds, "digits": {"linreg auto": 14.5}})
    _, head, *rows = capsys.readouterr().out.splitlines()
    assert head.endswith("numpy lstsq 2.00 ms")
    found = {re.split(r"\s{2,}", row)[1]: float(re.search(r"(\S+) x", row)[1]) for row in rows}
    assert found == {"numpy lstsq": 1.0, "linreg auto": 3.0, "gram": 0.25}


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
    assert found["gigabytes of X"] == 40 * 200 * 4 / 1e9
    assert found["gigabytes of XᵀX"] == 200**2 * 4 / 1e9


def test_the_order_of_two_products_is_the_one_that_its_name_shows(benchmark, monkeypatch):
    """NumPy reports its arrays to tracemalloc: one as large as X is made in one order alone."""
    challenge, timed = benchmark("challenge"), []
    monkeypatch.setattr(challenge, "TALL", (200, 8))
    monkeypatch.setattr(challenge, "timed", timed.append)
    challenge.tall()
    makes_a_table = {}
    for name, product in timed[-1].items():
        tracemalloc.start()
        product()
        makes_a_table[name] = tracemalloc.get_traced_memory()[1] >= 200 * 8 * 8
        tracemalloc.stop()
    assert makes_a_table == {
        **{"(inv(A) @ X.T) @ y": True, "inv(A) @ (X.T @ y)": False},
        **{"((2 / N) * X.T) @ r": True, "(2 / N) * (X.T @ r)": False},
    }


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


@pytest.fixture
def told_times(at_scale, monkeypatch):
    """Let each taker take as long a chunk as is said here; return what each call was given."""
    takes = {"GramAccumulator": 6.0, "BareSum": 2.0, "TallSkinnyQR": 8.0, "ScaledSGD": 32.0}
    calls, real = [], at_scale.clocked

    def clocked(takers, given):
        calls.append(list(given))
        real(takers, calls[-1])
        return np.array([[takes[type(one).__name__] for one in takers]] * len(calls[-1]))

    monkeypatch.setattr(at_scale, "clocked", clocked)
    return calls


def test_sums_are_said_to_take_so_many_times_the_bare_ones(at_scale, told_times, monkeypatch):
    in_kilobytes = SimpleNamespace(ru_maxrss=300 * 1024)  # as Linux has it
    monkeypatch.setattr(at_scale.resource, "getrusage", lambda _: in_kilobytes)
    for n_chunks, row in zip([2, 4], at_scale.streaming()["rows"]):
        assert row["seconds"] == {"sums": 6.0 * n_chunks, "bare XᵀX": 2.0 * n_chunks}
        assert row["times the bare"] == row["times the bare, median chunk"] == 3.0
        assert row["peak MB"] == 300


def test_each_way_to_take_chunks_has_its_own_time_and_its_own_chunks(at_scale, told_times):
    seconds = at_scale.variants()["seconds a chunk"]
    sums = dict.fromkeys(["sums", "sums, shifted", "sums, weighted"], 6.0)
    assert seconds == {"bare XᵀX": 2.0, **sums, "triangle": 8.0}
    given = dict(zip(seconds, told_times))
    means = {name: np.mean([chunk[0] for chunk in chunks]) for name, chunks in given.items()}
    assert {name for name, mean in means.items() if abs(mean) > 1} == {"sums, shifted"}
    assert {name for name, chunks in given.items() if len(chunks[0]) == 3} == {"sums, weighted"}
    compared = at_scale.compared()["seconds"]
    assert [compared[name] for name in ("sums", "triangle", "SGD")] == [120.0, 160.0, 640.0]


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


def test_a_time_over_the_last_is_above_one_where_it_is_longer(benchmark, monkeypatch):
    program = benchmark("penalized")
    monkeypatch.setattr(program, "best_of", lambda functions, repeats: [6.0, 1.0, 2.0])
    found = program.timed(dict.fromkeys(["slow", "quick", "theirs"]))
    assert found["seconds"] == {"slow": 6.0, "quick": 1.0, "theirs": 2.0}
    assert found["over the last"] == {"slow": 3.0, "quick": 0.5, "theirs": 1.0}


def test_the_gap_of_scikit_learns_path_is_that_of_our_loss(benchmark, monkeypatch):
    program = benchmark("penalized")
    for name, value in {"LASSO": (30, 60), "N_TRUE": 4, "TOLERANCE": 1e-2}.items():
        monkeypatch.setattr(program, name, value)
    monkeypatch.setattr(program, "timed", lambda functions: {})
    X, y = program.problem(30, 60, 4)
    l1s = program.lasso.largest_penalty(X, y) * np.geomspace(1, 0.01, program.N_PENALTIES)
    A, b = ((values - values.mean(axis=0)) / np.sqrt(30) for values in (X, y))
    gaps = []
    for l1, coef in zip(l1s, program.theirs(X, y, l1s)[1].T):
        residual = b - A @ coef
        gaps.append(program.lasso.duality_gap(residual, A.T @ residual, coef, l1, 0))
    expected = max(gaps) / np.var(y)
    assert program.lasso_fits()["gap"]["scikit-learn"] == pytest.approx(expected, rel=0.05)


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


def test_the_peaks_count_operations_and_the_bandwidths_bytes(small_roofline, monkeypatch):
    monkeypatch.setattr(small_roofline, "NEAR", 100)
    monkeypatch.setattr(small_roofline, "seconds_of", lambda functions, _: [0.5] * len(functions))
    products = 20**3  # each with its sum
    assert set(small_roofline.peaks("cpu").values()) == {2 * products / 0.5}
    assert small_roofline.bandwidths("cpu") == {
        **{"copy": 2 * 8_000 / 0.5, "triad": 3 * 8_000 / 0.5},
        **{"sum": 8_000 / 0.5, "sum, cached": 800 / 0.5},
    }


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


@pytest.fixture
def gradients_that_take(benchmark, monkeypatch):
    """Return the program of loops and arrays, and a way to say what each gradient takes."""
    program, now = benchmark("loops_to_numpy"), [0.0]
    clock = partial(program.best_of, clock=lambda: now[0])
    monkeypatch.setattr(program, "best_cpu_of", clock)

    def take(backend, seconds_of):
        def gradient(X, y, coef, intercept):
            now[0] += seconds_of(X)

        monkeypatch.setattr(getattr(program, backend), "gradient", gradient)

    return program, take


@pytest.mark.parametrize("n_samples", [10, 2_000])
def test_loops_and_arrays_are_timed_by_the_gradient(gradients_that_take, n_samples):
    program, take = gradients_that_take
    take("pure_python", lambda X: 32.0)
    take("with_numpy", lambda X: 4.0)
    assert program.loops_against_arrays(n_samples, 1) == (32.0, 4.0)


def test_each_precision_is_timed_on_numbers_of_its_own(gradients_that_take, monkeypatch):
    program, take = gradients_that_take
    monkeypatch.setattr(program, "TALL", (30, 4))
    take("with_numpy", lambda X: float(X.itemsize))
    assert program.precisions() == {"float32": 4.0, "float64": 8.0}


@pytest.fixture
def grading(benchmark, monkeypatch):
    """Return the program that grades a class, of which three hand in."""
    grading = benchmark("grading")
    monkeypatch.setattr(grading, "STUDENTS", 3)
    return grading


def answers_in(notebook):
    """Return what stands in each cell of a notebook that asks for an answer."""
    return [cell.source for cell in notebook.cells if is_answer(cell)]


def test_a_class_hands_in_all_answers_half_of_them_and_none(grading, tmp_path):
    grading.hand_in(tmp_path)
    untouched = answers_in(released(grading.CHAPTER))
    whole, half, none = (
        [ours != theirs for ours, theirs in zip(answers_in(course.read(path)), untouched)]
        for path in sorted(tmp_path.iterdir())
    )
    assert all(whole)
    assert 0 < sum(half) < len(half)
    assert not any(none)


def test_the_time_of_a_class_is_that_of_all_its_submissions(grading, monkeypatch):
    now, records = [0.0], {}

    def grade(folder, workspace):
        now[0] += 20.0 * len(list(folder.iterdir()))

    monkeypatch.setattr(grading, "time", SimpleNamespace(perf_counter=lambda: now[0]))
    monkeypatch.setattr(grading, "grade", grade)
    monkeypatch.setattr(grading, "record", records.__setitem__)
    grading.main()
    assert (records["grading"]["students"], records["grading"]["seconds"]) == (3, 60.0)


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


def test_a_page_is_visited_on_the_line_and_the_processor_that_the_program_names(
    benchmark, monkeypatch
):
    pages, chromium = benchmark("pages"), MagicMock()
    monkeypatch.setattr(pages, "find_chromium", str)
    page = chromium.launch().new_page()
    seen = {"live": 2_500, "tasks": [0, 250, 40], "shift": 0.01}
    page.evaluate.side_effect = [900, 400, seen]
    found = pages.visit(chromium, "http://127.0.0.1/")
    assert found == {
        **{"kB": 0, "first paint": 0.4, "loaded": 0.9},
        **{"lab live": 2.5, "longest task": 0.25, "shift": 0.01},
    }
    sent = {call.args[0]: call.args[-1] for call in page.context.new_cdp_session().send.mock_calls}
    megabits = float(re.search(r"([\d.]+) Mbit/s", pages.__doc__)[1])
    bytes_a_second = sent["Network.emulateNetworkConditions"]["downloadThroughput"]
    assert 8 * bytes_a_second == megabits * 1_000_000
    assert "a processor four times slower" in pages.__doc__
    assert sent["Emulation.setCPUThrottlingRate"] == {"rate": 4}


def test_of_three_visits_the_middle_one_counts(benchmark, tmp_path, monkeypatch):
    pages = benchmark("pages")
    monkeypatch.setattr(pages, "REPEATS", 3)
    monkeypatch.setattr(pages, "BOOK", tmp_path)
    (tmp_path / "a.html").write_text('<section id="one"></section>')
    shifts = {"site/a.html": iter([0.1, 0.7, 0.3]), "site/a.html#one": iter([0.9, 0.2, 0.4])}
    monkeypatch.setattr(pages, "visit", lambda _, address: {"shift": next(shifts[address])})
    assert pages.measure(None, "site/", "a.html") == {"shift": 0.3, "shift at a link": 0.4}
