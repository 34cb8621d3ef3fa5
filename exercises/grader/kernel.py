"""Serve one Jupyter kernel over two pipes. This program runs inside the sandbox.

Each line on standard input asks for one cell; each line on standard output tells how it went.
So no message of a learner's kernel reaches the grader but as one line of bounded length, and
whatever breaks this program breaks it inside the sandbox.
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
from pathlib import Path

import zmq
from ipykernel.kernelapp import IPKernelApp
from jupyter_client.session import Session

PR_SET_DUMPABLE = 4
KEYCTL = {"x86_64": 250, "aarch64": 219}  # the number of the system call
JOIN_SESSION_KEYRING = 1
KINDS = ("text/plain", "image/png")
MOST_WAITING = 50_000  # messages; beyond them some are lost
PATIENCE = 1  # seconds that an interrupted cell has to stop
MOST_ERRORS, ERROR_LINES, ERROR_LINE = 3, 20, 3000  # an honest cell raises one error


def main():
    """Serve cells until standard input ends or the kernel does."""
    limits = json.loads(sys.argv[1])
    requests, replies = private_pipes()
    keep_apart()
    leave_keyring()
    set_limits(limits)
    kernel = Kernel(limits["output_bytes"])
    kernel.wait_until_ready()
    print(json.dumps({"ready": True}), file=replies, flush=True)
    for line in requests:
        request = json.loads(line)
        reply = kernel.run(request["code"], request["seconds"])
        print(json.dumps({"id": request["id"], **reply}), file=replies, flush=True)
        if reply["ending"] != "done":
            return


def private_pipes():
    """Take standard input and output for this program alone; the kernel finds them empty."""
    requests, replies = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    return os.fdopen(requests, encoding="utf-8"), os.fdopen(replies, "w", encoding="utf-8")


def keep_apart(*, dumpable=0):
    """Close this process to others of the same user: to its pipes, its memory, and Ctrl-C.

    In the sandbox it is the first process too, which no other can kill.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, dumpable)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def leave_keyring():
    """Leave the keys of the login: one sandbox could put words there for the next to read."""
    number = KEYCTL.get(platform.machine())
    if sys.platform == "linux" and number:
        ctypes.CDLL(None).syscall(number, JOIN_SESSION_KEYRING, None)


def set_limits(limits):
    """Bound what each process may use, for good, and let all other work go first."""
    bounds = {
        resource.RLIMIT_AS: limits["address_bytes"],
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
        # One second more before the end without a word, so that SIGXCPU can tell the reason.
        room = 1 if name == resource.RLIMIT_CPU and bound != highest else 0
        resource.setrlimit(name, (bound, bound + room))
    os.nice(10)


class Kernel:
    """An IPython kernel, forked from this process so that its imports are paid for once."""

    def __init__(self, output_bytes):
        self.output_bytes, self.exit = output_bytes, None
        folder = Path(tempfile.mkdtemp())
        key = uuid.uuid4().hex
        connection = connection_file(folder, key)
        self.pid = os.fork()
        if self.pid == 0:
            serve(connection)
        self.session = Session(key=key.encode())
        context = zmq.Context()
        self.shell, self.iopub = context.socket(zmq.DEALER), context.socket(zmq.SUB)
        self.iopub.subscribe(b"")
        self.iopub.rcvhwm = MOST_WAITING
        for socket, port in ((self.shell, 1), (self.iopub, 2)):
            socket.linger = 0
            socket.reconnect_ivl = 10
            socket.connect(f"ipc://{folder}/socket-{port}")
        self.poller = zmq.Poller()
        self.poller.register(self.shell, zmq.POLLIN)
        self.poller.register(self.iopub, zmq.POLLIN)

    def wait_until_ready(self):
        """Ask until an answer comes on both sockets."""
        while True:
            asked = self.session.send(self.shell, "kernel_info_request")["msg_id"]
            if Reply(asked, 0).read(self, until=time.monotonic() + 0.5):
                return
            if self.dead():
                raise RuntimeError("the kernel did not start")

    def run(self, code, seconds):
        """Run one cell; return its outputs, whether it was late, and its ending.

        The ending is ``done``, ``lost`` (the kernel with it), or ``gone``: lost before it began.
        """
        if self.dead():
            return {"ending": "gone", "exit": self.exit}
        content = {"code": code, "silent": False, "allow_stdin": False, "stop_on_error": False}
        asked = self.session.send(self.shell, "execute_request", content)["msg_id"]
        reply, late = Reply(asked, self.output_bytes), False
        if not reply.read(self, until=time.monotonic() + seconds) and not self.dead():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGINT)
            reply.read(self, until=time.monotonic() + PATIENCE)
            late = True
        if reply.exits:
            self.wait_until_dead()
        outcome = {"outputs": reply.outputs, "cut": reply.cut, "late": late}
        ending = "lost" if self.dead() or not reply.complete() else "done"
        return {**outcome, "ending": ending, "exit": self.exit}

    def messages(self, seconds):
        """Return the well-formed messages that wait, at most one a socket, after a short wait."""
        found = []
        for socket, _ in self.poller.poll(seconds * 1000):
            with contextlib.suppress(Exception):  # a learner may send anything at all
                _, parts = self.session.feed_identities(socket.recv_multipart(zmq.NOBLOCK))
                found.append((socket, self.session.deserialize(parts)))
        return found

    def dead(self):
        """Tell whether the kernel has ended; a sandbox's first process reaps all others too."""
        with contextlib.suppress(ChildProcessError):
            while self.exit is None:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if pid == 0:
                    return False
                if pid == self.pid:
                    self.exit = os.waitstatus_to_exitcode(status)
        return True

    def wait_until_dead(self):
        """Wait for a kernel that said it would end."""
        until = time.monotonic() + PATIENCE
        while not self.dead() and time.monotonic() < until:
            time.sleep(0.01)


