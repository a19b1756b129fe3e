"""Padding of the spatial dimensions: zeros, reflect, replicate, circular."""

from __future__ import annotations

from refimpl.errors import must, must_be_one_of
from refimpl.ops.arguments import check_channels_first
from refimpl.ops.array import Array, Pairs, Sizes, Vjp, half_in_float32
from refimpl.ops.primitives import gather_frame, scatter_frame
from refimpl.ops.windows import check_padding

MODES = ("zeros", "reflect", "replicate", "circular")


def pad(input: Array, padding: Pairs, mode: str = "zeros") -> tuple[Array, Vjp]:
    """Put a frame around the spatial dimensions.

    Parameters
    ----------
    input : array of shape (N, C, *S)
        Float, one to three spatial dimensions.
    padding : tuple of (int, int)
        Width of the frame before and after, for each spatial dimension.
    mode : {'zeros', 'reflect', 'replicate', 'circular'}
        What the frame holds: zeros; the mirror image without the edge itself; the edge;
        the opposite side.

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
        If a width is negative, or too wide for its mode: reflect needs a width below the size,
        circular one not above it; all but zeros need an input that is not empty.
    """
    n = check_channels_first(input)
    check_padding(padding, n)
    must_be_one_of(mode, "mode", MODES)
    spatial = input.shape[2:]
    if mode != "zeros":
        must(min(spatial) > 0, "input", f"not empty in any spatial dimension to {mode}", spatial)
    for size, pair in zip(spatial, padding, strict=True):
        if mode == "reflect" and max(pair) >= size:
            must(False, "padding", f"below the size {size} to reflect", padding)
        if mode == "circular" and max(pair) > size:
            must(False, "padding", f"at most the size {size} to be circular", padding)
    return _pad(input, padding, mode)


@half_in_float32
def _pad(input: Array, padding: Pairs, mode: str) -> tuple[Array, Vjp]:
    spatial: Sizes = input.shape[2:]

    def vjp(cotangent: Array) -> tuple[Array]:
        return (scatter_frame(cotangent, spatial, padding, mode),)

    return gather_frame(input, padding, mode), vjp
