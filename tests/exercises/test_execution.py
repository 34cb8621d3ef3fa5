"""Promise: whatever a notebook does, its run ends in time and costs no other cell."""

import asyncio
import base64
import math
import re
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from nbformat import validate
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from grader import execution, processes, sandbox
from grader.execution import KernelFailedError, execute
from grader.kernel import _Reply
from grader.kernel_process import KernelProcess
from grader.limits import Limits
from grader.outputs import clean, plain

SHORT = Limits(cell_seconds=1.5, notebook_seconds=60)
HANGS = 120  # seconds; whatever runs longer hangs, on however busy a machine
PIXEL = base64.b64encode(b"\x89PNG\r\n\x1a\n pixels").decode()


def run(*sources, limits=SHORT, sandboxed=True):
    """Execute cells and return the outputs of each."""
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    run = execute(notebook, limits=limits, sandboxed=sandboxed)
    done = asyncio.run(asyncio.wait_for(run, HANGS))
    validate(done)
    return [cell.outputs for cell in done.cells]


def text(outputs):
    """Return all that was printed."""
    return "".join(output.text for output in outputs if output.output_type == "stream")


def errors(outputs):
    """Return what the errors say."""
    return [output.evalue for output in outputs if output.output_type == "error"]


@pytest.fixture(autouse=True)
def _nothing_stays_behind(monkeypatch, tmp_path):
    folder = tmp_path / "t"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield
    assert not [
        child for child in psutil.Process().children(recursive=True) if processes.alive(child)
    ]
    for thread in threading.enumerate():
        if thread is not threading.main_thread():  # asyncio's, which reports that a child ended
            thread.join(timeout=5)
    assert threading.enumerate() == [threading.main_thread()]
    assert not list(folder.iterdir())


# ---- Honest notebooks


def test_outputs_are_kept_in_their_clean_form():
    show = (
        f"display({{'text/plain': 'seen', 'image/png': {PIXEL!r}, 'text/html': '<b>'}}, raw=True)"
    )
    outputs = run(
        "import sys\nfor i in range(3):\n    print(i)\n    print('!', file=sys.stderr)",
        f"from IPython.display import display\n{show}\n6 * 7",
        "print('10%\\r20%\\rdone\\x00 \\x1b[31mred\\x1b[0m')",
        "1 / 0",
        "print('still here')",
    )
    assert {output.name: output.text for output in outputs[0]} == {
        "stdout": "0\n1\n2\n",
        "stderr": "!\n!\n!\n",
    }
    assert outputs[1][0].data == {"text/plain": "seen", "image/png": PIXEL}
    assert (outputs[1][1].data, outputs[1][1].execution_count) == ({"text/plain": "42"}, 2)
    assert text(outputs[2]) == "done red\n"
    assert errors(outputs[3]) == ["division by zero"]
    assert "\x1b" not in "".join(outputs[3][0].traceback)
    assert text(outputs[4]) == "still here\n"


def test_the_notebook_given_is_not_changed():
    notebook = new_notebook(cells=[new_markdown_cell("# A"), new_code_cell("print(1)")])
    done = asyncio.run(execute(notebook, limits=SHORT))
    assert (notebook.cells[1].outputs, notebook.cells[1].execution_count) == ([], None)
    assert (text(done.cells[1].outputs), done.cells[1].execution_count) == ("1\n", 1)


def test_an_honest_notebook_needs_one_kernel(monkeypatch):
    starts, start = [], KernelProcess.start
    monkeypatch.setattr(
        KernelProcess,
        "start",
        lambda kernel, seconds: starts.append(kernel) or start(kernel, seconds),
    )
    sources = ["import numpy as np\nimport sympy"] + [f"print(np.sqrt({i}))" for i in range(39)]
    outputs = run(*sources, limits=Limits())
    assert text(outputs[-1]) == "6.164414002968976\n"
    assert len(starts) == 1


