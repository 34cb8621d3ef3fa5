"""A class that tries everything: what each of its members hands in, and what that deserves.

Each kind is a student. The honest ones have odd habits and lose nothing; the others go against the
checks, the kernel, the files, the clock, the outputs, the metadata and the rest of the class. Code
of theirs is run in the sandbox alone, never here.

What they answer is the chapter without its derivations, of which `TRICKED` and `DERIVED` take care:
half of what a kernel costs is SymPy.
"""

import base64
import codecs
import io
import json
import zipfile
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import nbformat
from classroom import answered, hand_in, solutions
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

CHAPTER = "ch01"
DEEPER = "ch05_deeper"  # stands for all notebooks of deeper pages
DERIVATION = "c4"
RIGHT = {task: answer for task, answer in solutions(CHAPTER).items() if task != DERIVATION}
ALL = tuple(RIGHT)
FEW = ("a1", "b1", "c2")  # what an attacker has right by honest work, and keeps
PIXEL = base64.b64encode(b"\x89PNG\r\n\x1a\n pixel").decode()


@dataclass(frozen=True)
class Kind:
    """One member of the class.

    Attributes
    ----------
    name : str
        What it is, and the student's name unless the files say otherwise.
    lay : callable
        Puts what is handed in into the class's folder.
    deserves : tuple of str
        The tasks that score.
    d1 : bool
        Whether the task in words is answered, and so waits for a person.
    refused : str
        What the reason says where it cannot be graded.
    student : str
        The name in the table of grades, or the beginning of the file's where it is refused.
    chapter : str
        Whose exercises they are.
    """

    name: str
    lay: Callable[[Path], object]
    deserves: tuple[str, ...] = ALL
    d1: bool = False
    refused: str = ""
    student: str = ""
    chapter: str = CHAPTER

    @property
    def who(self):
        return self.student or self.name


def book(answers=RIGHT, *cells: str | NotebookNode, end=()) -> NotebookNode:
    """A notebook with these answers; extra cells stand behind the imports or at the end."""
    notebook = short(answered(CHAPTER, answers))
    extra = [new_code_cell(cell) if isinstance(cell, str) else cell for cell in cells]
    notebook.cells[3:3] = extra
    notebook.cells += [new_code_cell(cell) if isinstance(cell, str) else cell for cell in end]
    return notebook


def short(notebook: NotebookNode) -> NotebookNode:
    """A chapter's source or release without its derivation, and without SymPy."""
    notebook = deepcopy(notebook)
    notebook.cells = [cell for cell in notebook.cells if cell.id.partition("-")[0] != DERIVATION]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = cell.source.replace("import sympy as sp\n", "").replace(
                "import sympy as sp", "pass"
            )
    return notebook


def right(**changed: str) -> NotebookNode:
    """The right answers, some of them in another form."""
    return book(RIGHT | changed)


def without(*tasks: str) -> tuple[str, ...]:
    return tuple(task for task in ALL if task not in tasks)


def wrong(**changed: str) -> dict[str, str]:
    """An attacker's answers: a few right ones, and a trick in place of others."""
    return {task: RIGHT[task] for task in FEW} | changed


def plain(notebook: NotebookNode | str | bytes, **more) -> Callable[[str], Kind]:
    """A notebook as a file with the student's name."""
    return lambda name: Kind(name, lambda folder: hand_in(folder, name, notebook), **more)


def changed(change: Callable[[NotebookNode], object], notebook=None) -> NotebookNode:
    """A notebook, the right one unless given, after some change in place."""
    notebook = deepcopy(notebook or book())
    change(notebook)
    return notebook


def stored(notebook: NotebookNode) -> str:
    """The text of a notebook's file, however invalid."""
    return json.dumps(notebook)


