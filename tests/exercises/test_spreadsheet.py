"""Promise: a table of the grader is whole, and computes nothing that a learner wrote."""

import csv

import pytest

from grader.spreadsheet import without_formula, write_table


@pytest.mark.parametrize("name", ["=1+cmd", "@SUM(A1)", "+1", "-1", " =1", "＝1+1"])
def test_a_formula_becomes_text(name):
    assert without_formula(name) == f"'{name}"


@pytest.mark.parametrize("name", ["", "ann", "3=3", "Zoë Çelik", "'quoted", "O'Neil; drop", "a,-b"])
def test_other_texts_stay(name):
    assert without_formula(name) == name


STARTS = tuple("=+-@＝＋－＠")  # wide signs, which some spreadsheets compute
SPLIT = ["x;=1+1", "x; =1+1", "x;;@A1", 'x";=1+1', "x\n=1+1", "x\r=1+1", "x\r\n-1", "x\t+1", "\t=1"]


@pytest.mark.parametrize("text", SPLIT)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_computes_nothing_whatever_splits_its_lines(tmp_path, text, separator):
    place = write_table(tmp_path / "t.csv", [[without_formula(text), without_formula(text)]])
    with place.open(newline="", encoding="utf-8") as file:
        fields = [field for row in csv.reader(file, delimiter=separator) for field in row]
    assert fields
    assert not [field for field in fields if field.strip().startswith(STARTS)]
    assert not any(line.strip().startswith(STARTS) for field in fields for line in field.split(";"))


def test_a_name_with_a_semicolon_is_one_field_where_semicolons_split(tmp_path):
    place = write_table(tmp_path / "t.csv", [["O'Neil; Pat"], ["Lee, Ann"]])
    with place.open(newline="", encoding="utf-8") as file:
        assert list(csv.reader(file, delimiter=";")) == [["O'Neil; Pat"], ["Lee, Ann"]]


def test_a_table_that_fails_in_the_middle_leaves_the_old_one(tmp_path):
    place = write_table(tmp_path / "grades.csv", [["student", "total"], ["ann", "5"]])
    before = place.read_bytes()

    def rows():
        yield ["student", "total"]
        raise RuntimeError("out of paper")

    with pytest.raises(RuntimeError):
        write_table(place, rows())
    assert place.read_bytes() == before == b'"student","total"\r\n"ann","5"\r\n'
