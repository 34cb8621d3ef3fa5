"""Promise: in the sandbox there is no network, no work of others, and no way to harm the host."""

import asyncio
import json
import mmap
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from grader import processes, sandbox
from grader.execution import execute
from grader.limits import Limits


def inside(code, limits=None):
    """Return what ``code`` prints in a sandbox, read as JSON."""
    with sandbox.command([sys.executable, "-c", code], limits or Limits()) as (command, files):
        done = subprocess.run(command, pass_fds=files, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


# ---- What is there, and what is not


def test_linreg_is_there_and_comes_from_this_repository():
    code = "import json, linreg, numpy; print(json.dumps(linreg.__file__))"
    assert inside(code) == f"{sandbox.LIBRARY}/linreg/__init__.py"


def test_of_the_repository_only_linreg_and_the_server_are_there():
    code = f"""
import json, os
seen = [os.path.join(top, name) for top, _, names in os.walk({str(sandbox.ROOT)!r})
        for name in names if not top.startswith({sys.prefix!r})]
print(json.dumps([seen, os.listdir("/run/grader"), os.listdir({sandbox.LIBRARY!r})]))"""
    assert (sandbox.ROOT / "pyproject.toml").exists()
    files, grader, library = inside(code)
    assert files == []
    assert sorted(grader) == ["home", "kernel.py", "library"]
    assert library == ["linreg"]


def test_a_repository_below_usr_is_hidden_too(monkeypatch):
    linreg = sandbox.library()
    monkeypatch.setattr(sandbox, "ROOT", Path("/usr/share"))
    monkeypatch.setattr(sandbox, "library", lambda: linreg)
    assert list(Path("/usr/share").iterdir())
    assert inside("import json, os; print(json.dumps(os.listdir('/usr/share')))") == []


def test_a_notebook_in_linreg_is_refused(monkeypatch, tmp_path):
    (tmp_path / "linreg").mkdir()
    (tmp_path / "linreg" / "answers.ipynb").touch()
    monkeypatch.setattr(sandbox, "ROOT", tmp_path)
    with pytest.raises(ValueError, match=r"answers\.ipynb would be visible"):
        sandbox.library()


def test_there_is_no_home_and_no_file_of_the_host(tmp_path):
    (tmp_path / "secret").touch()
    paths = [str(tmp_path / "secret"), "/etc/passwd", "/etc/hostname", "/sys", "/boot"]
    assert all(Path(path).exists() for path in paths[:2])
    code = f"""
import json, os
there = [path for path in {paths} if os.path.exists(path)]
print(json.dumps([there, os.listdir(os.path.expanduser("~"))]))"""
    assert inside(code) == [[], []]


def test_there_is_no_process_of_the_host():
    code = "import json, os; print(json.dumps([p for p in os.listdir('/proc') if p.isdigit()]))"
    assert inside(code) == ["1"]


def test_the_environment_is_bare(monkeypatch):
    monkeypatch.setenv("JPY_PARENT_PID", "1")
    monkeypatch.setenv("A_SECRET", "1")
    code = "import json, os; print(json.dumps(dict(os.environ)))"
    expected = sandbox.environment(sandbox.HOME, sandbox.LIBRARY)
    assert inside(code) == {**expected, "PWD": sandbox.HOME}


def test_no_socket_of_the_host_can_be_reached():
    with socket.socket() as loopback, socket.socket(socket.AF_UNIX) as abstract:
        loopback.bind(("127.0.0.1", 0))
        abstract.bind(f"\0linreg-test-{os.getpid()}")
        loopback.listen()
        abstract.listen()
        code = f"""
import json, socket
def reaches(family, address):
    with socket.socket(family) as client:
        client.settimeout(2)
        return client.connect_ex(address) == 0
print(json.dumps([reaches(socket.AF_INET, {loopback.getsockname()!r}),
                  reaches(socket.AF_UNIX, {abstract.getsockname()!r}),
                  reaches(socket.AF_INET, ("192.0.2.1", 80)), len(socket.if_nameindex())]))"""
        here = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
        assert json.loads(here.stdout)[:2] == [True, True]
        assert inside(code) == [False, False, False, 1]


def test_writing_is_possible_in_three_small_folders_alone():
    code = """
import json
lines = [line.split() for line in open("/proc/self/mountinfo")]
print(json.dumps([line[4] for line in lines if "rw" in line[5].split(",")]))"""
    writable = {path for path in inside(code) if not path.startswith(("/dev/", "/proc"))}
    assert writable == {"/tmp", sandbox.HOME}
    code = f"""
import json
PREFIX, HOME = {sys.prefix!r}, {sandbox.HOME!r}
def writes(path):
    try:
        with open(path, "w") as file:
            file.write("x")
    except OSError:
        return False
    return True
places = ["/tmp", HOME, "/dev/shm", "/", "/dev", "/etc", "/usr", "/run/grader", PREFIX]
print(json.dumps([writes(place + "/new") for place in places]))"""
    assert inside(code) == [True] * 3 + [False] * 6


@pytest.mark.parametrize("folder", ["/tmp", sandbox.HOME, "/dev/shm"])
def test_a_folder_fills_up(folder):
    code = f"""
import errno, json
try:
    with open("{folder}/big", "wb") as file:
        file.write(bytes(3_000_000))
except OSError as error:
    print(json.dumps(error.errno == errno.ENOSPC))"""
    assert inside(code, Limits(folder_bytes=2_000_000)) is True


def test_there_are_no_privileges_and_no_way_to_more():
    code = """
import ctypes, json
status = dict(line.split(":\\t", 1) for line in open("/proc/self/status"))
print(json.dumps([int(status["CapEff"], 16), int(status["CapBnd"], 16),
                  status["NoNewPrivs"].strip(), ctypes.CDLL(None).unshare(0x10000000)]))"""
    assert inside(code) == [0, 0, "1", -1]


def test_sockets_that_no_namespace_holds_back_cannot_be_made():
    """AF_VSOCK is 40; it and AF_ALG, 38, are the host's own. The others lie in the namespaces."""
    code = """
import errno, json, socket
def made(family):
    try:
        socket.socket(family, socket.SOCK_RAW if family == 16 else socket.SOCK_STREAM).close()
    except OSError as error:
        return errno.errorcode[error.errno]
    return True
print(json.dumps([made(family) for family in (1, 2, 10, 16, 40, 38, 17, 31)]))"""
    assert inside(code) == [True] * 4 + ["EAFNOSUPPORT"] * 4


def test_memory_cannot_be_kept_where_no_process_shows_it():
    code = """
import ctypes, errno, json, os, platform
call = ctypes.CDLL(None, use_errno=True)
def refused(function, *arguments):
    return function(*arguments) == -1 and errno.errorcode[ctypes.get_errno()]
print(json.dumps([refused(call.memfd_create, b"x", 0), refused(call.shmget, 0, 4096, 0o1600),
                  refused(call.syscall, 447, 0), refused(call.syscall, 425, 8, None)]))"""
    assert inside(code) == ["ENOSYS"] * 4


def test_a_kernel_holds_no_pipe_to_the_grader():
    """Of each pipe that it holds it holds both ends."""
    source = """
import os
from collections import defaultdict
ends = defaultdict(set)
for name in os.listdir("/proc/self/fd"):
    try:
        with open(f"/proc/self/fdinfo/{name}") as file:
            flags = int(file.read().split()[3], 8)
        ends[os.readlink(f"/proc/self/fd/{name}")].add(flags & os.O_ACCMODE)
    except OSError:
        pass
print([held for name, held in ends.items() if "pipe" in name and len(held) < 2], len(ends) > 5)"""
    done = asyncio.run(execute(new_notebook(cells=[new_code_cell(source)])))
    assert done.cells[0].outputs[0].text == "[] True\n"


# ---- What one sandbox leaves in the machine's memory

COUNT = """
import ctypes, json, mmap
def held(path):
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, mmap.MAP_PRIVATE) as view:
        pages = (ctypes.c_ubyte * (len(view) // mmap.PAGESIZE))()
        start = ctypes.addressof(ctypes.c_char.from_buffer(view))
        assert ctypes.CDLL(None).mincore(ctypes.c_void_p(start), len(view), pages) == 0
        return sum(page & 1 for page in pages)
"""


def test_a_sandbox_finds_no_trace_of_what_an_earlier_one_read(monkeypatch):
    """Linux keeps what was read, and tells whoever owns the file: that is a signal."""
    (sandbox.ROOT / "_build").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=sandbox.ROOT / "_build") as folder:
        library = Path(folder, "linreg")
        library.mkdir()
        with (library / "table.csv").open("wb") as file:
            file.write(b"1" * 64 * mmap.PAGESIZE)
            os.fsync(file.fileno())
        monkeypatch.setattr(sandbox, "library", lambda: library)
        monkeypatch.setattr(sandbox, "_shown", lambda: [str(library)])
        path = f"{sandbox.LIBRARY}/linreg/table.csv"
        look = f"{COUNT}\nprint(json.dumps(held({path!r})))"
        signal = f"print(len(open({path!r}).read()))"
        sandbox.forget_files()
        assert inside(look) == 0
        assert inside(signal) == 64 * mmap.PAGESIZE
        assert inside(look) == 64
        sandbox.forget_files()
        assert inside(look) == 0


