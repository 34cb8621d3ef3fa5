"""Promise: what the benchmarks time is the work they name, and their records are whole."""

import importlib

import numpy as np
import pytest

from linreg import exact
from linreg.datasets import load_measured
from notebooks import ROOT

LIBRARIES = ["numpy lstsq", "scipy lstsq", "scikit-learn", "statsmodels", "torch lstsq"]


@pytest.fixture
def benchmark(monkeypatch):
    """Import a program of the folder by its name, with few repeats."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))

    def load(name):
        module = importlib.import_module(name)
        monkeypatch.setattr(module, "REPEATS", 1)
        return module

    return load


def test_every_solver_solves_what_is_timed(benchmark):
    solvers = benchmark("solvers")
    row = solvers.measure(solvers.integers, 60, 4)
    assert set(LIBRARIES) < set(row["digits"])
    assert min(row["digits"].values()) > 12
    assert set(row["seconds"]) - set(row["digits"]) == {"gram", "gradient step"}
    assert min(row["seconds"].values()) > 0


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
