"""Promise: `make test` runs every stage, the counts that close it are those of all of them."""

import ast
import re
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
import run

from exercises import SOURCES
from notebooks import NOTEBOOKS

KITS = {"test_lab_kit", "test_lab_live"}  # of all labs
LAB_TESTS = sorted((run.ROOT / "tests" / "browser").glob("test_lab_*.py"))


def write_report(folder, name, cases=(), **numbers):
    attributes = " ".join(f'{key}="{value}"' for key, value in numbers.items())
    tests = "".join(
        f'<testcase classname="{place}" name="{test}" time="{seconds}"/>'
        for place, test, seconds in cases
    )
    (folder / name).write_text(
        f"<testsuites><testsuite {attributes}>{tests}</testsuite></testsuites>"
    )


def test_counts_add_up_over_the_stages(tmp_path):
    write_report(tmp_path, "one.xml", tests=7, failures=1, errors=2, skipped=0)
    write_report(tmp_path, "two.xml", tests=5, failures=0, errors=0, skipped=1)
    assert run.counts(tmp_path) == (8, 3, 1)


def test_what_failed_is_named_with_its_first_line(tmp_path):
    said = '<failure message="Cell failed&#10;more">trace</failure>'
    kernel = '<error message="failed on setup with kernel died">trace</error>'
    (tmp_path / "one.xml").write_text(
        f"<testsuites><testsuite><testcase classname='a.ipynb' name='Cell 3'>{said}</testcase>"
        f"<testcase classname='a.ipynb' name='Cell 4'>{kernel}</testcase>"
        "<testcase classname='a.ipynb' name='Cell 5'/></testsuite></testsuites>"
    )
    assert run.failures(tmp_path) == [
        "a.ipynb Cell 3: Cell failed",
        "a.ipynb Cell 4: failed on setup with kernel died",
    ]


def test_what_a_chapter_and_a_lab_cost_is_read_from_the_names(tmp_path):
    cases = [
        ("notebooks.04_the_long_walk.ipynb", "Cell 3", 2),
        ("tests.exercises.test_exercises", "test_a_stub[ch04/c1]", 3),
        ("tests.exercises.test_exercises", "test_a_release[ch10]", 4),
        ("tests.labs.test_bowl", "test_the_rim", 5),
        ("tests.browser.test_lab_bowl", "test_touch", 6),
        ("tests.linreg.test_exact", "test_ages[1910]", 7),
    ]
    write_report(tmp_path, "one.xml", cases)
    assert run.costs("chapter", tmp_path) == [("04", 5.0), ("10", 4.0)]
    assert run.costs("lab", tmp_path) == [("bowl", 11.0)]


def test_every_stage_of_tests_is_counted():
    tested = [name for name, command in run.STAGES.items() if "pytest" in command]
    assert tested == [
        *("unit tests", "grader", "memory", "solutions", "second Python", "outputs", "pages"),
        *("all labs", "each lab", "speed"),
    ]
    assert len({run.report(name) for name in tested}) == len(tested)


def test_every_stage_runs_once_and_pages_only_once_the_book_is_built():
    names = [name for lanes, rest in run.STEPS for lane in [*lanes, rest] for name in lane]
    assert sorted(names) == sorted(run.STAGES)
    ((lane, rest),) = [
        (lane, rest) for lanes, rest in run.STEPS for lane in lanes if "book" in lane
    ]
    assert lane == ["book", "outputs", "pages"]
    assert {"all labs", "each lab"} < set(rest)


def test_what_measures_time_has_the_machine_to_itself():
    assert run.STEPS[-1] == ([["speed"]], [])
    assert run.STAGES["speed"][-2:] == ["-m", "timed"]  # it has no -n


def test_a_stage_that_fails_is_seen_and_its_lines_are_shown(capsys):
    program = "print('a line'); raise SystemExit(3)"
    passed, _ = run.run("a stage", [sys.executable, "-c", program])
    assert not passed
    said = capsys.readouterr().out
    assert "a stage | a line" in said
    assert "=== a stage: FAILED" in said
    assert run.run("another", [sys.executable, "-c", ""])[0]


REPORTING = """
import os, sys
failures, skipped, ending, *_, place = sys.argv[1:]
numbers = f'tests="7" failures="{failures}" errors="0" skipped="{skipped}"'
with open(place.removeprefix("--junitxml="), "w") as report:
    report.write(f"<testsuites><testsuite {numbers}/></testsuites>")
os.kill(os.getpid(), 9) if ending == "killed" else sys.exit(int(ending))
"""


def counting(failures=0, skipped=0, ending=0):
    """A stage of seven tests."""
    return [sys.executable, "-c", REPORTING, *map(str, [failures, skipped, ending]), "pytest"]


def plain(ending=0):
    """A stage that counts no tests."""
    return [sys.executable, "-c", f"raise SystemExit({ending})"]


GOOD = {"lint": plain(), "pages": counting(), "book": plain(), "speed": counting()}


