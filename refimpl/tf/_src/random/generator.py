"""`tf.random.Generator`: a key and a counter that every draw moves on.

TensorFlow's page `tf.random.Generator`. A small seed becomes the counter, and the key is 0.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from refimpl._arguments import new_array, read_entries, read_integer, read_size
from refimpl._show import show
from refimpl.ops.array import Array, Sizes
from refimpl.ops.random.philox import Stream
from refimpl.tf._src.random import distributions
from refimpl.tf._src.random.arguments import (
    check_algorithm,
    read_dtype,
    read_dtype_of,
    read_seed,
    read_shape,
    scale,
)
from refimpl.tf._src.random.stateless import INTEGERS, draw_uniform

__all__ = ["Generator"]

_WORD = 1 << 64
# Every number that is drawn moves the counter on by this much.
BLOCKS_EACH = 256


class Generator:
    """A source of random numbers that remembers how far it has come.

    Parameters
    ----------
    copy_from : Generator, optional
        Begin where another is now.
    state : sequence of three int, optional
        The counter's lower and upper half, and the key.
    alg : {'philox', 'auto_select'}, optional
        Goes with the state.
    """

    def __init__(self, copy_from: Any = None, state: Any = None, alg: Any = None) -> None:
        if copy_from is None:
            check_algorithm(alg)
            self.reset(state)
        elif isinstance(copy_from, Generator):
            self._stream: Stream = copy_from._stream
        else:
            raise TypeError(f"copy_from must be a Generator; got {show(copy_from)}")

    @classmethod
    def from_seed(cls, seed: Any, alg: Any = None) -> Generator:
        """Make a generator of a seed.

        Parameters
        ----------
        seed : int or sequence of int
            An integer of up to 192 bits; or the last numbers of a state, before which come zeros.
        alg : {'philox', 'auto_select'}, optional
            None is philox.
        """
        return cls(state=_state_from(seed), alg="philox" if alg is None else alg)

    @classmethod
    def from_state(cls, state: Any, alg: Any) -> Generator:
        """Make a generator of a state; see `Generator` for the parameters."""
        return cls(state=state, alg=alg)

    @classmethod
    def from_key_counter(cls, key: Any, counter: Any, alg: Any) -> Generator:
        """Make a generator of the two parts of a state.

        Parameters
        ----------
        key : int
            The key.
        counter : sequence of two int
            The counter's lower and upper half.
        alg : {'philox', 'auto_select'}
            The algorithm.
        """
        return cls(state=_join(key, counter), alg=alg)

    @classmethod
    def from_non_deterministic_state(cls, alg: Any = None) -> Generator:
        """Make a generator of the operating system's entropy; for alg see `from_seed`."""
        entropy = np.random.SeedSequence().generate_state(3, np.uint64)
        return cls(state=entropy, alg="philox" if alg is None else alg)

    @property
    def state(self) -> Array:
        """The counter's lower and upper half and the key, as int64."""
        key, counter = self._stream
        return np.array([counter % _WORD, counter // _WORD, key], np.uint64).view(np.int64)

    @property
    def key(self) -> Array:
        """The key, as int64."""
        key: Array = self.state[-1]
        return key

    def reset(self, state: Any) -> None:
        """Replace the state; see `Generator` for it."""
        parts = read_entries(state, "state", "three integers", 3)
        low, high, key = (read_integer(part, "state", most=_WORD - 1) % _WORD for part in parts)
        self._stream = Stream(key, low + high * _WORD)

    def reset_from_seed(self, seed: Any) -> None:
        """Begin again from a seed; see `from_seed` for it."""
        self.reset(_state_from(seed))

    def reset_from_key_counter(self, key: Any, counter: Any) -> None:
        """Replace the state by its two parts; see `from_key_counter` for them."""
        self.reset(_join(key, counter))

    def skip(self, delta: Any) -> Array:
        """Move on as if some numbers had been drawn.

        Parameters
        ----------
        delta : int
            How many.

        Returns
        -------
        array of int64
            The state before.
        """
        before = self.state
        self._stream = self._stream.skip(BLOCKS_EACH * read_integer(delta, "delta", least=0))
        return before

    def uniform(
        self,
        shape: Any,
        minval: Any = 0,
        maxval: Any = None,
        dtype: Any = np.float32,
        name: str | None = None,
    ) -> Array:
        """Draw from [minval, maxval); see `stateless_uniform` for the parameters."""
        sizes, resolved = read_shape(shape), read_dtype(dtype, INTEGERS)
        drawn = draw_uniform(self._stream, sizes, minval, maxval, resolved)
        self._move_on(sizes)
        return drawn

    def uniform_full_int(
        self, shape: Any, dtype: Any = np.uint64, name: str | None = None
    ) -> Array:
        """Draw from all integers of a dtype, signed or not; see `stateless_uniform`."""
        return self.uniform(shape, None, None, read_dtype_of(dtype, "dtype", INTEGERS))

    def normal(
        self,
        shape: Any,
        mean: Any = 0.0,
        stddev: Any = 1.0,
        dtype: Any = np.float32,
        name: str | None = None,
    ) -> Array:
        """Draw from a normal distribution; see `stateless_normal` for the parameters."""
        sizes, resolved = read_shape(shape), read_dtype(dtype)
        drawn = distributions.draw_normal(self._stream, sizes, resolved)
        self._move_on(sizes)
        return scale(drawn, stddev, mean)

    def truncated_normal(
        self,
        shape: Any,
        mean: Any = 0.0,
        stddev: Any = 1.0,
        dtype: Any = np.float32,
        name: str | None = None,
    ) -> Array:
        """Draw from a normal distribution cut off at two deviations; see `stateless_normal`."""
        sizes, resolved = read_shape(shape), read_dtype(dtype)
        drawn = distributions.draw_truncated_normal(self._stream, sizes, resolved)
        self._move_on(sizes)
        return scale(drawn, stddev, mean)

    def make_seeds(self, count: Any = 1) -> Array:
        """Draw pairs of seeds for the stateless functions.

        Parameters
        ----------
        count : int
            How many pairs.

        Returns
        -------
        array (2, count) of int64
            Zeros in the second row.
        """
        drawn = self.uniform_full_int([_read_count(count)], np.int64)
        return np.stack([drawn, np.zeros_like(drawn)])

    def split(self, count: Any = 1) -> list[Generator]:
        """Make generators that have nothing to do with each other.

        Parameters
        ----------
        count : int
            How many.
        """
        drawn = self.uniform_full_int([_read_count(count)], np.int64)
        return [Generator(state=[0, 0, key], alg="philox") for key in drawn]

    def _move_on(self, shape: Sizes) -> None:
        self._stream = self._stream.skip(BLOCKS_EACH * math.prod(shape))


def _join(key: Any, counter: Any) -> list[Any]:
    parts = read_entries(counter, "counter", "two integers", 2)
    low, high = (read_integer(part, "counter", most=_WORD - 1) for part in parts)
    return [low, high, read_integer(key, "key", most=_WORD - 1)]


def _state_from(seed: Any) -> list[int]:
    if isinstance(seed, list | tuple) or (isinstance(seed, np.ndarray) and seed.ndim):
        entries = read_entries(seed, "seed", "an integer or at most three")
        parts = [read_integer(part, "seed", most=_WORD - 1) for part in entries]
        if len(parts) > 3:
            raise ValueError(f"seed must be an integer or at most three; got {show(seed)}")
        return [0] * (3 - len(parts)) + parts
    number = read_seed(seed)
    return [number % _WORD, (number >> 64) % _WORD, (number >> 128) % _WORD]


def _read_count(count: Any) -> int:
    found = read_size(count, "count")
    new_array((found,), np.float64, "count")
    return found
