"""Promise: lines become a table where heads and columns are clear, and stay text where not."""

import nbformat
import pytest
from docutils import nodes
from docutils.utils import new_document
from printed_tables import Table, blocks_of, node_of, replace

from notebooks import NOTEBOOKS


def one(*heads):
    """A line of heads, each over one column."""
    return [(head, 1) for head in heads]


TABLES = {  # what is printed, the lines of heads, and the rows
    "the first column has no head": (
        "            MAE  median %\none price    55     24.4%\nby area       3     16.2%",
        [one("", "MAE", "median %")],
        ["one price | 55 | 24.4%", "by area | 3 | 16.2%"],
    ),
    "errors and ranges stay with their numbers": (
        " D  points        range\n 1  0.17 ± 0.002    3 to    9\n12  0.03 ± 0.001  -21 to   12",
        [one("D", "points", "range")],
        ["1 | 0.17 ± 0.002 | 3 to    9", "12 | 0.03 ± 0.001 | -21 to   12"],
    ),
    "one space between numbers, between heads and within one": (
        "kappa theory  a digit\n    2 0.6000     28.8\n  100 0.9998  11512.9",
        [one("kappa", "theory", "a digit")],
        ["2 | 0.6000 | 28.8", "100 | 0.9998 | 11512.9"],
    ),
    "one space behind the longest name": (
        "              price   rooms\nOverall Qual  23.29  0.0257\nBedroom AbvGr -2.95 -0.6599",
        [one("", "price", "rooms")],
        ["Overall Qual | 23.29 | 0.0257", "Bedroom AbvGr | -2.95 | -0.6599"],
    ),
    "one space behind the longest name, and two elsewhere": (
        "           mean  spread\nleast sum 1.998   0.241\ntwo parts 2.000   0.272",
        [one("", "mean", "spread")],
        ["least sum | 1.998 | 0.241", "two parts | 2.000 | 0.272"],
    ),
    "heads above heads": (
        "      own rows   in 2010\n      mean MAE  mean MAE\nplain  948  12    -6  13\n"
        "other   -6  12   451  13",
        [[("", 1), ("own rows", 2), ("in 2010", 2)], one("", "mean", "MAE", "mean", "MAE")],
        ["plain | 948 | 12 | -6 | 13", "other | -6 | 12 | 451 | 13"],
    ),
    "an upper head of one column belongs to the head there": (
        "     for     time of one\n n  byte  model  clock\n 1  0.25   1.00   1.10\n"
        "64  8.16   0.14   0.12",
        [[("", 1), ("", 1), ("time of one", 2)], one("n", "for byte", "model", "clock")],
        ["1 | 0.25 | 1.00 | 1.10", "64 | 8.16 | 0.14 | 0.12"],
    ),
    "upper heads of one column each": (
        "  hours of  share of\nn      fit       all\n1     0.25      8.25\n2     0.50      8.50",
        [one("n", "hours of fit", "share of all")],
        ["1 | 0.25 | 8.25", "2 | 0.50 | 8.50"],
    ),
    "whole numbers that rise, over others": (
        "epochs      0       5     10\nGD     3.8927  0.1650  0.009\nSGD    3.8927  0.0044  0.007",
        [one("epochs", "0", "5", "10")],
        ["GD | 3.8927 | 0.1650 | 0.009", "SGD | 3.8927 | 0.0044 | 0.007"],
    ),
    "whole numbers that rise, over whole ones": (
        "N \\ D    1    10\n  100  0.5   1.5\n1,000   11    24",
        [one("N \\ D", "1", "10")],
        ["100 | 0.5 | 1.5", "1,000 | 11 | 24"],
    ),
}


@pytest.mark.parametrize(("text", "heads", "rows"), TABLES.values(), ids=TABLES)
def test_what_is_clear_becomes_a_table(text, heads, rows):
    (table,) = blocks_of(text)
    assert table.heads == heads
    assert [" | ".join(row) for row in table.rows] == rows


def test_text_before_and_after_stays_text():
    before, table, after = blocks_of("w = 3\n size  price\n1,656  +5.5\n  896  -1.2\nsum 4\n")
    assert (before, after) == ("w = 3", "sum 4")
    assert table == Table([one("size", "price")], [("1,656", "+5.5"), ("896", "-1.2")])


def test_an_upper_line_whose_reach_is_not_clear_stays_text():
    text = "      in dollars\n      error  spread\nrows    2.5     3.5\nmore    2.5     4.5"
    unit, table = blocks_of(text)
    assert unit == "      in dollars"
    assert table.heads == [one("", "error", "spread")]


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


def words(block, lines):
    """The words of a block line by line, and of as many lines as they came from."""
    if isinstance(block, str):
        return [line.split() for line in block.split("\n")], [
            next(lines) for _ in block.split("\n")
        ]
    said = sorted(" ".join(head for row in block.heads for head, _ in row).split())
    heads = []
    while len(heads) < len(said):
        heads += next(lines)
    rows = [" ".join(row).split() for row in block.rows]
    return [said, *rows], [sorted(heads), *(next(lines) for _ in rows)]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_word_that_was_printed_is_lost_and_each_stays_in_its_row(notebook):
    for cell in nbformat.read(notebook, as_version=4).cells:
        for output in cell.get("outputs", []):
            text = output.get("text", "")
            lines = map(str.split, text.rstrip().split("\n"))
            for block in blocks_of(text):
                said, printed = words(block, lines)
                assert said == printed
            assert not any(lines)


def shown(text):
    """The table of a page in which such lines were printed."""
    document = new_document("page")
    document += nodes.literal_block(text, text, classes=["output", "stream"], language="none")
    replace(None, document)
    return document[0]


def test_a_minus_is_one_and_an_exponent_stays_as_python_reads_it():
    table = shown("rows   slope   error\n   1  -1e-06  -2.5%\n  20   2e-11    15G")
    entries = [entry.astext() for entry in table.findall(nodes.entry)]
    assert entries[3:] == ["1", "−1e-06", "−2.5%", "20", "2e-11", "15G"]
    assert all(entry["classes"] == ["lr-number"] for entry in table.findall(nodes.entry))
    assert not any(spec["stub"] for spec in table.findall(nodes.colspec))


def test_a_head_above_two_columns_spans_them_and_stands_as_they_do():
    heads = [[("", 1), ("said", 2), ("in 2010", 2)], one("", "of", "by", "mean", "MAE")]
    table = node_of(Table(heads, [("plain", "yes", "no", "948", "12")]), None)
    upper = next(table.findall(nodes.row))
    assert [entry.get("morecols", 0) for entry in upper] == [0, 1, 1]
    assert [entry["classes"] for entry in upper] == [[], [], ["lr-number"]]
    assert [spec["stub"] for spec in table.findall(nodes.colspec)] == [True, *[False] * 4]


def test_a_page_gets_the_table_between_its_texts():
    """A column is one of numbers where most of its cells are."""
    text = "first\n size  sale\n1,656  yes\n -896  -1\nlast"
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
        *(("−896", ["lr-number"]), ("-1", [])),
    ]
    assert document[1]["classes"] == ["lr-printed"]
    assert document[0]["classes"] == document[2]["classes"] == ["output", "stream"]
    assert document[3].astext() == text
