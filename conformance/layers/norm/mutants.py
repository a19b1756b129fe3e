"""Norms with one mistake: statistics, eps, running values, gradients, parameters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from conformance.spec.array_changes import round_to_float32, shape_per_channel
from conformance.spec.mutant import After, Before, Mutant, of_kind
from conformance.spec.request import Observation, Request
from conformance.spec.transforms import (
    TF,
    average_gradient,
    change_argument,
    change_array,
    change_floats,
    change_gradient,
    change_inputs,
    change_output,
    change_owned,
    change_state,
    describe_owned,
    first_input,
    omit_owned,
    replace_with,
    set_training,
)


def normalise_wrongly(root: str, *, instance: bool = False) -> After:
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
            result = result * shape_per_channel(arrays["weight"], x)
            result += shape_per_channel(arrays["bias"], x)
        return result

    return change_output(wrong)


def average_wrong_axis(old: Any, request: Request) -> Any:
    """Take the running mean of a square input's width for that of its channels."""
    x = request.arrays["input"].astype(np.float64)
    if request.call.training is False or request.call.arguments.get("training") is False:
        return old
    wrong = np.resize(x.mean(tuple(range(x.ndim - 1))), old.shape)
    return request.arrays["running_mean"].astype(np.float64) * 0.9 + wrong * 0.1


def skip_single_example(y: Any, arrays: Any, call: Any) -> Any:
    """Return a batch of one as it came."""
    return arrays["input"] if len(arrays["input"]) == 1 else y


def correct_bias(variance: Any, arrays: Any, call: Any) -> Any:
    """Give the unbiased variance."""
    count = np.prod([arrays["x"].shape[axis] for axis in call.arguments["axes"]])
    return variance * (count / max(count - 1, 1))


def keep_biased(unbiased: Any) -> Any:
    """Leave a biased variance as it is."""
    return lambda variance, count: variance


def repeat_first_batch(request: Request) -> Request:
    """Take every further batch for the first one."""
    first = request.arrays[first_input(request)]
    return replace(request, further=(first,) * len(request.further))


def scale_offset(y: Any, arrays: Any, call: Any) -> Any:
    """Multiply the offset by the scale, too."""
    return y + arrays["offset"] * (arrays["scale"] - 1) if "offset" in arrays else y


def hold_statistics_constant(bar: Any, arrays: Any, call: Any, cotangent: Any) -> Any:
    """The gradient of a norm that takes its statistics for constants."""
    if call.training is False or call.arguments.get("training") is False:
        return bar
    x = arrays["input"].astype(np.float64)
    axes = (0, *range(2, x.ndim))
    scale = 1 / np.sqrt(x.var(axes, keepdims=True) + call.arguments["eps"])
    weight = shape_per_channel(arrays["weight"], x) if "weight" in arrays else 1.0
    return cotangent * scale * weight


def hold_mean_constant(bar: Any, arrays: Any, call: Any, cotangent: Any) -> Any:
    """The gradient of a norm through its variance but not through its mean."""
    if call.training is False or call.arguments.get("training") is False:
        return bar
    x = arrays["input"].astype(np.float64)
    axes = (0, *range(2, x.ndim))
    scale = 1 / np.sqrt(x.var(axes, keepdims=True) + call.arguments["eps"])
    weight = shape_per_channel(arrays["weight"], x) if "weight" in arrays else 1.0
    return bar + cotangent.mean(axes, keepdims=True) * scale * weight


def rows_of(x: Any, call: Any) -> Any:
    """Lay what is normalised together in one row, for the norms of each example in PyTorch."""
    if "num_groups" in call.arguments:
        return x.reshape(len(x) * call.arguments["num_groups"], -1)
    return x.reshape(-1, np.prod(call.arguments["normalized_shape"]))


def factor_of(arrays: Any, call: Any, x: Any) -> Any:
    """The scale in a shape that goes with the input."""
    weight = arrays.get("weight", np.ones(()))
    return shape_per_channel(weight, x) if "num_groups" in call.arguments else weight


def epsilon_of(call: Any) -> float:
    """The epsilon that a call gives, or the dialect's default."""
    return float(call.arguments.get("eps", call.conventions.get("epsilon", 1e-5)))


