"""Least squares when the rows do not fit into memory: two accumulators that read them in chunks.

``X`` of a chunk has shape (n_samples, n_features), ``y`` shape (n_samples,); all chunks together
are the rows of one matrix ``Z = [X 1 y]`` of q = n_features + 2 columns. What is kept of it has q
columns too, however many rows were seen: ``GramAccumulator`` keeps the sums ZᵀZ, ``TallSkinnyQR``
the triangle R of Z = QR. Two of a kind are added with ``+``, as if one had read the rows of both.

A column of Z whose mean is larger than its standard deviation, such as years, is shifted: less a
constant it is fitted alike, and keeps the digits that the offset would cost.

Source: Demmel, Grigori, Hoemmen and Langou (2012), "Communication-optimal parallel and sequential
QR and LU factorizations", SIAM Journal on Scientific Computing 34(1), A206-A239, for the triangle;
Chan, Golub and LeVeque (1983), "Algorithms for computing the sample variance", The American
Statistician 37(3), 242-247, for shifted sums and how to add them.
"""

import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from functools import reduce
from math import isfinite
from operator import add
from pathlib import Path
from typing import Any, Self

from linreg import validation
from linreg.error_free import two_sum
from linreg.extras import extra
from linreg.least_squares import EPS, floats, read, read_one_target, read_weights
from linreg.result import LinearFit

with extra("numpy"):
    import numpy as np
    from numpy.typing import ArrayLike

__all__ = ["GramAccumulator", "TallSkinnyQR", "fit_chunks", "fit_dask", "read_chunks"]

FEW = 6.0  # digits: with fewer, `solve` warns
NONE = 2.0  # with fewer it raises: after thousands of chunks a zero looks like this many