@pytest.mark.parametrize(
    ("stages", "ends", "says"),
    [
        ({}, 0, "Every stage passed.\n14 passed, 0 failed\n"),
        ({"lint": plain(1)}, 1, "Failed: lint\n14 passed, 0 failed\n"),
        ({"book": plain(2)}, 1, "Failed: book\n14 passed, 0 failed\n"),
        ({"pages": counting(2, 0, 1)}, 1, "Failed: pages\n12 passed, 2 failed\n"),
        ({"pages": counting(2, 0, 0)}, 1, "12 passed, 2 failed\n"),
        ({"pages": counting(0, 0, "killed")}, 1, "Failed: pages\n14 passed, 0 failed\n"),
        ({"speed": counting(0, 3)}, 1, "this run fails.\n11 passed, 0 failed\n"),
        ({"lint": plain(1), "speed": counting(1, 0, 1)}, 1, "Failed: lint, speed\n13 passed, 1"),
    ],
)
def test_a_run_passes_only_if_all_stages_do(tmp_path, monkeypatch, capsys, stages, ends, says):
    monkeypatch.setattr(run, "BUILD", tmp_path / "_build")
    monkeypatch.setattr(run, "REPORTS", tmp_path / "_build/tests")
    monkeypatch.setattr(run, "STAGES", GOOD | stages)
    monkeypatch.setattr(run, "STEPS", [([["lint"], ["pages"]], ["book"]), ([["speed"]], [])])
    with pytest.raises(SystemExit) as ended:
        run.main()
    assert int(ended.value.code) == ends
    assert says in capsys.readouterr().out


AGAIN = {"speed", "second Python"}  # these try again what another stage has tried
PLACES = re.compile(r"(?:tests|notebooks|book|exercises)\b")


def tried_in(stage):
    """The files of tests, and the notebooks, that a stage runs."""
    command = [part for part in run.STAGES[stage] if isinstance(part, str)]
    ignored = {part.removeprefix("--ignore=") for part in command if part.startswith("--ignore=")}
    given = [part for part in command if PLACES.match(part) and (run.ROOT / part).exists()]
    kinds = ["test_*.py", *["*.ipynb"] * ("--nbval" in command)]
    files = {
        file.relative_to(run.ROOT)
        for part in given
        for kind in kinds
        for file in [run.ROOT / part, *(run.ROOT / part).rglob(kind)]
        if file.match(kind)
    }
    return {file for file in files if not ignored & set(map(str, [file, *file.parents]))}


def test_every_test_and_every_notebook_is_in_one_stage():
    stages = [name for name, command in run.STAGES.items() if "pytest" in command]
    tried = Counter(file for stage in set(stages) - AGAIN for file in tried_in(stage))
    written = {file.relative_to(run.ROOT) for file in (run.ROOT / "tests").rglob("test_*.py")}
    notebooks = {path.relative_to(run.ROOT) for path in [*NOTEBOOKS, *SOURCES]}
    assert tried == Counter([*written, *notebooks])
    assert tried_in("second Python") > notebooks
    assert len(written) > 100
    assert len(notebooks) > 50


def test_no_stage_leaves_out_tests_by_name_or_compares_loosely():
    """Options that leave tests out are the two that part what measures time from the rest."""
    options = {str(part) for command in run.STAGES.values() for part in command}
    assert not options & {"-k", "--lf", "--nbval-lax", "--deselect"}
    marks = {
        name: mark
        for name, command in run.STAGES.items()
        for option, mark in pairwise(command)
        if option == "-m" and mark != "pytest"
    }
    assert marks == {"all labs": "not timed", "each lab": "not timed", "speed": "timed"}


def test_a_lane_that_is_done_takes_what_no_other_has_begun(monkeypatch):
    ran = []
    monkeypatch.setattr(run, "STAGES", {name: [name] for name in "abcd"})
    monkeypatch.setattr(run, "run", lambda name, command: ran.append(name) or (True, 0))
    rest = run.deque("cd")
    assert list(run.run_lane(["a"], rest)) == ["a", "c", "d"]
    assert list(run.run_lane(["b"], rest)) == ["b"]
    assert ran == ["a", "c", "d", "b"]


def test_the_build_and_what_measures_time_have_the_threads_of_the_libraries(capsys, monkeypatch):
    monkeypatch.delitem(run.SURROUNDINGS, "OMP_NUM_THREADS", raising=False)
    program = "import os; print('threads:', os.environ.get('OMP_NUM_THREADS', 'all'))"
    for name, threads in ("book", "all"), ("speed", "all"), ("pages", "1"), ("second Python", "1"):
        run.run(name, [sys.executable, "-c", program])
        assert f"threads: {threads}\n" in capsys.readouterr().out


CLOCKS = ["perf_counter", "process_time", "time.time(", "time_ns"]


def test_no_other_test_looks_at_a_clock():
    """A guard against hanging may: `monotonic` says when to give up, and nothing is asserted."""
    tests = run.ROOT / "tests"
    looking = {
        path.relative_to(tests).as_posix()
        for path in tests.rglob("test_*.py")
        if any(clock in path.read_text(encoding="utf-8") for clock in CLOCKS)
    }
    # This test names them, and that one puts a clock of its own in the place of a program's.
    assert looking == {"house/test_run.py", "benchmarks/test_benchmarks.py"}


@pytest.mark.parametrize("file", LAB_TESTS, ids=lambda file: file.stem)
def test_what_measures_time_is_marked_for_the_stage_that_runs_alone(file):
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            measures = any(clock in ast.unparse(node) for clock in ("least_work", ".now()"))
            marks = [ast.unparse(mark) for mark in node.decorator_list]
            assert ("pytest.mark.timed" in marks) == measures, node.name


def test_each_test_of_a_lab_is_in_one_stage():
    speed, labs, each = (run.STAGES[name] for name in ("speed", "all labs", "each lab"))
    places = [part for part in each if part.startswith("tests/")]
    assert {file.stem for file in LAB_TESTS} == {Path(place).stem for place in places} | KITS
    assert labs == [
        *speed[:-2],
        *(f"--ignore={place}" for place in places),
        *("-m", "not timed", "-n", "2"),
    ]
    assert each == [*run.PYTEST, *places, "-m", "not timed", "-n", "3"]