def scale_rows_wrongly(scale: Callable[[Any, int, float], Any], *, centered: bool = True) -> After:
    """Multiply by a wrong function of the variance, the number of values, and eps."""

    def wrong(old: Any, arrays: Any, call: Any) -> Any:
        x = arrays["input"].astype(np.float64)
        rows, epsilon = rows_of(x, call), epsilon_of(call)
        rows = rows - rows.mean(1, keepdims=True) if centered else rows
        variance = np.square(rows).mean(1, keepdims=True)
        change = scale(variance, rows.shape[1], epsilon) - 1 / np.sqrt(variance + epsilon)
        return old + factor_of(arrays, call, x) * (change * rows).reshape(x.shape)

    return change_output(wrong)


def hold_mean_of_row_constant(bar: Any, arrays: Any, call: Any, cotangent: Any) -> Any:
    """The gradient of a norm of each example through its variance but not through its mean."""
    x = arrays["input"].astype(np.float64)
    scale = 1 / np.sqrt(rows_of(x, call).var(1, keepdims=True) + epsilon_of(call))
    shift = rows_of(cotangent * factor_of(arrays, call, x), call).mean(1, keepdims=True)
    return bar + np.broadcast_to(scale * shift, rows_of(x, call).shape).reshape(x.shape)


def hold_square_of_row_constant(bar: Any, arrays: Any, call: Any, cotangent: Any) -> Any:
    """The gradient of a norm that takes the mean square for a constant."""
    x = arrays["input"].astype(np.float64)
    square = np.square(rows_of(x, call)).mean(1, keepdims=True)
    factor = factor_of(arrays, call, x) * cotangent.astype(np.float64)
    return (rows_of(factor, call) / np.sqrt(square + epsilon_of(call))).reshape(x.shape)


def subtract_mean_of_row(y: Any, arrays: Any, call: Any) -> Any:
    """Subtract the mean before the scale, too."""
    x = arrays["input"].astype(np.float64)
    rows = rows_of(x, call)
    centered = rows - rows.mean(1, keepdims=True)
    deviation = np.sqrt(np.square(centered).mean(1, keepdims=True) + epsilon_of(call))
    return (centered / deviation).reshape(x.shape) * factor_of(arrays, call, x)


def add_own_eps(request: Request) -> Request:
    """Take the spacing of the input's own dtype for an eps that is not given."""
    widest = {"float16": 2.0**-10, "bfloat16": 2.0**-7}
    eps = widest.get(request.arrays["input"].dtype.name)
    return request if eps is None else add_default("eps", eps)(request)


def take_last_axis(op: Any) -> Any:
    """Average over the last axis, whatever the axes."""

    def wrong(input: Any, weight: Any, bias: Any, *, axes: Any, epsilon: float) -> Any:
        _, vjp = op(input, weight, bias, axes=axes, epsilon=epsilon)
        output = op(input, None, None, axes=(-1,), epsilon=epsilon)[0]
        along = [1] * input.ndim
        for axis in axes:
            along[axis] = input.shape[axis]
        output = output if weight is None else output * weight.reshape(along)
        return output if bias is None else output + bias.reshape(along), vjp

    return wrong


def square_last_axis(op: Any) -> Any:
    """Take the mean square of the last axis, whatever the axes."""

    def wrong(input: Any, weight: Any, *, axes: Any, epsilon: float) -> Any:
        _, vjp = op(input, weight, axes=axes, epsilon=epsilon)
        return op(input, None, axes=(-1,), epsilon=epsilon)[0] * weight, vjp

    return wrong


def exchange_axes_of_weight(op: Any) -> Any:
    """Read the weight's elements with its axes in the opposite order."""
    return lambda input, weight, *rest, **options: op(
        input, None if weight is None else weight.reshape(weight.shape[::-1]).T, *rest, **options
    )


def interleave_groups(op: Any) -> Any:
    """Deal the channels to the groups in turn."""

    def wrong(input: Any, *affine: Any, groups: int, epsilon: float) -> Any:
        order = np.arange(input.shape[1]).reshape(-1, groups).T.ravel()
        dealt = [None if each is None else each[order] for each in affine]
        output, vjp = op(input[:, order], *dealt, groups=groups, epsilon=epsilon)
        return output[:, np.argsort(order)], vjp

    return wrong


