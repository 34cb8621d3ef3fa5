"""The lab Bowl."""

from linreg.labs.bowl.bowl import Bowl

__all__ = ["Bowl"]