class Reply:
    """What a kernel says to one request, kept to a size."""

    def __init__(self, asked, room):
        self.asked, self.room = asked, room
        self.outputs, self.streams, self.errors = [], {}, 0
        self.answered = self.idle = self.cut = self.exits = False
        self.failed = None

    def complete(self):
        """Tell whether the request is done and all its outputs are here."""
        return self.answered and self.idle

    def read(self, kernel, until):
        """Read messages until the request is done; return whether that came in time."""
        while not self.complete() and time.monotonic() < until:
            wait = min(0.1, max(0, until - time.monotonic()))
            messages = kernel.messages(wait)
            for socket, message in messages:
                with contextlib.suppress(Exception):  # well signed, and still of any shape
                    self.take(message, shell=socket is kernel.shell)
            if not messages and kernel.dead():
                break
        self.tell_failure()
        return self.complete()

    def tell_failure(self):
        """Add an error that only the reply names: one that could not be shown."""
        if self.failed and not any("ename" in output for output in self.outputs):
            with contextlib.suppress(Exception):  # a forged one
                self.outputs.append(short_error(self.failed))

    def take(self, message, *, shell):
        """Take one message; those that answer another request are not ours."""
        if message["parent_header"].get("msg_id") != self.asked:
            return
        kind, content = message["msg_type"], message["content"]
        if shell:
            self.answered = True
            self.failed = content if content["status"] == "error" else None
            sources = [entry.get("source") for entry in content.get("payload", [])]
            self.exits = "ask_exit" in sources
        elif kind == "status":
            self.idle = content["execution_state"] == "idle"
        elif kind == "clear_output":
            self.outputs, self.streams = [], {}
        elif kind == "stream":
            self.add_text(content["name"], content["text"])
        elif kind in ("execute_result", "display_data"):
            data = {name: content["data"][name] for name in KINDS if name in content["data"]}
            self.add({"data": data, "result": kind == "execute_result"})
        elif kind == "error" and self.errors < MOST_ERRORS:
            self.outputs.append(short_error(content))  # however little room is left
            self.errors += 1

    def add_text(self, name, text):
        """Add text to the stream of this name, as much as there is room for."""
        if name not in self.streams:
            self.streams[name] = {"name": str(name), "text": ""}
            self.add(self.streams[name])
        if not self.cut:
            self.streams[name]["text"] += text[: self.room]
            self.cut = len(text) > self.room
            self.room -= len(text)

    def add(self, output):
        """Add an output if there is room."""
        size = len(json.dumps(output))
        self.cut = self.cut or size > self.room
        if not self.cut:
            self.room -= size
            self.outputs.append(output)


def short_error(content):
    """Return what an error says: its beginning, and the frames nearest to it."""
    lines = [line[:ERROR_LINE] for line in content["traceback"][-ERROR_LINES:]]
    texts = {name: content[name][:ERROR_LINE] for name in ("ename", "evalue")}
    return {**texts, "traceback": lines}


def connection_file(folder, key):
    """Write where the kernel shall listen, and return the file."""
    ports = {f"{name}_port": i for i, name in enumerate(("shell", "iopub", "stdin", "hb"), 1)}
    address = {"transport": "ipc", "ip": str(folder / "socket"), "control_port": 5}
    file = folder / "connection.json"
    file.write_text(json.dumps({**ports, **address, "key": key, "signature_scheme": "hmac-sha256"}))
    return file


def serve(connection):
    """Be the kernel, in a session of its own."""
    os.setsid()
    keep_apart(dumpable=1)
    threading.Thread.start = in_context(threading.Thread.start)
    sys.path.remove(str(Path(__file__).parent))
    sys.argv = ["kernel"]
    IPKernelApp.launch_instance(
        ["-f", str(connection), "--HistoryManager.enabled=False", "--colors=nocolor", "--quiet"]
    )
    os._exit(0)


def in_context(start):
    """Let what a thread prints go to the cell that started it, as with asyncio's tasks."""

    def start_thread(thread):
        run, context = thread.run, contextvars.copy_context()
        thread.run = lambda: context.run(run)
        return start(thread)

    return start_thread


if __name__ == "__main__":
    main()
