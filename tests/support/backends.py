"""The backends that are here: on a Python without PyTorch, two of the three.

A test that needs the third is marked: `tests/house/without_torch.py` leaves it out there, and says
how many it has left out.
"""

from importlib.util import find_spec

import pytest

from linreg import pure_python, with_numpy

needs_torch = pytest.mark.torch
if find_spec("torch"):
    import torch

    from linreg import with_torch

    BACKENDS = [pure_python, with_numpy, with_torch]
else:
    torch = with_torch = None
    BACKENDS = [pure_python, with_numpy]

# As parameters, all three are named everywhere.
of_torch = pytest.param(with_torch, id="with_torch", marks=needs_torch)
of_arrays = [pytest.param(with_numpy, id="with_numpy"), of_torch]
of_each = [pytest.param(pure_python, id="pure_python"), *of_arrays]
