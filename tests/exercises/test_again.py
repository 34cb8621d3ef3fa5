"""Promise: a learner can try once more at home, on inputs drawn anew, and is judged rightly."""

import json
import random

import numpy as np
import pytest

from exercises import CHAPTERS, tasks, wrong_answers
from grader import course
from linreg import checks
from linreg.checks import fresh, practice

TASKS = [
    task for chapter in CHAPTERS for task in tasks(chapter) if course.PUBLIC_SEED in task.check
]
BY_NAME = {str(task): task for task in TASKS}


def answered(task, code):
    names = {"__name__": "__main__"}
    for text in (*task.given, code):
        exec(text, names)
    return names


def tried(task, code, times=1):
    """Call `again` as a notebook does that holds this answer."""
    names = answered(task, f"{code}\nfrom linreg import checks")
    for _ in range(times):
        exec(f"checks.again({str(task)!r})", names)


def test_all_code_and_all_derivations_can_be_tried_again():
    assert {task.name[0] for task in TASKS} == {"c"}
    stored = [practice.of(str(task)) for task in TASKS]
    assert all(len(each["fresh"]["draws"]) >= 20 for each in stored)


@pytest.mark.parametrize("task", TASKS, ids=str)
def test_a_right_answer_is_right_on_every_draw_and_under_rounding(task):
    """A digest must not depend on the last digits, in which honest answers differ."""
    stored = practice.of(str(task))["fresh"]
    check = practice.uncovered(str(task), "fresh", stored["check"])
    names = {**answered(task, task.solution), "checks": checks}
    for seed in list(stored["draws"])[:2]:
        lines = [line for line, _ in fresh.drawn(check, seed, names)]
        for part in (0, 1e-9, -1e-9):
            near = [fresh.NUMBER.sub(lambda m, p=part: shifted(m[0], p), line) for line in lines]
            assert [fresh.digest(str(task), seed, line) for line in near] == stored["draws"][seed]


def shifted(number, part):
    return number if float(number).is_integer() else f"{float(number) * (1 + part):.12g}"


@pytest.mark.parametrize("name", ["ch01/c1", "ch01/c4", "ch03/c2"])
def test_the_right_answer_is_told_so(name, capsys):
    tried(BY_NAME[name], BY_NAME[name].solution, times=5)
    assert capsys.readouterr().out.count(f"{name}: right on fresh inputs too, those of draw ") == 5


@pytest.mark.parametrize("place", [0, -1])
def test_any_draw_may_come_and_is_named(place, monkeypatch, capsys):
    monkeypatch.setattr(random.SystemRandom, "choice", lambda _, draws: draws[place])
    tried(BY_NAME["ch01/c1"], BY_NAME["ch01/c1"].solution)
    number = len(practice.of("ch01/c1")["fresh"]["draws"])
    draw = range(1, number + 1)[place]
    assert f"those of draw {draw} of {number}." in capsys.readouterr().out


def test_the_names_of_a_notebook_stay_what_they_were():
    """The check defines names as well, and one of them is a name of the learner's here."""
    names = answered(BY_NAME["ch01/c1"], f"{BY_NAME['ch01/c1'].solution}\nhidden_c1 = 'mine'")
    names["checks"] = checks
    before = dict(names)
    exec("checks.again('ch01/c1')", names)
    assert names == before


def test_a_check_that_breaks_off_after_right_lines_is_not_right(monkeypatch):
    drawn = fresh.drawn
    monkeypatch.setattr(fresh, "drawn", lambda *given: drawn(*given)[:1])
    with pytest.raises(checks.NotYet, match="On fresh inputs the check broke off"):
        tried(BY_NAME["ch01/c1"], BY_NAME["ch01/c1"].solution)


@pytest.mark.parametrize(
    ("name", "wrong", "shows"),
    [
        ("ch01/c1", "intercept is the first height", r"`line_through\(\(.*\)` gave \(.*not it"),
        ("ch01/c3", "intercept left", r"`convert\(.*\)` gave \("),
        ("ch01/c4", "minus", "Your answer comes to"),
        ("ch02/c2", "sign", "`bend"),
    ],
)
def test_a_wrong_answer_is_shown_its_call(name, wrong, shows):
    codes = {label: code for label, code, _ in wrong_answers(BY_NAME[name])}
    code = codes.get(wrong) or next(iter(codes.values()))
    with pytest.raises(checks.NotYet, match="On fresh inputs.*" + shows):
        tried(BY_NAME[name], code)


