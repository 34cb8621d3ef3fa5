"""A sandbox for code that nobody has read: bubblewrap around one kernel.

Inside there are the system's libraries, this Python and `linreg`, all read-only, and three small
folders in memory to write to. There is no network, no other file of the repository, no home, and
no process of the host.
"""

import fcntl
import itertools
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from grader.course import ROOT
from grader.limits import Limits
from grader.syscalls import MACHINES, denied

__all__ = [
    *("HOME", "INSIDE", "KERNEL", "LIBRARY", "LOCK"),
    *("alone", "command", "environment", "forget_files", "library", "refusal"),
]

KERNEL = Path(__file__).with_name("kernel.py")  # the program that serves the kernel
INSIDE = "/run/grader/kernel.py"  # where it stands in the sandbox
HOME = "/run/grader/home"
LIBRARY = "/run/grader/library"  # holds linreg alone
PRACTICE = f"{LIBRARY}/linreg/checks/practice"  # hints and worked answers, which stay outside
LOCK = Path(tempfile.gettempdir(), f"linreg-grader-{os.getuid()}.lock")  # no sandbox shows it

# On most systems these are links into /usr.
_SYSTEM = [Path("/", name) for name in ("bin", "sbin", "lib", "lib32", "lib64")]
_SETTINGS = ["/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime"]
_THREADS = ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"]


def refusal() -> str | None:
    """Return None where a sandbox can run, else a sentence: what is missing, and what to do."""
    if sys.platform != "linux":
        return "The sandbox needs Linux: grade on a Linux machine, or in a Linux container."
    if platform.machine() not in MACHINES:
        return f"The sandbox needs one of these processors: {', '.join(MACHINES)}."
    if shutil.which("bwrap") is None:
        return (
            "The sandbox needs bubblewrap 0.8 or newer, which is not installed: install the "
            "package `bubblewrap` (Debian, Ubuntu: apt install bubblewrap; Fedora: dnf install "
            "bubblewrap)."
        )
    quietly = {"stdin": subprocess.DEVNULL, "capture_output": True, "text": True}
    with command(["true"], Limits()) as (words, files):
        trial = subprocess.run(words, pass_fds=files, **quietly)
    return None if trial.returncode == 0 else _explained(trial.stderr.strip())


