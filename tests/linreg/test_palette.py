"""Promise: the colours of the book can be read on its pages, light, dark and printed."""

import colorsys
import re

import matplotlib as mpl
import pytest
from bs4 import BeautifulSoup
from contrast import contrast

from linreg import palette

MODES = ["light", "dark"]
HUES = {  # in degrees of the colour circle
    **{"red": (-15, 10), "orange": (10, 45), "green": (90, 170)},
    **{"blue": (195, 250), "purple": (260, 310)},
}


@pytest.mark.parametrize("mode", MODES)
def test_the_palette_can_be_read(mode):
    paper = palette.PALETTE["paper"][mode]
    for role in set(palette.PALETTE) - {"paper", "grid"}:
        assert contrast(palette.PALETTE[role][mode], paper) >= 4.5, role


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("role", "word"),
    [
        ("data", "blue"),
        ("fit", "orange"),
        ("best", "green"),
        ("residual", "purple"),
        ("warn", "red"),
    ],
)
def test_a_colour_is_what_the_captions_call_it(role, word, mode):
    hue, _, _ = colorsys.rgb_to_hls(*mpl.colors.to_rgb(palette.PALETTE[role][mode]))
    low, high = HUES[word]
    assert (360 * hue - low) % 360 <= high - low


def test_the_variables_hold_every_colour():
    css = palette.css_variables()
    for role, pair in palette.PALETTE.items():
        assert f"--lr-{role}: {pair['light']};" in css
        assert f"--lr-{role}: {pair['dark']};" in css


@pytest.mark.parametrize(
    ("dark", "light"),
    [
        ('<html data-theme="dark">', '<html data-theme="light">'),
        (
            '<html><body data-jp-theme-light="false">',
            '<html><body data-jp-theme-light="true">',
        ),
        ('<html theme="dark">', '<html theme="light">'),
        ('<html><body class="vscode-dark">', '<html><body class="vscode-light">'),
    ],
    ids=["book", "JupyterLab", "Colab", "VS Code"],
)
def test_a_page_is_dark_where_its_program_says_so(dark, light):
    selectors = ", ".join(palette.DARK)
    assert len(BeautifulSoup(dark, "html.parser").select(selectors)) == 1
    assert not BeautifulSoup(light, "html.parser").select(selectors)


def test_a_dark_page_is_printed_in_the_light_colours():
    screen, _, printed = palette.css_variables().partition("@media print")
    assert all(selector in part for selector in palette.DARK for part in (screen, printed))
    found = dict(re.findall(r"--lr-(\w+): (#\w+);", printed))
    assert found == {role: pair["light"] for role, pair in palette.PALETTE.items()}
