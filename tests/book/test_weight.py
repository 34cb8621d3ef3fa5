"""Promise: what makes a page lighter changes nothing that a reader sees."""

import re

import pytest
from weight import AWAITED, slim

DRAWING = """<svg>
<metadata>made by somebody</metadata>
<path d="M 10.123456 -20.987654 L 0.25 3" transform="scale(0.015625)"/>
<g transform="translate(63.623047 0) scale(0.085 -0.085)"/>
    <use xlink:href="#m" x="30.123" y="4.56" style="fill: #123456; fill-opacity: 0.25"/>
    <use xlink:href="#m" x="10.987" y="7.89" style="fill: #123456; fill-opacity: 0.25"/>
    <use xlink:href="#n" x="5" y="6" style="fill: #000000"/>
</svg>"""
PLACE = re.compile(r'<use xlink:href="(#\w)" x="([\d.]+)" y="([\d.]+)"')


def places(drawing):
    return sorted((mark, float(x), float(y)) for mark, x, y in PLACE.findall(drawing))


def test_marks_stay_where_they_are_with_their_look():
    found = slim(DRAWING)
    for (mark, *there), (same, *here) in zip(places(DRAWING), places(found), strict=True):
        assert mark == same
        assert here == pytest.approx(there, abs=0.1)
    groups = re.findall(r"<g (style=[^>]*)>(.*?)</g>", found, re.DOTALL)
    assert [(style, len(places(inside))) for style, inside in groups] == [
        ('style="fill: #123456; fill-opacity: 0.25"', 2),
        ('style="fill: #000000"', 1),
    ]


def test_the_scale_of_letters_stays_and_lines_lose_only_decimals():
    found = slim(DRAWING)
    assert "scale(0.015625)" in found
    assert "scale(0.085 -0.085)" in found
    assert "M 10.12 -20.98 L 0.25 3" in found
    assert "translate(63.62 0)" in found
    assert "metadata" not in found


@pytest.mark.parametrize(
    ("script", "waits"),
    [
        ('<script src="a.js"></script>', True),
        ('<script data-x="1" src="a.js"></script>', True),
        ('<script defer src="a.js"></script>', False),
        ('<script async="async" src="a.js"></script>', False),
        ("<script>let a = 1;</script>", False),
    ],
)
def test_a_page_waits_for_no_script_but_for_what_is_written_in_it(script, waits):
    assert (AWAITED.sub("<script defer ", script) != script) == waits