def normalise_each_position(op: Any) -> Any:
    """Take the statistics of each position by itself."""

    def wrong(input: Any, *affine: Any, **options: Any) -> Any:
        _, vjp = op(input, *affine, **options)
        positions = np.moveaxis(input.reshape(*input.shape[:2], -1), 1, 2)
        alone = op(positions.reshape(-1, input.shape[1]), *affine, **options)[0]
        return np.moveaxis(alone.reshape(positions.shape), 1, 2).reshape(input.shape), vjp

    return wrong


def add_default(name: str, value: Any) -> Before:
    """Give an argument that is left out another default."""
    return lambda request: replace(
        request,
        call=replace(request.call, arguments={name: value, **request.call.arguments}),
    )


def skip_single_value(y: Any, arrays: Any, call: Any) -> Any:
    """Return values that are normalised alone as they came."""
    return arrays["input"] if rows_of(arrays["input"], call).shape[1] == 1 else y


def widen_state(request: Request, seen: Observation) -> Observation:
    """Keep every statistic in float64."""
    return replace(seen, state={name: each.astype(np.float64) for name, each in seen.state.items()})


_STATISTICS = of_kind(
    "statistics",
    Mutant("eps 1e-3 for 1e-5", "Keras' default of eps stands where PyTorch's should.",
           "batch_norm2d", "output",
           change_argument("eps", lambda eps: 1e-3 if eps == 1e-5 else eps)),
    Mutant("eps at its default", "The eps that is given is not used.",
           "batch_norm2d", "output", change_argument("eps", replace_with(1e-5)), word="eps3"),
    Mutant("eps outside the root", "eps is added to the deviation, not to the variance.",
           "batch_norm2d", "output", after=normalise_wrongly("outside")),
    Mutant("eps outside the root", "eps is added to the deviation, not to the variance.",
           "batch_norm3d", "output", after=normalise_wrongly("outside")),
    Mutant("eps forgotten", "The output is divided by the deviation itself.",
           "batch_norm1d", "output", after=normalise_wrongly("forgotten")),
    Mutant("eps forgotten", "The output is divided by the deviation itself.",
           "instance_norm1d", "output", after=normalise_wrongly("forgotten", instance=True)),
    Mutant("unbiased variance in the output",
           "The output is divided by the root of the unbiased variance.",
           "batch_norm2d", "output", after=normalise_wrongly("unbiased")),
    Mutant("unbiased variance in the output",
           "The output is divided by the root of the unbiased variance.",
           "instance_norm2d", "output", after=normalise_wrongly("unbiased", instance=True),
           form="class"),
    Mutant("statistics of the whole batch", "An instance norm averages over the batch, too.",
           "instance_norm2d", "output", after=normalise_wrongly("inside"), form="class"),
    Mutant("statistics of the whole batch", "An instance norm averages over the batch, too.",
           "instance_norm3d", "output", after=normalise_wrongly("inside"), form="class"),
    Mutant("statistics of each example", "A batch norm averages over each example alone.",
           "batch_norm3d", "output", after=normalise_wrongly("inside", instance=True)),
    Mutant("variance as a difference of squares", "The variance is E[x²] − E[x]², which cancels.",
           "batch_norm2d", "output", after=normalise_wrongly("naive")),
    Mutant("scale forgotten", "The result is not multiplied by the scale.",
           "batch_norm2d", "output", change_array("weight", np.ones_like)),
    Mutant("evaluation with the batch's statistics",
           "In evaluation the batch is normalised by its own statistics.",
           "batch_norm2d", "output", set_training(True), word="eval"),
    Mutant("evaluation with the batch's statistics",
           "In evaluation the batch is normalised by its own statistics.",
           "batch_norm1d", "output", set_training(True), word="eval", subject=TF),
    Mutant("channel axis first for last",
           "The channels of a channels-last image are looked for at axis 1.",
           "instance_norm2d", "output", subject=TF, form="keras",
           before=change_argument("axis", lambda axis: 1 if axis == -1 else axis)),
    Mutant("eps at its default", "The epsilon that is given is not used.",
           "batch_norm2d", "output", subject=TF, form="keras",
           before=change_argument("epsilon", replace_with(1e-3))),
    Mutant("momentum complemented", "The weights of old and new statistics are exchanged.",
           "batch_norm2d", "state",
           change_argument("momentum", lambda m: m if m is None else 1 - m)),
    Mutant("momentum complemented", "Keras' momentum is read as PyTorch's.",
           "batch_norm2d", "state", change_argument("momentum", lambda m: 1 - m), subject=TF,
           form="keras"),
    Mutant("momentum at its default", "The momentum that is given is not used.",
           "batch_norm1d", "state", word="momentum3",
           before=change_argument("momentum", replace_with(0.1))),
    Mutant("no cumulative average", "momentum=None means 0.1 in place of a cumulative average.",
           "batch_norm1d", "state", word="cumulative",
           before=change_argument("momentum", replace_with(0.1))),
    *(Mutant("biased running variance", "The running variance takes in the biased variance.",
             layer, "state", patches={"refimpl.ops.norm:unbias_variance": keep_biased}, word=word)
      for layer, word in (("batch_norm2d", ""), ("instance_norm2d", "track"))),
    Mutant("unbiased moving variance",
           "The moving variance takes in the unbiased variance, as PyTorch's does.",
           "batch_norm2d", "state", subject=TF, form="keras", after=change_state(
               "moving_variance", lambda old, request:
               old + (old - request.arrays["moving_variance"]) / 50)),
    Mutant("running mean of the wrong axis", "The running mean is that of the input's last axis.",
           "batch_norm2d", "state", after=change_state("running_mean", average_wrong_axis)),
    Mutant("batches not counted", "num_batches_tracked stays 0.",
           "batch_norm2d", "state", form="class",
           after=change_state("num_batches_tracked", lambda old, request: 0 * old)),
    Mutant("statistics only of the first batch", "Every further batch is taken for the first one.",
           "batch_norm2d", "state", repeat_first_batch, form="class"),
    Mutant("evaluation updates the statistics", "The running mean moves in evaluation.",
           "batch_norm2d", "state", word="eval",
           after=change_state("running_mean", lambda old, request: old * 0.9)),
    Mutant("training does not update the statistics", "The running mean stays as it was.",
           "instance_norm2d", "state", word="track",
           after=change_state("running_mean", lambda old, request: request.arrays["running_mean"])),
    Mutant("unbiased variance", "tf.nn.moments gives the unbiased variance.",
           "moments", "output", subject=TF, after=change_output(correct_bias, 1)),
    Mutant("axes left out", "The last of the axes is not averaged over.",
           "moments", "output", subject=TF,
           before=change_argument("axes", lambda axes: axes[:-1] or axes)),
    Mutant("eps at its default", "The variance_epsilon that is given is not used.",
           "batch_normalization", "output", subject=TF,
           before=change_argument("variance_epsilon", replace_with(1e-3))),
    Mutant("offset added before the scale", "The offset is multiplied by the scale, too.",
           "batch_normalization", "output", subject=TF, after=change_output(scale_offset)),
    Mutant("biased variance returned", "The variance that a fused batch norm returns is biased.",
           "fused_batch_norm", "output", subject=TF, after=change_output(
               lambda v, arrays, call: v * (1 - 1 / (arrays["x"].size / v.size)), 2)),
    *(Mutant("eps at its default", "The eps that is given is not used.",
             layer, "output", change_argument("eps", replace_with(1e-5)), word="eps3")
      for layer in ("batch_norm3d", "instance_norm1d", "instance_norm3d")),
    *(Mutant("one example left as it is", "A batch of one example is not normalised.",
             layer, "output", after=change_output(skip_single_example), word="example1")
      for layer in (
          "group_norm", *(f"{kind}_norm{n}d" for kind in ("batch", "instance") for n in (1, 2, 3))
      )),
    Mutant("unbiased variance", "The variance is divided by n - 1 and not by n.",
           "layer_norm", "output", after=scale_rows_wrongly(
               lambda variance, n, eps: 1 / np.sqrt(variance * n / max(n - 1, 1) + eps))),
    Mutant("eps outside the root", "eps is added to the deviation, not to the variance.",
           "layer_norm", "output", after=scale_rows_wrongly(
               lambda variance, n, eps: 1 / (np.sqrt(variance) + eps)), word="eps3"),
    Mutant("PyTorch's default of eps", "An epsilon that is not given is 1e-5.",
           "layer_norm", "output", add_default("epsilon", 1e-5), subject=TF, word="epsdefault"),
    Mutant("the last axis whatever the axes", "Statistics are those of the last axis alone.",
           "layer_norm", "output", subject=TF, word="outer",
           patches={"refimpl.ops.norm_layer:layer_norm": take_last_axis}),
    Mutant("weight along the wrong axis", "The axes of the weight are taken in the opposite order.",
           "layer_norm", "output", word="last2",
           patches={"refimpl.ops.norm_layer:layer_norm": exchange_axes_of_weight}),
    Mutant("one value left as it is", "What is normalised alone is returned as it came.",
           "layer_norm", "output", after=change_output(skip_single_value), word="value1"),
    Mutant("the mean subtracted", "It is a layer norm without a shift.",
           "rms_norm", "output", after=change_output(subtract_mean_of_row)),
    Mutant("a sum for the mean", "The squares are added up and not averaged.",
           "rms_norm", "output", after=scale_rows_wrongly(
               lambda square, n, eps: 1 / np.sqrt(square * n + eps), centered=False)),
    Mutant("eps outside the root", "eps is added to the root of the mean square.",
           "rms_norm", "output", after=scale_rows_wrongly(
               lambda square, n, eps: 1 / (np.sqrt(square) + eps), centered=False), word="eps3"),
    Mutant("the half type's own eps", "An eps that is not given is the spacing of the half type.",
           "rms_norm", "output", add_own_eps, word="epsdefault"),
    Mutant("Keras' other default of eps", "An epsilon that is not given is 1e-3.",
           "rms_norm", "output", add_default("epsilon", 1e-3), subject=TF, word="epsdefault"),
    Mutant("the last axis alone", "The mean square is that of the last axis alone.",
           "rms_norm", "output", subject=TF, word="last2",
           patches={"refimpl.ops.norm_layer:rms_norm": square_last_axis}),
    Mutant("one value left as it is", "What is normalised alone is returned as it came.",
           "rms_norm", "output", after=change_output(skip_single_value), word="value1"),
    Mutant("groups interleaved", "The channels are dealt to the groups in turn.",
           "group_norm", "output",
           patches={"refimpl.ops.norm_layer:group_norm": interleave_groups}),
    Mutant("one group", "All channels are normalised together.",
           "group_norm", "output", change_argument("num_groups", replace_with(1))),
    Mutant("statistics of each position", "The positions of a group are not averaged over.",
           "group_norm", "output", subject=TF,
           patches={"refimpl.ops.norm_layer:group_norm": normalise_each_position}),
    Mutant("unbiased variance", "The variance is divided by n - 1 and not by n.",
           "group_norm", "output", after=scale_rows_wrongly(
               lambda variance, n, eps: 1 / np.sqrt(variance * n / max(n - 1, 1) + eps))),
    Mutant("eps outside the root", "eps is added to the deviation, not to the variance.",
           "group_norm", "output", after=scale_rows_wrongly(
               lambda variance, n, eps: 1 / (np.sqrt(variance) + eps)), word="eps3"),
    Mutant("PyTorch's default of eps", "An epsilon that is not given is 1e-5.",
           "group_norm", "output", add_default("epsilon", 1e-5), subject=TF, word="epsdefault"),
)  # fmt: skip

