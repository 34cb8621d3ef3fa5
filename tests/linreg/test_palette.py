"""Promise: the colours of the book can be read on its pages, light and dark."""

import matplotlib as mpl
import numpy as np
import pytest

from linreg import palette


def contrast(one, other):
    """Return the WCAG contrast ratio of two colours ``#rrggbb``."""

    def luminance(colour):
        channels = np.array(mpl.colors.to_rgb(colour))
        linear = np.where(
            channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4
        )
        return linear @ [0.2126, 0.7152, 0.0722]

    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_palette_can_be_read(mode):
    paper = palette.PALETTE["paper"][mode]
    for role in set(palette.PALETTE) - {"paper", "grid"}:
        assert contrast(palette.PALETTE[role][mode], paper) >= 4.5, role


def test_the_variables_hold_every_colour():
    css = palette.css_variables()
    for role, pair in palette.PALETTE.items():
        assert f"--lr-{role}: {pair['light']};" in css
        assert f"--lr-{role}: {pair['dark']};" in css
