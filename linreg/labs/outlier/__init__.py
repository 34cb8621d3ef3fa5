"""The lab One bad point."""

from linreg.labs.outlier.outlier import Outlier

__all__ = ["Outlier"]
