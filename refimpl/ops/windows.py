"""Sliding windows: output sizes, SAME padding, ceil mode, dilation. Pure integers, no arrays.

Every op that slides a window (convolution, pooling) takes its geometry from here.
"""

from __future__ import annotations

from dataclasses import dataclass

from refimpl.errors import must
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

    def check(self, spatial: Sizes) -> None:
        """Refuse a geometry that makes no sense, or that has no window in this input.

        Parameters
        ----------
        spatial : tuple of int
            The input's spatial sizes.

        Raises
        ------
        TypeError
            If an entry is no integer.
        ValueError
            If a tuple has the wrong length, an entry is out of range, or no window fits.
        """
        n = len(spatial)
        for name, sizes in (
            ("kernel", self.kernel),
            ("stride", self.stride),
            ("dilation", self.dilation),
        ):
            _check_length(name, sizes, n)
            for entry in sizes:
                _check_integer(name, entry, sizes)
                if entry < 1:
                    must(False, name, "at least 1 in every dimension", sizes)
        check_padding(self.padding, n)
        for size, kernel, dilation, (before, after), count in zip(
            spatial,
            self.kernel,
            self.dilation,
            self.padding,
            self.output_shape(spatial),
            strict=True,
        ):
            if size < 1:
                must(False, "input", "at least 1 long in every spatial dimension", spatial)
            if count < 1:
                span = dilation * (kernel - 1) + 1
                must(
                    False,
                    "kernel",
                    f"no larger than the padded input ({before} + {size} + {after}); "
                    f"dilated it spans {span}, which leaves an output of size 0",
                    self.kernel,
                )

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

    def span(self, spatial: Sizes) -> Sizes:
        """Measure, from the start of the padding, how far the windows reach.

        Parameters
        ----------
        spatial : tuple of int
            The input's spatial sizes.

        Returns
        -------
        tuple of int
            Short of the padded size where the last stride does not fit, beyond it where
            `ceil_mode` lets a window hang over.
        """
        return tuple(
            (count - 1) * stride + dilation * (kernel - 1) + 1
            for count, kernel, stride, dilation in zip(
                self.output_shape(spatial), self.kernel, self.stride, self.dilation, strict=True
            )
        )

    def counts(self, spatial: Sizes, *, padding: bool) -> tuple[tuple[int, ...], ...]:
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
            For every dimension, one count for each window.
        """
        counts = []
        for size, windows, kernel, stride, dilation, (before, after) in zip(
            spatial,
            self.output_shape(spatial),
            self.kernel,
            self.stride,
            self.dilation,
            self.padding,
            strict=True,
        ):
            inside = range(-before, size + after) if padding else range(size)
            starts = range(-before, -before + windows * stride, stride)
            counts.append(
                tuple(
                    sum(start + tap * dilation in inside for tap in range(kernel))
                    for start in starts
                )
            )
        return tuple(counts)


def check_padding(padding: Pairs, n: int) -> None:
    """Refuse padding that is not n pairs of non-negative integers.

    Parameters
    ----------
    padding : tuple of (int, int)
        Padding before and after in each dimension.
    n : int
        The number of spatial dimensions.

    Raises
    ------
    TypeError
        If an entry is no integer.
    ValueError
        If there are not n pairs, or an entry is negative.
    """
    _check_length("padding", padding, n)
    for pair in padding:
        if not isinstance(pair, tuple) or len(pair) != 2:
            must(False, "padding", "a (before, after) pair for every spatial dimension", padding)
        for entry in pair:
            _check_integer("padding", entry, padding)
            if entry < 0:
                must(False, "padding", "non-negative", padding)


def _check_length(name: str, sizes: object, n: int) -> None:
    if not isinstance(sizes, tuple):
        raise TypeError(f"{name} must be a tuple; got {sizes!r}")
    if len(sizes) != n:
        must(False, name, f"a tuple of {n}, one entry for each spatial dimension", sizes)


def _check_integer(name: str, entry: object, sizes: object) -> None:
    if type(entry) is not int:  # bool is refused too: True is no size
        raise TypeError(f"{name} must be made of integers; got {sizes!r}")
