"""Pooling with one mistake: windows, divisors, padding, ties, gradients."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from conformance.spec.array_changes import add_one_example, round_to_float32, truncate
from conformance.spec.mutant import Mutant, of_kind
from conformance.spec.request import Request
from conformance.spec.transforms import (
    TF,
    change_argument,
    change_array,
    change_floats,
    change_gradient,
    change_output,
    change_outputs,
    keep_batch_axis,
    read_in_memory_order,
    replace_with,
    swap_ends,
    swap_sides,
)

AVERAGES = ("avg_pool1d", "avg_pool2d", "avg_pool3d")
MAXIMA = ("max_pool1d", "max_pool2d", "max_pool3d")


def pad_with_zeros(request: Request) -> Request:
    """Pad a maximum with zeros instead of leaving the padding out."""
    call = request.call
    pairs = call.arguments["padding"]
    x = request.arrays["input"]
    widths = [(0, 0)] * (x.ndim - len(pairs)) + [(p, p) for p in pairs]
    given = {**call.arguments, "padding": (0,) * len(pairs)}
    arrays = {**request.arrays, "input": np.pad(x, widths)}
    return replace(request, call=replace(call, arguments=given), arrays=arrays)


def index_padded_input(indices: Any, arrays: Any, call: Any) -> Any:
    """Count the indices of maxima in the padded input."""
    pad_h, pad_w = call.arguments["padding"]
    _, width = arrays["input"].shape[-2:]
    rows, columns = np.divmod(indices, width)
    return (rows + pad_h) * (width + 2 * pad_w) + columns + pad_w


def keep_last_window(op: Any) -> Any:
    """Round the number of windows up, even where the last one sees nothing but padding."""

    def wrong(
        size: int, kernel: int, stride: int, dilation: int, before: int, after: int,
        ceil_mode: bool = False,
    ) -> int:  # fmt: skip
        room = size + before + after - (dilation * (kernel - 1) + 1)
        return -(-room // stride) + 1 if ceil_mode else room // stride + 1

    return wrong


def count_padding(op: Any) -> Any:
    """Count padding into every average."""
    return lambda *args, **options: op(*args, **{**options, "count_include_pad": True})


def forget_divisor(bar: Any, arrays: Any, call: Any, cotangent: Any) -> Any:
    """Leave a gradient undivided."""
    return bar * np.prod(call.arguments["kernel_size"])


def find_last_maximum(op: Any) -> Any:
    """Find the last of equal maxima in place of the first."""

    def wrong(input: Any, grid: Any) -> Any:
        output, places = op(input, grid)
        pairs = [
            (before, max(span - before - size, 0))
            for before, span, size in zip(grid.before, grid.span, grid.spatial, strict=True)
        ]
        index = np.arange(input.size).reshape(input.shape)
        padded = np.pad(index, [(0, 0), (0, 0), *pairs], constant_values=-1)
        for tap in np.ndindex(*grid.kernel):
            seen = [
                slice(gap * place, gap * place + (count - 1) * step + 1, step)
                for place, gap, count, step in zip(
                    tap, grid.dilation, grid.counts, grid.stride, strict=True
                )
            ]
            found = padded[(slice(None), slice(None), *seen)]
            equal = (found >= 0) & (input.reshape(-1)[found] == output)
            places = np.where(equal, found, places)
        return output, places

    return wrong


def split_among_ties(op: Any) -> Any:
    """Split a maximum's cotangent evenly among all equal maxima of one-dimensional windows."""

    def wrong(input: Any, *args: Any, **options: Any) -> Any:
        output, vjp = op(input, *args, **options)

        def split(cotangent: Any) -> Any:
            (bar,) = vjp(cotangent)
            levels = np.unique(input[np.isfinite(input)])
            shared = np.array(bar)
            for n, c in np.ndindex(*input.shape[:2]):
                for level in levels:
                    equal = input[n, c] == level
                    if equal.any():
                        shared[n, c][equal] = bar[n, c][equal].mean()
            return (shared,)

        return output, split

    return wrong


def add_to_other_maxima(bar: Any, arrays: Any, call: Any, cotangent: Any) -> Any:
    """Give a neighbour that is as large its share, too."""
    x = arrays["input"]
    largest = x == np.maximum(x, np.roll(x, 1, -1))
    return np.where(largest & (bar == 0), bar + cotangent.flat[0], bar)