def test_a_reply_is_complete_with_its_last_message():
    """Forty cells wait for nothing but their own work: no pause is made that no message ends."""
    here = {"msg_id": "one"}
    idle = {"msg_type": "status", "content": {"execution_state": "idle"}, "parent_header": here}
    answer = {"msg_type": "execute_reply", "content": {"status": "ok"}, "parent_header": here}
    batches = [[("iopub", idle)], [("shell", answer)], [("iopub", idle)]]
    waits = []
    kernel = SimpleNamespace(
        shell="shell",
        dead=lambda: False,
        messages=lambda wait: waits.append(wait) or batches.pop(0),
    )
    assert _Reply("one", 1000).read(kernel, until=math.inf)
    assert len(waits) == 2
    assert max(waits) <= 0.1


def test_two_runs_at_once_share_nothing():
    async def both():
        books = [
            new_notebook(cells=[new_code_cell(f"a = {i}"), new_code_cell("print(a)")])
            for i in range(2)
        ]
        return await asyncio.gather(*(execute(book, limits=SHORT) for book in books))

    assert [text(book.cells[1].outputs) for book in asyncio.run(both())] == ["0\n", "1\n"]


# ---- Cells that hang, end their kernel, or use too much


def test_a_long_cell_is_stopped_and_the_kernel_goes_on():
    outputs = run("a = 1", "print('x')\nwhile True:\n    pass", "print(a)", "await no", "a")
    assert text(outputs[1]) == "x\n"
    assert errors(outputs[1]) == ["this cell ran longer than 1.5 seconds"]
    assert text(outputs[2]) == "1\n"
    assert outputs[4][0].execution_count == 5


STUBBORN = """
while True:
    try:
        while True:
            pass
    except KeyboardInterrupt:
        pass
"""
SWALLOWED = """
import time
try:
    time.sleep(9)
except KeyboardInterrupt:
    print("swallowed")
"""


def test_a_cell_that_swallows_the_interrupt_is_late_all_the_same():
    outputs = run("a = 1", SWALLOWED, STUBBORN, "print(a)")
    assert text(outputs[1]) == "swallowed\n"
    assert errors(outputs[1]) == errors(outputs[2]) == ["this cell ran longer than 1.5 seconds"]
    assert text(outputs[3]) == "1\n"


ENDING = {
    "import os\nos._exit(3)": "ended its kernel",
    "quit()": "ended its kernel",
    "import ctypes\nctypes.string_at(0)": "crashed its kernel",
    "import os\nos.kill(os.getpid(), 9)": "ended its kernel",
    "import os\nos.closerange(0, 250)": "(ended|crashed) its kernel",
}


def test_cells_that_end_their_kernel_cost_themselves_alone():
    """That they ended it is the reason, and not that they took long."""
    sources = [source for fatal in ENDING for source in (fatal, "print(a)")]
    outputs = run("a = 1", *sources, limits=Limits(restarts=len(ENDING)))
    for reason, fatal, after in zip(ENDING.values(), outputs[1::2], outputs[2::2], strict=True):
        assert re.fullmatch(f"this cell {reason}", errors(fatal)[-1])
        assert text(after) == "1\n"


GREEDY = {
    "memory": (
        "hog = bytearray(b'1') * 700_000_000\nimport time\ntime.sleep(60)",
        "used more than 0.6 GB of memory",
    ),
    "memory of all": (
        "import os, time\nos.fork()\nhog = bytearray(b'1') * 350_000_000\ntime.sleep(60)",
        "used more than 0.6 GB of memory",
    ),
    "fork bomb": (
        "import os\nwhile True:\n    os.fork()",
        r"(used more than 0.6 GB of memory, in \d+|started more than 64) processes.*",
    ),
    "processes": (
        "import subprocess\nfor _ in range(70):\n    subprocess.Popen(['sleep', '60'])\n"
        "subprocess.run(['sleep', '60'])",
        "started more than 64 processes or threads",
    ),
    "threads": (
        "import threading, time\nfor _ in range(100):\n"
        "    threading.Thread(target=time.sleep, args=(60,)).start()\ntime.sleep(60)",
        "started more than 64 processes or threads",
    ),
    "processor": ("while True:\n    pass", "used more than 1 seconds of processor time"),
}


