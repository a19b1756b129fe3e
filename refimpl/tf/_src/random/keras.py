"""`keras.random`: draws by a seed, a `SeedGenerator`, or the global one.

Each draws from TensorFlow's stateless functions with the pair of seeds that `draw_seed` gives. A
`seed` is an integer, which makes every call the same, a `SeedGenerator`, or None, the global one.
Keras' pages `keras.random.SeedGenerator` and *Random operations*.
"""

from __future__ import annotations

import random as python_random
from typing import Any

import numpy as np

from refimpl._arguments import new_array, read_axis, read_flag, read_integer, read_number
from refimpl._show import show
from refimpl.dtypes import float_dtype, parse_dtype
from refimpl.ops import dropout as ops
from refimpl.ops.array import Array, Sizes
from refimpl.tf._src.arguments import read_array, read_floats, read_rounded
from refimpl.tf._src.naming import choose_name
from refimpl.tf._src.nn.dropout import resolve_noise_shape
from refimpl.tf._src.random import distributions
from refimpl.tf._src.random.arguments import read_dtype, read_dtype_of, read_shape
from refimpl.tf._src.random.binomials import BINOMIAL_DTYPES, draw_named
from refimpl.tf._src.random.gammas import stateless_gamma
from refimpl.tf._src.random.stateless import (
    stateless_categorical,
    stateless_normal,
    stateless_truncated_normal,
    stateless_uniform,
    stream_from,
)

__all__ = [
    "SeedGenerator",
    "beta",
    "binomial",
    "categorical",
    "dropout",
    "gamma",
    "normal",
    "randint",
    "shuffle",
    "truncated_normal",
    "uniform",
]

# Keras makes its 64-bit seeds into 32-bit ones by the remainder of this.
_SEEDS = 2**31 - 2
_INTEGERS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
# What Keras adds to the seeds of a beta draw for the second of its two gamma draws.
_SECOND = 12
# How the global generator moves on: a sequence of nearly unique numbers.
_STEP, _MODULUS = 5387, 933199


class SeedGenerator:
    """A pair of seeds that every draw moves on.

    Parameters
    ----------
    seed : int, optional
        The first of the pair; None takes one from Python's own generator.
    name : str, optional
        None counts: `seed_generator`, `seed_generator_1`, …

    Attributes
    ----------
    state : array (2,) of int64
        The seed, and how many draws there were.
    """

    def __init__(self, seed: int | None = None, name: str | None = None) -> None:
        self.name = choose_name(name, type(self).__name__)
        first = make_default_seed() if seed is None else read_seed(seed)
        self.state = np.array([first, 0], np.int64)

    def next(self, ordered: bool = True) -> Array:
        """Return the pair, and move on.

        Parameters
        ----------
        ordered : bool
            Count the draws; else jump about, as the global generator does.
        """
        pair = self.state
        read_flag(ordered, "ordered")
        self.state = pair + np.array([0, 1]) if ordered else (pair + 1) * _STEP % _MODULUS
        return pair


class _Global:
    """The one mutable thing: the generator for draws without a seed."""

    generator: SeedGenerator | None = None


def forget_global_generator() -> None:
    """Let the next draw without a seed make a new global generator."""
    _Global.generator = None


def make_default_seed() -> int:
    """Return a seed from Python's own generator."""
    return python_random.randint(1, int(1e9))


def read_seed(seed: Any) -> int:
    """Return a seed that is an integer of at most 64 bits."""
    return read_integer(seed, "seed")


def draw_seed(seed: Any) -> tuple[int, int]:
    """Return the pair of seeds of one draw."""
    if seed is None:
        if _Global.generator is None:
            _Global.generator = SeedGenerator()
        pair = _Global.generator.next(ordered=False)
    elif isinstance(seed, SeedGenerator):
        pair = seed.next()
    else:
        return read_seed(seed) % _SEEDS, 0
    return int(pair[0]) % _SEEDS, int(pair[1]) % _SEEDS


def normal(
    shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None, seed: Any = None
) -> Array:
    """Draw from a normal distribution.

    Parameters
    ----------
    shape : sequence of int
        Of the result.
    mean, stddev : float
        Of the distribution.
    dtype : dtype, optional
        A float dtype; None is float32.
    """
    return stateless_normal(
        shape, draw_seed(seed), mean, stddev, "float32" if dtype is None else dtype
    )


def truncated_normal(
    shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None, seed: Any = None
) -> Array:
    """Draw from a normal distribution cut off at two deviations from its mean.

    See `normal` for the parameters; mean and stddev are those before it is cut off.
    """
    return stateless_truncated_normal(
        shape, draw_seed(seed), mean, stddev, "float32" if dtype is None else dtype
    )


def uniform(
    shape: Any, minval: Any = 0.0, maxval: Any = 1.0, dtype: Any = None, seed: Any = None
) -> Array:
    """Draw from [minval, maxval); see `normal` for the other parameters."""
    resolved = float_dtype("float32" if dtype is None else dtype)
    return stateless_uniform(shape, draw_seed(seed), minval, maxval, resolved)


