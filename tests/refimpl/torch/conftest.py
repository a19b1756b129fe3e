"""Real torch, for comparison, and how close to it is close enough."""

from __future__ import annotations

import numpy as np
import pytest


@pytest.fixture(scope="session")
def torch():
    module = pytest.importorskip("torch")
    module.set_num_threads(1)
    return module


@pytest.fixture(scope="session")
def assert_close():
    """Compare float64 arrays of sums of a few hundred products at most.

    Both sides round each of them once, so they may differ by a few ten units in the last place of
    the largest number that went in; 128 leaves room and is still 1e-14.
    """

    def compare(got, expected, what=""):
        expected = np.asarray(expected)
        assert np.shape(got) == expected.shape, what
        scale = max(1.0, float(np.max(np.abs(expected), initial=0.0)))
        limit = 128 * np.finfo(np.float64).eps * scale
        np.testing.assert_allclose(got, expected, rtol=0.0, atol=limit, err_msg=what)

    return compare
