"""The lab Valley."""

from linreg.labs.valley.valley import Valley

__all__ = ["Valley"]