def randint(shape: Any, minval: Any, maxval: Any, dtype: Any = "int32", seed: Any = None) -> Array:
    """Draw from the integers of [minval, maxval); see `normal` for shape and seed.

    Parameters
    ----------
    minval, maxval : int
        The interval.
    dtype : dtype
        An integer dtype; others than int32 and int64 are cast from int64.
    """
    resolved = parse_dtype(dtype, "the integer dtypes")
    if resolved.kind not in "iu" or not resolved.isnative:
        raise ValueError(f"dtype must be an integer dtype; got {show(dtype)}")
    drawn = resolved if resolved.name in ("int32", "int64") else np.dtype(np.int64)
    values = stateless_uniform(shape, draw_seed(seed), minval, maxval, drawn)
    return values.astype(resolved, copy=False)


def draw_survivors(shape: Sizes, rate: float, dtype: np.dtype[Any], seed: Any) -> Array:
    """Draw what Keras' dropout keeps."""
    return distributions.draw_survivors(stream_from(draw_seed(seed)), shape, rate, dtype)


def dropout(inputs: Any, rate: Any, noise_shape: Any = None, seed: Any = None) -> Array:
    """Zero each element with a probability and scale the others up; draw nothing at rates 0 and 1.

    Parameters
    ----------
    inputs : array
        Float.
    rate : float
        The probability of dropping, in [0, 1].
    noise_shape : sequence of int or None, optional
        Shape of the mask, which is broadcast to the input's.

    Returns
    -------
    array of the input's shape
    """
    x, probability = read_floats(inputs, "inputs"), read_number(rate, "rate", least=0, most=1)
    shape = resolve_noise_shape(x.shape, noise_shape, "inputs")
    if probability == 0:
        return x
    if probability == 1:
        return np.zeros_like(x)
    keep = draw_survivors(shape, probability, x.dtype, seed)
    with np.errstate(all="ignore"):
        output: Array = ops.dropout(x, keep, rate=probability, select=True)[0]
    return output


def categorical(logits: Any, num_samples: Any, dtype: Any = "int32", seed: Any = None) -> Array:
    """Draw classes, each as often as its logit says; see `tf.random.stateless_categorical`."""
    kind = read_dtype(dtype, _INTEGERS)
    return stateless_categorical(logits, num_samples, draw_seed(seed)).astype(kind)


def gamma(shape: Any, alpha: Any, dtype: Any = None, seed: Any = None) -> Array:
    """Draw from a gamma distribution; see `normal` for the other parameters.

    Parameters
    ----------
    alpha : array_like
        The concentration, positive; the result's shape must end with its.
    """
    return _gamma(shape, alpha, dtype, draw_seed(seed))


def beta(shape: Any, alpha: Any, beta: Any, dtype: Any = None, seed: Any = None) -> Array:
    """Draw from a beta distribution, a gamma number's share of two; see `normal` for the others.

    Parameters
    ----------
    alpha, beta : array_like
        The concentrations, positive, of shapes that broadcast to the result's.
    """
    sizes, pair = read_shape(shape), draw_seed(seed)
    other = tuple((each + _SECOND + 2**31) % 2**32 - 2**31 for each in pair)  # as int32 wraps
    first, second = (
        _gamma(sizes, _broadcast_positive(value, name, sizes, dtype), dtype, seeds)
        for value, name, seeds in ((alpha, "alpha", pair), (beta, "beta", other))
    )
    return np.asarray(first / (first + second))


def _broadcast_positive(value: Any, name: str, sizes: Sizes, dtype: Any) -> Array:
    array = read_rounded(value, name, np.dtype(np.float64))
    with np.errstate(over="ignore"):
        drawn = array.astype(float_dtype("float32" if dtype is None else dtype))
    if not ((drawn > 0) & np.isfinite(drawn)).all():
        raise ValueError(f"{name} must be positive and finite; got {show(value)}")
    try:
        return np.broadcast_to(array, sizes)
    except ValueError as error:
        raise ValueError(f"{name} must broadcast to {sizes}; got shape {array.shape}") from error


def _gamma(shape: Any, alpha: Any, dtype: Any, pair: tuple[int, ...]) -> Array:
    resolved = float_dtype("float32" if dtype is None else dtype)
    drawn = np.dtype(np.float32) if resolved.name == "bfloat16" else resolved
    return stateless_gamma(shape, pair, alpha, dtype=drawn).astype(resolved, copy=False)


def binomial(
    shape: Any, counts: Any, probabilities: Any, dtype: Any = None, seed: Any = None
) -> Array:
    """Draw from a binomial distribution; see `normal` for the other parameters.

    Parameters
    ----------
    counts : array_like
        How many trials.
    probabilities : array_like
        Of success.
    """
    kind = "float32" if dtype is None else dtype
    is_bfloat16 = isinstance(kind, str) and kind == "bfloat16"
    drawn = read_dtype_of("float32" if is_bfloat16 else kind, "dtype", BINOMIAL_DTYPES)
    parameters = {"counts": counts, "probabilities": probabilities}
    values = draw_named(read_shape(shape), stream_from(draw_seed(seed)), parameters, drawn)
    return values.astype(float_dtype(kind), copy=False) if is_bfloat16 else values


def shuffle(x: Any, axis: int = 0, seed: Any = None) -> Array:
    """Shuffle along an axis: by the order of uniform draws.

    Parameters
    ----------
    x : array
        What to shuffle.
    axis : int
        Along which.
    """
    array = read_array(x, "x")
    along = read_axis(axis, "axis", array.ndim, "x")
    new_array(array.shape[along : along + 1], np.float64, "x")
    drawn = stateless_uniform([array.shape[along]], draw_seed(seed))
    shuffled: Array = np.take(array, np.argsort(drawn, kind="stable"), axis=along)
    return shuffled