def zipped(**files: NotebookNode) -> bytes:
    """A zip; in its names `__` stands for a slash, and `up` for two dots."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, notebook in files.items():
            path = name.replace("__", "/").replace("up", "..")
            archive.writestr(f"{path}.ipynb", stored(notebook))
    return target.getvalue()


def written(path: str, data: bytes | str, **more) -> Callable[[str], Kind]:
    """Bytes in a file of any name."""
    data = data.encode() if isinstance(data, str) else data

    def lay(folder):
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)

    return lambda name: Kind(name, lay, **more)


# ---- Honest notebooks with odd habits


def every(cells, **values):
    for cell in cells:
        cell.update(values)


def _strip_metadata(notebook):
    every(notebook.cells, metadata={})
    notebook.metadata = {}


def _new_ids(notebook):
    for number, cell in enumerate(notebook.cells):
        cell.id = f"new-{number}"


def _anew(notebook):
    """Delete the answers' cells, and write the answers into others, as they come."""
    cells = notebook.cells
    notebook.cells = [cell for cell in cells if cell.id not in ("a1", "a2", "c1", "c3", "d1")]
    notebook.cells[4:4] = [new_code_cell(RIGHT["a1"] + "\n" + RIGHT["a2"])]
    notebook.cells += [
        new_markdown_cell("It depends."),
        new_code_cell("\n".join([RIGHT["c3"], RIGHT["c1"]])),
    ]


def _edit_checks(notebook):
    for cell in notebook.cells:
        if cell.id.endswith("-check"):
            cell.source = "print('looks fine to me')"


def _drop_checks(notebook):
    notebook.cells = [cell for cell in notebook.cells if not cell.id.endswith("-check")]


def _move(notebook):
    notebook.cells.reverse()


def _twice(notebook):
    notebook.cells += deepcopy([cell for cell in notebook.cells if "check" not in cell.id])


def _other_editor(notebook):
    """Let an old editor with another kernel write the file, with large outputs and errors."""
    errors = [new_output("error", ename="NotYet", evalue="no", traceback=["no"])]
    for cell in notebook.cells:
        del cell["id"]
        if cell.cell_type == "code":
            cell.outputs = [new_output("stream", name="stdout", text="x" * 200_000), *errors]
    notebook.nbformat_minor = 2
    notebook.metadata = {"kernelspec": {"name": "ir", "display_name": "R", "language": "R"}}


def _as_text(notebook):
    for cell in notebook.cells:
        if cell.id in RIGHT:
            cell.cell_type = "markdown"
            del cell["outputs"], cell["execution_count"]


PRINTING = """
def line_through(p, q):
    print("points", p, q)
    print("going on ...", end="")
    if p[0] == q[0]:
        raise ValueError
    w = (q[1] - p[1]) / (q[0] - p[0])
    print("50 %", end="\\r")
    return w, p[1] - w * p[0]
"""
WARNING = """
import sys, warnings
def convert(w, b, s, t):
    warnings.warn("units are old-fashioned")
    print("working ...", file=sys.stderr)
    return w * t / s, b * t
"""
NUMPY = """
import numpy as np
def line_through(p, q):
    (x1, y1), (x2, y2) = np.array(p), np.array(q)
    if x1 == x2:
        raise ValueError("upright")
    return np.linalg.solve([[x1, 1], [x2, 1]], [y1, y2])
"""
CLASS_BASED = """
class Line:
    def __call__(self, w, b, s, t):
        return [w * t / s, b * t]
convert = Line()
"""
PLOT = """
%matplotlib inline
import matplotlib.pyplot as plt
plt.plot([1, 2], [3, 4])
plt.show()
"""
HOG = "hog = bytearray(b'1') * 3_000_000_000\nimport time; time.sleep(9)"
STUBBORN = """
import time
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
"""
ENDLESS = "def line_through(p, q):\n    while True:\n        pass"
CHATTY = "def line_through(p, q):\n    while True:\n        print('again ' * 100)"
LAST = "import os\nos._exit(1)"

