"""Sliding windows: output sizes, SAME padding, ceil mode, dilation. Integers only, no arrays.

Every op that slides a window (convolution, pooling) takes its geometry from here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from refimpl._arguments import LARGEST_SIZE, read_pairs, read_sizes
from refimpl.ops.array import Pairs, Sizes


def output_size(
    size: int,
    kernel: int,
    stride: int,
    dilation: int,
    before: int,
    after: int,
    ceil_mode: bool = False,
) -> int:
    """Count the windows that fit along one dimension.

    Parameters
    ----------
    size : int
        Extent of the input, without padding.
    kernel, stride, dilation : int
        Taps of the window, its step, and the step between its taps.
    before, after : int
        Padding at the two ends.
    ceil_mode : bool
        Let a last window hang over the end, unless it would start beyond the input and the
        padding before it (PyTorch's rule for pooling).

    Returns
    -------
    int
        May be below 1, where no window fits; callers refuse that.
    """
    room = size + before + after - (dilation * (kernel - 1) + 1)
    if not ceil_mode:
        return room // stride + 1
    count = -(-room // stride) + 1
    return count - 1 if (count - 1) * stride >= size + before else count


def same_padding(size: int, kernel: int, stride: int, dilation: int) -> tuple[int, int]:
    """Return the padding that makes ceil(size / stride) windows fit.

    TensorFlow's SAME; at stride 1 also PyTorch's 'same'. An odd unit of padding goes to the end.

    Parameters
    ----------
    size : int
        Extent of the input.
    kernel, stride, dilation : int
        Taps of the window, its step, and the step between its taps.

    Returns
    -------
    tuple of int
        Padding before and after.
    """
    windows = -(-size // stride)
    total = max((windows - 1) * stride + dilation * (kernel - 1) + 1 - size, 0)
    return total // 2, total - total // 2


def causal_padding(kernel: int, dilation: int) -> tuple[int, int]:
    """Return the padding that makes each window end with the element it belongs to.

    Parameters
    ----------
    kernel, dilation : int
        Taps of the window, and the step between them.

    Returns
    -------
    tuple of int
        Padding before and after.
    """
    return dilation * (kernel - 1), 0


@dataclass(frozen=True, slots=True)
class Grid:
    """A window laid over an input of one size: what the kernels need, worked out once.

    Parameters
    ----------
    kernel, stride, dilation : tuple of int
        Taps, step and step between taps in each dimension.
    before : tuple of int
        Padding before the input in each dimension.
    spatial : tuple of int
        The input's size without padding.
    counts : tuple of int
        The number of windows in each dimension, the output's size.
    span : tuple of int
        How far the windows reach from the start of the padding: short of the padded input where
        the last stride does not fit, beyond it where a window hangs over.
    """

    kernel: Sizes
    stride: Sizes
    dilation: Sizes
    before: Sizes
    spatial: Sizes
    counts: Sizes
    span: Sizes

    @property
    def framed(self) -> bool:
        """Whether any window sees something outside the input."""
        return any(self.before) or any(
            span > size for span, size in zip(self.span, self.spatial, strict=True)
        )

    @property
    def disjoint(self) -> bool:
        """Whether no two windows see the same element."""
        return all(
            stride > dilation * (kernel - 1)
            for kernel, stride, dilation in zip(
                self.kernel, self.stride, self.dilation, strict=True
            )
        )


@dataclass(frozen=True, slots=True)
class Window:
    """The geometry of a sliding window over n spatial dimensions.

    Parameters
    ----------
    kernel, stride, dilation : tuple of int
        Taps, step and step between taps in each dimension.
    padding : tuple of (int, int)
        Padding before and after in each dimension.
    ceil_mode : bool
        See `output_size`.
    """

    kernel: Sizes
    stride: Sizes
    dilation: Sizes
    padding: Pairs
    ceil_mode: bool = False

    def output_shape(self, spatial: Sizes) -> Sizes:
        """Count the windows in every dimension.

        Parameters
        ----------
        spatial : tuple of int
            The input's spatial sizes.

        Returns
        -------
        tuple of int
        """
        return tuple(
            output_size(size, kernel, stride, dilation, before, after, self.ceil_mode)
            for size, kernel, stride, dilation, (before, after) in zip(
                spatial, self.kernel, self.stride, self.dilation, self.padding, strict=True
            )
        )

    def over(self, spatial: Sizes, name: str = "kernel") -> Grid:
        """Lay the window over an input, and refuse what makes no sense there.

        Parameters
        ----------
        spatial : tuple of int
            The input's spatial sizes.
        name : str, default 'kernel'
            What the caller calls the window's size.

        Returns
        -------
        Grid

        Raises
        ------
        TypeError
            If an entry is no integer.
        ValueError
            If a tuple has the wrong length, an entry is out of range, or no window fits.
        MemoryError
            If the windows are more than memory holds.
        """
        n = len(spatial)
        kernel = read_sizes(self.kernel, name, n)
        strides = read_sizes(self.stride, "stride", n)
        dilations = read_sizes(self.dilation, "dilation", n)
        padding = read_pairs(self.padding, "padding", n)
        return _lay(kernel, strides, dilations, padding, spatial, self.ceil_mode, name)

    def occupancy(self, spatial: Sizes, *, padding: bool) -> tuple[tuple[int, ...], ...]:
        """Count the taps of each window that lie inside, in every dimension.

        Parameters
        ----------
        spatial : tuple of int
            The input's spatial sizes.
        padding : bool
            Whether padding is inside; what hangs over it never is.

        Returns
        -------
        tuple of tuple of int
            For every dimension, one count for each window. The taps of a window of n dimensions
            are the product of its n counts.
        """
        occupancy = []
        for size, kernel, stride, dilation, (before, after), count in zip(
            spatial,
            self.kernel,
            self.stride,
            self.dilation,
            self.padding,
            self.output_shape(spatial),
            strict=True,
        ):
            first, end = (-before, size + after) if padding else (0, size)
            # The taps at start, start + dilation, … that lie in [first, end).
            occupancy.append(
                tuple(
                    _taps_before(end - start, dilation, kernel)
                    - _taps_before(first - start, dilation, kernel)
                    for start in range(-before, -before + count * stride, stride)
                )
            )
        return tuple(occupancy)


def _taps_before(distance: int, dilation: int, kernel: int) -> int:
    """Count the taps of a window that lie less than a distance from its first one."""
    return min(max(-(-distance // dilation), 0), kernel)


def _lay(
    kernel: Sizes,
    strides: Sizes,
    dilations: Sizes,
    padding: Pairs,
    spatial: Sizes,
    ceil_mode: bool,
    name: str,
) -> Grid:
    """Lay a window that has been read over an input; see `Window.over`."""
    if min(spatial) < 1:
        raise ValueError(f"input must be at least 1 long in every spatial dimension; got {spatial}")
    before, counts, span = [], [], []
    for size, k, stride, dilation, (first, last) in zip(
        spatial, kernel, strides, dilations, padding, strict=True
    ):
        count = output_size(size, k, stride, dilation, first, last, ceil_mode)
        before.append(first)
        counts.append(count)
        span.append((count - 1) * stride + dilation * (k - 1) + 1)
    if min(counts) < 1:
        padded = tuple(b + size + a for size, (b, a) in zip(spatial, padding, strict=True))
        raise ValueError(
            f"{name} must be no larger than the padded input {padded} at dilation "
            f"{dilations}: the output would have the size {tuple(counts)}; got {kernel}"
        )
    if math.prod(span) > LARGEST_SIZE:  # no count is larger than its span
        raise MemoryError  # said here, where NumPy would speak of its own sizes
    return Grid(kernel, strides, dilations, tuple(before), spatial, tuple(counts), tuple(span))
