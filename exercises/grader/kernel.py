"""Serve one Jupyter kernel over two pipes. This program runs inside the sandbox.

Each line on standard input asks for one cell; each line on standard output answers what became of
it. So no message of a learner's kernel reaches the grader but as one line of bounded length, and
whatever breaks this program breaks it inside the sandbox, where no other module of the grader is.
"""

import contextlib
import contextvars
import ctypes
import json
import os
import platform
import resource
import signal
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, NoReturn

import zmq
from ipykernel.kernelapp import IPKernelApp
from jupyter_client.session import Session

__all__ = ["JOIN_SESSION_KEYRING", "KEYCTL", "main"]

KEYCTL = {"x86_64": 250, "aarch64": 219}  # the number of the system call
JOIN_SESSION_KEYRING = 1

_PR_SET_DUMPABLE = 4
_KINDS = ("text/plain", "image/png")
_MOST_WAITING = 50_000  # messages; beyond them some are lost
_PATIENCE = 1  # seconds that an interrupted cell has to stop
_MOST_ERRORS, _ERROR_LINES, _ERROR_LINE = 3, 20, 3000  # an honest cell raises one error


def main() -> None:
    """Serve cells until standard input ends or the kernel does."""
    limits = json.loads(sys.argv[1])
    requests, replies = _private_pipes()
    _keep_apart()
    _leave_keyring()
    _set_limits(limits)
    kernel = _Kernel(limits["output_bytes"], private=(requests.fileno(), replies.fileno()))
    kernel.wait_until_ready()
    print(json.dumps({"ready": True}), file=replies, flush=True)
    for line in requests:
        request = json.loads(line)
        reply = kernel.run(request["code"], request["seconds"])
        print(json.dumps({"id": request["id"], **reply}), file=replies, flush=True)
        if reply["ending"] != "done":
            return


def _private_pipes() -> tuple[IO[str], IO[str]]:
    """Take standard input and output for this program alone; the kernel finds them empty."""
    requests, replies = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    return os.fdopen(requests, encoding="utf-8"), os.fdopen(replies, "w", encoding="utf-8")


