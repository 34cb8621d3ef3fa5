"""One linear regression, built three times: the shared code of *Linear Regression from Scratch*.

Importing this package loads the standard library alone. Each module imports what it needs when it
is imported itself: ``linreg.with_numpy`` brings NumPy, ``linreg.with_torch`` brings PyTorch.
"""

from linreg.result import LinearFit

__all__ = ["LinearFit"]
