"""Norms that take the wrong statistics, use them wrongly, or keep them wrongly."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from conformance.mutants.mutant import After, Mutant
from conformance.mutants.spoil import (
    TF,
    argument,
    array,
    constant,
    first_input,
    output,
    spread,
    state,
    training,
)
from conformance.subjects.base import Request


def normalised(root: str, *, instance: bool = False) -> After:
    """A batch or instance norm in training written wrongly, in one of some ways."""

    def wrong(old: Any, arrays: Any, call: Any) -> Any:
        uses_batch = call.training is not False and call.arguments.get("training") is not False
        if not uses_batch or call.arguments.get("use_input_stats") is False:
            return old
        x = arrays["input"].astype(np.float64)
        narrow = arrays["input"].dtype
        axes = tuple(range(2, x.ndim)) if instance else (0, *range(2, x.ndim))
        mean, variance = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
        count = x.size / mean.size
        epsilon = call.arguments["eps"]
        if root == "outside":
            scale = 1 / (np.sqrt(variance) + epsilon)
        elif root == "unbiased":
            scale = 1 / np.sqrt(variance * count / (count - 1) + epsilon)
        elif root == "naive":
            square = np.mean(np.square(arrays["input"]), axes, dtype=narrow, keepdims=True)
            middle = np.mean(arrays["input"], axes, dtype=narrow, keepdims=True)
            scale = 1 / np.sqrt(np.abs((square - middle**2).astype(np.float64)) + epsilon)
        elif root == "forgotten":
            scale = 1 / np.sqrt(variance)
        else:
            scale = 1 / np.sqrt(variance + epsilon)
        result = (x - mean) * scale
        if "weight" in arrays:
            result = result * spread(arrays["weight"], x) + spread(arrays["bias"], x)
        return result

    return output(wrong)


def mean_of_wrong_axis(old: Any, request: Request) -> Any:
    """Take the running mean of a square input's width for that of its channels."""
    x = request.arrays["input"].astype(np.float64)
    if request.call.training is False or request.call.arguments.get("training") is False:
        return old
    wrong = np.resize(x.mean(tuple(range(x.ndim - 1))), old.shape)
    return request.arrays["running_mean"].astype(np.float64) * 0.9 + wrong * 0.1


def _one_left(y: Any, arrays: Any, call: Any) -> Any:
    """Return a batch of one as it came."""
    return arrays["input"] if len(arrays["input"]) == 1 else y