_GRADIENTS = of_kind(
    "gradients",
    Mutant("statistics taken for constants on the way back",
           "The gradient does not flow through mean and variance.",
           "batch_norm2d", "gradient", after=change_gradient("input", hold_statistics_constant)),
    Mutant("mean taken for a constant on the way back",
           "The gradient flows through the variance but not through the mean: a term is missing.",
           "batch_norm1d", "gradient", after=change_gradient("input", hold_mean_constant)),
    Mutant("gradient of the shift averaged", "The shift's gradient is a mean over the batch.",
           "batch_norm2d", "gradient", after=average_gradient("bias")),
    Mutant("gradient of the scale of one example",
           "The scale's gradient is that of the batch divided by its size.",
           "instance_norm3d", "gradient", after=average_gradient("weight")),
    Mutant("gradient of the variance missing", "Nothing flows back to a given variance.",
           "batch_normalization", "gradient", subject=TF,
           after=change_gradient("variance", lambda bar, *rest: bar * 0)),
    Mutant("mean taken for a constant on the way back",
           "The gradient flows through the variance but not through the mean: a term is missing.",
           "layer_norm", "gradient",
           after=change_gradient("input", hold_mean_of_row_constant)),
    Mutant("mean taken for a constant on the way back",
           "The gradient flows through the variance but not through the mean: a term is missing.",
           "group_norm", "gradient",
           after=change_gradient("input", hold_mean_of_row_constant)),
    Mutant("mean square taken for a constant on the way back",
           "The gradient does not flow through the mean square.",
           "rms_norm", "gradient",
           after=change_gradient("input", hold_square_of_row_constant)),
    Mutant("gradient of the scale averaged", "The scale's gradient is a mean over the batch.",
           "layer_norm", "gradient", after=average_gradient("weight")),
)  # fmt: skip

