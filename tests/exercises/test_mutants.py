"""Promise: no wrong answer passes: each is caught at home, or in hiding under every seed."""

from collections import Counter
from dataclasses import replace

import pytest
from mutants import Mutant, Trial, generated, is_said, named, stored

from exercises import CHAPTERS, as_handed_in, tasks
from grader.course import PUBLIC_SEED
from grader.term import HIDDEN
from notebooks import ROOT

TABLES = ROOT / "_build/mutants"
each_chapter = pytest.mark.parametrize("chapter", CHAPTERS)


def code_tasks(chapter):
    """The tasks that ask for code or for an expression."""
    return [task for task in tasks(chapter) if task.name[0] == "c"]


@each_chapter
def test_every_function_has_named_mutants(chapter):
    counts = Counter(each["task"] for each in stored(chapter, "mutant"))
    assert set(counts) == {task.name for task in code_tasks(chapter) if "def " in task.stub}
    assert all(count >= 4 for count in counts.values())


@each_chapter
def test_no_wrong_answer_passes(chapter):
    rows, survivors, listed = [], [], set()
    harmless = {
        (each["task"], line) for each in stored(chapter, "equivalent") for line in each["lines"]
    }
    for task in code_tasks(chapter):
        trial, by_hand, by_program = Trial(task), named(task), generated(task)
        assert trial.killed_by(Mutant("right", as_handed_in(task))) is None
        counts = Counter()
        for mutant in [*by_hand, *by_program]:
            part = trial.killed_by(mutant)
            counts[part] += 1
            said = {
                (name, line)
                for name, line in harmless
                if name == task.name and is_said(mutant, line) and mutant in by_program
            }
            if part is None and not said:
                survivors.append(f"{task}: {mutant.name}")
            listed |= said if part is None else set()
        rows.append((task, len(by_hand), len(by_program), counts))
    TABLES.mkdir(parents=True, exist_ok=True)
    (TABLES / f"{chapter}.txt").write_text(table(rows), encoding="utf-8")
    print(table(rows))
    assert not survivors
    assert listed == harmless  # each that is listed as equivalent is made, and passes


def table(rows):
    """How many mutants each task has, and which part of its check catches how many."""
    lines = ["task               named  generated  visible  hidden  equivalent"]
    for task, by_hand, by_program, counts in rows:
        numbers = by_hand, by_program, counts["visible"], counts["hidden"], counts[None]
        lines.append("{!s:<17} {:>6} {:>10} {:>8} {:>7} {:>11}".format(task, *numbers))
    return "\n".join(lines) + "\n"


# ---- The trial itself


LOOP = """
def convert(w, b, s, t):
    while True:
        pass
"""
RIGHT_FOR_ONE = """
def convert(w, b, s, t):
    return (w * t / s, b * t) if w == 1 else (0, 0)
"""
ALL_HIDDEN = f"""
from linreg import checks
{HIDDEN[0]}
import random
draw = random.Random("{PUBLIC_SEED}: c3")
checks.show("hidden> ", convert(draw.randint(FIRST, 4), 5, 2, 3))
{HIDDEN[1]}
"""


@pytest.fixture
def task():
    return next(task for task in tasks("ch01") if task.name == "c3")


def test_an_endless_loop_is_caught(task):
    assert Trial(task).killed_by(Mutant("endless", LOOP)) == "visible"


def test_what_passes_under_one_seed_of_ten_passes(task):
    """One number of four is drawn under some of ten seeds, and one that is never drawn is not."""
    for first, part in [(1, None), (2, "hidden")]:
        trial = Trial(replace(task, check=ALL_HIDDEN.replace("FIRST", str(first))))
        assert trial.killed_by(Mutant("right for 1 alone", RIGHT_FOR_ONE)) == part
