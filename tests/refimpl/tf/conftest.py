"""The real TensorFlow, imported once and only where a test asks for it."""

from __future__ import annotations

import contextlib
import os
from typing import Any

import numpy as np
import pytest

# float64 sums of at most a few hundred terms of order one: rounding stays below n*u, some 1e-14,
# while the least mistake (a tap, an eps, a divisor) shows above 1e-6.
# float32 is for the few ops of which TensorFlow has no float64 kernel.
TOLERANCE = {
    "float64": {"rtol": 1e-11, "atol": 1e-12},
    "float32": {"rtol": 1e-5, "atol": 1e-5},
}


@pytest.fixture(scope="session")
def tensorflow() -> Any:
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # In one process torch has to come first; another test may want it later.
    with contextlib.suppress(ImportError):
        import torch  # noqa: F401
    import tensorflow

    return tensorflow


@pytest.fixture(scope="session")
def keras(tensorflow: Any) -> Any:
    import keras

    return keras


def _flat(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


@pytest.fixture(scope="session")
def agree(tensorflow: Any) -> Any:
    """Check outputs and gradients of a differentiable function against TensorFlow's."""

    def check(ours: Any, real: Any, arrays: list[np.ndarray], *, watched: int | None = None):
        constants = [tensorflow.constant(array) for array in arrays]
        watched = len(arrays) if watched is None else watched
        rng = np.random.default_rng(1)
        with tensorflow.GradientTape() as tape:
            for constant in constants[:watched]:
                tape.watch(constant)
            theirs = _flat(real(*constants))
            first = theirs[0]
            cotangent = rng.normal(size=first.shape)
            loss = tensorflow.reduce_sum(first * tensorflow.cast(cotangent, first.dtype))
        gradients = tape.gradient(loss, constants[:watched])
        output, vjp = ours(*arrays)
        mine = _flat(output)
        tolerance = TOLERANCE[mine[0].dtype.name]
        assert len(mine) == len(theirs)
        for got, expected in zip(mine, theirs, strict=True):
            assert got.dtype.name == expected.dtype.name
            np.testing.assert_allclose(got, expected.numpy(), **tolerance)
        bars = [bar for bar in vjp(cotangent.astype(mine[0].dtype)) if bar is not None]
        expected_bars = [gradient for gradient in gradients if gradient is not None]
        assert len(bars) >= len(expected_bars)
        for array, bar, expected in zip(arrays, bars, expected_bars, strict=False):
            assert bar.shape == array.shape
            assert bar.dtype == array.dtype
            np.testing.assert_allclose(bar, expected.numpy(), **tolerance)

    return check