_PARAMETERS = of_kind(
    "parameters",
    Mutant("a buffer missing", "num_batches_tracked is not there.",
           "batch_norm2d", "parameters", after=omit_owned("num_batches_tracked")),
    Mutant("a buffer as a parameter", "The running mean is a trainable parameter.",
           "batch_norm2d", "parameters", after=describe_owned("running_mean", trainable=True)),
    Mutant("scale starts at zero", "The scale is initialised with 0.",
           "batch_norm2d", "parameters", after=describe_owned("weight", initial=0.0)),
    Mutant("moving variance starts at zero", "The moving variance is initialised with 0.",
           "batch_norm3d", "parameters", subject=TF, form="keras",
           after=describe_owned("moving_variance", initial=0.0)),
    Mutant("counter is a float", "num_batches_tracked is a float32.",
           "batch_norm2d", "parameters",
           after=describe_owned("num_batches_tracked", dtype="float32")),
    Mutant("statistics are trainable", "The moving mean is trainable.",
           "batch_norm2d", "parameters", subject=TF, form="keras",
           after=describe_owned("moving_mean", trainable=True)),
    Mutant("gamma and beta exchanged", "beta comes before gamma.",
           "batch_norm2d", "parameters", subject=TF, form="keras",
           after=change_owned(lambda owned: (owned[1], owned[0], *owned[2:]))),
    Mutant("gamma of axes by their place",
           "gamma's axes are those of the input, not sorted as they are written.",
           "layer_norm", "parameters", subject=TF, word="unsorted",
           after=change_owned(lambda owned: tuple(
               replace(each, shape=tuple(sorted(each.shape))) for each in owned))),
)  # fmt: skip

_DTYPES = of_kind(
    "dtypes",
    Mutant("float32 inside float64", "The layer computes in float32, whatever it is given.",
           "batch_norm2d", "output", change_floats(round_to_float32)),
    Mutant("running mean kept in float32", "A float64 layer keeps its statistics in float32.",
           "batch_norm1d", "state",
           after=change_state("running_mean", lambda old, request: round_to_float32(old))),
    Mutant("statistics kept in float64", "A float32 layer keeps its statistics in float64.",
           "batch_norm2d", "state", after=widen_state),
)  # fmt: skip

_PURITY = of_kind(
    "purity",
    Mutant("input centred by the call", "A norm subtracts the mean in its input's memory.",
           "batch_norm2d", "purity", subject=TF, form="keras",
           after=change_inputs(lambda x: x - x.mean(dtype=np.float64).astype(x.dtype))),
)  # fmt: skip

MUTANTS: tuple[Mutant, ...] = (*_STATISTICS, *_GRADIENTS, *_PARAMETERS, *_DTYPES, *_PURITY)
