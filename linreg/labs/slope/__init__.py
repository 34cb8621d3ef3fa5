"""The lab Slope."""

from linreg.labs.slope.slope import Slope

__all__ = ["Slope"]