def _keep_apart(*, dumpable: int = 0) -> None:
    """Close this process to others of the same user: to its pipes, its memory, and Ctrl-C.

    In the sandbox it is the first process too, which no other can kill.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, dumpable)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _leave_keyring() -> None:
    """Leave the keys of the login: one sandbox could put words there for the next to read."""
    number = KEYCTL.get(platform.machine())
    if sys.platform == "linux" and number:
        ctypes.CDLL(None).syscall(number, JOIN_SESSION_KEYRING, None)


def _set_limits(limits: dict[str, Any]) -> None:
    """Bound what each process may use, for good, and let all other work go first."""
    bounds = {
        resource.RLIMIT_AS: limits["address_bytes"],
        resource.RLIMIT_DATA: limits["address_bytes"],  # a lower one may come with this process
        resource.RLIMIT_NPROC: 2 * limits["processes"],  # should the watch outside be slow
        resource.RLIMIT_CPU: limits["cpu_seconds"],
        resource.RLIMIT_FSIZE: limits["file_bytes"],
        resource.RLIMIT_NOFILE: limits["open_files"],
        resource.RLIMIT_CORE: 0,
    }
    if not limits["sandboxed"]:
        del bounds[resource.RLIMIT_NPROC]  # here it would count all processes of the user
    for name, bound in bounds.items():
        highest = resource.getrlimit(name)[1]
        bound = bound if highest == resource.RLIM_INFINITY else min(bound, highest)
        # One second more before the silent end, so that SIGXCPU can say the reason.
        more = 1 if name == resource.RLIMIT_CPU and bound != highest else 0
        resource.setrlimit(name, (bound, bound + more))
    os.nice(10)


class _Kernel:
    """An IPython kernel, forked from this process so that its imports are paid for once."""

    def __init__(self, output_bytes: int, private: tuple[int, int]) -> None:
        self._output_bytes, self._exit = output_bytes, None
        folder = Path(tempfile.mkdtemp())
        key = uuid.uuid4().hex
        connection = _connection_file(folder, key)
        self._pid = os.fork()
        if self._pid == 0:
            for number in private:  # what a learner could read and write there is the grader's
                os.close(number)
            os.dup2(0, 2)
            _be_the_kernel(connection)
        self._session = Session(key=key.encode())
        context = zmq.Context()
        self.shell, self._iopub = context.socket(zmq.DEALER), context.socket(zmq.SUB)
        self._iopub.subscribe(b"")
        self._iopub.rcvhwm = _MOST_WAITING
        for socket, port in ((self.shell, 1), (self._iopub, 2)):
            socket.linger = 0
            socket.reconnect_ivl = 10
            socket.connect(f"ipc://{folder}/socket-{port}")
        self._poller = zmq.Poller()
        self._poller.register(self.shell, zmq.POLLIN)
        self._poller.register(self._iopub, zmq.POLLIN)

    def wait_until_ready(self) -> None:
        """Ask until an answer comes on both sockets."""
        while True:
            asked = self._session.send(self.shell, "kernel_info_request")["msg_id"]
            if _Reply(asked, 0).read(self, until=time.monotonic() + 0.5):
                return
            if self.dead():
                raise RuntimeError("the kernel did not start")

    def run(self, code: str, seconds: float) -> dict[str, Any]:
        """Run one cell; return its outputs, whether it was late, and its ending.

        The ending is ``done``, ``lost`` (the kernel with it), or ``gone``: lost before it began.
        """
        if self.dead():
            return {"ending": "gone", "exit": self._exit}
        content = {"code": code, "silent": False, "allow_stdin": False, "stop_on_error": False}
        asked = self._session.send(self.shell, "execute_request", content)["msg_id"]
        reply, late = _Reply(asked, self._output_bytes), False
        if not reply.read(self, until=time.monotonic() + seconds) and not self.dead():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._pid, signal.SIGINT)
            reply.read(self, until=time.monotonic() + _PATIENCE)
            late = True
        if reply.exits:
            self._wait_until_dead()
        outcome = {"outputs": reply.outputs, "cut": reply.cut, "late": late}
        ending = "lost" if self.dead() or not reply.complete() else "done"
        return {**outcome, "ending": ending, "exit": self._exit}

    def messages(self, seconds: float) -> list[tuple[zmq.Socket, dict[str, Any]]]:
        """Return the well-formed messages that wait, at most one a socket, after a short wait."""
        found = []
        for socket, _ in self._poller.poll(seconds * 1000):
            with contextlib.suppress(Exception):  # a learner may send anything at all
                _, parts = self._session.feed_identities(socket.recv_multipart(zmq.NOBLOCK))
                found.append((socket, self._session.deserialize(parts)))
        return found

    def dead(self) -> bool:
        """Return whether the kernel has ended; a sandbox's first process reaps all others too."""
        with contextlib.suppress(ChildProcessError):
            while self._exit is None:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if pid == 0:
                    return False
                if pid == self._pid:
                    self._exit = os.waitstatus_to_exitcode(status)
        return True

    def _wait_until_dead(self) -> None:
        """Wait for a kernel that said it would end."""
        until = time.monotonic() + _PATIENCE
        while not self.dead() and time.monotonic() < until:
            time.sleep(0.01)