@contextmanager
def alone(say: Callable[[str], object]) -> Iterator[None]:
    """Wait until no other grading of this account runs, and keep others waiting.

    Its sandboxes could signal to the ones of this grading. The lock ends with the process.
    """
    file = os.open(LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another grading is at work on this machine: this one waits until it has ended.")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)


def forget_files() -> None:
    """Let Linux drop from memory all files that a sandbox shows, but for those in use.

    A sandbox can load parts of them, and a later one can find out, by the time that reading takes,
    which parts those were.
    """
    for top in _shown():
        for file in _files(top):
            with suppress(OSError):  # one that may not be read here is not read inside
                opened = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
                try:
                    os.posix_fadvise(opened, 0, 0, os.POSIX_FADV_DONTNEED)
                finally:
                    os.close(opened)


def _shown() -> list[str]:
    """List the host's folders and files that a sandbox shows."""
    words = _command([], Limits(), 0)
    return [path for flag, path in itertools.pairwise(words) if flag.startswith("--ro-bind")]


def _files(top: str) -> Iterator[str]:
    """Yield the plain files at and below a path."""
    waiting = [] if Path(top).is_file() else [top]
    if not waiting:
        yield top
    while waiting:
        with suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                elif entry.is_file(follow_symlinks=False):
                    yield entry.path


@contextmanager
def command(arguments: Iterable[str], limits: Limits) -> Iterator[tuple[list[str], tuple[int]]]:
    """Give the command that runs ``arguments`` in a sandbox of its own, and the file it reads."""
    reader, writer = os.pipe()
    try:
        os.write(writer, denied())  # far less than a pipe holds
        os.close(writer)
        yield _command(arguments, limits, reader), (reader,)
    finally:
        os.close(reader)


def _command(arguments: Iterable[str], limits: Limits, denied_calls: int) -> list[str]:
    size = str(limits.folder_bytes)
    return [
        *("bwrap", "--unshare-all", "--unshare-user", "--disable-userns", "--cap-drop", "ALL"),
        *("--as-pid-1", "--die-with-parent", "--new-session", "--uid", "1000", "--gid", "1000"),
        *("--hostname", "sandbox", "--clearenv", "--seccomp", str(denied_calls)),
        *_flags("--setenv", environment(HOME, LIBRARY).items()),
        *("--proc", "/proc", "--dev", "/dev", "--size", size, "--tmpfs", "/dev/shm"),
        *("--size", size, "--tmpfs", "/tmp", "--size", size, "--tmpfs", HOME),
        *_system_folders(),
        *_python_folders(),
        *("--ro-bind", str(KERNEL), INSIDE),
        *("--ro-bind", str(library()), f"{LIBRARY}/linreg"),
        *_without_practice(),
        *("--remount-ro", "/dev", "--remount-ro", "/", "--chdir", HOME, "--", *arguments),
    ]


def environment(home: Path | str, library: Path | str) -> dict[str, str]:
    """Return the few environment variables that the kernel gets."""
    return {
        "HOME": str(home),
        "USER": "learner",
        "LANG": "C.UTF-8",
        "PATH": f"{sys.prefix}/bin:/usr/bin:/bin",
        "PYTHONPATH": str(library),
        **dict.fromkeys(_THREADS, "1"),
    }


def library() -> Path:
    """Return the folder of `linreg`; the sandbox shows all of it, so it holds no notebook."""
    folder = ROOT / "linreg"
    if found := next(folder.rglob("*.ipynb"), None):
        raise ValueError(f"{found} would be visible in the sandbox: move it out of linreg/")
    return folder


def _without_practice() -> list[str]:
    """Return the options that empty the folder of hints and worked answers."""
    if not (library() / "checks/practice").is_dir():
        return []
    return ["--size", "4096", "--tmpfs", PRACTICE, "--remount-ro", PRACTICE]


def _explained(message: str) -> str:
    """Return what to do about a message of bubblewrap's."""
    if "nknown option" in message:
        return f"The sandbox needs bubblewrap 0.8 or newer; this one says: {message}"
    return (
        f"The sandbox cannot start; bubblewrap says: {message}. Most often the system forbids user "
        "namespaces. On Ubuntu 24.04 or newer, allow them to bwrap with an AppArmor profile or "
        "`sysctl kernel.apparmor_restrict_unprivileged_userns=0`; in Docker, start the container "
        "with `--security-opt seccomp=unconfined --security-opt apparmor=unconfined "
        "--security-opt systempaths=unconfined`."
    )


def _flags(name: str, values: Iterable[tuple[str, ...]]) -> list[str]:
    """Return one option for each tuple of values, as a flat list."""
    return [word for value in values for word in (name, *value)]


def _system_folders() -> list[str]:
    """Return the options that show the system's programs and libraries, read-only."""
    links = [(str(path.readlink()), str(path)) for path in _SYSTEM if path.is_symlink()]
    folders = [(str(path), str(path)) for path in _SYSTEM if not path.is_symlink()]
    return [
        *("--ro-bind", "/usr", "/usr"),
        *_flags("--symlink", links),
        *_flags("--ro-bind-try", folders),
        *_flags("--ro-bind-try", [(path, path) for path in _SETTINGS]),
    ]


def _python_folders() -> list[str]:
    """Return the options that show this Python, and hide a repository that it or /usr holds."""
    prefixes = {Path(path) for path in (sys.base_prefix, sys.prefix)}
    prefixes |= {path.resolve() for path in prefixes}
    outer = sorted(str(path) for path in prefixes if not path.is_relative_to("/usr"))
    inner = sorted(str(path) for path in prefixes if path.is_relative_to(ROOT))
    return [
        *_flags("--ro-bind", [(path, path) for path in outer]),
        *("--size", "4096", "--tmpfs", str(ROOT)),
        *_flags("--ro-bind", [(path, path) for path in inner]),
        *("--remount-ro", str(ROOT)),
    ]
