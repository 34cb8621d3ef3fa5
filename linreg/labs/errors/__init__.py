"""The lab Two errors."""

from linreg.labs.errors.errors import TwoErrors

__all__ = ["TwoErrors"]