class Accumulator:
    """What both accumulators do: read chunks, add up, save, and solve.

    Attributes
    ----------
    n_rows : int
        The rows seen, without those of weight zero.
    shift : array of shape (q,)
        What is subtracted from each column of Z, in its units; zero for the ones.
    kept : array
        What is kept of Z, shifted. Its size does not depend on ``n_rows``.
    """

    def __init__(
        self, n_rows: int = 0, shift: np.ndarray | None = None, kept: np.ndarray | None = None
    ) -> None:
        self.n_rows, self.shift, self.kept = n_rows, shift, kept

    def partial_fit(
        self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> Self:
        """Add a chunk of rows, and return self; a chunk that is refused leaves all as it was.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            The columns, without the ones.
        y : array of shape (n_samples,)
            The targets.
        sample_weight : array of shape (n_samples,), optional
            How much the square of each residual counts; a weight of 2 counts a row twice.

        Raises
        ------
        ValueError
            If an entry is NaN or infinite, a weight is negative, shapes do not fit each other or
            the chunks before, or squares overflow.
        TypeError
            If an entry is no real number.
        """
        X, y = read_shapes(X, y)
        shift = first_shift(X, y) if self.shift is None else self.shift
        if len(shift) != X.shape[1] + 2:
            raise ValueError(
                f"X has {X.shape[1]} columns, but the chunks before it had {len(shift) - 2}: "
                "give every chunk the same columns in the same order"
            )
        A = X - shift[:-2] if np.count_nonzero(shift[:-2]) else X
        B = np.ones((2, len(y))).T
        np.subtract(y, shift[-1], out=B[:, 1])
        if sample_weight is not None:
            root = np.sqrt(read_weights(sample_weight, "sample_weight", len(y)))
            A, B = A * root[:, None], B * root[:, None]
        before = self.nothing(len(shift)) if self.kept is None else self.kept
        with np.errstate(over="ignore", invalid="ignore"):
            kept = self.joined(before, self.of_chunk(A, B))
        if not isfinite(np.vdot(kept, kept)):
            read(X, y)  # which names an entry that is not finite
            raise ValueError("X or y is so large that squares overflow: measure in a larger unit")
        seen = len(y) if sample_weight is None else np.count_nonzero(root)
        self.n_rows, self.shift, self.kept = self.n_rows + int(seen), shift, kept
        return self

    def __add__(self, other: Self) -> Self:
        """Return an accumulator that has seen the rows of both."""
        if type(other) is not type(self):
            return NotImplemented
        if self.kept is None or other.kept is None:
            return type(self)(**vars(other if self.kept is None else self))
        if len(self.shift) != len(other.shift):
            raise ValueError(
                f"one has seen {len(self.shift) - 2} columns and the other "
                f"{len(other.shift) - 2}: add accumulators of the same columns"
            )
        T = np.eye(len(self.shift))
        T[-2] += other.shift - self.shift
        kept = self.joined(self.kept, other.columns(T))
        return type(self)(self.n_rows + other.n_rows, self.shift, kept)

    def save(self, path: str | Path) -> None:
        """Write all that is kept into a file that NumPy reads, named .npz by custom."""
        self.check_seen()
        with Path(path).open("wb") as file:
            np.savez(file, kind=type(self).__name__, **vars(self))

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Return the accumulator that ``save`` has written, ready for the next chunk."""
        with np.load(path) as file:
            kind = str(file["kind"])
            if kind != cls.__name__:
                raise ValueError(f"{path} holds a {kind}: load it with {kind}.load")
            return cls(int(file["n_rows"]), file["shift"], file["kept"])

    def solve(self, *, fit_intercept: bool = True) -> LinearFit:
        """Return the fit of least loss over all rows seen, its weighted mean as the one loss.

        Raises
        ------
        ValueError
            If nothing was seen, if there are fewer rows than unknowns, or if columns are
            dependent as far as float64 can tell.

        Warns
        -----
        RuntimeWarning
            If fewer than six digits of the coefficients are sure.
        """
        T = self.design(fit_intercept)
        validation.enough_rows(self.n_rows, T.shape[1] - 1)
        digits, j = self.doubt(T)
        p = len(self.shift) - 2
        if digits < NONE:
            raise ValueError(f"{validation.dependent(j, p)}{self.otherwise}")
        if digits < FEW:
            doubt = f"only about {digits:.0f} digits of the coefficients are sure"
            mend = f"drop a column that others nearly determine{self.otherwise}"
            warnings.warn(f"{doubt}: {mend}", RuntimeWarning, stacklevel=2)
        t = self.residual(T)
        coef, constant = t[:p], t[p] + self.shift[-1] - self.shift[:p] @ t[:p]
        loss = self.squares(t[:, None])[0] / self.squares(np.eye(p + 2)[:, [p]])[0]
        return LinearFit(coef, float(constant) if fit_intercept else 0.0, [float(loss)])

    def digits(self, *, fit_intercept: bool = True) -> float:
        """Return about how many digits of the coefficients are sure, from 0 to 16.

        These are the sixteen of float64, less those that the condition number costs: that of the
        columns, scaled to length one, for a ``TallSkinnyQR``, and its square for the sums. Where
        residuals are large, a triangle may lose more, at worst about as many as sums do.
        """
        return self.doubt(self.design(fit_intercept))[0]

    def r_squared(self, fit: LinearFit) -> float:
        """Return which part of the variance of y a fit to these rows explains, at most 1."""
        self.check_seen()
        ones_and_y = np.eye(len(self.shift))[:, -2:]
        total = self.squares(self.residual(ones_and_y)[:, None])[0]
        if total == 0:
            raise ValueError("y does not vary, so there is nothing to explain: look at the loss")
        return float(1 - fit.loss_history[0] * self.squares(ones_and_y)[0] / total)

    def check_seen(self) -> None:
        """Raise where no chunk was read."""
        if self.kept is None:
            raise ValueError("nothing has been seen yet: call partial_fit(X, y) first")

    def design(self, fit_intercept: bool) -> np.ndarray:
        """Return T, shape (q, k): the columns of Z T are those of the fit, of length one."""
        self.check_seen()
        T = np.eye(len(self.shift))
        if not fit_intercept:
            T[-2] += self.shift
            T = np.delete(T, -2, axis=1)
        lengths = np.sqrt(self.squares(T))
        return T / np.where(lengths > 0, lengths, 1)

    def doubt(self, T: np.ndarray) -> tuple[float, int]:
        """Return how many digits are sure, and the last column that takes part in losing them."""
        values, directions = np.linalg.svd(self.equations(T)[0])[1:]
        ratio = values[-1] / values[0] if values[0] > 0 else 0.0
        parts = abs(directions[-1])
        last = np.flatnonzero(parts > 0.1 * parts.max())[-1]
        return float(np.log10(max(ratio / EPS, 1))), int(last)

    def residual(self, T: np.ndarray) -> np.ndarray:
        """Return t, shape (q,): Z t is what the last column of Z T lacks of the best fit to it."""
        theta = np.linalg.solve(*self.equations(T))
        t = T @ np.append(theta, -1)
        return t / -t[-1]

    def equations(self, T: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the square matrix and the right-hand side of the fit with the columns of Z T."""
        table = self.table(T)
        k = T.shape[1] - 1
        return table[:k, :k], table[:k, k]


class GramAccumulator(Accumulator):
    """The sums ZᵀZ, and what rounding lost of them: quick, and the condition number counts twice.

    ``kept`` has shape (2, q, q): the sums, and what each addition of a chunk has lost.
    """

    otherwise = ", or fold the same chunks with TallSkinnyQR, which loses half as many digits"

    @staticmethod
    def nothing(q: int) -> np.ndarray:
        """Return what is kept of no rows."""
        return np.zeros((2, q, q))

    @staticmethod
    def of_chunk(A: np.ndarray, B: np.ndarray) -> np.ndarray:
        """Return the sums of a chunk: A has its columns, B the ones and y.

        They are made block by block, since writing B beside A would take as long as the products.
        """
        p = A.shape[1]
        kept = np.zeros((2, p + 2, p + 2))
        kept[0, :p, :p] = A.T @ A
        kept[0, :p, p:] = A.T @ B
        kept[0, p:, :p] = kept[0, :p, p:].T
        kept[0, p:, p:] = np.inner(B.T, B.T.copy())  # the copy avoids a slower routine
        return kept

    @staticmethod
    def joined(kept: np.ndarray, more: np.ndarray) -> np.ndarray:
        """Return the sums of all rows."""
        total, lost = two_sum(kept[0], more[0])
        return np.array([total, kept[1] + more[1] + lost])

    def columns(self, T: np.ndarray) -> np.ndarray:
        """Return what would be kept of Z T."""
        return T.T @ self.kept @ T

    def table(self, T: np.ndarray) -> np.ndarray:
        """Return the sums of Z T, as those of the normal equations."""
        return self.columns(T).sum(axis=0)

    def squares(self, T: np.ndarray) -> np.ndarray:
        """Return the squared length of each column of Z T."""
        return np.maximum(np.diag(self.table(T)), 0)


class TallSkinnyQR(Accumulator):
    """The triangle R of Z = QR: slower, and the condition number counts once.

    ``kept`` has shape (q, q), and fewer rows while fewer were seen.
    """

    otherwise = ""

    @staticmethod
    def nothing(q: int) -> np.ndarray:
        """Return what is kept of no rows."""
        return np.empty((0, q))

    @staticmethod
    def of_chunk(A: np.ndarray, B: np.ndarray) -> np.ndarray:
        """Return the rows of a chunk: A has its columns, B the ones and y."""
        return np.hstack([A, B])

    @staticmethod
    def joined(kept: np.ndarray, more: np.ndarray) -> np.ndarray:
        """Return the triangle of all rows: that of the old triangle and the new rows below it."""
        return np.linalg.qr(np.vstack([kept, more]), mode="r")

    def columns(self, T: np.ndarray) -> np.ndarray:
        """Return what would be kept of Z T."""
        return np.linalg.qr(self.kept @ T, mode="r")

    table = columns

    def squares(self, T: np.ndarray) -> np.ndarray:
        """Return the squared length of each column of Z T."""
        return ((self.kept @ T) ** 2).sum(axis=0)


METHODS = {"sums": GramAccumulator, "qr": TallSkinnyQR}


def fit_chunks(
    chunks: Iterable[Sequence[ArrayLike]], *, method: str = "sums", fit_intercept: bool = True
) -> LinearFit:
    """Return the fit of least loss to all chunks, of which one at a time is held in memory.

    Parameters
    ----------
    chunks : iterable of (X, y) or (X, y, sample_weight)
        As ``partial_fit`` takes them.
    method : str
        ``"sums"`` for a ``GramAccumulator``, ``"qr"`` for a ``TallSkinnyQR``.
    fit_intercept : bool
        Whether a constant is fitted too.

    Raises
    ------
    ValueError, TypeError
        As ``partial_fit``, with a note that counts the chunks, and ``solve``.
    """
    found = accumulator(method)()
    for k, chunk in enumerate(chunks):
        try:
            found.partial_fit(*chunk)
        except (ValueError, TypeError) as error:
            error.add_note(f"in chunk {k}, counted from 0")
            raise
    return found.solve(fit_intercept=fit_intercept)


def read_chunks(
    path: str | Path,
    features: Sequence[str],
    target: str,
    *,
    chunk_rows: int = 100_000,
    progress: bool = True,
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield (X, y) of a file, chunk by chunk, with a progress bar.

    Parameters
    ----------
    path : path of a CSV file, or of a Parquet file, which ends in .parquet
        It may be larger than memory.
    features, target : list of str, str
        The names of the columns of X, in this order, and of y.
    chunk_rows : int
        Rows a chunk, at most.
    progress : bool
        Whether the bar is shown.
    """
    with extra("scale"):
        from rich.progress import Progress
    frames = parquet_frames if Path(path).suffix == ".parquet" else csv_frames
    with Progress(disable=not progress) as bar:
        task = bar.add_task(Path(path).name)
        for frame, done, total in frames(path, [*features, target], chunk_rows):
            yield frame[[*features]].to_numpy(), frame[target].to_numpy()
            bar.update(task, completed=done, total=total)


def csv_frames(path, columns, chunk_rows):
    """Yield data frames with the bytes that were read, and those of the file."""
    with extra("scale"):
        import pandas as pd
    with Path(path).open("rb") as file:
        for frame in pd.read_csv(file, usecols=columns, chunksize=chunk_rows):
            yield frame, file.tell(), Path(path).stat().st_size


def parquet_frames(path, columns, chunk_rows):
    """Yield data frames with the rows that were read, and those of the file."""
    with extra("scale"):
        from pyarrow.parquet import ParquetFile
    done = 0
    with ParquetFile(path) as file:
        for batch in file.iter_batches(chunk_rows, columns=columns):
            done += batch.num_rows
            yield batch.to_pandas(), done, file.metadata.num_rows


def fit_dask(
    X: Any,
    y: Any,
    *,
    client: Any = None,
    method: str = "sums",
    sample_weight: Any = None,
    fit_intercept: bool = True,
) -> LinearFit:
    """Return the fit of least loss to a Dask collection, whose rows stay where they are.

    Each block of rows is folded by itself, and what is kept of the blocks is added in a tree: that
    alone travels. What a worker had computed when it died is computed again by another.

    Parameters
    ----------
    X : Dask array of shape (n_samples, n_features), or Dask data frame
        The columns.
    y : Dask array of shape (n_samples,), or Dask series
        The targets, in blocks of as many rows; those of an array are cut anew.
    client : distributed.Client or str, optional
        A client, or the address of a scheduler; its workers need ``linreg`` too. Without it a
        cluster of this machine's processes is started, and stopped at the end; a script that
        does so stands under ``if __name__ == "__main__":``, as Python's processes ask for.
    method, fit_intercept
        As for ``fit_chunks``.
    sample_weight : as y, optional
        How much the square of each residual counts.

    Raises
    ------
    TypeError
        If X or y is no Dask collection.
    ValueError
        If their blocks do not fit each other; otherwise as ``fit_chunks``.
    """
    with extra("scale"):
        import dask
        from distributed import Client
    kind = accumulator(method)
    given = [X, y] if sample_weight is None else [X, y, sample_weight]
    parts = [dask.delayed(of_block)(kind, *rows) for rows in zip(*blocks(given))]
    while len(parts) > 1:
        parts = [dask.delayed(added)(parts[k : k + 8]) for k in range(0, len(parts), 8)]
    local = {"dashboard_address": "localhost:0"} if client is None else {}
    own = not isinstance(client, Client)
    with Client(client, **local) if own else nullcontext(client) as connected:
        found = connected.compute(parts[0]).result()
    return found.solve(fit_intercept=fit_intercept)


def blocks(given):
    """Return for X, y and the weights the list of their blocks of rows."""
    for collection in given:
        if not hasattr(collection, "to_delayed"):
            raise TypeError(
                f"a {type(collection).__name__} is no Dask array, data frame or series: give plain "
                "arrays to fit_chunks"
            )
    if hasattr(given[0], "rechunk"):
        given = [given[0].rechunk({1: -1}), *given[1:]]
        rows = given[0].chunks[0]
        given = [one.rechunk({0: rows}) if hasattr(one, "rechunk") else one for one in given]
    found = [np.ravel(one.to_delayed()).tolist() for one in given]
    if len({len(parts) for parts in found}) > 1:
        counts = ", ".join(str(len(parts)) for parts in found)
        raise ValueError(f"X, y and weights have {counts} blocks: repartition them alike")
    return found


def of_block(kind, X, *others):
    """Return an accumulator that has seen one block, which may be empty."""
    return kind().partial_fit(X, *others) if len(X) else kind()


def added(parts):
    """Return the sum of accumulators."""
    return reduce(add, parts)


def accumulator(method):
    """Return the class of a method's name."""
    if method not in METHODS:
        raise ValueError(f"method is {method!r}: choose one of {', '.join(METHODS)}")
    return METHODS[method]


# ---- Reading


def read_shapes(X, y):
    """Return X and y as float64 arrays of shapes (n, p) and (n,), their entries not looked at."""
    X, y = floats(X, "X"), floats(y, "y")
    if X.ndim != 2 or X.size == 0 or y.shape != X.shape[:1]:
        read_one_target(X, y)  # which names what is wrong
    return X, y


def first_shift(X, y):
    """Return what is subtracted from each column of Z, by the first chunk's means."""
    columns = np.column_stack([X, np.zeros_like(y), y])
    with np.errstate(over="ignore", invalid="ignore"):
        means, spreads = columns.mean(axis=0), columns.std(axis=0)
    return np.where(np.isfinite(means) & (abs(means) > spreads), means, 0.0)
