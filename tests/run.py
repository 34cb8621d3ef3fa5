"""Run every check, one stage after another, and close with the counts.

A stage that fails does not stop the others: one run tells all that is wrong.
"""

import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "_build"
REPORTS = BUILD / "tests"
BIN = Path(sys.executable).parent
PYTEST = [sys.executable, "-m", "pytest", "--quiet"]

NBVAL = ["--nbval", "--nbval-cell-timeout=60"]
NOTEBOOKS = ["notebooks", "book", "exercises/source"]
# The class that is graded takes minutes, so the grader's other tests run beside it.
GRADER_TESTS = [
    f"tests/exercises/test_{name}.py" for name in ("sandbox", "execution", "grading", "class")
]
NOT_GRADER = [f"--ignore={test}" for test in GRADER_TESTS]
PAGE_TESTS = ["tests/browser/test_pages.py", "tests/browser/test_front.py"]
LAB_TESTS = ["tests/browser", *(f"--ignore={test}" for test in PAGE_TESTS)]

STAGES = {
    "lint": [BIN / "ruff", "check", "."],
    "format": [BIN / "ruff", "format", "--check", "."],
    "unit tests": [*PYTEST, "tests", "--ignore=tests/browser", *NOT_GRADER, "-n", "2"],
    "grader": [*PYTEST, *GRADER_TESTS, "-n", "2", "--dist=loadfile"],
    "notebooks": [*PYTEST, *NBVAL, *NOTEBOOKS, "-n", "2", "--dist=loadfile"],
    "book": ["make", "book"],
    "pages": [*PYTEST, *PAGE_TESTS, "-n", "2"],
    "labs": [*PYTEST, *LAB_TESTS, "-m", "not timed", "-n", "2"],
    "speed": [*PYTEST, *LAB_TESTS, "-m", "timed"],
}


def run(name, command):
    """Run one stage, say how it went, and return whether it passed."""
    print(f"\n=== {name}", flush=True)
    if command[: len(PYTEST)] == PYTEST:
        command = [*command, f"--junitxml={report(name)}"]
    start = time.monotonic()
    passed = subprocess.run(command, cwd=ROOT).returncode == 0
    verdict = "passed" if passed else "FAILED"
    print(f"=== {name}: {verdict}, {time.monotonic() - start:.0f} s", flush=True)
    return passed


def report(name):
    """Return where pytest writes what a stage counted."""
    return REPORTS / f"{name.replace(' ', '-')}.xml"


def counts(reports=REPORTS):
    """Return how many tests passed, failed and were skipped, over all stages that count tests."""
    trees = map(ElementTree.parse, reports.glob("*.xml"))
    suites = [suite for tree in trees for suite in tree.iter("testsuite")]
    total, failures, errors, skipped = (
        sum(int(suite.get(key)) for suite in suites)
        for key in ("tests", "failures", "errors", "skipped")
    )
    return total - failures - errors - skipped, failures + errors, skipped


def main():
    """Run the stages from an empty cache; exit with 1 unless all pass and none skips a test."""
    shutil.rmtree(BUILD, ignore_errors=True)
    REPORTS.mkdir(parents=True)
    results = {name: run(name, command) for name, command in STAGES.items()}
    passed, failed, skipped = counts()
    broken = [name for name, good in results.items() if not good]
    print(f"\n{'Failed: ' + ', '.join(broken) if broken else 'Every stage passed.'}")
    if skipped:
        print(f"{skipped} tests were skipped: a skipped test promises nothing, so this run fails.")
    print(f"{passed} passed, {failed} failed")
    sys.exit(bool(broken or failed or skipped))


if __name__ == "__main__":
    main()
