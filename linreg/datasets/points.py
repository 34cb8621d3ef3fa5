"""A set small enough to fit by hand."""

from linreg.datasets.dataset import Dataset

__all__ = ["load_eight_points"]


def load_eight_points() -> Dataset:
    """Load eight points near a line, made up for this book.

    Returns
    -------
    Dataset
        Columns ``x`` and ``y`` of 8 floats each, both dimensionless.

    Examples
    --------
    >>> load_eight_points()
    Dataset(8 rows × 2 columns)
    """
    return Dataset(
        columns={
            "x": [-1.8, -1.2, -0.5, 0.1, 0.9, 1.4, 2.1, 2.6],
            "y": [-2.1, -1.3, -0.4, 0.6, 1.7, 2.2, 3.5, 4.1],
        },
        units={"x": "dimensionless", "y": "dimensionless"},
        source="made up for this book",
    )
