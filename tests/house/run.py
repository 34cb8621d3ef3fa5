"""Run every check, and close with the counts.

Two lanes of stages run side by side, for the build of the book keeps one core busy, and kernels and
the grader wait a good part of their time. What measures time comes last and has the machine to
itself. A stage that fails does not stop the others: one run shows all that is wrong.
"""

import os
import re
import shutil
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree as ElementTree
from collections import Counter, deque
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "_build"
REPORTS = BUILD / "tests"
BIN = Path(sys.executable).parent
PYTEST = [sys.executable, "-m", "pytest", "--quiet"]
SECOND = ROOT / ".venv-second/bin/python"
# What notebooks of exercises note of tries is not the tester's own progress; and what was compiled
# is kept, for each of hundreds of kernels would compile it again.
SURROUNDINGS = os.environ | {"LINREG_PROGRESS": str(BUILD / "progress.json")}
SURROUNDINGS.pop("PYTHONDONTWRITEBYTECODE", None)

# Stages run side by side, some in two processes: the libraries' threads would wait for one another,
# eight seconds in one cell. But the book is built as a reader builds it, and compared with what is
# stored; and what measures time has the machine to itself.
ALL_THREADS = {"book", "speed"}
ONE_THREAD = dict.fromkeys(["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"], "1")

NBVAL = ["--nbval", "--nbval-cell-timeout=60", "-p", "tests.house.kernels_on_files"]
BOOK, EXERCISES = ["notebooks", "book"], ["exercises/source"]
# What the build has executed is not executed again: nbval compares what came of it.
OF_THE_BUILD = ["-p", "tests.house.of_the_build"]
# These start kernels in sandboxes and wait for them, so they stand in a stage of their own.
GRADER_TESTS = [
    f"tests/exercises/test_{name}.py"
    for name in ("class", "class_others", "grading", "execution", "sandbox")
]
# These look through all that a process holds, or fork it at fifty places: among thousands of other
# tests each of them takes several times as long.
SMALL_PROCESS_TESTS = [
    f"tests/exercises/test_{name}.py"
    for name in (
        *("reach", "torn_workspace", "stalls", "report"),
        *("collect", "collect_chapters", "collect_students"),
    )
]
# These look at the built book, without a browser.
BOOK_TESTS = ["tests/book/test_plain.py", "tests/book/test_built.py"]
APART = [f"--ignore={test}" for test in GRADER_TESTS + SMALL_PROCESS_TESTS + BOOK_TESTS]
PAGE_TESTS = [f"tests/browser/test_{name}.py" for name in ("pages", "front", "search")]
LAB_TESTS = ["tests/browser", *(f"--ignore={test}" for test in PAGE_TESTS)]
SCRIPTS = (ROOT / "linreg/labs").glob("*/*.js")
LABS = sorted(path.stem for path in SCRIPTS if path.stem == path.parent.name)
OF_EACH_LAB = [f"tests/browser/test_lab_{name}.py" for name in LABS]
OF_ALL_LABS = [*LAB_TESTS, *(f"--ignore={test}" for test in OF_EACH_LAB)]
# What a second Python tries: the helper module, but for NumPy's arithmetic, what files hold, and
# clusters.
TRIED_ONCE = [
    f"tests/linreg/test_{name}.py"
    for name in (
        *("least_squares", "estimates", "datasets", "at_scale_dask", "inference", "robust"),
        *("penalized", "lasso", "estimators"),
    )
]
SECOND_UNITS = ["tests/linreg", *(f"--ignore={test}" for test in TRIED_ONCE)]
NO_TORCH = ["-p", "tests.house.without_torch", "--nbval-current-env"]

STAGES = {
    "lint": [BIN / "ruff", "check", "."],
    "format": [BIN / "ruff", "format", "--check", "."],
    "unit tests": [*PYTEST, "tests", "--ignore=tests/browser", *APART, "-n", "2"],
    "grader": [*PYTEST, *GRADER_TESTS, "-n", "2", "--dist=loadfile"],
    "memory": [*PYTEST, *SMALL_PROCESS_TESTS, "-n", "2"],
    "solutions": [*PYTEST, *NBVAL, *EXERCISES, "-n", "2", "--dist=loadfile"],
    "second Python": [
        *(SECOND, *PYTEST[1:], *NO_TORCH, *NBVAL, *SECOND_UNITS, *BOOK, *EXERCISES),
        *("-n", "2", "--dist=loadfile"),
    ],
    "book": ["make", "book"],
    "outputs": [*PYTEST, *NBVAL, *OF_THE_BUILD, *BOOK],
    "pages": [*PYTEST, *PAGE_TESTS, *BOOK_TESTS, "-n", "2"],
    "all labs": [*PYTEST, *OF_ALL_LABS, "-m", "not timed", "-n", "2"],
    # The last to end: its tests wait for pictures, and a third process uses that time.
    "each lab": [*PYTEST, *OF_EACH_LAB, "-m", "not timed", "-n", "3"],
    "speed": [*PYTEST, *LAB_TESTS, "-m", "timed"],
}
# Each step's lanes run side by side; a lane's stages run in order, and whichever lane is done first
# takes the next of the rest. Outputs, pages and labs are those of the book, which is built by then.
STEPS = [
    ([["lint", "format"]], []),
    (
        [["book", "outputs", "pages"], ["second Python", "grader", "unit tests"]],
        ["memory", "all labs", "each lab", "solutions"],
    ),
    ([["speed"]], []),
]