class _Reply:
    """What a kernel answers to one request, kept to a size."""

    def __init__(self, asked: str, size: int) -> None:
        self._asked, self._left = asked, size
        self._streams, self._errors = {}, 0
        self._answered = self._idle = False
        self._failed = None
        self.outputs, self.cut, self.exits = [], False, False

    def complete(self) -> bool:
        """Return whether the request is done and all its outputs are here."""
        return self._answered and self._idle

    def read(self, kernel: _Kernel, until: float) -> bool:
        """Read messages until the request is done; return whether that came in time."""
        while not self.complete() and time.monotonic() < until:
            wait = min(0.1, max(0, until - time.monotonic()))
            messages = kernel.messages(wait)
            for socket, message in messages:
                with contextlib.suppress(Exception):  # well signed, and still of any shape
                    self._take(message, shell=socket is kernel.shell)
            if not messages and kernel.dead():
                break
        self._add_failure()
        return self.complete()

    def _add_failure(self) -> None:
        """Add an error that only the reply names: one that could not be shown."""
        if self._failed and not any("ename" in output for output in self.outputs):
            with contextlib.suppress(Exception):  # a forged one
                self.outputs.append(_short_error(self._failed))

    def _take(self, message: dict[str, Any], *, shell: bool) -> None:
        """Take one message; those that answer another request are not ours."""
        if message["parent_header"].get("msg_id") != self._asked:
            return
        kind, content = message["msg_type"], message["content"]
        if shell:
            self._answered = True
            self._failed = content if content["status"] == "error" else None
            sources = [entry.get("source") for entry in content.get("payload", [])]
            self.exits = "ask_exit" in sources
        elif kind == "status":
            self._idle = content["execution_state"] == "idle"
        elif kind == "clear_output":
            self.outputs, self._streams = [], {}
        elif kind == "stream":
            self._add_text(content["name"], content["text"])
        elif kind in ("execute_result", "display_data"):
            data = {name: content["data"][name] for name in _KINDS if name in content["data"]}
            self._add({"data": data, "result": kind == "execute_result"})
        elif kind == "error" and self._errors < _MOST_ERRORS:
            self.outputs.append(_short_error(content))  # however few bytes are left
            self._errors += 1

    def _add_text(self, name: str, text: str) -> None:
        """Add to the stream of this name as much text as the size allows."""
        if name not in self._streams:
            self._streams[name] = {"name": str(name), "text": ""}
            self._add(self._streams[name])
        if not self.cut:
            self._streams[name]["text"] += text[: self._left]
            self.cut = len(text) > self._left
            self._left -= len(text)

    def _add(self, output: dict[str, Any]) -> None:
        """Add an output if the size allows."""
        size = len(json.dumps(output))
        self.cut = self.cut or size > self._left
        if not self.cut:
            self._left -= size
            self.outputs.append(output)


def _short_error(content: dict[str, Any]) -> dict[str, Any]:
    """Return what an error says: its beginning, and the frames nearest to it."""
    lines = [line[:_ERROR_LINE] for line in content["traceback"][-_ERROR_LINES:]]
    texts = {name: content[name][:_ERROR_LINE] for name in ("ename", "evalue")}
    return {**texts, "traceback": lines}


def _connection_file(folder: Path, key: str) -> Path:
    """Write where the kernel shall listen, and return the file."""
    ports = {f"{name}_port": i for i, name in enumerate(("shell", "iopub", "stdin", "hb"), 1)}
    address = {"transport": "ipc", "ip": str(folder / "socket"), "control_port": 5}
    file = folder / "connection.json"
    file.write_text(json.dumps({**ports, **address, "key": key, "signature_scheme": "hmac-sha256"}))
    return file


def _be_the_kernel(connection: Path) -> NoReturn:
    """Be the kernel, in a session of its own."""
    os.setsid()
    _keep_apart(dumpable=1)
    threading.Thread.start = _in_context(threading.Thread.start)
    sys.path.remove(str(Path(__file__).parent))
    sys.argv = ["kernel"]
    sys.modules["debugpy"] = None  # as if it were missing: nobody debugs, and it is slow to import
    IPKernelApp.launch_instance(
        ["-f", str(connection), "--HistoryManager.enabled=False", "--colors=nocolor", "--quiet"]
    )
    os._exit(0)


def _in_context(start: Callable[[threading.Thread], None]) -> Callable[[threading.Thread], None]:
    """Let what a thread prints go to the cell that started it, as with asyncio's tasks."""

    def start_thread(thread: threading.Thread) -> None:
        run, context = thread.run, contextvars.copy_context()
        thread.run = lambda: context.run(run)
        return start(thread)

    return start_thread


if __name__ == "__main__":
    main()
