"""Convolutions (torch.nn.functional.conv1d, conv2d, conv3d), one function of `n` spatial axes."""

from __future__ import annotations

from typing import Literal, TypeAlias

from refimpl._arguments import read_choice, read_sizes
from refimpl.differentiable import for_rank
from refimpl.ops import conv, windows
from refimpl.ops.array import Array, Pairs, Sizes, Vjp
from refimpl.torch._src.arguments import Ints, one_example, read_array, read_spatial
from refimpl.torch._src.parameter import Tensor

__all__ = ["conv1d", "conv2d", "conv3d"]

Padding: TypeAlias = Ints | Literal["same", "valid"] | str


def convolve(
    n: int,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Ints = 1,
    padding: Padding = 0,
    dilation: Ints = 1,
    groups: int = 1,
) -> tuple[Array, Vjp]:
    """Correlate with a bank of kernels along each spatial axis.

    Parameters
    ----------
    input : (N, C, *S) or (C, *S) array
        Floats; with one spatial axis for `conv1d`, two for `conv2d`, three for `conv3d`.
    weight : (O, C / groups, *K) array
        The kernels, in the input's dtype.
    bias : (O,) array, optional
        Added to each output channel.
    stride : int or tuple of int, default 1
        The step of the window.
    padding : int, tuple of int, 'same' or 'valid', default 0
        Zeros on both sides of each axis. 'same' keeps the extents, with an odd zero at the end,
        and needs stride 1; 'valid' is none.
    dilation : int or tuple of int, default 1
        The step between the taps of a kernel.
    groups : int, default 1
        Into how many groups, convolved separately, the channels are divided.

    Returns
    -------
    (N, O, *S') or (O, *S') array

    Notes
    -----
    Source: PyTorch's documentation of `torch.nn.functional.conv2d` and `torch.nn.Conv2d`.
    """
    x, unbatched = read_spatial(input, n)
    if unbatched:
        x = x[None]
    w = read_array(weight, "weight")
    strides = read_sizes(stride, "stride", n, repeat=True)
    dilations = read_sizes(dilation, "dilation", n, repeat=True)
    output, vjp = conv.conv(
        x,
        w,
        None if bias is None else read_array(bias, "bias"),
        stride=strides,
        padding=read_padding(padding, x.shape[2:], w.shape[2:], strides, dilations),
        dilation=dilations,
        groups=groups,
    )
    return (output[0], one_example(vjp)) if unbatched else (output, vjp)


def read_padding(
    padding: Padding, spatial: Sizes, kernel: Sizes, stride: Sizes, dilation: Sizes
) -> Pairs:
    """Return the zeros before and after each axis."""
    n = len(spatial)
    if not isinstance(padding, str):
        return tuple((p, p) for p in read_sizes(padding, "padding", n, least=0, repeat=True))
    if read_choice(padding, "padding", ("same", "valid")) == "valid":
        return ((0, 0),) * n
    if stride != (1,) * n:
        raise ValueError(f"padding 'same' needs stride 1; got stride {stride}")
    # A kernel of another rank is refused by the op.
    return tuple(
        windows.same_padding(size, k, 1, d)
        for size, k, d in zip(spatial, kernel, dilation, strict=False)
    )


conv1d = for_rank(convolve, 1, "conv1d")
conv2d = for_rank(convolve, 2, "conv2d")
conv3d = for_rank(convolve, 3, "conv3d")
