"""Pooling that looks at the wrong windows, or divides or pads with the wrong number."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from conformance.layers.mutant_tables.geometry import batch_kept, sides_swapped, turned
from conformance.spec.mutant import Mutant
from conformance.spec.request import Request
from conformance.spec.transforms import TF, argument, array, constant, output

AVERAGES = ("avg_pool1d", "avg_pool2d", "avg_pool3d")
MAXIMA = ("max_pool1d", "max_pool2d", "max_pool3d")


def zero_padded(request: Request) -> Request:
    """Pad a maximum with zeros instead of leaving the padding out."""
    call = request.call
    pairs = call.arguments["padding"]
    x = request.arrays["input"]
    widths = [(0, 0)] * (x.ndim - len(pairs)) + [(p, p) for p in pairs]
    given = {**call.arguments, "padding": (0,) * len(pairs)}
    arrays = {**request.arrays, "input": np.pad(x, widths)}
    return replace(request, call=replace(call, arguments=given), arrays=arrays)


def into_padded(indices: Any, arrays: Any, call: Any) -> Any:
    """Count the indices of maxima in the padded input."""
    pad_h, pad_w = call.arguments["padding"]
    _, width = arrays["input"].shape[-2:]
    rows, columns = np.divmod(indices, width)
    return (rows + pad_h) * (width + 2 * pad_w) + columns + pad_w


def last_window_kept(op: Any) -> Any:
    """Round the number of windows up, even where the last one sees nothing but padding."""

    def wrong(
        size: int, kernel: int, stride: int, dilation: int, before: int, after: int,
        ceil_mode: bool = False,
    ) -> int:  # fmt: skip
        room = size + before + after - (dilation * (kernel - 1) + 1)
        return -(-room // stride) + 1 if ceil_mode else room // stride + 1

    return wrong


_INCLUDED = {
    "refimpl.tf.nn.pooling:avg_pool_op": lambda op: (
        lambda *args, **options: op(*args, **{**options, "count_include_pad": True})
    )
}

_GENERAL = (
    Mutant("stride larger by one", "The window moves one element further than it is told.",
           "avg_pool2d", "output", argument("stride", lambda s: tuple(k + 1 for k in s))),
    Mutant("ceil_mode ignored", "A last window that hangs over the end is left out.",
           "avg_pool2d", "output", argument("ceil_mode", constant(False)), word="ceil"),
    Mutant("ceil_mode ignored", "A last window that hangs over the end is left out.",
           "max_pool1d", "output", argument("ceil_mode", constant(False)), word="ceil"),
    Mutant("the last window kept in the padding",
           "ceil_mode keeps a last window that starts in the padding after the input.",
           "avg_pool2d", "output", patches={"refimpl.ops.windows:output_size": last_window_kept},
           word="ceil"),
    Mutant("divisor off by one", "The overridden divisor is taken one too large.",
           "avg_pool3d", "output", argument("divisor_override", lambda n: n and n + 1),
           word="divisor"),
    Mutant("kernel axes swapped", "The window's height and width are exchanged.",
           "avg_pool2d", "output", argument("kernel_size", lambda k: k[::-1]), word="kmixed"),
    Mutant("explicit padding's sides swapped",
           "A pair of explicit padding is read as (after, before).",
           "max_pool2d", "output", argument("padding", sides_swapped), subject=TF, form="nn",
           word="padasym"),
    Mutant("padding with zeros", "A maximum is padded with 0 in place of minus infinity.",
           "max_pool2d", "output", zero_padded, word="pad1"),
    Mutant("padding with zeros", "A maximum is padded with 0 in place of minus infinity.",
           "max_pool1d", "output", zero_padded, word="pad1"),
    Mutant("indices into the padded input", "The indices of maxima count the padding.",
           "max_pool2d", "output", word="indices", after=output(into_padded, 1)),
    Mutant("NaN skipped", "A NaN in the window is no candidate for the maximum.",
           "max_pool2d", "output", array("input", lambda x: np.where(
               np.isnan(x), x.dtype.type(-np.inf), x))),
)  # fmt: skip

_EACH = (
    *(
        mutant
        for layer in AVERAGES
        for mutant in (
            Mutant("count_include_pad inverted",
                   "Padding is counted into the average where it should not be, and left out where"
                   " it should be.", layer, "output",
                   argument("count_include_pad", lambda include: not include), word="pad1"),
            Mutant("padding always counted", "count_include_pad=False is not heard.",
                   layer, "output", argument("count_include_pad", constant(True)),
                   word="excludepad"),
            Mutant("SAME padding counted into the average",
                   "The zeros of SAME padding are averaged too.", layer, "output", subject=TF,
                   form="nn", word="same", patches=_INCLUDED),
        )
    ),
    *(
        Mutant("divisor ignored", "An overridden divisor is not used.", layer, "output",
               argument("divisor_override", constant(None)), word="divisor")
        for layer in AVERAGES[1:]
    ),
    *(
        mutant
        for layer in MAXIMA
        for mutant in (
            Mutant("dilation ignored", "The window's taps stand side by side.", layer, "output",
                   argument("dilation", lambda d: (1,) * len(d)), word="dilation2"),
            Mutant("SAME padding at the wrong side",
                   "The odd unit of SAME padding goes before the input in place of after it.",
                   layer, "output", patches={"refimpl.tf.layout:same_padding": turned},
                   subject=TF, word="same"),
        )
    ),
    *(
        Mutant("a batch axis on an unbatched output",
               "An input without a batch axis gives an output with one.", layer, "output",
               after=output(batch_kept), word="unbatched")
        for layer in (*AVERAGES, *MAXIMA)
    ),
)  # fmt: skip

MUTANTS = (*_GENERAL, *_EACH)