@pytest.mark.parametrize("name", GREEDY)
def test_a_cell_that_uses_too_much_costs_itself_alone(name):
    """The limit that it met is the reason, and not another, of which it has plenty."""
    source, reason = GREEDY[name]
    cpu_seconds = 1 if "processor" in reason else 20
    limits = Limits(
        cell_seconds=40, notebook_seconds=90, memory_bytes=600_000_000, cpu_seconds=cpu_seconds
    )
    outputs = run("a = 1", source, "print(a)", limits=limits)
    assert re.fullmatch(f"this cell {reason}", errors(outputs[1])[-1])
    assert text(outputs[2]) == "1\n"


def test_other_limits_are_errors_in_the_cell():
    outputs = run(
        "import numpy\nnumpy.zeros(10**9)",
        "with open('/tmp/a', 'wb') as file:\n    file.write(bytes(2_000_000))",
        "files = [open('/dev/null') for _ in range(300)]",
        "files = None\nprint('on')",
        "import os\nprint(os.nice(0))",
        limits=Limits(file_bytes=1_000_000),
    )
    assert "Unable to allocate" in errors(outputs[0])[0]
    assert "File too large" in errors(outputs[1])[0]
    assert "Too many open files" in errors(outputs[2])[0]
    assert text(outputs[3]) == "on\n"
    assert int(text(outputs[4])) >= 10


def test_replay_leaves_out_tests_and_what_lost_a_kernel():
    sources = ["n = 0", "n += 1", "n += 10", "import os\nos._exit(1)", "print(n)", "quit()", "n"]
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    notebook.cells[2].metadata["nbgrader"] = {"grade": True}
    notebook.cells[1].metadata["nbgrader"] = None
    done = asyncio.run(execute(notebook, limits=SHORT))
    assert text(done.cells[4].outputs) == "1\n"
    assert done.cells[6].outputs[0].data == {"text/plain": "1"}


def test_a_kernel_that_dies_between_cells_is_replaced():
    delayed = "import threading, os\nthreading.Timer(0.4, os._exit, [1]).start()"
    outputs = run("a = 1", delayed, "import time\ntime.sleep(0.8)", "print(a)")
    assert errors(outputs[2]) == ["this cell ended its kernel"]
    # The replay starts the timer once more, and the cell is done before it rings.
    assert text(outputs[3]) == "1\n"


def test_after_some_lost_kernels_the_rest_is_not_run():
    outputs = run(*["import os\nos._exit(1)"] * 3, "print(1)", limits=Limits(restarts=1))
    assert errors(outputs[1]) == ["this cell ended its kernel"]
    assert errors(outputs[2]) == errors(outputs[3]) == ["not run: cells before it ended 2 kernels"]


def test_the_time_of_the_notebook_is_a_bound():
    """What is left of it is a cell's time, and nothing runs after it."""
    limits = Limits(cell_seconds=600, notebook_seconds=1)
    outputs = run("a = 1", STUBBORN, "print(a)", "print(a)", limits=limits)
    (stopped,) = errors(outputs[1])
    assert re.fullmatch(r"this cell ran longer than (0\.\d+|1) seconds", stopped)
    for output in outputs[2:]:
        assert errors(output) == ["not run: the notebook's 1 seconds were used up"]


# ---- Output without measure


def test_a_flood_is_cut_and_costs_the_grader_no_memory():
    before = psutil.Process().memory_info().rss
    outputs = run("while True:\n    print('x' * 1000)")
    outputs += run(
        "print('y' * 30_000_000)\n1 / 0",
        "from IPython.display import display\nfor _ in range(400):\n    display('x' * 1000)",
        "print('on')",
        limits=Limits(),
    )
    assert psutil.Process().memory_info().rss - before < 20_000_000
    for output in outputs[:3]:
        assert sum(len(str(part)) for part in output) < 400_000
        assert "beyond 200 kB is left out" in text(output)
    assert errors(outputs[0]) == ["this cell ran longer than 1.5 seconds"]
    assert errors(outputs[1]) == ["division by zero"]
    assert text(outputs[3]) == "on\n"