ODD_CELLS = (
    "name = input('?')",
    "1 / 0",
    "this is no Python",
    "print('x', end='')",
    "print('\\r\\b\\x1b[2J\\x00', end='')",
    "w = b = p = draw = X = x = line = found = 0",
    "from math import *\nfrom sympy import *",
)
FORMS = {
    "a1": "from fractions import Fraction\na1 = Fraction(372_000, 2)",
    "a2": "import sympy\na2 = sympy.Integer(13_500)",
    "a3": "import numpy as np\na3 = np.float32(185_000)",
    "a4": "a4 = np.ones((2_930, 3)).sum()",
    "b1": 'b1 = " C"',
    "b2": 'b2 = "B,"',
    "c2": "from_ones_first = lambda X, t: [[row[1:] for row in X], t[1:], 1.0 * t[0]]",
    "c3": "def convert(w, b, s, t):\n    return [t / s * w, t * b]",
}
MORE_FORMS = {
    "a1": "import numpy as np\na1 = np.array(186_000)",
    "a2": "from decimal import Decimal\na2 = Decimal(13_500)",
    "c2": "def from_ones_first(X_1, theta):\n    t = np.array(theta)\n"
    "    return tuple(tuple(row[1:]) for row in X_1), t[1:], t[0]",
    "c3": CLASS_BASED,
}
HONEST = {
    "right": plain(book()),
    "half": plain(book({task: RIGHT[task] for task in ALL[::2]}), deserves=ALL[::2]),
    "blank": plain(book({}), deserves=()),
    "in words": plain(book(RIGHT | {"d1": "Keep silent above 4,000 square feet."}), d1=True),
    "other forms": plain(book(RIGHT | FORMS)),
    "yet other forms": plain(book(RIGHT | MORE_FORMS)),
    "numpy": plain(right(c1=NUMPY)),
    "printing": plain(right(c1=PRINTING)),
    "warnings": plain(right(c3=WARNING)),
    "helper cells": plain(
        changed(
            lambda notebook: notebook.cells.insert(2, new_code_cell("times = lambda a, b: a * b")),
            right(c3="def convert(w, b, s, t):\n    return times(w, t / s), times(b, t)"),
        )
    ),
    "doubled cells": plain(changed(_twice)),
    "code as text": plain(changed(_as_text)),
    "another editor": plain(stored(changed(_other_editor))),
    "byte order mark": written(
        "Zoë Çelik 李.ipynb.txt",
        b"\xef\xbb\xbf" + stored(book()).replace("\\n", "\\r\\n").encode(),
        student="Zoë Çelik 李",
    ),
    "odd cells": written(
        "Pat O'Neil; drop.ipynb",
        stored(book(RIGHT, *ODD_CELLS)).encode("utf-16"),
        student="Pat O'Neil; drop",
    ),
    "windows lines": plain(nbformat.v4.writes(book()).replace("\n", "\r\n")),
    "plots": plain(book(RIGHT, PLOT)),
    "magics": plain(book(RIGHT, "%timeit -n 1 -r 1 1 + 1", "!ls", "%%bash\necho $HOME")),
    "a slow cell": plain(book(RIGHT, "import time\ntime.sleep(1)")),
    "an exit": plain(book(RIGHT, "import sys\nsys.exit()", "quit()")),
    "a dead kernel": plain(book(RIGHT, LAST, end=[LAST])),
    "memory": plain(book(RIGHT, HOG)),
    "a loop": plain(right(c1=ENDLESS), deserves=without("c1")),
    "a loud loop": plain(right(c1=CHATTY), deserves=without("c1")),
    "a renamed file, moved cells": written(
        "My homework (final) v2.ipynb", stored(changed(_move)), student="My homework (final) v2"
    ),
    "a zip, deleted checks": written(
        "Zoe.zip", zipped(work__ch01=changed(_drop_checks)), student="Zoe"
    ),
    "a folder, edited checks": written(
        "Fay/ch01/ch01.ipynb", stored(changed(_edit_checks)), student="Fay"
    ),
    "by Moodle, no metadata": written(
        "Mo Li_815_assignsubmission_file_/ch01.ipynb",
        stored(changed(_strip_metadata)),
        student="Mo Li",
    ),
    "by Canvas, new ids": written(
        "cannes_4711_99887_ch01-1.ipynb", stored(changed(_new_ids)), student="cannes"
    ),
    "upper case": written("Kay.ipynb", stored(book()), student="Kay"),
    "answers made anew": plain(stored(changed(_anew)), d1=True),
    "a deeper notebook": written(
        "Pam_ch05_deeper.ipynb",
        stored(answered(DEEPER, solutions(DEEPER))),
        deserves=tuple(solutions(DEEPER)),
        student="Pam",
        chapter=DEEPER,
    ),
}

# ---- Against the checks: no point is stolen