def test_a_crash_is_shown_with_its_line_and_its_call():
    code = "def line_through(p, q):\n    return 1 / 0, p"
    with pytest.raises(checks.NotYet, match=r"ZeroDivisionError.*your line 2.*`line_through"):
        tried(BY_NAME["ch01/c1"], code)


def test_an_answer_may_print_and_is_heard(capsys):
    """Its words go to the screen, a line that has not ended too, and count for nothing."""
    lines = BY_NAME["ch01/c1"].solution.splitlines()
    first = next(k for k, line in enumerate(lines) if line.startswith("    "))
    lines.insert(first, "    print('at work'); print('half', end='')")
    tried(BY_NAME["ch01/c1"], "\n".join(lines))
    said = capsys.readouterr().out
    assert said.startswith("at work\nhalf")
    assert "ch01/c1: right on fresh inputs too" in said


def test_what_an_answer_prints_before_a_crash_is_heard(capsys):
    code = "def line_through(p, q):\n    print('so far')\n    return 1 / 0, p"
    with pytest.raises(checks.NotYet, match="ZeroDivisionError"):
        tried(BY_NAME["ch01/c1"], code)
    assert capsys.readouterr().out == "so far\n"


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("", "There is no line_through yet: run the cell with your answer first"),
        ("def line_through(p, q):\n    pass", "line_through does nothing yet: write its body"),
        (
            "def line_through(p, q):\n    p + q",
            r"The call was `line_through\(.*\)`, which gave None",
        ),
    ],
    ids=["not run", "stub", "nothing returned"],
)
def test_where_there_is_no_answer_that_is_said(code, says):
    with pytest.raises(checks.NotYet, match=says):
        tried(BY_NAME["ch01/c1"], code)


def test_of_an_answer_cell_that_was_run_and_failed_that_is_said():
    names = answered(BY_NAME["ch01/c1"], "from linreg import checks")
    names["In"] = ["", "def line_through(p, q) return p"]
    with pytest.raises(checks.NotYet, match=r"is no Python.*line 1, `def line_through"):
        exec("checks.again('ch01/c1')", names)


def test_what_draws_no_inputs_says_so():
    with pytest.raises(ValueError, match="ch01/a1 draws no inputs"):
        checks.again("ch01/a1")


def test_no_right_line_is_stored_in_the_open():
    for task in TASKS:
        stored = practice.of(str(task))["fresh"]
        assert "draw." not in json.dumps(stored)
        assert all(len(digest) == 10 for lines in stored["draws"].values() for digest in lines)


def test_lines_of_another_seed_have_other_digests():
    assert fresh.digest("ch01/c1", "draw 1", "3.5") != fresh.digest("ch01/c1", "draw 2", "3.5")


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("hidden> 1.23412341234", "hidden> 1.23412341299", True),
        ("hidden> 1.234", "hidden> 1.236", False),
        ("hidden> 1e-17", "hidden> -0", True),
        ("hidden> 12345", "hidden> 12346", False),
        ("hidden> 2", "hidden> 2.0000000001", True),
        ("hidden> True", "hidden> False", False),
    ],
)
def test_numbers_count_to_a_few_digits_and_words_whole(one, other, alike):
    assert (fresh.digest("t", "s", one) == fresh.digest("t", "s", other)) is alike


@pytest.mark.parametrize(("line", "safe"), [("1.2345", False), ("1.2342", True), ("2", True)])
def test_a_draw_near_a_border_of_roundings_is_left_out(line, safe):
    assert fresh.is_safe(f"hidden> {line}") is safe


def test_arrays_of_any_kind_are_read_as_hidden_checks_read_them(capsys):
    code = BY_NAME["ch05/c2"].solution + (
        "\nimport numpy as np\n_right = crossed_gradient\n"
        "def crossed_gradient(X, y, coef, b):\n"
        "    d, e = _right(X, y, coef, b)\n"
        "    return [np.array(v) for v in d], np.array(float(e))\n"
    )
    tried(BY_NAME["ch05/c2"], code)
    assert "right on fresh inputs" in capsys.readouterr().out
    assert np.ndim(0.0) == 0