def test_all_that_a_sandbox_shows_is_forgotten():
    shown = sandbox._shown()
    assert {"/usr", str(sandbox.KERNEL), str(sandbox.library())} <= set(shown)
    assert any(Path(sys.prefix).is_relative_to(path) for path in shown)
    files = list(sandbox._files(str(sandbox.library())))
    assert str(sandbox.library() / "checks" / "__init__.py") in files
    assert list(sandbox._files(str(sandbox.KERNEL))) == [str(sandbox.KERNEL)]


# ---- Where no sandbox can run


def test_here_a_sandbox_can_run():
    assert sandbox.refusal() is None


def test_other_systems_are_refused(monkeypatch):
    monkeypatch.setattr(sandbox.sys, "platform", "darwin")
    assert "needs Linux" in sandbox.refusal()


def test_other_processors_are_refused(monkeypatch):
    monkeypatch.setattr(sandbox.platform, "machine", lambda: "riscv64")
    assert sandbox.refusal() == "The sandbox needs one of these processors: x86_64, aarch64."


def test_a_missing_bubblewrap_is_named_with_its_package(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "apt install bubblewrap" in sandbox.refusal()


@pytest.mark.parametrize(
    ("message", "mend"),
    [
        ("bwrap: Unknown option --disable-userns", "0.8 or newer"),
        ("bwrap: No permissions to create new namespace", "in Docker, start the container with"),
        ("bwrap: setting up uid map: Permission denied", "apparmor_restrict_unprivileged_userns=0"),
    ],
)
def test_a_bubblewrap_that_fails_is_heard(monkeypatch, tmp_path, message, mend):
    program = tmp_path / "bwrap"
    program.write_text(f"#!/bin/sh\necho '{message}' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert message in sandbox.refusal()
    assert mend in sandbox.refusal()


# ---- The watch


def uses(threads=1, memory=0):
    return SimpleNamespace(
        num_threads=lambda: threads,
        memory_info=lambda: SimpleNamespace(rss=memory),
    )


def test_the_watch_adds_up_over_the_processes():
    limits = Limits(processes=10, memory_bytes=2_000_000_000)
    assert processes.excess([uses(5, 1_000_000_000)] * 2, limits) is None
    assert processes.excess([uses(5)] * 3, limits) == "started more than 10 processes or threads"
    assert processes.excess([uses(1, 900_000_000)] * 3, limits) == "used more than 2 GB of memory"
    crowd = processes.excess([uses(1, 300_000_000)] * 9, limits)
    assert crowd == "used more than 2 GB of memory, in 9 processes"


def test_the_watch_guards_the_machine_against_memory_that_no_process_shows(monkeypatch):
    low = SimpleNamespace(available=1, total=1_000_000_000)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: low)
    assert processes.excess([uses()], Limits()) == "left this machine too little memory"


def test_a_family_is_found_without_a_look_at_the_machines_other_processes(monkeypatch):
    """However many there are, a watch costs little."""
    looks = []
    monkeypatch.setattr(psutil, "pids", lambda: looks.append("pids") or [])
    monkeypatch.setattr(psutil.Process, "children", lambda *_, **__: looks.append("children") or [])
    script = "(sleep 60 & sleep 60; true) & sleep 60; true"
    with subprocess.Popen(["sh", "-c", script]) as shell:
        try:
            names = wait_for_sleepers(shell.pid, 3)
        finally:
            for member in processes.family(shell.pid):
                processes._kill(member)
    assert names == ["sh", "sh", "sleep", "sleep", "sleep"]
    assert looks == []


def wait_for_sleepers(pid, number):
    """Return the sorted names of a family once so many of it sleep."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        names = sorted(each.name() for each in processes.family(pid))
        if names.count("sleep") == number:
            return names
        time.sleep(0.02)
    return []


def test_a_family_is_found_where_linux_lists_no_children(monkeypatch):
    monkeypatch.setattr(processes, "_LISTED", False)
    with subprocess.Popen(["sh", "-c", "sleep 60; true"]) as shell:
        try:
            assert wait_for_sleepers(shell.pid, 1) == ["sh", "sleep"]
        finally:
            for member in processes.family(shell.pid):
                processes._kill(member)


def test_a_process_that_has_ended_uses_nothing():
    with subprocess.Popen(["true"]) as process:
        found = processes.family(process.pid)
    assert processes.excess(found, Limits()) is None
    assert processes.family(process.pid) == []
