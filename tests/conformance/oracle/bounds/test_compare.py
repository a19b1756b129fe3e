"""The one figure K, in all corners."""

from __future__ import annotations

import numpy as np
import pytest

from conformance.oracle.bounds import LIMIT, Bounded, Unit, claims, distance, exact
from refimpl.dtypes import float_dtype

F32 = Unit.of("float32")
INF, NAN = np.inf, np.nan
MAX = F32.overflow

CORNERS = [
    # got, value, bound, K
    (1.0, 1.0, 0.5, 0.0),
    (2.0, 1.0, 0.5, 2.0),
    (0.0, 1.0, 0.5, 2.0),
    (1.0, 1.0, 0.0, 0.0),
    (-0.0, 0.0, 0.0, 0.0),
    (1.0000001, 1.0, 0.0, INF),
    (NAN, NAN, 0.0, 0.0),
    (NAN, NAN, 1.0, 0.0),
    (INF, INF, 0.0, 0.0),
    (-INF, INF, 0.0, INF),
    (-INF, INF, 1.0, INF),
    (NAN, INF, 0.0, INF),
    (INF, NAN, 0.0, INF),
    (NAN, 1.0, 1.0, INF),
    (1.0, NAN, 1.0, INF),
    (1.0, INF, 0.0, INF),
    (MAX, INF, 0.0, INF),
    (INF, 1.0, 1.0, INF),
    (-INF, 1.0, 1.0, INF),
    (NAN, 1.0, INF, 0.0),
    (INF, 1.0, INF, 0.0),
    (7.0, NAN, INF, 0.0),
    (INF, MAX * 0.75, MAX / 8, 2.0),
    (-INF, -MAX * 0.75, MAX / 8, 2.0),
    (-INF, MAX * 0.75, MAX / 8, INF),
    (INF, MAX * 2.0, 1.0, 0.0),
    (INF, MAX, 0.0, INF),
]


@pytest.mark.parametrize(("got", "value", "bound", "k"), CORNERS)
def test_every_corner(got, value, bound, k):
    found = distance(np.array([got]), Bounded([value], [bound], F32))
    if k == 2.0 and np.isinf(got):
        assert found[0] == pytest.approx(2.0)
    elif k != INF or not np.isfinite(found[0]):
        assert found[0] == k
    else:
        # An infinity of either sign is far from an ordinary number, not infinitely far.
        assert np.isinf(got)
        assert found[0] > 1e30


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "bfloat16"])
def test_any_float_dtype_may_be_judged(dtype):
    got = np.array([1.0, 2.0, 3.0]).astype(float_dtype(dtype))
    k = distance(got, Bounded([1.0, 1.0, 1.0], [0.5, 0.5, 1.0], Unit.of(dtype)))
    assert k.tolist() == [0.0, 2.0, 2.0]
    assert k.dtype == np.float64


def test_other_shapes_are_refused():
    with pytest.raises(ValueError, match=r"\(2,\).*\(1, 2\)"):
        distance(np.zeros((1, 2)), exact(np.zeros(2), F32))


def test_claims_count_the_finite_bounds():
    assert claims(Bounded([1.0, 2.0, NAN], [0.0, INF, 1.0], F32)) == 2
    assert claims(exact(np.zeros((2, 3)), F32)) == 6
    assert claims(exact(np.zeros(0), F32)) == 0


def test_scalars_are_judged_too():
    assert distance(np.float32(1.0), exact(1.0, F32)) == 0.0
    assert distance(np.array(1.5), Bounded(1.0, 0.25, F32)) == 2.0


def test_the_limit_is_one_number():
    assert LIMIT == 4.0
