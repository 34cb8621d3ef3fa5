"""Promise: the counts that close `make test` are those of all its stages."""

import ast

import pytest
import run

LAB_TESTS = sorted((run.ROOT / "tests" / "browser").glob("test_lab_*.py"))


def report(folder, name, **numbers):
    attributes = " ".join(f'{key}="{value}"' for key, value in numbers.items())
    (folder / name).write_text(f"<testsuites><testsuite {attributes}/></testsuites>")


def test_counts_add_up_over_the_stages(tmp_path):
    report(tmp_path, "one.xml", tests=7, failures=1, errors=2, skipped=0)
    report(tmp_path, "two.xml", tests=5, failures=0, errors=0, skipped=1)
    assert run.counts(tmp_path) == (8, 3, 1)


def test_every_stage_of_tests_is_counted():
    tested = [name for name, command in run.STAGES.items() if "pytest" in command]
    assert tested == ["unit tests", "grader", "notebooks", "pages", "labs", "speed"]
    assert len({run.report(name) for name in tested}) == len(tested)


@pytest.mark.parametrize("file", LAB_TESTS, ids=lambda file: file.stem)
def test_what_measures_time_is_marked_for_the_stage_that_runs_alone(file):
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            measures = any(clock in ast.unparse(node) for clock in ("least_work", ".now()"))
            marks = [ast.unparse(mark) for mark in node.decorator_list]
            assert ("pytest.mark.timed" in marks) == measures, node.name


def test_each_test_of_a_lab_is_in_one_of_two_stages():
    labs, speed = run.STAGES["labs"], run.STAGES["speed"]
    assert speed[-2:] == ["-m", "timed"]  # and not beside others: it has no -n
    assert labs == [*speed[:-1], "not timed", "-n", "2"]
