"""Promise: a formula keeps the mark that follows it, and no word of the text is lost."""

import pytest
from docutils import nodes
from docutils.utils import new_document
from formulas import join_marks


@pytest.mark.parametrize(
    ("following", "mark"),
    [(", and so on", ","), (").", ")."), ("? Yes.", "?"), (" is less", None), ("th step", None)],
)
def test_a_mark_stays_on_the_line_of_its_formula(following, mark):
    document = new_document("page")
    document += nodes.paragraph(
        "", "", nodes.Text("so "), nodes.math("", "x"), nodes.Text(following)
    )
    join_marks(None, document, "page")
    assert document.astext() == f"so x{following}"
    joined = [inline.astext() for inline in document.findall(nodes.inline)]
    assert joined == ([f"x{mark}"] if mark else [])


def test_a_formula_at_the_end_and_one_beside_another_stay_as_they_are():
    document = new_document("page")
    document += nodes.paragraph("", "", nodes.math("", "x"), nodes.math("", "y"))
    join_marks(None, document, "page")
    assert not list(document.findall(nodes.inline))
    assert document.astext() == "xy"
