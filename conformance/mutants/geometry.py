"""Convolutions that look at the wrong place: sizes, sides, axes, groups and padding."""

from __future__ import annotations

from typing import Any

import numpy as np

from conformance.mutants.mutant import Mutant
from conformance.mutants.spoil import (
    TF,
    argument,
    array,
    constant,
    output,
    reversed_axes,
    zeroed,
)
from conformance.subjects.base import Request

CONVOLUTIONS = ("conv1d", "conv2d", "conv3d")


def turned(op: Any) -> Any:
    """Exchange the two ends of SAME padding."""
    return lambda *args: op(*args)[::-1]


def causal_at_end(method: Any) -> Any:
    """Pad a causal convolution after its input."""

    def wrong(self: Any, spatial: Any) -> Any:
        pairs = method(self, spatial)
        return tuple(pair[::-1] for pair in pairs) if self.padding == "causal" else pairs

    return wrong


def batch_kept(y: Any, arrays: Any, call: Any) -> Any:
    """Give an input without a batch axis an output with one."""
    x = arrays[next(slot.name for slot in call.slots if slot.array == "input")]
    rank = int(call.target[-2]) if call.target.endswith("d") else x.ndim - 2
    return y[None] if x.ndim == rank + 1 else y


def depthwise_unpadded(request: Request) -> Request:
    """Forget the explicit padding of a convolution with one group for each channel."""
    given = request.call.arguments
    depthwise = given["groups"] == request.arrays["input"].shape[1] and not request.fresh
    if not depthwise or not isinstance(given["padding"], tuple):
        return request
    return argument("padding", lambda padding: (0,) * len(padding))(request)


def padded_like_same(padding: Any) -> Any:
    """SAME in the place of VALID, in either case of letters."""
    return {"VALID": "SAME", "valid": "same"}.get(padding, padding) if padding else padding


def one_window_fewer(op: Any) -> Any:
    """Count one window fewer, where there is more than one."""
    return lambda *args: max(op(*args) - 1, 1)


def sides_swapped(padding: Any) -> Any:
    """Exchange what is padded before and after."""
    return padding if isinstance(padding, str) else [pair[::-1] for pair in padding]