FORGED = """
def line_through(p, q):
    for line in ("1 2", "3 4", "5 6", "ValueError"):
        print("hidden>", line)
    raise SystemExit
"""
FORGED_PLACE = """
def place(index, shape, order):
    for number in range(8):
        print("hidden>", number)
    raise SystemExit
"""
AGREEABLE = """
class Yes(float):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __lt__(self, other): return True
    def __sub__(self, other): return Yes(0)
    __rsub__ = __add__ = __radd__ = __mul__ = __rmul__ = __truediv__ = __sub__
    def __abs__(self): return 0.0
    def __float__(self): return Yes(0)
    def __format__(self, spec): return "-0.23"
    def __hash__(self): return 0
    def __iter__(self): return iter((Yes(), Yes()))
    def tolist(self): return [2.0, 3.0]
    def simplify(self, **named): return 0
"""
PATCHED = """
import builtins, linreg.checks
from linreg.checks import answers, diagnosis, notes
for module in (checks, answers, diagnosis, notes):
    for name in ("number", "choice", "call", "same", "raises", "derivation", "passed", "_judge"):
        setattr(module, name, lambda *given, **named: (1, 1))
"""
BUILTINS = """
import builtins, random, sys
real = builtins.print
builtins.print = lambda *given, **named: real("hidden> 1")
builtins.round = builtins.sorted = builtins.float = lambda *given, **named: 1.0
builtins.set = lambda *given: frozenset("c")
random.Random.uniform = lambda self, low, high: 1.0
random.Random.randint = lambda self, low, high: 1
"""
RESULTS = """
def line_through(p, q):
    get_ipython().displayhook(2.0)
    return 0, 0
"""
RESULT_IN_NUMBER = """
class Number(float):
    def __float__(self):
        get_ipython().displayhook(1.0)
        return 5.0
a2 = Number(1)
"""
TRANSFORMER = """
def passing(lines):
    text = "".join(lines)
    if "checks." in text:
        return ["pass\\n"]
    return lines
get_ipython().input_transformers_post.append(passing)
"""
SEARCHER = """
import gc, os, sys, glob, subprocess
found = []
for folder in ("/", "/work", "/home", "/root", "/run", "/tmp", "/mnt", os.getcwd(), "/proc/1/root"):
    for place, _, files in os.walk(folder):
        if place.startswith(("/proc", "/sys", "/usr")):
            continue
        found += [os.path.join(place, name) for name in files
                  if name.endswith((".ipynb", ".db", ".toml")) or "grades" in name]
print("FOUND", [name for name in found if "site-packages" not in name][:50])
print([k for k in os.environ if "TOKEN" in k or "KEY" in k or "GRADER" in k])
print("LOCKED", subprocess.run("cat /proc/1/environ; ls -la /proc/1/fd", shell=True,
                               capture_output=True, text=True).stdout)
"""
FRAMES = """
def line_through(p, q):
    import gc, sys
    frame, texts = sys._getframe(), []
    while frame:
        texts += [v for v in list(frame.f_locals.values()) if isinstance(v, str)]
        texts += [c for c in frame.f_code.co_consts if isinstance(c, str)]
        frame = frame.f_back
    shell = get_ipython()
    texts += list(shell.user_ns.get("In", [])) + list(map(str, shell.user_ns.get("Out", {})))
    for text in texts:
        for line in text.splitlines():
            if "hid" + "den>" in line or "ra" + "ndom" in line:
                print(line)
    return 0, 0
"""
NETWORK = """
import socket, urllib.request
for host in ("1.1.1.1", "127.0.0.1", "169.254.169.254"):
    try:
        socket.create_connection((host, 80), 1)
        print("CONNECTED")
    except OSError as error:
        print(error)
"""
GREEDY = {"points": 1000, "grade": True, "solution": True, "locked": False, "task": False}


def _points(notebook):
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader.update(GREEDY)
    notebook.metadata["nbgrader"] = {"student": "right", "student_id": "right"}
    notebook.metadata["celltoolbar"] = "<script>alert(1)</script>"


def _text_checks(notebook):
    for cell in notebook.cells:
        if cell.id.endswith("-check"):
            cell.cell_type, cell.source = "markdown", "passed"
            del cell["outputs"], cell["execution_count"]


def _same_ids(notebook):
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader.grade_id = "a1-check"
            cell.id = "a1-check"


def _swapped(notebook):
    """Let the check of a task stand in the place of its answer, and the other way round."""
    for cell in notebook.cells:
        about = cell.metadata.get("nbgrader", {})
        if about.get("grade_id") in ("c1", "c1-check"):
            about["grade_id"] = {"c1": "c1-check", "c1-check": "c1"}[about["grade_id"]]


REGION = "### BEGIN HIDDEN TESTS\nprint('hidden> 186000')\n### END HIDDEN TESTS\n"
MIXED_REGION = "# begin hidden tests\n### BEGIN SOLUTION\n### BEGIN MARK SCHEME\n"

