"""Data regimes: seeded arrays, each regime made to excite faults that others leave asleep.

The bits come from a counter-based generator keyed by a name, and become numbers by the few
integer steps below: no logarithm, no library's distribution. So an input is the same on every
platform, with every NumPy, in any order and beside any other case.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from refimpl.dtypes import is_half

Array = npt.NDArray[Any]
Words = npt.NDArray[np.uint64]

# What each regime is for. The key is the regime, the sentence what it excites.
REGIMES: Mapping[str, str] = {
    "exact": "small integers: every product and sum is representable, equality is demanded",
    "normal": "bell-shaped values of deviation 1: wrong taps, wrong axes, wrong order",
    "offset": "mean 300, deviation about 0.1: cancellation, E[x²]−E[x]², eps in the wrong place",
    "tiny": "deviation about 0.001: variance below eps, eps forgotten or misplaced",
    "wide": "magnitudes over many binades: truncated mantissas, other dtypes inside, rescaling",
    "extreme": "deviation 30: saturation, overflow of exp, logs of clipped probabilities",
    "ties": "few levels with exact zeros and kinks: derivatives at kinks, ties of maxima",
    "special": "nan, ±inf, −0.0 and subnormals among normal values: what propagates where",
    "equal": "one number throughout: long sums in plain order, whose roundings all go one way",
    "masked": "one score of each row is −inf: masks, which must be neither counted nor NaN",
    "all": "every one of the 65,536 values of a half type: whatever is wrong with a single value",
    "positive": "values between 0.25 and 2.5: scales, variances, weights whose sum is not 1",
    "probability": "positive rows that sum to about 1: soft targets and probabilities misread",
    "certain": "rows of a 1, perhaps a half, zeros and 1e-9: clipping forgotten or misplaced",
    "index": "class indices, ignored ones among them: labels off by one, ignored ones counted",
}

# Its square is 225/256. From 65,536 on, adding one more of that is a tie of float32, which is
# rounded to even and so the same way each time; added in twos or more, the sums are exact.
_DRIFTING = 15 / 16


def bits(key: str, count: int) -> Words:
    """Draw 64-bit words from Philox keyed by the SHA-256 of a name.

    Parameters
    ----------
    key : str
        The name.
    count : int
        How many words.

    Returns
    -------
    ndarray of uint64, shape (count,)
    """
    digest = hashlib.sha256(key.encode()).digest()
    generator = np.random.Philox(key=int.from_bytes(digest[:16], "little"))
    return np.asarray(generator.random_raw(count), dtype=np.uint64).reshape(count)


def bell(words: Words) -> Array:
    """Turn each word into a bell-shaped number: the sum of its four 16-bit parts, standardised.

    Parameters
    ----------
    words : ndarray of uint64
        Raw bits.

    Returns
    -------
    ndarray of float64
        Mean 0, variance 1, between -3.5 and 3.5 (Irwin-Hall of order 4).
    """
    parts = words.view(np.uint16).reshape(*words.shape, 4).astype(np.int64)
    total = parts.sum(axis=-1) * 2 - 4 * 65535
    return np.asarray(total / 75674.0)  # that sum's deviation, sqrt(16/12)·65536


def draw(
    key: str,
    shape: tuple[int, ...],
    regime: str,
    dtype: np.dtype[Any],
    config: Mapping[str, Any],
    *,
    nonzero: bool = False,
) -> Array:
    """Draw an array of one regime.

    Parameters
    ----------
    key : str
        The name that seeds it.
    shape : tuple of int
        Its shape.
    regime : str
        One of `REGIMES`.
    dtype : numpy.dtype
        Its float dtype; class indices are int64 whatever it is.
    config : mapping
        The case's configuration, for what depends on it (`classes`, `ignored`).
    nonzero : bool
        Whether ones stand in the place of zeros.

    Returns
    -------
    ndarray
    """
    count = int(np.prod(shape, dtype=np.int64))
    words = bits(key, count)
    if regime == "index":
        return _index(words, config).reshape(shape)
    if regime == "all":
        return _all(shape, dtype)
    with np.errstate(over="ignore", invalid="ignore"):
        values = _FLOATS[regime](words, shape, dtype).astype(dtype).reshape(shape)
    return np.where(values == 0, dtype.type(1), values) if nonzero else values


def _exact(words: Words, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    return (words % np.uint64(7)).astype(np.float64) - 3


def _normal(words: Words, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    return bell(words)


def _offset(words: Words, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    # A half type has no room for 0.1 beside 300, so its offset is milder. In bfloat16 a mean of 8
    # is rounded by up to 1/32: a variance about it is known only if the deviation is far above.
    if not is_half(dtype):
        return 300 + bell(words) / 8
    return 8 + bell(words) / (4 if dtype.name == "float16" else 2)


def _tiny(words: Words, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    return bell(words) / 1024


def _wide(words: Words, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    span = 9 if is_half(dtype) else 25
    exponent = (words >> np.uint64(3)) % np.uint64(span)
    return bell(words) * np.exp2(exponent.astype(np.float64) - span // 2)


def _extreme(words: Words, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    return bell(words) * 30


def _ties(words: Words, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    levels = np.array([-3.0, -1.0, -0.5, 0.0, 0.0, 0.5, 1.0, 3.0, 6.0, -0.0])
    return levels[(words % np.uint64(len(levels))).astype(np.int64)]


def _special(words: Words, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    smallest = {"float64": 5e-324, "float32": 1e-45, "float16": 6e-8, "bfloat16": 1e-40}[dtype.name]
    guests = np.array([np.nan, np.inf, -np.inf, -0.0, smallest, -smallest])
    values = bell(words)
    # Every seventh element or so is a guest; each guest turns up in any array of 42 elements. Where
    # there is room for three at most, it is for them.
    places = np.arange(0, values.size, 7 if values.size > 3 else 1)
    values[places] = guests[np.arange(places.size) % guests.size]
    return values


def _positive(words: Words, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    return 0.25 + (words % np.uint64(1024)).astype(np.float64) * (2.25 / 1024)


def _probability(words: Words, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    raw = (1 + (words % np.uint64(64)).astype(np.float64)).reshape(shape)
    axis = 1 if len(shape) > 1 else 0
    return np.asarray(raw / raw.sum(axis=axis, keepdims=True))


def _certain(words: Words, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    # In some rows everything is clipped; in others a half is left as it is.
    levels = np.array([0.0, 1e-9, 2e-9, 0.5])
    rest = levels[((words >> np.uint64(7)) % np.uint64(4)).astype(np.int64)].reshape(shape)
    return np.where(_one_of_each_row(words, shape), 1.0, rest)


def _one_of_each_row(words: Words, shape: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    """Choose a place in each row along the classes, from the row's first word."""
    if not shape:
        return np.zeros(shape, bool)
    axis = 1 if len(shape) > 1 else 0
    rows = np.moveaxis(words.reshape(shape), axis, -1)
    place = rows[..., :1] % np.uint64(max(shape[axis], 1))
    chosen = np.arange(shape[axis], dtype=np.uint64) == place
    return np.moveaxis(chosen, -1, axis)


