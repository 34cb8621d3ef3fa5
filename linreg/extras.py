"""Imports of libraries that `linreg` can do without until a module needs them."""

from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["extra"]


@contextmanager
def extra(name: str) -> Iterator[None]:
    """Import in a block: where a library is missing, say which extra of the package brings it.

    Raises
    ------
    ImportError
        With the command that installs what is missing.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise ImportError(
            f"{error.name} is missing: pip install 'linreg-textbook[{name}]'", name=error.name
        ) from error
