"""Words to floats in [0, 1): as many low bits as the significand holds, times a power of two.

torch gives a float32 the low 24 bits of one word and a float64 the low 53 bits of two. NumPy's own
generators, for comparison, take the high bits.

Source: measured; torch documents only the distribution (PyTorch's page `torch.rand`).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from refimpl.torch._src.random.engine import Engine, Words

Float32s = npt.NDArray[np.float32]
Float64s = npt.NDArray[np.float64]


def unit_float32(engine: Engine, count: int) -> Float32s:
    """Draw multiples of 2**-24 in [0, 1), one word each."""
    # 24 bits are the same number signed, and signed integers convert faster.
    numerators = (engine.words(count) & np.uint32(2**24 - 1)).view(np.int32)
    return numerators.astype(np.float32) * np.float32(2.0**-24)


def unit_float64(engine: Engine, count: int) -> Float64s:
    """Draw multiples of 2**-53 in [0, 1), two words each."""
    return _from_words(engine.words(2 * count))


def below(engine: Engine, count: int, probability: float) -> npt.NDArray[np.bool_]:
    """Return which of `count` draws of `unit_float64`, two words each, are below a probability.

    The integers are compared instead of the floats, upper half first: the lower half matters once
    in two million draws.
    """
    words = engine.words(2 * count)
    least_above = int(np.ceil(probability * 2.0**53))
    upper, lower = divmod(least_above, 2**32)
    drawn = words[0::2] & np.uint32(2**21 - 1)
    found: npt.NDArray[np.bool_] = drawn < np.uint32(upper)
    undecided = np.flatnonzero(drawn == np.uint32(upper))
    found[undecided] = words[1::2][undecided] < np.uint32(lower)
    return found


def _from_words(words: Words) -> Float64s:
    upper = (words[0::2] & np.uint32(2**21 - 1)).astype(np.float64)
    return upper * 2.0**-21 + words[1::2] * 2.0**-53
