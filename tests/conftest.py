"""The built book, for all tests that look at it, and one seed for all that draw their examples."""

import gc
import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("seeded", derandomize=True, deadline=None)  # no test asserts a time
settings.load_profile("seeded")

ROOT = Path(__file__).parents[1]


def pytest_collection_finish():
    """Spare the garbage collector thousands of tests, which it would walk through each time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def book():
    """The folder of the built book: `_build/html`, or the one that LINREG_BOOK names."""
    folder = Path(os.environ.get("LINREG_BOOK", ROOT / "_build" / "html")).resolve()
    assert (folder / "index.html").exists(), f"{folder} holds no book: run `make book` first"
    return folder