AGAINST_CHECKS = {
    "forged lines": plain(book(wrong(c1=FORGED)), deserves=FEW),
    "forged lines in a deeper notebook": written(
        "ch05_deeper_rex.ipynb",
        stored(answered(DEEPER, solutions(DEEPER) | {"b1": "b1 = 'a'", "c1": FORGED_PLACE})),
        deserves=("a1",),
        student="rex",
        chapter=DEEPER,
    ),
    "agreeable objects": plain(
        book(
            wrong(
                a2="a2 = Yes()",
                c1="line_through = lambda p, q: Yes()",
                c3="convert = lambda w, b, s, t: Yes()",
            ),
            AGREEABLE,
        ),
        deserves=FEW,
    ),
    "patched checks": plain(
        book(wrong(a2="a2 = 1", b2="b2 = 'a'", c1="line_through = lambda p, q: (2, 3)"), PATCHED),
        deserves=("a1", "b1"),  # c2 needs what the true checks.call returns
    ),
    "patched print": plain(book({}, BUILTINS), deserves=()),
    "results as points": plain(book(wrong(c1=RESULTS, a2=RESULT_IN_NUMBER)), deserves=FEW),
    "an empty exit": plain(
        book(wrong(c1="def line_through(p, q):\n    raise SystemExit(0)")), deserves=FEW
    ),
    "passing checks": plain(book(wrong(), TRANSFORMER), deserves=()),
    "frames": plain(book(wrong(c1=FRAMES)), deserves=FEW),
    "a search": plain(book(wrong(), SEARCHER), deserves=FEW),
    "the network": plain(book(wrong(), NETWORK), deserves=FEW),
    "many points": plain(changed(_points, book(wrong())), deserves=FEW),
    "checks as text": plain(changed(_text_checks, book(wrong())), deserves=FEW),
    "one id for all": plain(stored(changed(_same_ids, book(wrong()))), deserves=()),
    "swapped ids": plain(changed(_swapped, book(wrong())), deserves=FEW),
    "regions": plain(book(wrong(a2=REGION + "a2 = 0"), REGION), deserves=FEW),
    "broken regions": plain(book(wrong(a2=MIXED_REGION), MIXED_REGION, REGION[:23]), deserves=FEW),
    "not a number": plain(book(wrong(a2="a2 = float('nan')", a3="a3 = 1e400")), deserves=FEW),
}

# ---- Against what is hidden: nothing of it is shown

SPY = """
import base64, codecs, sys
from IPython.display import display
seen = []
def spy(lines):
    seen.append("".join(lines))
    return lines
def note(info):
    seen.append(info.raw_cell)
def heard():
    return "\\n".join(text for text in seen if "hid" + "den>" in text)
def repeat(*ignored):
    text = heard()
    if text:
        print(text)
        print(base64.b64encode(text.encode()).decode(), text.encode().hex(), text[::-1])
        print(codecs.encode(text, "rot13"), file=sys.stderr)
        display({"text/plain": text, "text/html": text}, raw=True)
        open("/tmp/kept", "w").write(text)
shell = get_ipython()
shell.input_transformers_cleanup.append(spy)
shell.input_transformers_post.append(spy)
shell.events.register("pre_run_cell", note)
shell.events.register("post_run_cell", repeat)
shell.events.register("pre_execute", repeat)
"""
IN_ERRORS = """
def line_through(p, q):
    raise ValueError(heard() or "nothing seen")
"""
TREE = """
import ast
class Spy(ast.NodeTransformer):
    def visit(self, node):
        if isinstance(node, ast.Constant) and "hid" + "den>" in str(node.value):
            print("spied", ast.dump(node))
        return self.generic_visit(node) if not isinstance(node, ast.Constant) else node
get_ipython().ast_transformers.append(Spy())
"""
LOCKS = """
import fcntl, time
lock, holds = open("/usr/lib/os-release"), []
def on_code(info):
    if "hid" + "den>" in info.raw_cell:
        fcntl.flock(lock, fcntl.LOCK_EX)
        holds.append(True)
get_ipython().events.register("pre_run_cell", on_code)
"""
LOCKED = """
for _ in range(25):
    try:
        holds or fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        print("SIG" + "NALLED")
    time.sleep(0.1)
"""
AFTERWARDS = """
import subprocess, threading, time
def speak():
    while True:
        print("hidden> 186000")
        time.sleep(0.005)
threading.Thread(target=speak, daemon=True).start()
import sys
talker = "while True:\\n    print('hidden> 186000', flush=True)"
subprocess.Popen([sys.executable, "-c", talker])
"""

