"""Convolutions with one mistake: sizes, sides, axes, groups, padding, gradients, parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from conformance.spec.array_changes import (
    add_one_example,
    change_one_tap,
    round_to_float32,
    truncate,
    widen_half,
)
from conformance.spec.mutant import After, Before, Mutant, of_kind
from conformance.spec.request import Observation, Request
from conformance.spec.transforms import (
    TF,
    average_gradient,
    change_argument,
    change_array,
    change_floats,
    change_gradient,
    change_output,
    change_outputs,
    change_owned,
    describe_owned,
    first_input,
    keep_batch_axis,
    limit_to_classes,
    omit_owned,
    read_in_memory_order,
    replace_with,
    set_arguments,
    swap_ends,
    swap_sides,
)

CONVOLUTIONS = ("conv1d", "conv2d", "conv3d")
SAME_PADDING = "refimpl.ops.windows:same_padding"


Ends = Callable[[Request], list[tuple[int, int]] | None]


def pad_input(ends: Ends) -> Before:
    """Pad the input with zeros by other ends than the layer would, and leave its padding out."""

    def before(request: Request) -> Request:
        pairs = None if request.fresh else ends(request)
        if pairs is None:
            return request
        name = first_input(request)
        arrays = {**request.arrays, name: np.pad(request.arrays[name], pairs)}
        return set_arguments(padding="valid")(replace(request, arrays=arrays))

    return before


def crop_input(ends: Ends) -> After:
    """Take the padding off again from what the input holds and from its gradient."""

    def after(request: Request, seen: Observation) -> Observation:
        pairs = None if request.fresh else ends(request)
        if pairs is None:
            return seen
        name = first_input(request)
        whole = zip(request.arrays[name].shape, pairs, strict=True)
        window = tuple(slice(start, start + size) for size, (start, _) in whole)

        def crop(arrays: Mapping[str, Any]) -> Mapping[str, Any]:
            return {key: each[window] if key == name else each for key, each in arrays.items()}

        return replace(seen, gradients=crop(seen.gradients), inputs=crop(seen.inputs))

    return after


def swap_same_ends(request: Request) -> list[tuple[int, int]] | None:
    """The padding of PyTorch's 'same', with the odd unit before the input."""
    arguments, x = request.call.arguments, request.arrays[first_input(request)]
    if arguments["padding"] != "same" or arguments.get("padding_mode", "zeros") != "zeros":
        return None
    kernel = request.arrays["weight"].shape[2:]
    totals = [gap * (taps - 1) for gap, taps in zip(arguments["dilation"], kernel, strict=True)]
    pairs = [(total - total // 2, total // 2) for total in totals]
    return [(0, 0)] * (x.ndim - len(pairs)) + pairs


def swap_causal_ends(request: Request) -> list[tuple[int, int]] | None:
    """The padding of a causal convolution, after the input."""
    arguments = request.call.arguments
    if arguments["padding"] != "causal":
        return None
    (taps,), (gap,) = arguments["kernel_size"], arguments["dilation_rate"]
    time = (0, gap * (taps - 1))
    last = arguments.get("data_format") != "channels_first"
    return [(0, 0), time, (0, 0)] if last else [(0, 0), (0, 0), time]


def ignore_stride(op: Any) -> Any:
    """Compute SAME padding for a stride of 1."""
    return lambda size, kernel, stride, gap: op(size, kernel, 1, gap)


def unpad_depthwise(request: Request) -> Request:
    """Forget the explicit padding of a convolution with one group for each channel."""
    arguments = request.call.arguments
    depthwise = arguments["groups"] == request.arrays["input"].shape[1] and not request.fresh
    if not depthwise or not isinstance(arguments["padding"], tuple):
        return request
    return change_argument("padding", lambda padding: (0,) * len(padding))(request)


def take_valid_for_same(padding: Any) -> Any:
    """SAME in the place of VALID, in either case of letters."""
    return {"VALID": "SAME", "valid": "same"}.get(padding, padding) if padding else padding


def drop_last_window(op: Any) -> Any:
    """Count one window fewer, where there is more than one."""
    return lambda *args: max(op(*args) - 1, 1)


def reverse_single_kernels(weight: Any) -> Any:
    """Turn a kernel of one input and one output in each of several groups around."""
    single = weight.shape[1] == 1 and len(weight) == 4
    return weight[..., ::-1] if single else weight


def reverse_axes(*axes: int) -> Callable[[Any], Any]:
    """Turn axes around."""
    return lambda values: np.ascontiguousarray(np.flip(values, axes))


def ignore_groups(request: Request) -> Request:
    """Give every group the first group's channels."""
    groups = request.call.arguments["groups"]
    if groups == 1 or request.fresh:
        return request
    return change_array(
        "input",
        lambda x: np.concatenate([x.take(range(x.shape[-3] // groups), -3)] * groups, -3),
    )(request)


def order_by_multiplier(y: Any, arrays: Any, call: Any) -> Any:
    """Order the outputs of four groups multiplier by multiplier."""
    if call.arguments["groups"] != 4:
        return y
    return y.reshape(len(y), 4, 2, *y.shape[2:]).swapaxes(1, 2).reshape(y.shape)


def swap_groups(axis: int) -> Callable[..., Any]:
    """Give the gradients of each half to the other one."""

    def wrong(bar: Any, arrays: Any, call: Any, cotangent: Any) -> Any:
        return np.roll(bar, bar.shape[axis] // 2, axis) if call.arguments["groups"] > 1 else bar

    return wrong


def read_channels_first(x: Any) -> Any:
    """Read an NHWC image as if its channels came first."""
    flat = np.ascontiguousarray(x).reshape(x.shape[0], x.shape[3], -1)
    return flat.swapaxes(1, 2).reshape(x.shape)


def omit_input_gradient(request: Request, seen: Observation) -> Observation:
    """Return gradients of the parameters alone."""
    gradients = {name: bar for name, bar in seen.gradients.items() if name != "input"}
    return replace(seen, gradients=gradients)


def divide_by_empty_batch(request: Request, seen: Observation) -> Observation:
    """Divide the gradients of an empty batch by its size."""
    if not seen.outputs or seen.outputs[0].size:
        return seen
    gradients = {name: bar * np.nan for name, bar in seen.gradients.items()}
    return replace(seen, gradients=gradients)


def take_next_number(values: Any) -> Any:
    """The next number of the dtype."""
    return np.nextafter(values, values.dtype.type(np.inf)) if values.dtype.itemsize > 2 else values


_GEOMETRY = of_kind(
    "geometry",
    Mutant("stride larger by one", "The window moves one element further than it is told.",
           "conv2d", "output", change_argument("stride", lambda s: tuple(k + 1 for k in s))),
    Mutant("stride axes swapped", "The strides of height and width are exchanged.",
           "conv2d", "output", change_argument("stride", lambda s: s[::-1])),
    Mutant("one window too few", "The output's size is off by one: the last window is left out.",
           "conv2d", "output", patches={"refimpl.ops.windows:output_size": drop_last_window}),
    Mutant("dilation ignored", "The kernel's taps stand side by side, whatever the dilation.",
           "conv2d", "output", change_argument("dilation", lambda d: (1,) * len(d)),
           word="dilation2"),
    Mutant("dilation ignored", "Keras' dilation_rate is read and not used.",
           "conv1d", "output", change_argument("dilation_rate", lambda d: (1,) * len(d)),
           subject=TF, word="dilation2", form="keras"),
    Mutant("padding less by one", "One row and column of the padding are missing on each side.",
           "conv2d", "output",
           change_argument("padding",
                           lambda p: p if p == "same" else tuple(max(k - 1, 0) for k in p))),
    Mutant("padding axes swapped", "The paddings of height and width are exchanged.",
           "conv2d", "output", change_argument("padding", lambda p: p if p == "same" else p[::-1])),
    Mutant("causal padding at the end",
           "A causal convolution is padded after its input, and so sees the future.",
           "conv1d", "output", pad_input(swap_causal_ends), crop_input(swap_causal_ends),
           subject=TF, form="keras", word="causal"),
    Mutant("explicit padding's sides swapped",
           "A pair of explicit padding is read as (after, before).",
           "conv2d", "output", change_argument("padding", swap_sides), subject=TF, word="padasym"),
    Mutant("groups swapped", "The halves of the kernel are given to each other's group.",
           "conv2d", "output", change_array("weight", lambda w: np.roll(w, len(w) // 2, 0)),
           word="groups2"),
    Mutant("groups ignored", "Every group convolves the first group's channels.",
           "conv2d", "output", ignore_groups, word="groups2"),
    Mutant("depthwise outputs ordered by multiplier",
           "The outputs of a channel multiplier come multiplier by multiplier, not channel by"
           " channel.",
           "conv2d", "output", after=change_output(order_by_multiplier), word="depthwise"),
    Mutant("kernel turned around",
           "The kernel is flipped: a convolution in place of the correlation that the frameworks"
           " call by that name.",
           "conv2d", "output", change_array("weight", reverse_axes(2, 3))),
    Mutant("kernel turned around", "The kernel is flipped along depth, height and width.",
           "conv3d", "output", change_array("filters", reverse_axes(0, 1, 2)), subject=TF,
           form="nn"),
    Mutant("kernel axes swapped", "The kernel's height and width are exchanged.",
           "conv2d", "output",
           change_array("weight", lambda w: w.swapaxes(2, 3) if w.shape[2] == w.shape[3] else w)),
    Mutant("bias forgotten", "The bias is not added.",
           "conv2d", "output", change_array("bias", np.zeros_like)),
    Mutant("bias divided among the groups", "Each of two groups adds half of the bias.",
           "conv1d", "output", change_array("bias", lambda b: b / b.dtype.type(2)), word="groups2"),
    Mutant("image read channels first", "An NHWC image is read as if its channels came first.",
           "conv2d", "output", change_array("input", read_channels_first), subject=TF, form="nn"),
    *(Mutant("single depthwise kernel turned around",
             "The path for one output in each group convolves where the others correlate.",
             layer, "output", change_array("weight", reverse_single_kernels), word="single")
      for layer in CONVOLUTIONS[:2]),
    *(
        mutant
        for layer in CONVOLUTIONS
        for mutant in (
            Mutant("VALID taken for SAME", "A convolution that is not to be padded is padded.",
                   layer, "output", change_argument("padding", take_valid_for_same), subject=TF,
                   form="keras"),
            Mutant("depthwise convolution forgets its padding",
                   "The path for one group a channel leaves explicit padding out.",
                   layer, "output", unpad_depthwise, word="depthwise"),
            Mutant("SAME padding at the wrong side",
                   "The odd unit of SAME padding goes before the input in place of after it.",
                   layer, "output", patches={SAME_PADDING: swap_ends}, subject=TF, word="same"),
            Mutant("reflecting the edge too", "Reflecting padding repeats the edge.",
                   layer, "output", change_argument("padding_mode", lambda mode:
                                                    "replicate" if mode == "reflect" else mode),
                   form="class", word="reflect"),
            Mutant("a batch axis on an unbatched output",
                   "An input without a batch axis gives an output with one.",
                   layer, "output", after=change_output(keep_batch_axis), word="unbatched"),
        )
    ),
    Mutant("'same' padding at the wrong side",
           "The odd unit of PyTorch's 'same' goes before the input in place of after it.",
           "conv2d", "output", pad_input(swap_same_ends), crop_input(swap_same_ends),
           word="same"),
    Mutant("SAME computed without the stride",
           "SAME padding is what a stride of 1 would need, whatever the stride.",
           "conv2d", "output", patches={SAME_PADDING: ignore_stride}, subject=TF, word="same"),
    Mutant("mirroring instead of repeating", "Replicating padding mirrors the input.",
           "conv2d", "output",
           change_argument("padding_mode", lambda mode: "reflect" if mode == "replicate" else mode),
           form="class", word="replicate"),
    Mutant("zeros for a padding mode", "A padding mode is accepted, and zeros are padded.",
           "conv1d", "output", change_argument("padding_mode", replace_with("zeros")), form="class",
           word="circular"),
)  # fmt: skip

_GRADIENTS = of_kind(
    "gradients",
    Mutant("bias gradient averaged", "The bias' gradient is a mean over the batch, not a sum.",
           "conv2d", "gradient", after=average_gradient("bias")),
    Mutant("bias gradient averaged", "The bias' gradient is a mean over the batch, not a sum.",
           "conv3d", "gradient", after=average_gradient("bias"), subject=TF, form="keras"),
    Mutant("weight gradient averaged", "The kernel's gradient is a mean over the batch.",
           "conv2d", "gradient", after=average_gradient("weight")),
    Mutant("weight gradient turned around", "The kernel's gradient is flipped.",
           "conv2d", "gradient",
           after=change_gradient("weight", lambda bar, *rest: np.flip(bar, (2, 3)))),
    Mutant("weight gradient's groups mixed up",
           "The gradients of the kernel's halves are given to each other's group.",
           "conv2d", "gradient", after=change_gradient("weight", swap_groups(0)), word="groups2"),
    Mutant("input gradient's groups mixed up",
           "The input's gradient of one group of channels is given to the next.",
           "conv2d", "gradient", after=change_gradient("input", swap_groups(-3)), word="groups2"),
    Mutant("input gradient missing", "There is no gradient of the input.",
           "conv2d", "gradient", after=omit_input_gradient),
)  # fmt: skip

_PARAMETERS = of_kind(
    "parameters",
    Mutant("parameters in the wrong order", "The bias comes before the weight.",
           "conv2d", "parameters", after=change_owned(lambda owned: owned[::-1])),
    Mutant("a bias that should not be there", "bias=False is not heard.",
           "conv2d", "parameters", change_argument("bias", replace_with(True)), word="nobias"),
    Mutant("bias missing", "The layer has no bias, though one is asked for.",
           "conv1d", "parameters", after=omit_owned("bias")),
    Mutant("kernel under another name", "Keras' kernel goes by PyTorch's name, weight.",
           "conv3d", "parameters", subject=TF, form="keras",
           after=describe_owned("kernel", name="weight")),
    Mutant("kernel owned in torch's layout", "Keras' kernel has PyTorch's shape.",
           "conv2d", "parameters", subject=TF, form="keras",
           after=change_owned(lambda owned: tuple(
               replace(each, shape=each.shape[::-1]) for each in owned))),
    Mutant("frozen kernel", "The kernel is not trainable.",
           "conv2d", "parameters", after=describe_owned("weight", trainable=False)),
    Mutant("kernel of another dtype", "The kernel is kept in float16.",
           "conv2d", "parameters", after=describe_owned("weight", dtype="float16")),
)  # fmt: skip

_DTYPES = of_kind(
    "dtypes",
    Mutant("float32 inside float64", "The layer computes in float32, whatever it is given.",
           "conv2d", "output", change_floats(round_to_float32), subject=TF),
    Mutant("half types answered in float32", "What comes in as a half type goes out as float32.",
           "conv1d", "dtype", after=change_outputs(widen_half), subject=TF),
)  # fmt: skip

_PURITY = of_kind(
    "purity",
    Mutant("memory read without its strides",
           "An input is read in the order in which it lies in memory.",
           "conv2d", "layout", read_in_memory_order),
    Mutant("an empty batch keeps one example", "A batch without examples gives one.",
           "conv2d", "empty", after=change_outputs(add_one_example)),
    Mutant("NaN gradients of an empty batch", "Gradients are divided by a batch size of 0.",
           "conv2d", "empty", after=divide_by_empty_batch),
    Mutant("the class rounds otherwise than the function",
           "The class has a path of its own, which is one unit in the last place above.",
           "conv2d", "forms", form="class",
           after=limit_to_classes(change_outputs(take_next_number))),
)  # fmt: skip

_NUMERICS = of_kind(
    "numerics",
    Mutant("one tap off by 2e-5", "The kernel's last column is off by 2e-5 of itself.",
           "conv2d", "output", change_array("weight", change_one_tap)),
    Mutant("one tap off by 2e-5", "The kernel's last column is off by 2e-5 of itself.",
           "conv3d", "output", change_array("weight", change_one_tap)),
    Mutant("bfloat16 weights", "The kernel is cut to bfloat16.",
           "conv2d", "output", change_array("weight", truncate(8))),
    Mutant("inputs of 16 bits", "All arrays are cut to 16 significant bits.",
           "conv2d", "output", change_floats(truncate(16))),
    Mutant("TF32 products", "All arrays are cut to the 11 significant bits of TF32.",
           "conv3d", "output", change_floats(truncate(11)), subject=TF),
)  # fmt: skip

MUTANTS: tuple[Mutant, ...] = (
    *_GEOMETRY,
    *_GRADIENTS,
    *_PARAMETERS,
    *_DTYPES,
    *_PURITY,
    *_NUMERICS,
)
