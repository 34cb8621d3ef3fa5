"""The lab Draw again."""

from linreg.labs.draws.draws import DrawAgain

__all__ = ["DrawAgain"]