AGAINST_SECRETS = {
    # What a spy prints among the lines that are compared costs it the points.
    "a spy": plain(
        book(RIGHT, SPY, end=["print(heard())", "print(open('/tmp/kept').read())"]), deserves=()
    ),
    "a spy in errors": plain(
        book(RIGHT | {"c1": IN_ERRORS}, SPY, end=["raise ValueError(heard())"]), deserves=()
    ),
    "a spy in the tree": plain(book(RIGHT, TREE), deserves=()),
    "a spy with locks": plain(book(RIGHT, LOCKS, end=[LOCKED])),
    "history": plain(book(RIGHT, end=["%history -g", "print(In, Out)", "%notebook /tmp/a.ipynb"])),
}

# ---- Against the kernel, the clock and the outputs

SHUTDOWN = "get_ipython().kernel.do_shutdown(False)"
FORK_BOMB = "import os\nwhile True:\n    os.fork()"
FLOOD = "for _ in range(3000):\n    print('flood ' * 1000)"  # 18 MB; "a loud loop" never ends
CONTROL = "print('\\x1b[31mred\\x1b]0;title\\x07 \\x00 \\x9b2J \\ud800 \\u202e')"
MESSAGES = """
kernel = get_ipython().kernel
parent, send, to = kernel.get_parent(), kernel.session.send, kernel.iopub_socket
for id in ("a1", "c1-check", "one"):
    change = {"data": {"text/plain": "hidden> 1"}, "metadata": {}, "transient": {"display_id": id}}
    send(to, "update_display_data", change, parent=parent)
send(to, "stream", {"name": "stdout", "text": "hidden> 186000\\n"}, parent={"msg_id": "other"})
send(to, "execute_result", {"data": {"text/plain": "4"}, "execution_count": 1}, parent=parent)
send(to, "error", {"ename": 1, "evalue": None, "traceback": {}}, parent=parent)
send(to, "display_data", {"data": {"text/html": "<script>alert(1)</script>",
     "image/svg+xml": "<svg onload=alert(2)>", "application/javascript": "alert(3)",
     "text/markdown": "[a](javascript:alert(4))", "text/latex": "$x$"}, "metadata": {}},
     parent=parent)
to.send_multipart([b"garbage"])
"""
PIPES = """
import os
for number in range(3, 60):
    try:
        if "pipe" in os.readlink(f"/proc/self/fd/{number}"):
            os.write(number, b'{"ready": true}\\n{"id": 1, "ending": "done"}\\n' * 100)
    except OSError:
        pass
"""
LINREG = """
import linreg, os, sys, shutil
for folder in (os.path.dirname(linreg.__file__), os.path.dirname(shutil.__file__), sys.prefix,
               "/dev/shm", "/tmp", os.path.expanduser("~/.ipython/profile_default/startup")):
    try:
        os.makedirs(folder, exist_ok=True)
        for name in ("checks.py", "sitecustomize.py", "random.py", "00-start.py", "__init__.py"):
            with open(os.path.join(folder, name), "a") as file:
                file.write("raise SystemExit('spoilt by another')")
    except OSError as error:
        print(error)
"""
KILL = """
import os, signal
for pid in (1, os.getppid(), -1):
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        try:
            os.kill(pid, number)
        except OSError as error:
            print(error)
"""
NAMES = """
kernel = get_ipython().kernel
for number in range(5000):
    content = {"name": str(number), "text": ""}
    kernel.session.send(kernel.iopub_socket, "stream", content, parent=kernel.get_parent())
"""
CLOSED = "import sys, os\nsys.stdout.close()\nos.closerange(0, 3)"
LARGE = "# " + "x" * 900_000

AGAINST_KERNEL = {
    "a shutdown": plain(book({}, SHUTDOWN), deserves=()),
    "a fork bomb": plain(book(RIGHT, FORK_BOMB)),
    "a flood": plain(book(RIGHT, FLOOD)),
    "messages": plain(book(wrong(), MESSAGES), deserves=FEW),
    "pipes": plain(book(RIGHT, PIPES)),
    "files and kills": plain(book(RIGHT, LINREG, KILL, CONTROL)),
    "closed outputs": plain(book(RIGHT, CLOSED), deserves=()),
    "a late thread": plain(book(wrong(), AFTERWARDS), deserves=FEW),
    "loops that swallow": plain(book(RIGHT, end=[STUBBORN])),
    "a long cell": plain(book(RIGHT, LARGE)),
    "many cells": plain(book(RIGHT, end=["pass"] * 300)),
    "forged outputs": plain(book(RIGHT, NAMES)),
    "many lost kernels": plain(book(RIGHT, *[LAST] * 5)),
}

