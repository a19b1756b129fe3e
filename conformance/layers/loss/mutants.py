"""Losses with one mistake: counts, weights, smoothing, clipping, gradients."""

from __future__ import annotations

from typing import Any

import numpy as np

from conformance.spec.array_changes import round_to_float32, shape_per_channel, softmax
from conformance.spec.mutant import Mutant, of_kind
from conformance.spec.transforms import (
    TF,
    change_argument,
    change_array,
    change_floats,
    change_gradient,
    change_output,
    replace_with,
)

_CROSS_ENTROPY = "cross_entropy"
_HARD = "sparse_categorical_crossentropy"
_SOFT = "categorical_crossentropy"


def log_softmax(x: Any, axis: int = 1) -> Any:
    """The right one, for losses that are wrong elsewhere."""
    x = x.astype(np.float64)
    shifted = x - x.max(axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis, keepdims=True))


def smooth_over_other_classes(loss: Any, arrays: Any, call: Any) -> Any:
    """Spread label smoothing over the K−1 other classes."""
    smoothing, target = call.arguments.get("label_smoothing", 0.0), arrays["target"]
    if not smoothing or target.dtype != np.int64:
        return loss
    logs = log_softmax(arrays["input"])
    classes = logs.shape[1]
    weights = arrays.get("weight", np.ones(classes)).astype(np.float64)
    counted = target != call.arguments["ignore_index"]
    hot = np.moveaxis(np.eye(classes)[np.where(counted, target, 0)], -1, 1)
    soft = hot * (1 - smoothing) + (1 - hot) * smoothing / (classes - 1)
    each = -(soft * shape_per_channel(weights, logs) * logs).sum(1) * counted
    total = (weights[np.where(counted, target, 0)] * counted).sum()
    mean = each.sum() / total if total else loss
    return {"mean": mean, "sum": each.sum(), "none": each}[call.arguments["reduction"]]


def divide_by_count(loss: Any, arrays: Any, call: Any) -> Any:
    """Divide a weighted mean by the number of examples."""
    target = arrays["target"]
    if call.arguments["reduction"] != "mean" or "weight" not in arrays or target.dtype != np.int64:
        return loss
    counted = target != call.arguments["ignore_index"]
    total = arrays["weight"].astype(np.float64)[target[counted]].sum()
    return loss * total / max(counted.sum(), 1)


def clip_softmax(loss: Any, arrays: Any, call: Any) -> Any:
    """Take the logarithm of a softmax that is clipped at 1e-7."""
    return np.minimum(loss, -np.log(1e-7))


def sum_whole_blocks(loss: Any, arrays: Any, call: Any) -> Any:
    """Add up 128 rows at a time, and forget those that are left over."""
    target, logs = arrays["target"], arrays["input"]
    done = len(logs) // 128 * 128
    if logs.ndim != 2 or not done:
        return loss
    logs = log_softmax(logs)
    hard = target.dtype == np.int64
    each = -logs[np.arange(len(logs)), target] if hard else -(target * logs).sum(1)
    return each[:done].sum() / len(logs)


def add_batch_axis(loss: Any, arrays: Any, call: Any) -> Any:
    """Keep the batch axis that was put on scores without one."""
    return loss[None] if arrays["input"].ndim == 1 else loss


def read_classes_last(x: Any) -> Any:
    """Read scores of shape (N, C, H, W) as (N, H, W, C)."""
    if x.ndim != 4:
        return x
    n, classes, height, width = x.shape
    return x.reshape(n, height, width, classes).transpose(0, 3, 1, 2)


def count_from_one(target: Any) -> Any:
    """Take labels to start at 1."""
    return np.where(target > 0, target - 1, target) if target.dtype == np.int64 else target


def clip_lower(op: Any) -> Any:
    """Clip probabilities at 1e-12."""
    return lambda *args, **options: op(*args, **{**options, "epsilon": 1e-12})


def respect_label_sum(bar: Any, arrays: Any, call: Any, cotangent: Any) -> Any:
    """The derivative for labels of any sum."""
    labels = arrays["labels"].astype(np.float64)
    total = labels.sum(-1, keepdims=True)
    return cotangent[..., None] * (softmax(arrays["logits"], -1) * total - labels)


def scale_by_error(error: float) -> Any:
    """Be off by a relative error."""
    return lambda values, *rest: values.astype(np.float64) * (1 + error)


_GRADIENTS = of_kind(
    "gradients",
    Mutant("gradient of the ignored", "An ignored label's scores get a gradient.",
           "cross_entropy", "gradient", word="ignored", after=change_gradient(
               "input", lambda bar, arrays, call, cotangent: np.where(bar == 0, 0.125, bar))),
    Mutant("gradient not divided by N", "The gradient of a mean is that of the sum.",
           "cross_entropy", "gradient", after=change_gradient("input", lambda bar, *rest: bar * 4)),
    Mutant("no gradient of soft targets", "Nothing flows back to class probabilities.",
           "cross_entropy", "gradient", word="soft",
           after=change_gradient("target", lambda bar, *rest: bar * 0)),
    Mutant("gradient that minds the labels' sum",
           "The gradient is softmax times the labels' sum minus labels, where TensorFlow takes"
           " the sum for 1.",
           "softmax_cross_entropy", "gradient", word="unnormalised", subject=TF,
           after=change_gradient("logits", respect_label_sum)),
)  # fmt: skip