SUBJECTS = {  # what a chapter and a lab cost, read from the names of their tests
    "chapter": re.compile(r"(?:notebooks[./]|\bch)(\d\d)(?=[_/.\]:-]|$)"),
    "lab": re.compile(rf"(?:test_lab_|labs\.test_)({'|'.join(LABS)})"),
}

SHOWN = 20  # the first failures, which the last lines repeat

NO_SECOND = """
NOT TRIED ON A SECOND PYTHON: none of the other versions that the package names is on this machine.
Install one, or name it: make test PYTHON2=python3.13
"""

output = threading.Lock()
left_out = []  # what a stage has left out, in its own words


def say(text):
    """Print a line whole, whichever lane it comes from."""
    with output:
        print(text, flush=True)


def run(name, command):
    """Run one stage, its lines marked with its name; return whether it passed and its seconds."""
    say(f"\n=== {name}")
    if "pytest" in command:
        command = [*command, f"--junitxml={report(name)}"]
    threads = {} if name in ALL_THREADS else ONE_THREAD
    start = time.monotonic()
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=SURROUNDINGS | threads,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as stage:
        for line in stage.stdout:
            say(f"{name:>10} | {line.rstrip()}")
            if line.startswith("left out: "):
                left_out.append(f"{name}, {line.rstrip()}.")
    passed, seconds = stage.returncode == 0, time.monotonic() - start
    say(f"=== {name}: {'passed' if passed else 'FAILED'}, {seconds:.0f} s")
    return passed, seconds


def run_lane(names, rest=None):
    """Run stages one after another, then what is left of the rest; return what came of each.

    Where there is no second Python, its stage is left out: the last lines say so.
    """
    done, rest = {}, deque() if rest is None else rest
    names = deque(names)
    while names or rest:
        name = (names or rest).popleft()
        if STAGES[name][0] != SECOND or SECOND.exists():
            done[name] = run(name, STAGES[name])
    return done


def report(name):
    """Return where pytest writes what a stage counted."""
    return REPORTS / f"{name.replace(' ', '-')}.xml"


def counts(reports):
    """Return how many tests passed, failed and were skipped, over all stages that count tests."""
    trees = map(ElementTree.parse, reports.glob("*.xml"))
    suites = [suite for tree in trees for suite in tree.iter("testsuite")]
    total, failures, errors, skipped = (
        sum(int(suite.get(key)) for suite in suites)
        for key in ("tests", "failures", "errors", "skipped")
    )
    return total - failures - errors - skipped, failures + errors, skipped


def failures(reports):
    """Return a line for each test that failed: where it stands, its name, and what was said."""
    lines = []
    for tree in map(ElementTree.parse, sorted(reports.glob("*.xml"))):
        for case in tree.iter("testcase"):
            for said in [*case.iterfind("failure"), *case.iterfind("error")]:
                why = (said.get("message") or "").partition("\n")[0]
                lines.append(f"{case.get('classname')} {case.get('name')}: {why[:200]}")
    return lines


def costs(kind, reports):
    """Return the seconds that the tests of each chapter or each lab took, the dearest first."""
    seconds = Counter()
    for tree in map(ElementTree.parse, reports.glob("*.xml")):
        for case in tree.iter("testcase"):
            names = f"{case.get('classname')} {case.get('name')}"
            for subject in set(SUBJECTS[kind].findall(names)):
                seconds[subject] += float(case.get("time"))
    return seconds.most_common()


def main():
    """Run the stages from an empty cache; exit with 1 unless all pass and none skips a test."""
    shutil.rmtree(BUILD, ignore_errors=True)
    REPORTS.mkdir(parents=True)
    start, results = time.monotonic(), {}
    for lanes, rest in STEPS:
        with ThreadPoolExecutor(len(lanes)) as side_by_side:
            for done in side_by_side.map(partial(run_lane, rest=deque(rest)), lanes):
                results |= done
    for kind in SUBJECTS:
        dearest = [f"{subject} {seconds:.0f} s" for subject, seconds in costs(kind, REPORTS)]
        print(f"\nThe tests of each {kind}: {', '.join(dearest)}.")
    stages = [f"{name} {seconds:.0f} s" for name, (_, seconds) in results.items()]
    print(f"\n{', '.join(stages)}; all in all {(time.monotonic() - start) / 60:.1f} minutes.")
    broken = [name for name, (passed, _) in results.items() if not passed]
    for line in failures(REPORTS)[:SHOWN]:
        print(line)
    print("\n".join(left_out) if SECOND.exists() else NO_SECOND)
    print(f"{'Failed: ' + ', '.join(broken) if broken else 'Every stage passed.'}")
    passed, failed, skipped = counts(REPORTS)
    if skipped:
        print(f"{skipped} tests were skipped: a skipped test promises nothing, so this run fails.")
    print(f"{passed} passed, {failed} failed")
    sys.exit(bool(broken or failed or skipped))


if __name__ == "__main__":
    main()
