"""Columns by name, with their units."""

from dataclasses import dataclass
from difflib import get_close_matches

__all__ = ["Dataset"]


@dataclass(frozen=True, repr=False)
class Dataset:
    """Named columns of equal length; ``dataset["name"]`` is one of them.

    Attributes
    ----------
    columns : dict of str to list
        The values of each column, one a row, in the order of the file.
    units : dict of str to str
        The unit of each column: ``"square feet"``, ``"count"``, ``"category"``, ...
    source : str
        Where the data come from.
    """

    columns: dict[str, list]
    units: dict[str, str]
    source: str

    def __getitem__(self, name: str) -> list:
        """Return the column called ``name``, or raise a KeyError that suggests near names."""
        if name in self.columns:
            return self.columns[name]
        lower = {column.lower(): column for column in self.columns}
        near = [lower[match] for match in get_close_matches(str(name).lower(), lower)]
        hint = f"did you mean {' or '.join(map(repr, near))}?" if near else "see .columns"
        raise KeyError(f"no column {name!r}: {hint}")

    def __repr__(self) -> str:
        n_rows = len(next(iter(self.columns.values()), []))
        return f"Dataset({n_rows:,} rows × {len(self.columns)} columns)"
