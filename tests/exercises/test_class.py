"""Promise: in a class with every kind of hostile member, each gets what is deserved, in one run.

Here are those who go against the checks and against what is hidden; the others are in
`test_class_others.py`.
"""

import subprocess
import sys

from classroom import answered, graded, hand_in, points, solutions, table
from half_of_a_class import HalfOfAClass, hidden_code, hidden_outputs
from hostile import (
    ATTACKS,
    CHAPTER,
    DERIVATION,
    DERIVED,
    HALVES,
    HONEST,
    IN_BOTH,
    TRICKED,
    kinds,
)

from grader import course


class TestChecksAndSecrets(HalfOfAClass):
    half_name = "checks and secrets"


def test_the_class_is_as_large_as_promised():
    everyone = HONEST | ATTACKS
    assert len(everyone) >= 80
    assert len(ATTACKS) >= 50
    assert len({kind.who for kind in kinds(everyone)}) == len(everyone)


def test_the_halves_are_the_class_and_both_hold_honest_members():
    one, other = HALVES.values()
    assert one.keys() | other.keys() == {*HONEST, *ATTACKS}
    assert one.keys() & other.keys() == set(IN_BOTH) < set(HONEST)
    for members in HALVES.values():
        assert len(members.keys() & HONEST.keys()) >= 15
        assert len(members.keys() & ATTACKS.keys()) >= 20


def test_what_is_hidden_can_be_recognised():
    assert len(hidden_code()) > 10
    assert len(hidden_outputs()) > 7
    assert 'print("hidden> ValueError")' in hidden_code()


def test_a_derivation_is_right_in_any_form_and_by_no_trick(tmp_path):
    for name, answer in (DERIVED | TRICKED).items():
        answers = solutions(CHAPTER) | {DERIVATION: answer}
        hand_in(tmp_path / "in", name, answered(CHAPTER, answers))
    graded(tmp_path / "in", tmp_path / "workspace")
    task, rows = f"{CHAPTER}/{DERIVATION}", table(tmp_path / "workspace")
    full = f"{points(CHAPTER)[task]:g}"
    assert {name: row[task] for name, row in rows.items()} == (
        dict.fromkeys(DERIVED, full) | dict.fromkeys(TRICKED, "0")
    )


# ---- One sandbox leaves nothing for the next

KEYRING = """
import asyncio, ctypes, platform
from grader.execution import execute
from grader.kernel import JOIN_SESSION_KEYRING, KEYCTL
from nbformat.v4 import new_code_cell, new_notebook

ctypes.CDLL(None).syscall(KEYCTL[platform.machine()], JOIN_SESSION_KEYRING, None)
call = "import ctypes\\ncall = ctypes.CDLL(None).syscall\\n"
add, ask = {"x86_64": (248, 249), "aarch64": (217, 218)}[platform.machine()]
leave = f"{call}print(call({add}, b'user', b'note', b'words', 5, -3) > 0)"
find = f"{call}print(call({ask}, b'user', b'note', None, 0) > 0)"
for source in (f"{leave}\\n{find}", find):
    done = asyncio.run(execute(new_notebook(cells=[new_code_cell(source)])))
    print(done.cells[0].outputs[0].text.split())
"""


def test_a_key_of_the_login_is_not_passed_on():
    done = subprocess.run(
        [sys.executable, "-c", KEYRING], cwd=course.EXERCISES, capture_output=True, text=True
    )
    inside, next_one = done.stdout.splitlines()
    assert inside in ("['True', 'True']", "['False', 'False']")  # some systems have no keys at all
    assert next_one == "['False']"
