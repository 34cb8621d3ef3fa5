"""How well a colour stands out from another, as the accessibility guidelines WCAG measure it."""

import matplotlib as mpl
import numpy as np


def contrast(one, other):
    """Return the contrast ratio of two colours, each in any of matplotlib's ways."""

    def luminance(colour):
        channels = np.array(mpl.colors.to_rgb(colour))
        linear = np.where(
            channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4
        )
        return linear @ [0.2126, 0.7152, 0.0722]

    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)
