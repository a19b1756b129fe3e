"""Gradients with a term missing, too much or at the wrong place; outputs are right."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from conformance.mutants.mutant import Mutant
from conformance.mutants.spoil import TF, averaged, gradient, spread
from conformance.subjects.base import Observation, Request


def constant_statistics(bar: Any, arrays: Any, call: Any, cotangent: Any) -> Any:
    """The gradient of a norm that takes its statistics for constants."""
    if call.training is False or call.arguments.get("training") is False:
        return bar
    x = arrays["input"].astype(np.float64)
    axes = (0, *range(2, x.ndim))
    scale = 1 / np.sqrt(x.var(axes, keepdims=True) + call.arguments["eps"])
    weight = spread(arrays["weight"], x) if "weight" in arrays else 1.0
    return cotangent * scale * weight


def constant_mean(bar: Any, arrays: Any, call: Any, cotangent: Any) -> Any:
    """The gradient of a norm through its variance but not through its mean."""
    if call.training is False or call.arguments.get("training") is False:
        return bar
    x = arrays["input"].astype(np.float64)
    axes = (0, *range(2, x.ndim))
    scale = 1 / np.sqrt(x.var(axes, keepdims=True) + call.arguments["eps"])
    weight = spread(arrays["weight"], x) if "weight" in arrays else 1.0
    return bar + cotangent.mean(axes, keepdims=True) * scale * weight


def no_input_gradient(request: Request, seen: Observation) -> Observation:
    """Return gradients of the parameters alone."""
    gradients = {name: bar for name, bar in seen.gradients.items() if name != "input"}
    return replace(seen, gradients=gradients)


def last_maximum(op: Any) -> Any:
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


def other_maxima_too(bar: Any, arrays: Any, call: Any, cotangent: Any) -> Any:
    """Give a neighbour that is as large its share, too."""
    x = arrays["input"]
    largest = x == np.maximum(x, np.roll(x, 1, -1))
    return np.where(largest & (bar == 0), bar + cotangent.flat[0], bar)


def minding_sum(bar: Any, arrays: Any, call: Any, cotangent: Any) -> Any:
    """The derivative for labels of any sum."""
    labels = arrays["labels"].astype(np.float64)
    total = labels.sum(-1, keepdims=True)
    return cotangent[..., None] * (_softmax(arrays["logits"], -1) * total - labels)


_AT_KINK = {
    "one": lambda bar, arrays, call, cotangent: np.where(arrays["input"] == 0, cotangent, bar),
    "ends": lambda bar, arrays, call, cotangent: np.where(
        np.abs(arrays["input"]) == 1, cotangent, bar
    ),
    "selu": lambda bar, arrays, call, cotangent: np.where(
        arrays["input"] == 0, cotangent * 1.0507009873554805, bar
    ),
}

MUTANTS = (
    Mutant("bias gradient averaged", "The bias' gradient is a mean over the batch, not a sum.",
           "conv2d", "gradient", after=averaged("bias")),
    Mutant("bias gradient averaged", "The bias' gradient is a mean over the batch, not a sum.",
           "conv3d", "gradient", after=averaged("bias"), subject=TF, form="keras"),
    Mutant("weight gradient averaged", "The kernel's gradient is a mean over the batch.",
           "conv2d", "gradient", after=averaged("weight")),
    Mutant("weight gradient turned around", "The kernel's gradient is flipped.",
           "conv2d", "gradient",
           after=gradient("weight", lambda bar, *rest: np.flip(bar, (2, 3)))),
    Mutant("weight gradient's groups mixed up",
           "The gradients of the kernel's halves are given to each other's group.",
           "conv2d", "gradient", word="groups2",
           after=gradient("weight", lambda bar, arrays, call, cotangent:
                          np.roll(bar, len(bar) // 2, 0) if call.arguments["groups"] > 1 else bar)),
    Mutant("input gradient's groups mixed up",
           "The input's gradient of one group of channels is given to the next.",
           "conv2d", "gradient", word="groups2",
           after=gradient("input", lambda bar, arrays, call, cotangent: np.roll(
               bar, bar.shape[-3] // 2, -3) if call.arguments["groups"] > 1 else bar)),
    Mutant("input gradient missing", "There is no gradient of the input.",
           "conv2d", "gradient", after=no_input_gradient),
    Mutant("divisor forgotten on the way back", "An average's gradient is not divided.",
           "avg_pool2d", "gradient", after=gradient(
               "input", lambda bar, arrays, call, cotangent:
               bar * np.prod(call.arguments["kernel_size"]))),
    Mutant("ties to the last maximum", "Of equal maxima the last gets the gradient.",
           "max_pool2d", "gradient", patches={
               "refimpl.ops.pooling:window_max_and_argmax": last_maximum}, word="stride1"),
    Mutant("ties split", "Equal maxima share the gradient.", "max_pool1d", "gradient", patches={
        "refimpl.ops.pooling:max_pool": split_among_ties}, word="stride1"),
    Mutant("gradient to every maximum of a window", "Each of several equal maxima gets all of the"
           " gradient.", "max_pool1d", "gradient", after=gradient("input", other_maxima_too),
           word="stride1"),
    Mutant("bias gradient averaged", "The bias' gradient is a mean over the batch, not a sum.",
           "linear", "gradient", after=averaged("bias")),
    Mutant("weight gradient transposed", "A square weight's gradient is transposed.",
           "linear", "gradient", word="square", after=gradient(
               "weight", lambda bar, *rest: bar.T if bar.shape[0] == bar.shape[1] else bar)),
    Mutant("kernel gradient transposed", "A square kernel's gradient is in PyTorch's layout.",
           "linear", "gradient", word="square", subject=TF, form="keras", after=gradient(
               "kernel", lambda bar, *rest: bar.T if bar.shape[0] == bar.shape[1] else bar)),
    Mutant("statistics taken for constants on the way back",
           "The gradient does not flow through mean and variance.",
           "batch_norm2d", "gradient", after=gradient("input", constant_statistics)),
    Mutant("mean taken for a constant on the way back",
           "The gradient flows through the variance but not through the mean: a term is missing.",
           "batch_norm1d", "gradient", after=gradient("input", constant_mean)),
    Mutant("gradient of the shift averaged", "The shift's gradient is a mean over the batch.",
           "batch_norm2d", "gradient", after=averaged("bias")),
    Mutant("gradient of the scale of one example", "The scale's gradient is that of the batch"
           " divided by its size.", "instance_norm3d", "gradient", after=averaged("weight")),
    Mutant("gradient of the variance missing", "Nothing flows back to a given variance.",
           "batch_normalization", "gradient", subject=TF,
           after=gradient("variance", lambda bar, *rest: bar * 0)),
    Mutant("gradient of the dropped", "Dropped elements get a gradient.", "dropout", "gradient",
           after=gradient("input", lambda bar, arrays, call, cotangent: cotangent)),
    Mutant("slope 1 at 0", "The derivative at 0 is 1, where the frameworks have 0.",
           "relu", "gradient", after=gradient("input", _AT_KINK["one"])),
    Mutant("slope 1 at 0", "The derivative at 0 is 1, where TensorFlow has 0.",
           "relu", "gradient", after=gradient("features", lambda bar, arrays, call, cotangent:
                                              np.where(arrays["features"] == 0, cotangent, bar)),
           subject=TF, form="nn"),
    Mutant("slope from the right at 0", "The derivative at 0 is the one from the right.",
           "selu", "gradient", after=gradient("input", _AT_KINK["selu"])),
    Mutant("slope 1 at the ends", "The derivative at the limits is 1.",
           "hardtanh", "gradient", after=gradient("input", _AT_KINK["ends"])),
    Mutant("derivative without its second term", "Of the product's derivative one term is missing:"
           " the sigmoid alone.", "silu", "gradient", after=gradient(
               "input", lambda bar, arrays, call, cotangent: cotangent / (
                   1 + np.exp(-arrays["input"].astype(np.float64))))),
    Mutant("slope gradient averaged", "The slopes' gradient is a mean over the batch.",
           "prelu", "gradient", after=averaged("weight")),
    Mutant("diagonal of the derivative alone", "The softmax of one class is differentiated by its"
           " own score only.", "softmax", "gradient", after=gradient(
               "input", lambda bar, arrays, call, cotangent: cotangent * _softmax(
                   arrays["input"], call.arguments["dim"]) * (1 - _softmax(
                       arrays["input"], call.arguments["dim"])))),
    Mutant("gradient without the softmax", "The cotangent passes a log-softmax unchanged.",
           "log_softmax", "gradient",
           after=gradient("input", lambda bar, arrays, call, cotangent: cotangent)),
    Mutant("gradient of the ignored", "An ignored label's scores get a gradient.",
           "cross_entropy", "gradient", word="ignored", after=gradient(
               "input", lambda bar, arrays, call, cotangent: np.where(bar == 0, 0.125, bar))),
    Mutant("gradient not divided by N", "The gradient of a mean is that of the sum.",
           "cross_entropy", "gradient", after=gradient("input", lambda bar, *rest: bar * 4)),
    Mutant("no gradient of soft targets", "Nothing flows back to class probabilities.",
           "cross_entropy", "gradient", word="soft",
           after=gradient("target", lambda bar, *rest: bar * 0)),
    Mutant("gradient that minds the labels' sum", "The gradient is softmax times the labels' sum"
           " minus labels, where TensorFlow takes the sum for 1.",
           "softmax_cross_entropy", "gradient", word="unnormalised", subject=TF,
           after=gradient("logits", minding_sum)),
)  # fmt: skip


def _softmax(x: Any, axis: int) -> Any:
    shifted = x.astype(np.float64)
    shifted = np.exp(shifted - shifted.max(axis, keepdims=True))
    return shifted / shifted.sum(axis, keepdims=True)
