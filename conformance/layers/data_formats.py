"""Where TensorFlow puts its channels, and what it calls the two places."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from conformance.spec.call import CHANNELS_FIRST, KEEP, Call, Move, Translate, Transposed

_LAST = {1: "NWC", 2: "NHWC", 3: "NDHWC"}
_FIRST = {1: "NCW", 2: "NCHW", 3: "NCDHW"}


def data_format(rank: int, channels_first: bool) -> str:
    """Name a layout in tf.nn's words.

    Parameters
    ----------
    rank : int
        Spatial dimensions.
    channels_first : bool
        Whether the channels come before them.

    Returns
    -------
    str
    """
    return (_FIRST if channels_first else _LAST)[rank]


def both_formats(name: str, translate: Callable[..., Call]) -> Mapping[str, Translate]:
    """A form, and the same with the channels first.

    Parameters
    ----------
    name : str
        The form.
    translate : callable
        Takes a case and the keyword `channels_first`.

    Returns
    -------
    mapping
    """
    return {
        name: partial(translate, channels_first=False),
        name + CHANNELS_FIRST: partial(translate, channels_first=True),
    }


def images(rank: int, channels_first: bool = False) -> Move:
    """How a neutral (N, C, *S) array gets into a layout.

    Parameters
    ----------
    rank : int
        Spatial dimensions; 0 for (N, C).
    channels_first : bool
        Whether the channels stay before the spatial axes.

    Returns
    -------
    Move
    """
    if channels_first or rank == 0:
        return KEEP
    return Transposed((0, *range(2, rank + 2), 1))


def kernels(rank: int) -> Move:
    """How a neutral (O, I, *K) kernel becomes TensorFlow's (*K, I, O).

    Parameters
    ----------
    rank : int
        Spatial dimensions.

    Returns
    -------
    Move
    """
    return Transposed((*range(2, rank + 2), 1, 0))
