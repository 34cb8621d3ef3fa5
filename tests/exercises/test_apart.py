"""Promise: work done with a submission ends within its bounds, and takes nothing else with it."""

import asyncio
import os
import re
import resource
import signal
import subprocess
import sys
import time

import psutil
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from grader import course
from grader.apart import Bounds, WorkError, apart
from grader.execution import execute

BOUNDS = Bounds(cpu_seconds=1, memory_bytes=100_000_000, seconds=60)


@pytest.fixture(autouse=True)
def _nothing_stays_behind(hang_guard):
    with hang_guard(120):
        yield
    assert psutil.Process().children(recursive=True) == []


def spin():
    while True:
        pass


def backtrack():
    """One call of C that never looks at a signal's handler."""
    re.match("(a+)+b", "a" * 40)


def hold():
    return len([bytearray(10_000_000) for _ in range(100)])


STOPPED = {
    spin: "took more than 1 seconds of processor time",
    backtrack: "took more than 1 seconds of processor time",
    hold: "needed more than 100 MB of memory",
    lambda: os._exit(3): r"ended the process that worked on it \(status 3\)",
    lambda: os.kill(os.getpid(), signal.SIGKILL): r"ended the process .*\(status -9\)",
    lambda: 1 / 0: "ZeroDivisionError: division by zero",
}


def test_the_result_comes_back_and_the_work_was_elsewhere():
    kept = []
    assert apart(lambda: (os.getpid(), kept.append(1)), BOUNDS)[0] != os.getpid()
    assert kept == []


def test_an_interrupt_is_for_the_process_that_waits():
    assert apart(lambda: (os.kill(os.getpid(), signal.SIGINT), 5)[1], BOUNDS) == 5


@pytest.mark.parametrize(("work", "reason"), STOPPED.items(), ids=range(len(STOPPED)))
def test_work_that_goes_wrong_ends_with_a_reason(work, reason):
    with pytest.raises(WorkError, match=f"^{reason}$"):
        apart(work, BOUNDS)


def test_work_that_waits_for_ever_is_ended():
    with pytest.raises(WorkError, match=r"^took more than 0.2 seconds$"):
        apart(lambda: time.sleep(600), Bounds(seconds=0.2))


def test_what_the_process_had_before_does_not_count():
    held = bytearray(b"1") * 200_000_000
    assert apart(lambda: len(held) + len(bytearray(50_000_000)), BOUNDS) == 250_000_000


def test_a_long_reason_is_cut():
    def fail():
        raise ValueError("x" * 1_000_000)

    with pytest.raises(WorkError) as caught:
        apart(fail, BOUNDS)
    assert len(str(caught.value)) == 500


def test_the_bounds_are_none_for_a_kernel_that_the_work_starts():
    names = ("RLIMIT_CPU", "RLIMIT_DATA", "RLIMIT_AS")
    source = f"import resource\nprint([resource.getrlimit(getattr(resource, n)) for n in {names}])"

    def work():
        notebook = new_notebook(cells=[new_code_cell(source)])
        return asyncio.run(execute(notebook)).cells[0].outputs[0].text

    here = resource.getrlimit(resource.RLIMIT_DATA)
    assert here == (resource.RLIM_INFINITY,) * 2
    assert apart(work, Bounds()) == f"{[(120, 121), *[(4_000_000_000,) * 2] * 2]}\n"


ORPHAN = """
import os, time
from grader.apart import Bounds, apart
apart(lambda: (print(os.getpid(), flush=True), time.sleep(600)), Bounds())
"""


def test_the_work_ends_with_the_process_that_waits_for_it():
    command = [sys.executable, "-c", ORPHAN]
    with subprocess.Popen(command, cwd=course.EXERCISES, stdout=subprocess.PIPE) as grader:
        worker = psutil.Process(int(grader.stdout.readline()))
        grader.kill()
    psutil.wait_procs([worker], timeout=60)
    assert not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE
