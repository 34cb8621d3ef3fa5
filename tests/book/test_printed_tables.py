"""Promise: lines become a table where heads and columns are clear, and stay text where not."""

import nbformat
import pytest
from docutils import nodes
from docutils.utils import new_document
from printed_tables import Table, blocks_of, in_one_piece, replace

from notebooks import NOTEBOOKS


def shape(text):
    """Return the heads of a text that is one table, and its rows."""
    (table,) = blocks_of(text)
    assert isinstance(table, Table), table
    return table.heads, [" | ".join(row) for row in table.rows]


def test_columns_of_numbers_with_heads_and_text_around_them():
    before, table, after = blocks_of("w = 3\n size  price\n1,656  +5.5\n  896  -1.2\nsum 4\n")
    assert (before, after) == ("w = 3", "sum 4")
    assert table.heads == [[("size", 1), ("price", 1)]]
    assert table.rows == [("1,656", "+5.5"), ("896", "-1.2")]


def test_the_first_column_may_go_without_a_head():
    text = "            MAE  median %\none price    55     24.4%\nby area       3     16.2%"
    heads, rows = shape(text)
    assert heads == [[("", 1), ("MAE", 1), ("median %", 1)]]
    assert rows == ["one price | 55 | 24.4%", "by area | 3 | 16.2%"]


def test_an_error_and_a_range_stay_with_their_numbers():
    text = " D  points        range\n 1  0.17 ± 0.002    3 to    9\n12  0.03 ± 0.001  -21 to   12"
    assert shape(text)[1] == ["1 | 0.17 ± 0.002 | 3 to    9", "12 | 0.03 ± 0.001 | -21 to   12"]


def test_numbers_one_space_apart_and_heads_that_are_two_words_or_one_space_apart():
    heads, rows = shape("kappa theory  a digit\n    2 0.6000     28.8\n  100 0.9998  11512.9")
    assert heads == [[("kappa", 1), ("theory", 1), ("a digit", 1)]]
    assert rows == ["2 | 0.6000 | 28.8", "100 | 0.9998 | 11512.9"]


def test_a_number_one_space_behind_the_longest_name():
    text = "              price   rooms\nOverall Qual  23.29  0.0257\nBedroom AbvGr -2.95 -0.6599"
    assert shape(text)[1] == ["Overall Qual | 23.29 | 0.0257", "Bedroom AbvGr | -2.95 | -0.6599"]
    text = "           mean  spread\nleast sum 1.998   0.241\ntwo parts 2.000   0.272"
    heads, rows = shape(text)
    assert heads == [[("", 1), ("mean", 1), ("spread", 1)]]
    assert rows == ["least sum | 1.998 | 0.241", "two parts | 2.000 | 0.272"]


def test_heads_above_heads():
    rows = "plain   948  12    -6  13\nfactor   -6  12   451  13"
    heads, _ = shape(f"       own rows   in 2010\n       mean MAE  mean MAE\n{rows}")
    assert heads == [
        [("", 1), ("own rows", 2), ("in 2010", 2)],
        [("", 1), ("mean", 1), ("MAE", 1), ("mean", 1), ("MAE", 1)],
    ]


def test_an_upper_head_of_one_column_belongs_to_the_head_there():
    rows = " 1  0.25   1.00   1.10\n64  8.16   0.14   0.12"
    heads, _ = shape(f"     for     time of one\n n  byte  model  clock\n{rows}")
    assert heads == [
        [("", 1), ("", 1), ("time of one", 2)],
        [("n", 1), ("for byte", 1), ("model", 1), ("clock", 1)],
    ]
    heads, _ = shape(
        "   in hours  per cent\nn      time     share\n1      0.25      8.25\n2       0.5       8.5"
    )
    assert heads == [[("n", 1), ("in hours time", 1), ("per cent share", 1)]]


def test_an_upper_line_whose_reach_is_not_clear_stays_text():
    text = "      in dollars\n      error  spread\nrows    2.5     3.5\nmore    2.5     4.5"
    unit, table = blocks_of(text)
    assert unit == "      in dollars"
    assert table.heads == [[("", 1), ("error", 1), ("spread", 1)]]


def test_whole_numbers_that_rise_may_be_heads():
    assert shape(
        "epochs      0       5     10\nGD     3.8927  0.1650  0.009\nSGD    3.8927  0.0044  0.007"
    )
    assert shape("N \\ D    1    10\n  100  0.5   1.5\n1,000   11    24")


TEXTS = {
    "no heads": "Norris   14.1\nFilip     7.7\nLongley  14.6",
    "lines of one kind": "all grades  2589 sales\n1 to 5       967 sales\n6 to 10     1622 sales",
    "a sentence above": "X 2 GB; X.T @ X 10 GB\nXᵀ(XXᵀ)⁻¹y         1.00\ndescent from zero  0.23",
    "numbers as heads": "eight   170  290  260\nsmall   1.0  1.1  0.6\nthin    1.6  1.3  1.4",
    "measured heads": "Gilbert     112  3.6%\n0 to 100    134  9.9%\n200 to 300  458  5.5%",
    "a sentence": "A1 160 steps in ten epochs\nA2 after step 1:  1.9\nA2 after step 2:  1.8",
    "a row of another shape": "n    a    b\n1  2.0  3.0\n2  2.5  4.0\n3  2.5  4.0  5.0",
    "an empty cell": "rate  SGD   Adam\n 0.1  0.07  0.01\n 0.2        0.02\n 0.3        0.03",
    "a head too few": "size  predicted\n334         121  Partial\n500         584  Normal",
    "a head above two columns": "name     both of them\nleast  1.998   0.241\ntwo    2.000   0.272",
    "dashes": "part  hours  cost\n----  -----  ----\nread    0.1   0.2\nfit     0.3   0.2",
    "a row less": "size  price\n 334    121",
    "steps": "step  0   loss 5.4\nstep 10   loss 0.8\nstep 20   loss 0.8",
    "names": "table  dtype\nhouses  float32\npoints  float64",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_what_is_not_clear_stays_as_it_is(text):
    assert blocks_of(text) == [text]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_word_that_was_printed_is_lost(notebook):
    for cell in nbformat.read(notebook, as_version=4).cells:
        for output in cell.get("outputs", []):
            text = output.get("text", "")
            said = []
            for block in blocks_of(text):
                if isinstance(block, Table):
                    heads = [head for row in block.heads for head, _ in row]
                    said += [*heads, *(part for row in block.rows for part in row)]
                else:
                    said.append(block)
            assert sorted(" ".join(said).split()) == sorted(text.split())


def test_a_page_gets_the_table_between_its_texts():
    text = "first\n size  sale\n1,656  yes\n -896  no\nlast"
    document = new_document("page")
    document += nodes.literal_block(text, text, classes=["output", "stream"], language="none")
    document += nodes.literal_block(text, text, language="python")
    replace(None, document)
    assert [type(node) for node in document] == [
        *(nodes.literal_block, nodes.table, nodes.literal_block),
        nodes.literal_block,
    ]
    entries = [(e.astext(), e["classes"]) for e in document[1].findall(nodes.entry)]
    assert entries == [
        *(("size", ["lr-number"]), ("sale", [])),
        *(("1,656", ["lr-number"]), ("yes", [])),
        *(("−896", ["lr-number"]), ("no", [])),
    ]
    assert document[1]["classes"] == ["lr-printed"]
    assert document[0]["classes"] == document[2]["classes"] == ["output", "stream"]
    assert document[3].astext() == text


def test_what_a_slow_kernel_sends_in_pieces_is_one_text():
    pieces = [
        {"output_type": "stream", "name": "stdout", "text": "a  "},
        {"output_type": "display_data", "data": {}},
        {"output_type": "stream", "name": "stdout", "text": "b\n"},
    ]
    before = [dict(piece) for piece in pieces]
    assert [output.get("text") for output in in_one_piece(pieces)] == ["a  b\n", None]
    assert pieces == before  # for who asks again