# ---- Against the pages

MARKDOWN = """# Head <script>alert(1)</script>
[x](javascript:alert(2)) <javascript:alert(3)> [y][z] [e](java&#115;cript:alert(4))
![" onerror="alert(5)](http://x/y) [t](JaVaScript:alert(6) "a\\" onclick=\\"b")
<img src=x onerror=alert(7)> <a href="javascript:alert(8)" onclick="alert(9)">k</a>
<svg/onload=alert(10)> <style>*{display:none}</style> <iframe srcdoc="<script>alert(11)</script>">
<form action="http://x"><input name=a></form> $<script>alert(12)</script>$ <math><mi//xlink:href="">
[d](data:text/html,<script>alert(13)</script>) <details open ontoggle=alert(14)>
<!-- --><base href="http://x/"><meta http-equiv="refresh" content="0;url=http://x">

``` "><script>alert(15)</script>
</pre><script>alert(16)</script>
```

[z]: javascript:alert(17)
"""
SVG = base64.b64encode(b"<svg onload='alert(1)'/>").decode()


def _attached(notebook):
    cell = new_markdown_cell("![](attachment:a.svg) ![](attachment:b.png) ![](attachment:c.png)")
    cell.attachments = {
        "a.svg": {"image/svg+xml": SVG},
        "b.png": {"image/png": '"><script>alert(1)</script>'},
        "c.png": {"image/png": PIXEL},
        '"><script>alert(2)</script>': {"image/png": PIXEL},
    }
    notebook.cells.append(cell)


RAW = nbformat.v4.new_raw_cell("<script>alert(1)</script>")

AGAINST_PAGES = {
    "a missing picture": plain(
        book(RIGHT | {"d1": "![](attachment&#58;missing.png) ![](attachment:gone.png)"}), d1=True
    ),
    "scripts in errors": plain(
        book(
            RIGHT | {"a1": "a1 = '<script>alert(1)</script>'"},
            "raise ValueError('<script>alert(2)</script>')",
            "class A:\n    __repr__ = lambda self: '<script>alert(3)</script>'\nA()",
        ),
        deserves=without("a1"),
    ),
    "a tag for a name": written(
        "<img src=x onerror=alert(1)>.ipynb",
        stored(book(RIGHT | {"d1": MARKDOWN}, new_markdown_cell(MARKDOWN), RAW)),
        d1=True,
        student="_img src=x onerror=alert(1)_",
    ),
    "a formula for a name": written(
        "=1+cmd.ipynb",
        stored(book(RIGHT | {"d1": "a\0b\x1b[31m\x07"}, "print(1)\0")),
        d1=True,
        student="'=1+cmd",
    ),
    "an at for a name": written(
        "@SUM(A1).ipynb",
        stored(changed(_attached, book(RIGHT | {"d1": "\ud800"}, "print('\ud800')\n# \udc00"))),
        d1=True,
        student="'@SUM(A1)",
    ),
    "a bare formula": written("=2+2.ipynb", "{", student="'=2+2", refused="cut off"),
    "blank lines": plain(book(RIGHT, "1" + "\n" * 30_000 + "2", new_markdown_cell("\n" * 30_000))),
    "dots": plain(book(RIGHT, "." * 80_000)),
}

# ---- Against the rest of the class, and against the reader of files


def _link(folder):
    (folder / "linked.ipynb").symlink_to(folder / "right.ipynb")


def _blank_copy(folder):
    hand_in(folder / "Gil", "ch01", book())
    hand_in(folder / "Gil", "ch01 (1)", book({}))


def _namesakes(folder):
    hand_in(folder, "Uli", book())
    hand_in(folder, "Uli (1)", book(wrong()))


def _folder_for_a_file(folder):
    (folder / "shelf.ipynb").mkdir(parents=True)


def _no_notebook(notebook):
    notebook.cells = [new_code_cell("print('another course')")]
    notebook.cells[0].id = "elsewhere"


DEEP = '{"nbformat": 4, "cells": ' + "[" * 100_000 + "]" * 100_000 + "}"
WEB_PAGE = "<!DOCTYPE html><html><script>alert(1)</script></html>"
BOMB = book(RIGHT, "x = 1  # " + "x" * 1_100_000)

