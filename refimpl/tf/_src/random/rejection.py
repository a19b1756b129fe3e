"""Draws that may take more words than one: each number has blocks of its own to go on in.

Where numbers are drawn by rejection, how many words one takes is a matter of chance. TensorFlow
sets blocks aside for each number of the result, so that none depends on how far another went.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from refimpl.ops.array import Array
from refimpl.ops.random.philox import Stream, blocks
from refimpl.tf._src.random.distributions import make_normals
from refimpl.tf._src.random.numbers import make_floats

_DOUBLE = np.dtype(np.float64)


class Reserve:
    """Where each number of a result takes its next block from."""

    def __init__(self, stream: Stream, offsets: Array) -> None:
        self._stream, self._next = stream, offsets.copy()
        self.size = offsets.size

    def take(self, which: Array) -> Array:
        """Take the next block of some numbers."""
        taken = blocks(self._stream, self._next[which]).reshape(-1)
        self._next[which] += np.uint64(1)
        return taken


class Pairs:
    """Doubles made of blocks, two of each: the second is used first, the other is kept."""

    def __init__(self, reserve: Reserve, make: Callable[[Array], Array]) -> None:
        self._reserve, self._make = reserve, make
        self._kept = np.full(reserve.size, np.nan)

    def take(self, which: Array) -> Array:
        """Take the next double of some numbers."""
        taken = self._kept[which]
        self._kept[which] = np.nan
        empty = np.flatnonzero(np.isnan(taken))
        if empty.size:
            fresh = self._make(self._reserve.take(which[empty])).reshape(-1, 2)
            self._kept[which[empty]], taken[empty] = fresh[:, 0], fresh[:, 1]
        return taken


def uniform_pairs(reserve: Reserve) -> Pairs:
    """Make uniform doubles of [0, 1)."""
    return Pairs(reserve, lambda words: make_floats(words, _DOUBLE))


def normal_pairs(reserve: Reserve) -> Pairs:
    """Make standard normal doubles."""
    return Pairs(reserve, lambda words: make_normals(words, _DOUBLE))
