"""A room for code that nobody has read: bubblewrap around one kernel, and a watch over it.

Inside there are the system's libraries, this Python and `linreg`, all read-only, and two small
folders in memory to write to. There is no network, no other file of the repository, no home, and
no process of the host.
"""

import asyncio
import contextlib
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
KERNEL = Path(__file__).with_name("kernel.py")
HOME = "/run/grader/home"
LIBRARY = "/run/grader/library"  # holds linreg alone
# On most systems these are links into /usr.
SYSTEM = [Path("/", name) for name in ("bin", "sbin", "lib", "lib32", "lib64")]
SETTINGS = ["/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime"]
THREADS = ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"]
FEW = 5  # processes of a notebook that starts one or two
LEAST_FREE = 0.04  # of the machine's memory; below it the sandbox ends, whatever it holds


@dataclass(frozen=True)
class Limits:
    """What a notebook may use. Times are in seconds, sizes in bytes.

    The file limits hold for each file and folder, `cpu_seconds`, `address_bytes` and `open_files`
    for each process, `memory_bytes` and `processes` (threads count) for all processes together.
    """

    cell_seconds: float = 10
    notebook_seconds: float = 60
    restarts: int = 3  # fresh kernels after lost ones
    output_bytes: int = 200_000  # of one cell
    memory_bytes: int = 2_000_000_000
    address_bytes: int = 4_000_000_000
    processes: int = 64
    cpu_seconds: int = 120
    file_bytes: int = 50_000_000
    folder_bytes: int = 64_000_000
    open_files: int = 256


def refusal():
    """Return None where a sandbox can run, else a sentence: what is missing, and what to do."""
    if sys.platform != "linux":
        return "The sandbox needs Linux: grade on a Linux machine, or in a Linux container."
    if shutil.which("bwrap") is None:
        return (
            "The sandbox needs bubblewrap 0.8 or newer, which is not installed: install the "
            "package `bubblewrap` (Debian, Ubuntu: apt install bubblewrap; Fedora: dnf install "
            "bubblewrap)."
        )
    trial = subprocess.run(
        command(["true"], Limits()), stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    return None if trial.returncode == 0 else explain(trial.stderr.strip())


def explain(message):
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


def command(arguments, limits):
    """Return the command that runs ``arguments`` in a sandbox of its own."""
    size = str(limits.folder_bytes)
    return [
        *("bwrap", "--unshare-all", "--unshare-user", "--disable-userns", "--cap-drop", "ALL"),
        *("--as-pid-1", "--die-with-parent", "--new-session", "--uid", "1000", "--gid", "1000"),
        *("--hostname", "sandbox", "--clearenv"),
        *flags("--setenv", environment(HOME, LIBRARY).items()),
        *("--proc", "/proc", "--dev", "/dev", "--size", size, "--tmpfs", "/dev/shm"),
        *("--size", size, "--tmpfs", "/tmp", "--size", size, "--tmpfs", HOME),
        *system_folders(),
        *python_folders(),
        *("--ro-bind", str(KERNEL), inside_kernel()),
        *("--ro-bind", str(library()), f"{LIBRARY}/linreg"),
        *("--remount-ro", "/dev", "--remount-ro", "/", "--chdir", HOME, "--", *arguments),
    ]


def flags(name, values):
    """Return one option for each tuple of values, as a flat list."""
    return [word for value in values for word in (name, *value)]


def inside_kernel():
    """Return where the program that serves the kernel stands in the sandbox."""
    return "/run/grader/kernel.py"


def environment(home, library):
    """Return the few environment variables that the kernel gets."""
    return {
        "HOME": str(home),
        "USER": "learner",
        "LANG": "C.UTF-8",
        "PATH": f"{sys.prefix}/bin:/usr/bin:/bin",
        "PYTHONPATH": str(library),
        **dict.fromkeys(THREADS, "1"),
    }


def library():
    """Return the folder of `linreg`; the sandbox shows all of it, so it holds no notebook."""
    folder = ROOT / "linreg"
    if found := next(folder.rglob("*.ipynb"), None):
        raise ValueError(f"{found} would be visible in the sandbox: move it out of linreg/")
    return folder


def system_folders():
    """Return the options that show the system's programs and libraries, read-only."""
    links = [(str(path.readlink()), str(path)) for path in SYSTEM if path.is_symlink()]
    folders = [(str(path), str(path)) for path in SYSTEM if not path.is_symlink()]
    return [
        *("--ro-bind", "/usr", "/usr"),
        *flags("--symlink", links),
        *flags("--ro-bind-try", folders),
        *flags("--ro-bind-try", [(path, path) for path in SETTINGS]),
    ]


def python_folders():
    """Return the options that show this Python, and hide a repository that it or /usr holds."""
    prefixes = {Path(path) for path in (sys.base_prefix, sys.prefix)}
    prefixes |= {path.resolve() for path in prefixes}
    outer = sorted(str(path) for path in prefixes if not path.is_relative_to("/usr"))
    inner = sorted(str(path) for path in prefixes if path.is_relative_to(ROOT))
    return [
        *flags("--ro-bind", [(path, path) for path in outer]),
        *("--size", "4096", "--tmpfs", str(ROOT)),
        *flags("--ro-bind", [(path, path) for path in inner]),
        *("--remount-ro", str(ROOT)),
    ]


# ---- The watch


async def watch(pid, limits, every=0.1):
    """Return what the processes below ``pid`` did too much of, once they did."""
    while True:
        if reason := excess(family(pid), limits):
            return reason
        await asyncio.sleep(every)


def excess(processes, limits):
    """Return what these processes together use too much of, or None.

    Memory that processes share counts for each: to tell it apart takes seconds in a fork bomb.
    """
    tasks = memory = 0
    for process in processes:
        try:
            tasks += process.num_threads()
            memory += process.memory_info().rss
        except psutil.Error:
            continue  # it has ended
    if tasks > limits.processes:
        return f"started more than {limits.processes} processes or threads"
    if memory > limits.memory_bytes:
        crowd = f", in {len(processes)} processes" if len(processes) > FEW else ""
        return f"used more than {limits.memory_bytes / 1e9:g} GB of memory{crowd}"
    machine = psutil.virtual_memory()
    if machine.available < LEAST_FREE * machine.total:
        return "left this machine too little memory"
    return None


def family(pid):
    """Return a process and all below it; in a sandbox none can leave."""
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.Error:
        return []


async def end(process, patience=2):
    """Kill all processes below a process, then itself, and wait until they are gone.

    bubblewrap ends when its child has, and reaps it; so it is killed only where it lingers.
    """
    rest = family(process.pid)
    process.stdin.close()
    for member in rest[1:]:
        kill(member)
    try:
        async with asyncio.timeout(patience / 4):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
    deadline = time.monotonic() + patience
    while any(alive(member) for member in rest):
        if time.monotonic() > deadline:
            raise RuntimeError(f"processes of a kernel would not end: {rest}")
        await asyncio.sleep(0.005)


def kill(process):
    """Kill a process that may have ended."""
    with contextlib.suppress(psutil.Error):
        process.kill()


def alive(process):
    """Tell whether a process still runs; what waits to be reaped does not."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
