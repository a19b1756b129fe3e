"""The same steps in a dtype and on bounded arrays: the error stays within the bound."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from conformance.oracle.bounds import Bounded, Unit, claims, distance, exact
from refimpl.dtypes import float_dtype


def reduce(function):
    """Let plain half arrays accumulate in float32 and round once, as the unit says they do."""

    def step(x):
        if isinstance(x, Bounded):
            return function(x)
        wide = np.float64 if x.dtype == np.float64 else np.float32
        return function(x.astype(wide)).astype(x.dtype)

    return step


def rounded(function):
    """Let NumPy evaluate a function of a half array in float32, and round the result once."""

    def step(x):
        if isinstance(x, Bounded) or x.dtype.itemsize > 2:
            return function(x)
        return function(x.astype(np.float32)).astype(x.dtype)

    return step


STEPS = {
    "add a constant": lambda x: x + 0.3,
    "subtract from a constant": lambda x: 1.7 - x,
    "multiply by a constant": lambda x: x * -1.3,
    "multiply by two": lambda x: 2.0 * x,
    "divide": lambda x: x / 3.0,
    "divide by a positive number": lambda x: x / (np.abs(x) + 0.7),
    "add itself": lambda x: x + x,
    "multiply by itself": lambda x: x * x,
    "square": np.square,
    "root": lambda x: np.sqrt(np.abs(x) + 0.1),
    "cut": lambda x: np.clip(x, -2.0, 1.5),
    "gate": lambda x: np.where(np.abs(x) < 1e300, np.maximum(x, 0.25 * x), x),
    "turn": lambda x: x[::-1].T,
    "exponential": rounded(lambda x: np.exp(-np.abs(x))),
    "exponential less one": rounded(lambda x: np.expm1(-np.abs(x))),
    "logarithm": rounded(lambda x: np.log(np.abs(x) + 0.5)),
    "logarithm of one more": rounded(lambda x: np.log1p(np.abs(x))),
    "hyperbolic tangent": rounded(np.tanh),
    "centre": lambda x: x - reduce(lambda y: y.mean(axis=1, keepdims=True))(x),
    "add up": lambda x: x + reduce(lambda y: y.sum(axis=0, keepdims=True))(x) * 0.2,
    "product": lambda x: reduce(lambda y: y @ y.T)(x) @ one_like(x),
    "largest": lambda x: x - x.max(axis=1, keepdims=True),
}


def one_like(x):
    """Return the identity of the size of the first axis, which a product leaves exact."""
    eye = np.eye(x.shape[0])
    return eye if isinstance(x, Bounded) else eye.astype(x.dtype)


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "bfloat16"])
@given(
    seed=st.integers(0, 10**6),
    steps=st.lists(st.sampled_from(sorted(STEPS)), min_size=1, max_size=6),
    scale=st.sampled_from([1.0, 1e-3, 30.0]),
)
def test_errors_of_chains_stay_within_their_bounds(dtype, seed, steps, scale):
    draw = np.random.default_rng(seed).standard_normal((4, 5)) * scale
    plain = draw.astype(float_dtype(dtype))
    bounded = exact(plain, Unit.of(dtype))
    with np.errstate(all="ignore"):
        for step in steps:
            # Beside a Python number, NumPy takes bfloat16 to float32.
            plain = STEPS[step](plain).astype(float_dtype(dtype))
            bounded = STEPS[step](bounded)
            # A half sum is held in float32 until it is used, and only then overflows.
            assume(np.abs(bounded.value).max() <= bounded.unit.overflow)
    assert distance(plain, bounded).max() <= 1.0


@pytest.mark.parametrize("step", sorted(set(STEPS) - {"add itself"}))  # which is exact
def test_single_steps_are_not_much_wider_than_the_errors_seen(step):
    worst = 0.0
    for seed in range(40):
        plain = np.random.default_rng(seed).standard_normal((9, 11)).astype(np.float32)
        bounded = exact(plain, Unit.of("float32"))
        if not STEPS[step](bounded).bound.any():
            return
        assert claims(STEPS[step](bounded)) == STEPS[step](bounded).size
        worst = max(worst, distance(STEPS[step](plain), STEPS[step](bounded)).max())
    # 4 units for each transcendental function, of which good libraries use 1.
    assert worst >= 0.1
