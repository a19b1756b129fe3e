"""Philox4x32-10: a block of four random words from a key and a counter, and nothing else.

J. Salmon, M. Moraes, R. Dror and D. Shaw, *Parallel random numbers: as easy as 1, 2, 3*, 2011,
section 3.3. TensorFlow's guide *Random number generation* names it as its default algorithm.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from refimpl.ops.array import Array

_MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
_WEYL = (0x9E3779B9, 0xBB67AE85)
_ROUNDS = 10
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
# As many counters at once as the processor's cache holds.
_CHUNK = 1 << 14


class Stream(NamedTuple):
    """Where a sequence of blocks begins.

    Parameters
    ----------
    key : int
        64 bits.
    counter : int
        128 bits.
    """

    key: int
    counter: int

    def skip(self, blocks: int) -> Stream:
        """Return the stream that begins some blocks later.

        Parameters
        ----------
        blocks : int
            How many.

        Returns
        -------
        Stream
        """
        return Stream(self.key, (self.counter + blocks) % (1 << 128))


def words(stream: Stream, count: int) -> Array:
    """Return the first words of a stream.

    Parameters
    ----------
    stream : Stream
        Where to begin.
    count : int
        How many words, at least.

    Returns
    -------
    array of uint32
        Of `count` rounded up to whole blocks.
    """
    return blocks(stream, np.arange(-(-count // 4), dtype=np.uint64)).reshape(-1)


def blocks(stream: Stream, offsets: Array) -> Array:
    """Return blocks from anywhere in a stream.

    Parameters
    ----------
    stream : Stream
        Where the offsets count from.
    offsets : array (n,) of uint64
        How many blocks later each wanted block is.

    Returns
    -------
    array (n, 4) of uint32
    """
    keys = _round_keys(stream.key)
    out = np.empty((offsets.size, 4), np.uint32)
    for start in range(0, offsets.size, _CHUNK):
        part = out[start : start + _CHUNK]
        _encrypt(_counters(stream.counter, offsets[start : start + _CHUNK]), keys, part)
    return out


def _round_keys(key: int) -> list[tuple[np.uint64, np.uint64]]:
    low, high = key & 0xFFFFFFFF, key >> 32
    return [
        (np.uint64((low + i * _WEYL[0]) % (1 << 32)), np.uint64((high + i * _WEYL[1]) % (1 << 32)))
        for i in range(_ROUNDS)
    ]


def _counters(counter: int, offsets: Array) -> list[Array]:
    """Return the four words, each in 64 bits, of `counter + offsets`; the lowest comes first."""
    low = offsets + np.uint64(counter % (1 << 64))
    carry = low < offsets
    high = np.uint64(counter >> 64) + carry.astype(np.uint64)
    return [low & _LOW, low >> _HALF, high & _LOW, high >> _HALF]


def _encrypt(counter: list[Array], keys: list[tuple[np.uint64, np.uint64]], out: Array) -> None:
    """Write the ten rounds of the counters to (n, 4); the counters are overwritten."""
    c0, c1, c2, c3 = counter
    first, second = np.empty_like(c0), np.empty_like(c0)
    for key0, key1 in keys:
        np.multiply(c0, _MULTIPLIERS[0], out=first)
        np.multiply(c2, _MULTIPLIERS[1], out=second)
        np.right_shift(second, _HALF, out=c0)
        c0 ^= c1
        c0 ^= key0
        np.right_shift(first, _HALF, out=c2)
        c2 ^= c3
        c2 ^= key1
        np.bitwise_and(second, _LOW, out=c1)
        np.bitwise_and(first, _LOW, out=c3)
    for column, word in enumerate((c0, c1, c2, c3)):
        out[:, column] = word
