"""Random words to numbers: floats in [0, 1) and integers of an interval.

A float is made of the lowest bits of a word: they become the mantissa of a number in [1, 2), from
which 1 is taken. TensorFlow's page `tf.random.uniform` gives the intervals; that integers are
remainders, and so a little biased, is said there too.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refimpl.ops.array import Array

_MANTISSA = {"float16": 10, "bfloat16": 7, "float32": 23, "float64": 52}


def words_for_one(dtype: np.dtype[Any]) -> int:
    """Return how many words a number of a dtype is made of."""
    return 2 if dtype.itemsize == 8 else 1


def make_floats(words: Array, dtype: np.dtype[Any]) -> Array:
    """Make floats of [0, 1)."""
    bits = _MANTISSA[dtype.name]
    if dtype.itemsize == 8:
        mantissa = _pairs(words[1::2], words[0::2] & np.uint32((1 << 20) - 1))
        mantissa |= np.uint64(1023 << bits)
        mantissa_and_one = mantissa.view(dtype)
    elif dtype.itemsize == 4:
        mantissa_and_one = ((words & np.uint32((1 << bits) - 1)) | np.uint32(127 << bits)).view(
            dtype
        )
    else:
        # Exact in float32, and cheaper there.
        return ((words & np.uint32((1 << bits) - 1)) * np.float32(2.0**-bits)).astype(dtype)
    mantissa_and_one -= dtype.type(1)
    return mantissa_and_one


def mark_at_least(words: Array, threshold: float, dtype: np.dtype[Any]) -> Array:
    """Return which numbers that `make_floats` would make are at least some threshold."""
    if dtype.name != "float32":
        return np.asarray(make_floats(words, dtype) >= dtype.type(threshold))
    # The mantissas are compared as integers; rounding up moves no multiple of 2**-23 across.
    least = np.uint32(np.ceil(float(np.float32(threshold)) * 2.0**23))
    return np.asarray((words & np.uint32((1 << 23) - 1)) >= least)


def make_integers(words: Array, dtype: np.dtype[Any]) -> Array:
    """Make integers that may be any of their dtype."""
    if dtype.itemsize == 4:
        return words.view(dtype)
    return _pairs(words[0::2], words[1::2]).view(dtype)


def make_integers_between(words: Array, low: int, high: int, dtype: np.dtype[Any]) -> Array:
    """Make integers of [low, high)."""
    unsigned = np.dtype(f"u{dtype.itemsize}")
    remainders = make_integers(words, unsigned) % unsigned.type(high - low)
    remainders += np.array(low, dtype).view(unsigned)  # modulo 2**32 or 2**64, as in C
    return np.asarray(remainders.view(dtype))


def _pairs(low: Array, high: Array) -> Array:
    """Join words to 64 bits."""
    joined = high.astype(np.uint64)
    joined <<= np.uint64(32)
    joined |= low
    return joined
