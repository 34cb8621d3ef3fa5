"""Promise: a table of the grader is whole, and computes nothing that a learner wrote."""

import pytest

from grader.spreadsheet import without_formula, write_table


@pytest.mark.parametrize("name", ["=1+cmd", "@SUM(A1)", "+1", "-1"])
def test_a_formula_becomes_text(name):
    assert without_formula(name) == f"'{name}"


@pytest.mark.parametrize("name", ["", "ann", "3=3", "Zoë Çelik", "'quoted"])
def test_other_texts_stay(name):
    assert without_formula(name) == name


def test_a_table_that_fails_in_the_middle_leaves_the_old_one(tmp_path):
    place = write_table(tmp_path / "grades.csv", [["student", "total"], ["ann", "5"]])
    before = place.read_bytes()

    def rows():
        yield ["student", "total"]
        raise RuntimeError("out of paper")

    with pytest.raises(RuntimeError):
        write_table(place, rows())
    assert place.read_bytes() == before == b"student,total\r\nann,5\r\n"
