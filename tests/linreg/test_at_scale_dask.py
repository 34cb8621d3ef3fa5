"""Promise: a Dask cluster finds the fit of all rows, where they are, and survives a dead worker."""

import os

import dask
import dask.array as da
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pytest
from distributed import Client, Future, LocalCluster

from linreg.at_scale import Accumulator, fit_chunks, fit_dask

COEF = np.array([1.0, -2.0, 3.0])


def drawn(n=700, seed=0):
    """Return columns, one of them far from zero, and targets that follow them."""
    draw = np.random.default_rng(seed).standard_normal
    X = draw((n, 3)) + np.array([0, 0, 2000])
    return X, X @ COEF + 7 + draw(n)


X, Y = drawn()
TRUTH = fit_chunks([(X, Y)], method="qr")


def theta(fit):
    return np.append(fit.coef, fit.intercept)


def is_the_truth(fit):
    np.testing.assert_allclose(theta(fit), theta(TRUTH), rtol=1e-10)
    np.testing.assert_allclose(fit.loss_history, TRUTH.loss_history, rtol=1e-8)


@pytest.fixture(scope="module", params=[1, 2])
def client(request):
    """Start a cluster of processes that can be killed."""
    with (
        LocalCluster(
            n_workers=request.param, threads_per_worker=1, dashboard_address="localhost:0"
        ) as it,
        Client(it) as client,
    ):
        yield client


@pytest.mark.parametrize("method", ["sums", "qr"])
@pytest.mark.parametrize("n_blocks", [1, 2, 7])
def test_the_fit_does_not_depend_on_blocks_and_workers(client, n_blocks, method):
    size = len(Y) // n_blocks
    columns, targets = da.from_array(X, chunks=(size, 2)), da.from_array(Y, chunks=100)
    is_the_truth(fit_dask(columns, targets, client=client, method=method))
    frame = dd.from_pandas(pd.DataFrame(X, columns=list("abc")).assign(y=Y), npartitions=n_blocks)
    is_the_truth(fit_dask(frame[["a", "b", "c"]], frame["y"], client=client, method=method))


def test_settings_and_weights_arrive(client):
    weights = np.random.default_rng(1).integers(1, 4, len(Y)).astype(float)
    given = [da.from_array(values, chunks=35) for values in (X, Y, weights)]  # a tree of two levels
    found = fit_dask(*given[:2], sample_weight=given[2], client=client, fit_intercept=False)
    expected = fit_chunks([(X, Y, weights)], fit_intercept=False)
    np.testing.assert_allclose(theta(found), theta(expected), rtol=1e-9)


def test_a_block_without_rows_adds_nothing(client):
    table = pd.DataFrame(X, columns=list("abc")).assign(y=Y, row=np.arange(len(Y)))
    frame = dd.from_pandas(table, npartitions=7)
    kept = frame[frame["row"] < 300]
    expected = fit_chunks([(X[:300], Y[:300])], method="qr")
    found = fit_dask(kept[["a", "b", "c"]], kept["y"], client=client)
    np.testing.assert_allclose(theta(found), theta(expected), rtol=1e-10)


@pytest.mark.parametrize(("method", "size"), [("sums", 2 * 5 * 5), ("qr", 5 * 5)])
def test_no_rows_travel_to_the_caller(client, monkeypatch, method, size):
    arrived, result = [], Future.result

    def recorded(future, *args, **settings):
        arrived.append(result(future, *args, **settings))
        return arrived[-1]

    monkeypatch.setattr(Future, "result", recorded)
    given = [da.from_array(values, chunks=100) for values in (X, Y)]
    fit_dask(*given, client=client, method=method)
    assert [isinstance(one, Accumulator) and one.kept.size for one in arrived] == [size]


def blocks_of_which_one_kills(folder):
    """Return rows in seven blocks; the fourth ends the process that makes it for the first time."""
    caller = os.getpid()

    def block(k):
        if k == 3:
            try:
                (folder / "killed").touch(exist_ok=False)
            except FileExistsError:
                pass
            else:
                assert os.getpid() != caller
                os._exit(1)
        return X[100 * k : 100 * k + 100]

    parts = [da.from_delayed(dask.delayed(block)(k), shape=(100, 3), dtype=float) for k in range(7)]
    return da.concatenate(parts)


def test_a_worker_that_dies_loses_nothing(client, tmp_path):
    columns = blocks_of_which_one_kills(tmp_path)
    is_the_truth(fit_dask(columns, da.from_array(Y, chunks=100), client=client))
    assert (tmp_path / "killed").exists()


def test_what_is_wrong_with_a_block_is_told(client):
    wrong = X.copy()
    wrong[250, 1] = np.nan
    with pytest.raises(ValueError, match=r"X\[50, 1\] is nan: remove the row"):
        fit_dask(da.from_array(wrong, chunks=100), da.from_array(Y, chunks=100), client=client)


def test_an_address_is_connected_to(client):
    given = [da.from_array(values, chunks=100) for values in (X, Y)]
    is_the_truth(fit_dask(*given, client=client.scheduler.address))
    assert client.status == "running"


def test_without_a_client_a_local_cluster_is_started_and_stopped(monkeypatch):
    started, init = [], Client.__init__

    def noted(self, *args, **settings):
        started.append(self)
        init(self, *args, **settings)

    monkeypatch.setattr(Client, "__init__", noted)
    is_the_truth(fit_dask(*(da.from_array(values, chunks=350) for values in (X, Y))))
    (own,) = started
    assert own.status == "closed"
    assert own.cluster.status.name == "closed"
    assert own.cluster.scheduler_address.startswith("tcp://127.0.0.1")


def test_what_is_no_dask_collection_is_refused():
    with pytest.raises(TypeError, match=r"a ndarray is no Dask array, .*: give plain arrays"):
        fit_dask(X, Y)
    frame = pd.DataFrame(X, columns=list("abc")).assign(y=Y)
    left, right = (dd.from_pandas(frame, npartitions=n) for n in (7, 2))
    with pytest.raises(ValueError, match="X, y and weights have 7, 2 blocks: repartition them al"):
        fit_dask(left[["a", "b", "c"]], right["y"])
    with pytest.raises(ValueError, match="method is 'svd'"):
        fit_dask(da.from_array(X), da.from_array(Y), method="svd")
