"""Promise: the counts that close `make test` are those of all its stages."""

import run


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
