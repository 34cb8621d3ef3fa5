"""The lab Corners."""

from linreg.labs.corners.corners import Corners

__all__ = ["Corners"]
