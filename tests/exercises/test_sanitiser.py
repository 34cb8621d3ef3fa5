"""Promise: of what a learner wrote, nothing acts in a page or loads from elsewhere."""

import bleach
import pytest

from grader import sanitiser
from grader.nbgrader_setup import configuration

HARMLESS = [
    "<p>A <b>word</b> and <em>another</em>.</p>",
    '<a href="https://example.org/">there</a>',
    '<a href="#task-a1">here</a>',
    '<a href="mailto:ann@example.org">Ann</a>',
    '<img alt="a dot" src="data:image/png;base64,iVBORw0KGgo=">',
    "<table><thead><tr><th>x</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>",
]


@pytest.mark.parametrize("html", HARMLESS)
def test_what_is_harmless_stays_as_it_is(html):
    assert sanitiser.sanitised(html) == html


HOSTILE = {
    "<script>alert(1)</script>": "<script",
    '<p onclick="alert(1)">x</p>': "onclick",
    '<a href="javascript:alert(1)">x</a>': "javascript",
    '<a href="JaVaScript&#58;alert(1)">x</a>': "href",
    '<a href="data:text/html,<b>x</b>">x</a>': "href",
    '<img src="https://example.org/spy.png">': "src",
    '<img src="data:image/svg+xml;base64,AAAA">': "src",
    '<img src=x onerror="alert(1)">': "onerror",
    '<b style="position: fixed">x</b>': "style",
    '<form action="/x"><input name="a"></form>': "<form",
    '<iframe srcdoc="x"></iframe>': "<iframe",
    "<svg/onload=alert(1)>": "<svg",
    '<base href="//example.org/">': "<base",
    '<meta http-equiv="refresh" content="0">': "<meta",
}


@pytest.mark.parametrize(("html", "acts"), HOSTILE.items(), ids=HOSTILE)
def test_what_acts_or_loads_is_taken_out(html, acts):
    assert acts in html or acts == "href"
    assert acts not in sanitiser.sanitised(html)


def test_nbgrader_passes_all_rendered_text_through_it(tmp_path):
    filters = configuration(tmp_path).HTMLExporter.filters
    assert filters["strip_files_prefix"] == sanitiser.sanitised


def test_a_great_deal_of_markup_is_shown_as_it_is_and_never_parsed(monkeypatch):
    """To clean it all would take minutes."""
    parsed, clean = [], bleach.clean
    monkeypatch.setattr(
        bleach, "clean", lambda text, **how: parsed.append(text) or clean(text, **how)
    )
    most = sanitiser.MOST_MARKUP
    for text in ("<b>" * 300_000, "&" * (most + 1), "<" * most + "&"):
        assert "<" not in sanitiser.sanitised(text)[len("<pre>") : -len("</pre>")]
    assert parsed == []
    assert "<b>" in sanitiser.sanitised("<b>" * most)
    assert parsed == ["<b>" * most]