_POOLING = of_kind(
    "pooling",
    Mutant("stride larger by one", "The window moves one element further than it is told.",
           "avg_pool2d", "output", change_argument("stride", lambda s: tuple(k + 1 for k in s))),
    Mutant("ceil_mode ignored", "A last window that hangs over the end is left out.",
           "avg_pool2d", "output", change_argument("ceil_mode", replace_with(False)), word="ceil"),
    Mutant("ceil_mode ignored", "A last window that hangs over the end is left out.",
           "max_pool1d", "output", change_argument("ceil_mode", replace_with(False)), word="ceil"),
    Mutant("the last window kept in the padding",
           "ceil_mode keeps a last window that starts in the padding after the input.",
           "avg_pool2d", "output", patches={"refimpl.ops.windows:output_size": keep_last_window},
           word="ceil"),
    Mutant("divisor off by one", "The overridden divisor is taken one too large.",
           "avg_pool3d", "output", change_argument("divisor_override", lambda n: n and n + 1),
           word="divisor"),
    Mutant("kernel axes swapped", "The window's height and width are exchanged.",
           "avg_pool2d", "output", change_argument("kernel_size", lambda k: k[::-1]),
           word="kmixed"),
    Mutant("explicit padding's sides swapped",
           "A pair of explicit padding is read as (after, before).",
           "max_pool2d", "output", change_argument("padding", swap_sides), subject=TF, form="nn",
           word="padasym"),
    Mutant("padding with zeros", "A maximum is padded with 0 in place of minus infinity.",
           "max_pool2d", "output", pad_with_zeros, word="pad1"),
    Mutant("padding with zeros", "A maximum is padded with 0 in place of minus infinity.",
           "max_pool1d", "output", pad_with_zeros, word="pad1"),
    Mutant("indices into the padded input", "The indices of maxima count the padding.",
           "max_pool2d", "output", word="indices", after=change_output(index_padded_input, 1)),
    Mutant("NaN skipped", "A NaN in the window is no candidate for the maximum.",
           "max_pool2d", "output",
           change_array("input", lambda x: np.where(np.isnan(x), x.dtype.type(-np.inf), x))),
    *(
        mutant
        for layer in AVERAGES
        for mutant in (
            Mutant("count_include_pad inverted",
                   "Padding is counted into the average where it should not be, and left out where"
                   " it should be.",
                   layer, "output",
                   change_argument("count_include_pad", lambda include: not include), word="pad1"),
            Mutant("padding always counted", "count_include_pad=False is not heard.",
                   layer, "output", change_argument("count_include_pad", replace_with(True)),
                   word="excludepad"),
            Mutant("SAME padding counted into the average",
                   "The zeros of SAME padding are averaged too.",
                   layer, "output", patches={"refimpl.ops.pooling:avg_pool": count_padding},
                   subject=TF, form="nn", word="same"),
        )
    ),
    *(Mutant("divisor ignored", "An overridden divisor is not used.",
             layer, "output", change_argument("divisor_override", replace_with(None)),
             word="divisor")
      for layer in AVERAGES[1:]),
    *(
        mutant
        for layer in MAXIMA
        for mutant in (
            Mutant("dilation ignored", "The window's taps stand side by side.",
                   layer, "output", change_argument("dilation", lambda d: (1,) * len(d)),
                   word="dilation2"),
            Mutant("SAME padding at the wrong side",
                   "The odd unit of SAME padding goes before the input in place of after it.",
                   layer, "output", patches={"refimpl.ops.windows:same_padding": swap_ends},
                   subject=TF, word="same"),
        )
    ),
    *(Mutant("a batch axis on an unbatched output",
             "An input without a batch axis gives an output with one.",
             layer, "output", after=change_output(keep_batch_axis), word="unbatched")
      for layer in (*AVERAGES, *MAXIMA)),
)  # fmt: skip

_GRADIENTS = of_kind(
    "gradients",
    Mutant("divisor forgotten on the way back", "An average's gradient is not divided.",
           "avg_pool2d", "gradient", after=change_gradient("input", forget_divisor)),
    Mutant("ties to the last maximum", "Of equal maxima the last gets the gradient.",
           "max_pool2d", "gradient", word="stride1",
           patches={"refimpl.ops.primitives:window_max_and_argmax": find_last_maximum}),
    Mutant("ties split", "Equal maxima share the gradient.",
           "max_pool1d", "gradient", patches={"refimpl.ops.pooling:max_pool": split_among_ties},
           word="stride1"),
    Mutant("gradient to every maximum of a window",
           "Each of several equal maxima gets all of the gradient.",
           "max_pool1d", "gradient", after=change_gradient("input", add_to_other_maxima),
           word="stride1"),
)  # fmt: skip

_DTYPES = of_kind(
    "dtypes",
    Mutant("float32 inside float64", "The averages are computed in float32.",
           "avg_pool3d", "output", change_floats(round_to_float32), subject=TF),
    Mutant("indices of another dtype", "The indices of maxima are int32.",
           "max_pool2d", "dtype", word="indices",
           after=change_outputs(lambda y: y.astype(np.int32) if y.dtype == np.int64 else y)),
)  # fmt: skip

_PURITY = of_kind(
    "purity",
    Mutant("memory read without its strides",
           "An input is read in the order in which it lies in memory.",
           "max_pool2d", "layout", read_in_memory_order),
    Mutant("an empty batch keeps one example", "A batch without examples gives one.",
           "avg_pool1d", "empty", after=change_outputs(add_one_example), subject=TF),
)  # fmt: skip

_NUMERICS = of_kind(
    "numerics",
    Mutant("inputs of 20 bits", "The mantissa of the input is truncated to 20 bits.",
           "avg_pool2d", "output", change_floats(truncate(20)), subject=TF),
)  # fmt: skip

MUTANTS: tuple[Mutant, ...] = (*_POOLING, *_GRADIENTS, *_DTYPES, *_PURITY, *_NUMERICS)
