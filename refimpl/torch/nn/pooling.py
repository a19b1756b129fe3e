"""Pooling layers (torch.nn.AvgPool1d to MaxPool3d)."""

from __future__ import annotations

from typing import Any, ClassVar

from refimpl.ops.array import Array
from refimpl.torch.nn.functional._arguments import flag, sizes
from refimpl.torch.nn.functional._conv import Ints
from refimpl.torch.nn.functional._pooling import AVG_POOLS, MAX_POOLS, check_divisor, geometry
from refimpl.torch.nn.module import Module


class _AvgPoolNd(Module):
    """What the average poolings of one, two and three spatial axes share."""

    _n: ClassVar[int]

    kernel_size: Ints
    stride: Ints
    padding: Ints

    def _set(
        self,
        kernel_size: Ints,
        stride: Ints | None,
        padding: Ints,
        ceil_mode: bool,
        count_include_pad: bool,
    ) -> None:
        geometry(self._n, kernel_size, stride, padding, 1)
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.ceil_mode = flag(ceil_mode, "ceil_mode")
        self.count_include_pad = flag(count_include_pad, "count_include_pad")

    def _options(self) -> dict[str, Any]:
        return {
            "ceil_mode": self.ceil_mode,
            "count_include_pad": self.count_include_pad,
        }

    def forward(self, input: Array) -> Array:
        """Average.

        Parameters
        ----------
        input : (N, C, *S) or (C, *S) array
            Floats.

        Returns
        -------
        (N, C, *S') or (C, *S') array

        Raises
        ------
        TypeError
            If `input` is no array of floats.
        ValueError
            If it has not this many axes, or no window fits.
        """
        output: Array = self._run(
            AVG_POOLS[self._n],
            input,
            kernel_size=self.kernel_size,
            stride=self.stride,
            padding=self.padding,
            **self._options(),
        )
        return output

    def extra_repr(self) -> str:
        """Return what stands between the parentheses of the repr."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool1d(_AvgPoolNd):
    """Average over a window that slides along one axis.

    Parameters
    ----------
    kernel_size, stride, padding, ceil_mode, count_include_pad
        See `AvgPool2d`.
    """

    _n = 1

    def __init__(
        self,
        kernel_size: Ints,
        stride: Ints | None = None,
        padding: Ints = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        super().__init__()
        kernel = sizes(kernel_size, "kernel_size", 1, 1)
        step = kernel if stride is None else sizes(stride, "stride", 1, 1)
        self._set(kernel, step, sizes(padding, "padding", 1, 0), ceil_mode, count_include_pad)


class _AvgPoolDivided(_AvgPoolNd):
    """Average pooling that may divide by a number of its own."""

    def __init__(
        self,
        kernel_size: Ints,
        stride: Ints | None = None,
        padding: Ints = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        super().__init__()
        self._set(kernel_size, stride, padding, ceil_mode, count_include_pad)
        check_divisor(divisor_override)
        self.divisor_override = divisor_override

    def _options(self) -> dict[str, Any]:
        return {**super()._options(), "divisor_override": self.divisor_override}


class AvgPool2d(_AvgPoolDivided):
    """Average over a window that slides over two axes.

    Parameters
    ----------
    kernel_size : int or tuple of int
        The window.
    stride : int or tuple of int, optional
        Its step; by default the kernel size.
    padding : int or tuple of int, default 0
        Zeros on both sides of each axis, at most half the kernel size.
    ceil_mode : bool, default False
        Let a last window hang over the end, if it starts in the input or the padding before it.
    count_include_pad : bool, default True
        Count the zeros of the padding in the average.
    divisor_override : int, optional
        What the sum is divided by instead of the number of elements; not 0.

    Raises
    ------
    TypeError
        If an argument's type is wrong.
    ValueError
        If an argument is out of its range.

    Notes
    -----
    Source: PyTorch's documentation of `torch.nn.AvgPool2d`.
    """

    _n = 2


class AvgPool3d(_AvgPoolDivided):
    """Average over a window that slides over three axes; see `AvgPool2d` for the parameters."""

    _n = 3


class _MaxPoolNd(Module):
    """What the maximum poolings of one, two and three spatial axes share."""

    _n: ClassVar[int]

    def __init__(
        self,
        kernel_size: Ints,
        stride: Ints | None = None,
        padding: Ints = 0,
        dilation: Ints = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        geometry(self._n, kernel_size, stride, padding, dilation)
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.dilation = dilation
        self.return_indices = flag(return_indices, "return_indices")
        self.ceil_mode = flag(ceil_mode, "ceil_mode")

    def forward(self, input: Array) -> Any:
        """Take maxima.

        Parameters
        ----------
        input : (N, C, *S) or (C, *S) array
            Floats.

        Returns
        -------
        (N, C, *S') or (C, *S') array
            With `return_indices` the pair of it and the indices.

        Raises
        ------
        TypeError
            If `input` is no array of floats.
        ValueError
            If it has not this many axes, or no window fits.
        """
        return self._run(
            MAX_POOLS[self._n],
            input,
            kernel_size=self.kernel_size,
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            ceil_mode=self.ceil_mode,
            return_indices=self.return_indices,
        )

    def extra_repr(self) -> str:
        """Return what stands between the parentheses of the repr."""
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, "
            f"dilation={self.dilation}, ceil_mode={self.ceil_mode}"
        )


class MaxPool1d(_MaxPoolNd):
    """Take maxima over a window along one axis; see `MaxPool2d` for the parameters."""

    _n = 1


class MaxPool2d(_MaxPoolNd):
    """Take the maximum over a window that slides over two axes.

    Parameters
    ----------
    kernel_size : int or tuple of int
        The window.
    stride : int or tuple of int, optional
        Its step; by default the kernel size.
    padding : int or tuple of int, default 0
        Minus infinity on both sides of each axis, at most half the kernel size.
    dilation : int or tuple of int, default 1
        The step between the elements of a window.
    return_indices : bool, default False
        Return (output, indices).
    ceil_mode : bool, default False
        Let a last window hang over the end, if it starts in the input or the padding before it.

    Raises
    ------
    TypeError
        If an argument's type is wrong.
    ValueError
        If an argument is out of its range.

    Notes
    -----
    Among equal elements the first is the maximum and takes the gradient; NaN is above all.
    Source: PyTorch's documentation of `torch.nn.MaxPool2d`.
    """

    _n = 2


class MaxPool3d(_MaxPoolNd):
    """Take maxima over a window over three axes; see `MaxPool2d` for the parameters."""

    _n = 3