MUTANTS = (
    Mutant("eps 1e-3 for 1e-5", "Keras' default of eps stands where PyTorch's should.",
           "batch_norm2d", "output", argument("eps", lambda eps: 1e-3 if eps == 1e-5 else eps)),
    Mutant("eps at its default", "The eps that is given is not used.",
           "batch_norm2d", "output", argument("eps", constant(1e-5)), word="eps3"),
    Mutant("eps outside the root", "eps is added to the deviation, not to the variance.",
           "batch_norm2d", "output", after=normalised("outside")),
    Mutant("eps outside the root", "eps is added to the deviation, not to the variance.",
           "batch_norm3d", "output", after=normalised("outside")),
    Mutant("eps forgotten", "The output is divided by the deviation itself.",
           "batch_norm1d", "output", after=normalised("forgotten")),
    Mutant("eps forgotten", "The output is divided by the deviation itself.",
           "instance_norm1d", "output", after=normalised("forgotten", instance=True)),
    Mutant("unbiased variance in the output", "The output is divided by the root of the unbiased"
           " variance.", "batch_norm2d", "output", after=normalised("unbiased")),
    Mutant("unbiased variance in the output", "The output is divided by the root of the unbiased"
           " variance.", "instance_norm2d", "output",
           after=normalised("unbiased", instance=True), form="class"),
    Mutant("statistics of the whole batch", "An instance norm averages over the batch, too.",
           "instance_norm2d", "output", after=normalised("inside"), form="class"),
    Mutant("statistics of the whole batch", "An instance norm averages over the batch, too.",
           "instance_norm3d", "output", after=normalised("inside"), form="class"),
    Mutant("statistics of each example", "A batch norm averages over each example alone.",
           "batch_norm3d", "output", after=normalised("inside", instance=True)),
    Mutant("variance as a difference of squares", "The variance is E[x²] − E[x]², which cancels.",
           "batch_norm2d", "output", after=normalised("naive")),
    Mutant("scale forgotten", "The result is not multiplied by the scale.",
           "batch_norm2d", "output", array("weight", np.ones_like)),
    Mutant("evaluation with the batch's statistics", "In evaluation the batch is normalised by its"
           " own statistics.", "batch_norm2d", "output", training(True), word="eval"),
    Mutant("evaluation with the batch's statistics", "In evaluation the batch is normalised by its"
           " own statistics.", "batch_norm1d", "output", training(True), word="eval", subject=TF),
    Mutant("channel axis first for last", "The channels of a channels-last image are looked for"
           " at axis 1.", "instance_norm2d", "output", subject=TF, form="keras",
           before=argument("axis", lambda axis: 1 if axis == -1 else axis)),
    Mutant("eps at its default", "The epsilon that is given is not used.",
           "batch_norm2d", "output", subject=TF, form="keras",
           before=argument("epsilon", constant(1e-3))),
    Mutant("momentum complemented", "The weights of old and new statistics are exchanged.",
           "batch_norm2d", "state", argument("momentum", lambda m: m if m is None else 1 - m)),
    Mutant("momentum complemented", "Keras' momentum is read as PyTorch's.",
           "batch_norm2d", "state", argument("momentum", lambda m: 1 - m), subject=TF,
           form="keras"),
    Mutant("momentum at its default", "The momentum that is given is not used.",
           "batch_norm1d", "state", word="momentum3", before=argument("momentum", constant(0.1))),
    Mutant("no cumulative average", "momentum=None means 0.1 in place of a cumulative average.",
           "batch_norm1d", "state", word="cumulative",
           before=argument("momentum", constant(0.1))),
    Mutant("biased running variance", "The running variance takes in the biased variance.",
           "batch_norm2d", "state", patches={
               "refimpl.ops.norm:unbiased": lambda op: lambda variance, count: variance}),
    Mutant("biased running variance", "The running variance takes in the biased variance.",
           "instance_norm2d", "state", patches={
               "refimpl.ops.norm:unbiased": lambda op: lambda variance, count: variance},
           word="track"),
    Mutant("unbiased moving variance", "The moving variance takes in the unbiased variance, as"
           " PyTorch's does.", "batch_norm2d", "state", subject=TF, form="keras",
           after=state("moving_variance", lambda old, request: old + (
               old - request.arrays["moving_variance"]) / 50)),
    Mutant("running mean of the wrong axis", "The running mean is that of the input's last axis.",
           "batch_norm2d", "state", after=state("running_mean", mean_of_wrong_axis)),
    Mutant("batches not counted", "num_batches_tracked stays 0.",
           "batch_norm2d", "state", form="class",
           after=state("num_batches_tracked", lambda old, request: 0 * old)),
    Mutant("statistics only of the first batch", "Every further batch is taken for the first one.",
           "batch_norm2d", "state", form="class", before=lambda request: replace(
               request,
               further=(request.arrays[first_input(request)],) * len(request.further))),
    Mutant("evaluation updates the statistics", "The running mean moves in evaluation.",
           "batch_norm2d", "state", word="eval",
           after=state("running_mean", lambda old, request: old * 0.9)),
    Mutant("training does not update the statistics", "The running mean stays as it was.",
           "instance_norm2d", "state", word="track",
           after=state("running_mean", lambda old, request: request.arrays["running_mean"])),
    Mutant("unbiased variance", "tf.nn.moments gives the unbiased variance.",
           "moments", "output", subject=TF, after=output(
               lambda v, arrays, call: v * _counted(arrays["x"], call.arguments["axes"]), 1)),
    Mutant("axes left out", "The last of the axes is not averaged over.",
           "moments", "output", subject=TF,
           before=argument("axes", lambda axes: axes[:-1] or axes)),
    Mutant("eps at its default", "The variance_epsilon that is given is not used.",
           "batch_normalization", "output", subject=TF,
           before=argument("variance_epsilon", constant(1e-3))),
    Mutant("offset added before the scale", "The offset is multiplied by the scale, too.",
           "batch_normalization", "output", subject=TF,
           after=output(lambda y, arrays, call: y + arrays["offset"] * (arrays["scale"] - 1)
                        if "offset" in arrays else y)),
    Mutant("biased variance returned", "The variance that a fused batch norm returns is biased.",
           "fused_batch_norm", "output", subject=TF,
           after=output(lambda v, arrays, call: v * (1 - 1 / (arrays["x"].size / v.size)), 2)),
    *(Mutant("eps at its default", "The eps that is given is not used.", layer, "output",
             before=argument("eps", constant(1e-5)), word="eps3")
      for layer in ("batch_norm3d", "instance_norm1d", "instance_norm3d")),
    *(Mutant("one example left as it is", "A batch of one example is not normalised.",
             layer, "output", word="example1", after=output(_one_left))
      for layer in (f"{kind}_norm{n}d" for kind in ("batch", "instance") for n in (1, 2, 3))),
)  # fmt: skip


def _counted(x: Any, axes: Any) -> Any:
    count = np.prod([x.shape[axis] for axis in axes])
    return count / max(count - 1, 1)
