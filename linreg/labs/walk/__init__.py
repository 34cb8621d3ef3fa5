"""The lab Walk."""

from linreg.labs.walk.walk import Walk

__all__ = ["Walk"]
