"""Padding of the spatial dimensions: zeros, reflect, replicate, circular."""

from __future__ import annotations

from refimpl._arguments import LARGEST_SIZE, check_channels_first, read_choice, read_pairs
from refimpl.ops.array import Array, Pairs, Sizes, Vjp, half_in_float32
from refimpl.ops.primitives import gather_frame, scatter_frame

MODES = ("zeros", "reflect", "replicate", "circular")


def pad(input: Array, padding: Pairs, mode: str = "zeros") -> tuple[Array, Vjp]:
    """Put a frame around the spatial dimensions.

    Parameters
    ----------
    input : array of shape (N, C, *S)
        Float, one to three spatial dimensions.
    padding : tuple of (int, int)
        Width of the frame before and after, for each spatial dimension; where it is negative, so
        much is cut off.
    mode : {'zeros', 'reflect', 'replicate', 'circular'}
        What the frame holds: zeros; the mirror image without the edge itself; the edge;
        the opposite side of what is left after cutting off.

    Returns
    -------
    output : array of shape (N, C, *S')
        Of the input's dtype.
    vjp : callable
        Cotangent of output to (cotangent of input,).

    Raises
    ------
    TypeError
        If input is no float array or padding no tuple of pairs of integers.
    ValueError
        If a width is too wide for its mode (reflect needs one below the size, circular one not
        above what is left of it), or more is cut off than there is; all but zeros need an input
        that is not empty, and reflect and replicate leave at least one element.
    """
    n = check_channels_first(input)
    padding = read_pairs(padding, "padding", n, least=-LARGEST_SIZE)
    read_choice(mode, "mode", MODES)
    spatial = input.shape[2:]
    if mode != "zeros" and min(spatial) < 1:
        raise ValueError(f"input must not be empty in any dimension to {mode}; got {spatial}")
    for size, (before, after) in zip(spatial, padding, strict=True):
        left = size + min(before, 0) + min(after, 0)
        if mode == "reflect" and max(before, after) >= size:
            raise ValueError(f"padding must be below the size {size} to reflect; got {padding}")
        if mode == "circular" and (left < 0 or max(before, after) > left):
            raise ValueError(
                f"padding must be at most the size {left} of what is left to be circular; "
                f"got {padding}"
            )
        rest = size + before + after if mode in ("reflect", "replicate") else left + 1
        if rest < 1:
            raise ValueError(f"padding must not cut off all of the size {size}; got {padding}")
    return _pad(input, padding, mode)


@half_in_float32
def _pad(input: Array, padding: Pairs, mode: str) -> tuple[Array, Vjp]:
    spatial: Sizes = input.shape[2:]

    def vjp(cotangent: Array) -> tuple[Array]:
        return (scatter_frame(cotangent, spatial, padding, mode),)

    return gather_frame(input, padding, mode), vjp