_LOSSES = of_kind(
    "losses",
    Mutant("label smoothing over K-1", "The smoothed share is spread over the other classes only.",
           _CROSS_ENTROPY, "loss", after=change_output(smooth_over_other_classes), word="smooth"),
    Mutant("label smoothing ignored", "label_smoothing is read and not used.",
           _CROSS_ENTROPY, "loss", word="smooth",
           before=change_argument("label_smoothing", replace_with(0.0))),
    Mutant("ignored labels counted", "A label that is to be ignored is taken for class 0.",
           _CROSS_ENTROPY, "loss",
           change_array("target", lambda t: np.where(t < 0, 0, t) if t.dtype == np.int64 else t),
           word="ignored"),
    Mutant("ignored labels counted", "Only the default of ignore_index is ignored.",
           "nll_loss", "loss", word="ignore2",
           before=change_argument("ignore_index", replace_with(-100))),
    Mutant("mean over N instead of weights", "A weighted mean is divided by the number of labels.",
           _CROSS_ENTROPY, "loss", after=change_output(divide_by_count), word="weighted"),
    Mutant("mean over N instead of weights", "A weighted mean is divided by the number of labels.",
           "nll_loss", "loss", after=change_output(divide_by_count), word="weighted"),
    Mutant("mean for a sum", "reduction='sum' gives the mean.",
           _CROSS_ENTROPY, "loss", word="sum",
           before=change_argument("reduction", lambda r: "mean" if r == "sum" else r)),
    Mutant("class weights forgotten", "Every class weighs 1.",
           "nll_loss", "loss", change_array("weight", np.ones_like), word="weighted"),
    Mutant("the logarithm of a clipped softmax",
           "The softmax is clipped at 1e-7 before its logarithm is taken, as one might guard"
           " against log(0).",
           _CROSS_ENTROPY, "loss", after=change_output(clip_softmax)),
    Mutant("an infinite loss made finite",
           "A class that cannot be has log-probability −inf; its loss is replaced by the largest"
           " finite number.",
           "nll_loss", "loss",
           after=change_output(lambda y, arrays, call: np.nan_to_num(y, nan=np.nan))),
    Mutant("-inf not handled", "A masked score of −inf is subtracted from itself and gives NaN.",
           _CROSS_ENTROPY, "loss", after=change_output(
               lambda y, arrays, call: y + 0 * arrays["input"].astype(np.float64).sum())),
    Mutant("rows left over", "Rows are worked on in blocks, and one that is not full is left.",
           _CROSS_ENTROPY, "loss", after=change_output(sum_whole_blocks), word="large"),
    *(Mutant("a batch axis on an unbatched loss", "A loss of scores without a batch axis has one.",
             layer, "loss", after=change_output(add_batch_axis), word="unbatched")
      for layer in (_CROSS_ENTROPY, "nll_loss")),
    Mutant("class axis last", "The scores' last axis is taken for the classes.",
           _CROSS_ENTROPY, "loss", word="2d", before=change_array("input", read_classes_last)),
    Mutant("labels off by one", "Labels are taken to start at 1.",
           _CROSS_ENTROPY, "loss", change_array("target", count_from_one)),
    Mutant("labels off by one", "Every label means the next class.",
           "sparse_softmax_cross_entropy", "loss", subject=TF,
           before=change_array("labels", lambda t: (t + 1) % 5)),
    Mutant("maximum not subtracted", "The exponentials of the scores overflow.",
           "sparse_softmax_cross_entropy", "loss", subject=TF,
           after=change_output(lambda y, arrays, call: y + 0 * np.exp(arrays["logits"]).sum(-1))),
    Mutant("-inf not handled", "A masked score of −inf is multiplied by 0 and gives NaN.",
           "sparse_softmax_cross_entropy", "loss", subject=TF, word="none", after=change_output(
               lambda y, arrays, call: y + 0 * arrays["logits"].astype(np.float64).sum(-1))),
    Mutant("labels made to sum to one", "Labels are normalised first.",
           "softmax_cross_entropy", "loss", subject=TF, word="unnormalised",
           before=change_array("labels", lambda t: t / t.sum(-1, keepdims=True))),
    Mutant("scores taken for probabilities", "from_logits=True is not heard.",
           _SOFT, "loss", subject=TF, before=change_argument("from_logits", replace_with(False))),
    Mutant("label smoothing ignored", "label_smoothing is read and not used.",
           _SOFT, "loss", subject=TF, before=change_argument("label_smoothing", replace_with(0.0)),
           word="smooth"),
    Mutant("no clipping of probabilities",
           "Probabilities are clipped at 1e-12 where Keras clips them at 1e-7.",
           _SOFT, "loss", subject=TF, word="probabilities",
           patches={"refimpl.ops.loss:probability_cross_entropy": clip_lower}),
    Mutant("ignored class counted", "ignore_class is read and not used.",
           _HARD, "loss", subject=TF, before=change_argument("ignore_class", replace_with(None)),
           word="ignored"),
    Mutant("sum over batch size is a sum", "Keras' default reduction does not divide.",
           _HARD, "loss", subject=TF, before=change_argument(
               "reduction", lambda r: "sum" if r == "sum_over_batch_size" else r)),
)  # fmt: skip

_DTYPES = of_kind(
    "dtypes",
    Mutant("float32 inside float64", "The loss is computed in float32, whatever it is given.",
           "cross_entropy", "loss", change_floats(round_to_float32)),
)  # fmt: skip

_NUMERICS = of_kind(
    "numerics",
    Mutant("off by 1e-5", "The loss is off by 1e-5 of itself.",
           "cross_entropy", "loss", after=change_output(scale_by_error(1e-5))),
    Mutant("off by 1e-5", "The loss is off by 1e-5 of itself.",
           "sparse_categorical_crossentropy", "loss", after=change_output(scale_by_error(1e-5)),
           subject=TF),
)  # fmt: skip

MUTANTS: tuple[Mutant, ...] = (*_GRADIENTS, *_LOSSES, *_DTYPES, *_NUMERICS)