_GENERAL = (
    Mutant("stride larger by one", "The window moves one element further than it is told.",
           "conv2d", "output", argument("stride", lambda s: tuple(k + 1 for k in s))),
    Mutant("stride axes swapped", "The strides of height and width are exchanged.",
           "conv2d", "output", argument("stride", lambda s: s[::-1])),
    Mutant("one window too few", "The output's size is off by one: the last window is left out.",
           "conv2d", "output", patches={
               "refimpl.ops.windows:output_size": one_window_fewer}),
    Mutant("dilation ignored", "The kernel's taps stand side by side, whatever the dilation.",
           "conv2d", "output", argument("dilation", lambda d: (1,) * len(d)), word="dilation2"),
    Mutant("dilation ignored", "Keras' dilation_rate is read and not used.",
           "conv1d", "output", argument("dilation_rate", lambda d: (1,) * len(d)), subject=TF,
           word="dilation2", form="keras"),
    Mutant("padding less by one", "One row and column of the padding are missing on each side.",
           "conv2d", "output",
           argument("padding", lambda p: p if p == "same" else tuple(max(k - 1, 0) for k in p))),
    Mutant("padding axes swapped", "The paddings of height and width are exchanged.",
           "conv2d", "output", argument("padding", lambda p: p if p == "same" else p[::-1])),
    Mutant("causal padding at the end", "A causal convolution is padded after its input, and so"
           " sees the future.", "conv1d", "output", patches={
               "refimpl.tf.keras.layers.convolution:_Convolution._pairs": causal_at_end},
           subject=TF, form="keras", word="causal"),
    Mutant("explicit padding's sides swapped",
           "A pair of explicit padding is read as (after, before).",
           "conv2d", "output", argument("padding", sides_swapped), subject=TF, word="padasym"),
    Mutant("groups swapped", "The halves of the kernel are given to each other's group.",
           "conv2d", "output", array("weight", lambda w: np.roll(w, len(w) // 2, 0)),
           word="groups2"),
    Mutant("groups ignored", "Every group convolves the first group's channels.",
           "conv2d", "output",
           lambda request: request if request.call.arguments["groups"] == 1 or request.fresh
           else array("input", lambda x: np.concatenate(
               [x.take(range(x.shape[-3] // request.call.arguments["groups"]), -3)]
               * request.call.arguments["groups"], -3))(request), word="groups2"),
    Mutant("depthwise outputs ordered by multiplier",
           "The outputs of a channel multiplier come multiplier by multiplier, not channel by"
           " channel.", "conv2d", "output",
           after=output(lambda y, arrays, call: y.reshape(len(y), 4, 2, *y.shape[2:])
                        .swapaxes(1, 2).reshape(y.shape) if call.arguments["groups"] == 4 else y),
           word="depthwise"),
    Mutant("kernel turned around", "The kernel is flipped: a convolution in place of the"
           " correlation that the frameworks call by that name.",
           "conv2d", "output", array("weight", reversed_axes(2, 3))),
    Mutant("kernel turned around", "The kernel is flipped along depth, height and width.",
           "conv3d", "output", array("filters", reversed_axes(0, 1, 2)), subject=TF, form="nn"),
    Mutant("kernel axes swapped", "The kernel's height and width are exchanged.",
           "conv2d", "output",
           array("weight", lambda w: w.swapaxes(2, 3) if w.shape[2] == w.shape[3] else w)),
    Mutant("bias forgotten", "The bias is not added.", "conv2d", "output", array("bias", zeroed)),
    Mutant("bias divided among the groups", "Each of two groups adds half of the bias.",
           "conv1d", "output", array("bias", lambda b: b / b.dtype.type(2)), word="groups2"),
    Mutant("image read channels first", "An NHWC image is read as if its channels came first.",
           "conv2d", "output",
           array("input", lambda x: np.ascontiguousarray(x).reshape(x.shape[0], x.shape[3], -1)
                 .swapaxes(1, 2).reshape(x.shape)), subject=TF, form="nn"),
)  # fmt: skip


# What stands in each dimension: each has tables of its own, and something there must fail.
def single_turned(weight: Any) -> Any:
    """Turn a kernel of one input and one output in each of several groups around."""
    single = weight.shape[1] == 1 and len(weight) == 4
    return weight[..., ::-1] if single else weight


_SINGLE = tuple(
    Mutant("single depthwise kernel turned around",
           "The path for one output in each group convolves where the others correlate.",
           layer, "output", array("weight", single_turned), word="single")
    for layer in ("conv1d", "conv2d")
)  # fmt: skip

_EACH = tuple(
    mutant
    for layer in CONVOLUTIONS
    for mutant in (
        Mutant("VALID taken for SAME", "A convolution that is not to be padded is padded.",
               layer, "output", argument("padding", padded_like_same), subject=TF, form="keras"),
        Mutant("depthwise convolution forgets its padding",
               "The path for one group a channel leaves explicit padding out.",
               layer, "output", depthwise_unpadded, word="depthwise"),
        Mutant("SAME padding at the wrong side",
               "The odd unit of SAME padding goes before the input in place of after it.",
               layer, "output", patches={"refimpl.tf.layout:same_padding": turned}, subject=TF,
               word="same"),
        Mutant("reflecting the edge too", "Reflecting padding repeats the edge.",
               layer, "output", argument("padding_mode", lambda mode:
                                         "replicate" if mode == "reflect" else mode),
               form="class", word="reflect"),
        Mutant("a batch axis on an unbatched output",
               "An input without a batch axis gives an output with one.",
               layer, "output", after=output(batch_kept), word="unbatched"),
    )
)  # fmt: skip

_MODES = (
    Mutant("'same' padding at the wrong side",
           "The odd unit of PyTorch's 'same' goes before the input in place of after it.",
           "conv2d", "output", patches={
               "refimpl.ops.windows:same_padding": turned}, word="same"),
    Mutant("SAME computed without the stride",
           "SAME padding is what a stride of 1 would need, whatever the stride.",
           "conv2d", "output", patches={
               "refimpl.tf.layout:same_padding": lambda op: lambda size, kernel, stride, gap:
               op(size, kernel, 1, gap)}, subject=TF, word="same"),
    Mutant("mirroring instead of repeating", "Replicating padding mirrors the input.",
           "conv2d", "output",
           argument("padding_mode", lambda mode: "reflect" if mode == "replicate" else mode),
           form="class", word="replicate"),
    Mutant("zeros for a padding mode", "A padding mode is accepted, and zeros are padded.",
           "conv1d", "output", argument("padding_mode", constant("zeros")), form="class",
           word="circular"),
)  # fmt: skip

MUTANTS = (*_GENERAL, *_SINGLE, *_EACH, *_MODES)