def _index(words: Words, config: Mapping[str, Any]) -> Array:
    classes = int(config["classes"])
    indices = (words % np.uint64(classes)).astype(np.int64)
    ignored = config.get("ignored", "none")
    if ignored == "all":
        return np.full_like(indices, config["ignore_index"])
    if ignored == "some":
        indices[1::3] = config["ignore_index"]
        if (indices[:1] == indices).all():  # a mean over no label is a case of its own
            indices[:1] = (indices[:1] + 1) % classes
    return indices


def _equal(words: Words, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    return np.full(words.shape, _DRIFTING)


def _draw_masked(words: Words, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    return np.where(_one_of_each_row(words, shape), -np.inf, bell(words).reshape(shape))


def _all(shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    return np.arange(65536, dtype=np.uint16).view(dtype).reshape(shape)


_FLOATS: Mapping[str, Callable[[Words, tuple[int, ...], np.dtype[Any]], Array]] = {
    "exact": _exact,
    "normal": _normal,
    "offset": _offset,
    "tiny": _tiny,
    "wide": _wide,
    "extreme": _extreme,
    "ties": _ties,
    "special": _special,
    "equal": _equal,
    "masked": _draw_masked,
    "positive": _positive,
    "probability": _probability,
    "certain": _certain,
}