PIPES = """
import os
for pid in [p for p in os.listdir("/proc") if p.isdigit() and int(p) != os.getpid()]:
    for number in range(3, 30):
        try:
            name = f"/proc/{pid}/fd/{number}"
            if "pipe" in os.readlink(name):
                pipe = open(name, "wb", buffering=0)
                for _ in range(200):
                    pipe.write(WHAT)
        except OSError:
            pass
"""


@pytest.mark.parametrize("what", ["b'x' * 100_000", "b'[' * 5000 + b'\\n'", "b'{\"id\": 1}\\n'"])
def test_what_a_learner_writes_into_the_pipes_to_the_grader_ends_a_kernel_at_most(what):
    before = psutil.Process().memory_info().rss
    outputs = run("a = 1", PIPES.replace("WHAT", what), "a", "print(a)")
    assert psutil.Process().memory_info().rss - before < 30_000_000
    assert text(outputs[3]) == "1\n"


# ---- Kernels that lie


FORGED = """
from IPython.display import display
kernel = get_ipython().kernel
parent, send, to = kernel.get_parent(), kernel.session.send, kernel.iopub_socket
send(to, "status", {"execution_state": "idle"}, parent=parent)
send(to, "status", {}, parent=parent)
send(to, "stream", {"name": ["stdout"], "text": 7}, parent=parent)
send(to, "stream", {"name": "stdout", "text": "other"}, parent={"msg_id": "other"})
send(to, "display_data", {"data": {"text/html": "<script>", "image/png": "\\"><b>"}}, parent=parent)
send(to, "display_data", {"data": 3}, parent=parent)
send(to, "error", {"ename": 1, "evalue": None, "traceback": {}}, parent=parent)
send(to, "comm_open", {"comm_id": "1", "target_name": "jupyter.widget"}, parent=parent)
send(to, "no_such_type", {}, parent=parent)
change = {"data": {"text/plain": "altered"}, "metadata": {}, "transient": {"display_id": "one"}}
send(to, "update_display_data", change, parent=parent)
for parts in ([b"garbage"], [b"x"] * 9, [b"<IDS|MSG>"] + [b"{"] * 5):
    to.send_multipart(parts)
print("done")
"""


def test_forged_messages_change_nothing_elsewhere():
    first = "from IPython.display import display\n_ = display('first', display_id='one')"
    outputs = run(first, FORGED, "print('after')")
    assert outputs[0][0].data == {"text/plain": "'first'"}
    assert text(outputs[1]) in ("done\n", "")  # who forges a cell's end may lose what comes after
    assert all(output.output_type == "stream" for output in outputs[1])
    assert text(outputs[2]) == "after\n"


@pytest.mark.parametrize(
    "source",
    [
        "get_ipython().kernel.shell_handlers['execute_request'] = print",
        "type(get_ipython().kernel).do_execute = None",
        "get_ipython().kernel.session.key = b'other'",
        "get_ipython().kernel.do_shutdown(False)",
        "type(get_ipython().kernel).finish_metadata = lambda *args: 1 / 0",
    ],
)
def test_a_kernel_altered_by_a_learner_answers_or_is_stopped(source):
    limits = Limits(cell_seconds=0.5, notebook_seconds=5)
    outputs = run("a = 1", source, "print(a)", limits=limits)  # it hangs at no cell
    assert text(outputs[2]) == "1\n" or errors(outputs[2])


LATER = """
import asyncio, os, subprocess, threading, time
def print_on():
    while True:
        print("late")
        time.sleep(0.01)
async def task():
    while True:
        print("late")
        await asyncio.sleep(0.01)
threading.Thread(target=print_on).start()
kept = asyncio.get_running_loop().create_task(task())
child = subprocess.Popen(["sleep", "60"])
"""


def test_what_a_cell_leaves_running_prints_into_no_later_cell():
    outputs = run(LATER, "time.sleep(0.5)\nprint('mine')", "await asyncio.sleep(0.5)")
    assert [text(outputs[1]), text(outputs[2])] == ["mine\n", ""]


