"""The lab Plane."""

from linreg.labs.plane.plane import Plane

__all__ = ["Plane"]
