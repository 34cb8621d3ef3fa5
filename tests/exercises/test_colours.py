"""Promise: code on a page is coloured, and none makes the page wait for it."""

from nbconvert.filters import highlight

from grader import colours
from grader.nbgrader_setup import configuration


def test_code_is_coloured_as_nbconvert_colours_it():
    for code in ("x = [1]  # a", "%timeit 1", "!ls", "for <b>"):
        assert colours.coloured(code) == highlight.Highlight2HTML()(code)


def test_very_long_code_is_shown_without_colours_and_never_parsed(monkeypatch):
    lexers, colour = [], highlight._pygments_highlight
    monkeypatch.setattr(
        highlight,
        "_pygments_highlight",
        lambda code, form, language, metadata: (
            lexers.append(language) or colour(code, form, language, metadata)
        ),
    )
    shown = colours.coloured("a" + "\n" * 900_000 + "<b>")
    assert "&lt;b&gt;" in shown
    colours.coloured("x" * colours.LONGEST, metadata={"magics_language": "html"})
    assert lexers == ["text", "ipython3"]


def test_nbgraders_pages_use_it(tmp_path):
    assert configuration(tmp_path).HTMLExporter.filters["highlight_code"] == colours.coloured