def test_small_unkindnesses_are_survived():
    outputs = run(
        "input('?')",
        "import sys\nsys.exit(1)",
        "print('\\ud800')",
        "raise ValueError('\\ud800 \\x1b[31m')",
        "print('\ud800')",
        "import os\nsys.stdout.close()\nos.close(1)",
        "os.kill(os.getppid(), 9)\nos.kill(os.getppid(), 2)\nos.kill(-1, 9)",
        "a = 5",
        "a",
    )
    assert "does not support input" in errors(outputs[0])[0]
    assert errors(outputs[1]) == ["1"]
    assert errors(outputs[3])
    assert text(outputs[4]) == "?\n"
    assert outputs[8][0].data == {"text/plain": "5"}


@pytest.mark.parametrize(
    "found",
    [
        None,
        3,
        [3, None, {}, {"text": 5, "name": []}, {"ename": {}, "traceback": 3}],
        [{"data": {"image/png": "AAAA", "text/html": "<b>"}}, {"data": [1]}],
    ],
)
def test_what_is_no_output_becomes_none_or_an_empty_one(found):
    cells = [new_code_cell("", outputs=list(clean(found, 1)))]
    validate(new_notebook(cells=cells))
    assert "<b>" not in str(cells)
    assert "AAAA" not in str(cells)


def test_cleaning_much_text_does_not_hang(hang_guard):
    """As much as a cell may print takes a second, and minutes if time grew with its square."""
    many = 100_000
    for hostile in ("\r" * many + "x", "\x1b[" * many, "\x1b]" * many, "x\r" * many):
        with hang_guard(30):
            plain(hostile)


# ---- The run itself


def test_a_cancelled_run_leaves_nothing():
    async def cancelled():
        book = new_notebook(cells=[new_code_cell("import time\ntime.sleep(9)")])
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(execute(book, limits=SHORT), 1)

    asyncio.run(cancelled())


ALONE = """
import asyncio
from grader.execution import execute
from nbformat.v4 import new_code_cell, new_notebook
cells = [new_code_cell("import subprocess\\nsubprocess.run(['sleep', '30'])")]
asyncio.run(execute(new_notebook(cells=cells)))
"""


def test_a_sandbox_ends_with_a_grader_that_is_killed():
    exercises = Path(execution.__file__).parents[1]
    with subprocess.Popen([sys.executable, "-c", ALONE], cwd=exercises) as grader:
        found = wait_for(lambda: processes.family(grader.pid), lambda seen: len(seen) == 5)
        grader.kill()
    assert len(found) == 5
    left = wait_for(
        lambda: [each for each in found if processes.alive(each)], lambda left: not left
    )
    assert left == []


def wait_for(look, enough):
    """Return what ``look()`` sees once that is enough, or after a minute."""
    until = time.monotonic() + 60
    while not enough(seen := look()) and time.monotonic() < until:
        time.sleep(0.05)
    return seen


def test_without_bubblewrap_nothing_runs(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(KernelFailedError, match="install bubblewrap"):
        run("1")


def test_a_kernel_that_cannot_start_is_no_fault_of_the_notebook(monkeypatch, tmp_path):
    broken = tmp_path / "kernel.py"
    broken.write_text("raise SystemExit('broken')")
    monkeypatch.setattr(sandbox, "KERNEL", broken)
    with pytest.raises(KernelFailedError, match="the kernel did not start: broken"):
        run("1")


def test_a_kernel_that_does_not_come_up_is_given_up(monkeypatch):
    monkeypatch.setattr(execution, "START_SECONDS", 0.01)
    with pytest.raises(KernelFailedError, match="is this machine very busy"):
        run("1")


def test_a_run_without_sandbox_has_the_same_outputs_and_limits():
    sources = ["a = 1", "import os\nos._exit(1)", "import linreg, sys\nprint(a, linreg.__file__)"]
    fork = "import subprocess\nfor _ in range(70):\n    subprocess.Popen(['sleep', '60'])"
    fork += "\nimport time\ntime.sleep(9)"
    outputs = run(*sources, fork, "print(a)", sandboxed=False)
    assert errors(outputs[1]) == ["this cell ended its kernel"]
    assert text(outputs[2]) == f"1 {sandbox.ROOT}/linreg/__init__.py\n"
    assert errors(outputs[3]) == ["this cell started more than 64 processes or threads"]
    assert text(outputs[4]) == "1\n"
