"""The data of the book: vendored files, and loaders that name every column and its unit.

Everything is read from inside the package with the standard library, so it works without a
network. A loader returns fresh lists each time: changing them affects nobody else.
"""

from linreg.datasets.ames import load_ames
from linreg.datasets.dataset import Dataset
from linreg.datasets.nist import NIST_NAMES, NistProblem, load_nist
from linreg.datasets.points import load_eight_points
from linreg.datasets.records import load_measured

__all__ = [
    "NIST_NAMES",
    "Dataset",
    "NistProblem",
    "load_ames",
    "load_eight_points",
    "load_measured",
    "load_nist",
]