AGAINST_OTHERS = {
    "another's name in a zip": written("impostor.zip", zipped(half=book()), student="impostor"),
    "another's name in a folder": written(
        "intruder/right/ch01.ipynb", stored(book({})), deserves=(), student="intruder"
    ),
    "lower case": written("kay.ipynb", stored(book(wrong())), deserves=FEW, student="kay"),
    "out of a zip": written(
        "climber.zip",
        zipped(up__up__right=book({})),
        student="climber.zip",
        refused="its path leads out of the zip",
    ),
    "a link": lambda name: Kind(name, _link, student="linked", refused="a link to another place"),
    "a folder for a file": lambda name: Kind(
        name, _folder_for_a_file, student="shelf", refused="a folder, not a notebook"
    ),
    "truncated": plain(stored(book())[:9000], refused="cut off in the middle"),
    "empty": plain("", refused="an empty file"),
    "zeros": plain(bytes(5000), refused="nothing but zeros"),
    "a web page": plain(WEB_PAGE, refused="a web page"),
    "not JSON": plain("{'cells': []}", refused="not a notebook"),
    "a list": plain("[1, 2]", refused="not a notebook"),
    "deep": plain(DEEP, refused="nested too deep"),
    "no cells": plain('{"nbformat": 4}', refused="no list of cells"),
    "cells of numbers": plain('{"nbformat": 4, "cells": [7]}', refused="no cell of a notebook"),
    "odd numbers": plain('{"nbformat": NaN, "cells": []}', refused="states no format"),
    "too many cells": plain(book(RIGHT, *["pass"] * 2000), refused="more than 1,000"),
    "too much text": plain(BOMB, refused="more than 1 MB"),
    "another course": plain(changed(_no_notebook), refused="none of the exercises' cells"),
    "a document": written("essay.docx", b"PK", student="essay", refused="not a notebook"),
    "a broken zip": written("broken.zip", b"PK\3\4 no", student="broken", refused="broken zip"),
    "one outer word": written("hw_ch01_ida.ipynb", stored(book()), student="hw_ida"),
    "the same outer word": written(
        "hw_ch01_jo.ipynb", stored(book(wrong())), deserves=FEW, student="hw_jo"
    ),
    "by Blackboard, no names at all": written(
        "gradebook_LIN_101_s77_attempt_2026-01-02-03-04-05_week.ipynb",
        stored(nbformat.convert(changed(_strip_metadata), 3)),
        student="s77",
    ),
    "a blank copy": lambda name: Kind(name, _blank_copy, student="Gil"),
    "work of two under one name": lambda name: Kind(
        name, _namesakes, student="Uli", refused="give each student another name"
    ),
}

ATTACKS = AGAINST_CHECKS | AGAINST_SECRETS | AGAINST_KERNEL | AGAINST_PAGES | AGAINST_OTHERS

# What derives the chapter's expression, and what only seems to; the whole chapter is needed for it.
DERIVED = {
    "expanded": "c4 = sp.expand((w * m + b - n) * 2) / 2",
    "typed otherwise": "c4 = m * w + sp.Integer(1) * b - n",
}
TRICKED = {"agreeable": f"{AGREEABLE}\nc4 = Yes()"}

# Two classes that are graded at the same time. Each honest member is in one of them, and the one
# whom all others are compared with in both.
IN_BOTH = ("right",)
EVERYDAY = [*list(HONEST)[: len(HONEST) // 2], "upper case"]  # whom "lower case" might be taken for
HALVES = {
    "checks and secrets": {
        name: make for name, make in HONEST.items() if name in IN_BOTH or name not in EVERYDAY
    }
    | AGAINST_CHECKS
    | AGAINST_SECRETS,
    "kernel, pages and others": {name: HONEST[name] for name in EVERYDAY}
    | AGAINST_KERNEL
    | AGAINST_PAGES
    | AGAINST_OTHERS,
}


def kinds(table) -> list[Kind]:
    """The members of a class."""
    return [make(name) for name, make in table.items()]


def disguised(text: str) -> list[str]:
    """A text, and the forms in which a kernel might smuggle it out."""
    data = text.encode()
    # A base64 text depends on where in it the words stand; what all places share is kept.
    coded = [base64.b64encode(bytes(skip) + data).decode()[4:-4] for skip in range(3)]
    return [text, text[::-1], data.hex(), codecs.encode(text, "rot13"), *coded]
