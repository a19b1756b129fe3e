"""Convolution in TensorFlow's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from conformance.layers.data_formats import both_formats, data_format, images, kernels
from conformance.spec.bad_call import NEVER_WRITTEN, Accepts, BadCall, Dies, ReturnedArray, ones
from conformance.spec.call import Array, Call, Owned, Result, Slot, Translate, Unsupported
from conformance.spec.case import Case


@dataclass(frozen=True)
class DepthwiseKernel:
    """A grouped kernel (C·M, 1, *K) as TensorFlow's depthwise (*K, C, M).

    Attributes
    ----------
    channels : int
        C, the input's channels.
    """

    channels: int

    def to(self, array: Array) -> Array:
        """Split the output channels by the input channel they belong to."""
        split = array.reshape(self.channels, -1, *array.shape[2:])
        return split.transpose(*range(2, split.ndim), 0, 1)

    def back(self, array: Array) -> Array:
        """Join them again."""
        rank = array.ndim - 2
        split = array.transpose(rank, rank + 1, *range(rank))
        return split.reshape(-1, 1, *split.shape[2:])


def _must_be_batched(case: Case) -> None:
    if not case.config["batched"]:
        raise Unsupported("TensorFlow's layers need a batch axis")
    if case.config["padding_mode"] != "zeros":
        raise Unsupported("TensorFlow's convolutions pad with zeros only")


def _padding(config: Mapping[str, Any], explicit: bool, channels_first: bool) -> Any:
    padding = config["padding"]
    if padding == "causal":
        raise Unsupported("only keras.layers.Conv1D pads causally")
    if padding == "same":
        return "SAME"
    if all(pair == (0, 0) for pair in padding):
        return "VALID"
    if not explicit:
        raise Unsupported("this function takes SAME and VALID padding only")
    spatial = [list(pair) for pair in padding]
    none = [0, 0]
    return [none, none, *spatial] if channels_first else [none, *spatial, none]


def _function(case: Case, target: str, channels_first: bool) -> Call:
    _must_be_batched(case)
    config, rank = case.config, case.config["rank"]
    move = images(rank, channels_first)
    explicit = target == "nn.conv2d"
    arguments: dict[str, Any] = {
        "padding": _padding(config, explicit, channels_first),
        "data_format": data_format(rank, channels_first),
    }
    ones = rank == 3 and target == "nn.conv3d"
    for word, name in ("strides", "stride"), ("dilations", "dilation"):
        values = list(config[name])
        if ones:
            values = [1, 1, *values] if channels_first else [1, *values, 1]
        arguments["stride" if target == "nn.conv1d" and name == "stride" else word] = values
    slots = (
        Slot("input", "input", move=move),
        Slot("weight", "filters", "parameter", kernels(rank)),
    )
    return Call(target, "function", arguments, slots, (Result(move=move),))


def _depthwise_function(case: Case, channels_first: bool) -> Call:
    _must_be_batched(case)
    config = case.config
    if config["groups"] != config["in_channels"]:
        raise Unsupported("a depthwise convolution has one group for each channel")
    if max(config["stride"]) > 1 and max(config["dilation"]) > 1:
        raise Unsupported("tf.nn.depthwise_conv2d documents dilation for strides of 1 only")
    if len(set(config["stride"])) > 1:
        raise Unsupported("tf.nn.depthwise_conv2d takes one stride for both axes")
    move = images(2, channels_first)
    stride = config["stride"][0]
    arguments = {
        "strides": [1, 1, stride, stride] if channels_first else [1, stride, stride, 1],
        "padding": _padding(config, True, channels_first),
        "data_format": data_format(2, channels_first),
        "dilations": list(config["dilation"]),
    }
    slots = (
        Slot("input", "input", move=move),
        Slot("weight", "filter", "parameter", DepthwiseKernel(config["in_channels"])),
    )
    return Call("nn.depthwise_conv2d", "function", arguments, slots, (Result(move=move),))


def _layer_padding(config: Mapping[str, Any], causal: bool) -> str:
    padding = config["padding"]
    if padding == "same" or (padding == "causal" and causal):
        return str(padding)
    if padding != "causal" and all(pair == (0, 0) for pair in padding):
        return "valid"
    raise Unsupported("Keras' convolutions take 'valid' and 'same' padding, Conv1D also 'causal'")


def _layer(case: Case, channels_first: bool) -> Call:
    _must_be_batched(case)
    config, rank = case.config, case.config["rank"]
    move = images(rank, channels_first)
    arguments = {
        "filters": config["out_channels"],
        "kernel_size": config["kernel"],
        "strides": config["stride"],
        "padding": _layer_padding(config, causal=rank == 1),
        "data_format": "channels_first" if channels_first else "channels_last",
        "dilation_rate": config["dilation"],
        "groups": config["groups"],
        "activation": None,
        "use_bias": config["bias"],
        "dtype": case.dtype,
    }
    slots = [
        Slot("input", "inputs", move=move),
        Slot("weight", "kernel", "parameter", kernels(rank)),
    ]
    inputs = config["in_channels"] // config["groups"]
    shape = (*config["kernel"], inputs, config["out_channels"])
    owned = [Owned("kernel", shape, case.dtype, True)]
    if config["bias"]:
        slots.append(Slot("bias", "bias", "parameter"))
        owned.append(Owned("bias", (config["out_channels"],), case.dtype, True, 0.0))
    return Call(
        f"keras.layers.Conv{rank}D",
        "class",
        arguments,
        tuple(slots),
        (Result(move=move),),
        owned=tuple(owned),
    )


def _depthwise_layer(case: Case, channels_first: bool) -> Call:
    _must_be_batched(case)
    config = case.config
    channels = config["in_channels"]
    if config["groups"] != channels:
        raise Unsupported("a depthwise convolution has one group for each channel")
    move = images(2, channels_first)
    multiplier = config["out_channels"] // channels
    arguments = {
        "kernel_size": config["kernel"],
        "strides": config["stride"],
        "padding": _layer_padding(config, causal=False),
        "depth_multiplier": multiplier,
        "data_format": "channels_first" if channels_first else "channels_last",
        "dilation_rate": config["dilation"],
        "use_bias": config["bias"],
        "dtype": case.dtype,
    }
    slots = [
        Slot("input", "inputs", move=move),
        Slot("weight", "kernel", "parameter", DepthwiseKernel(channels)),
    ]
    owned = [Owned("kernel", (*config["kernel"], channels, multiplier), case.dtype, True)]
    if config["bias"]:
        slots.append(Slot("bias", "bias", "parameter"))
        owned.append(Owned("bias", (config["out_channels"],), case.dtype, True, 0.0))
    return Call(
        "keras.layers.DepthwiseConv2D",
        "class",
        arguments,
        tuple(slots),
        (Result(move=move),),
        owned=tuple(owned),
    )


def is_compiled(case: Case, form: str) -> bool:
    """Whether Keras hands a case to XLA: groups, and three axes with the channels first."""
    if form not in ("keras", "keras_ncx"):
        return False
    transposed = case.config["rank"] == 3 and form == "keras_ncx"
    return bool(case.config["groups"] > 1 or transposed)


def _forms(rank: int) -> Mapping[str, Translate]:
    forms = {
        **both_formats("nn", partial(_function, target=f"nn.conv{rank}d")),
        **both_formats("convolution", partial(_function, target="nn.convolution")),
        **both_formats("keras", _layer),
    }
    if rank == 2:
        forms |= both_formats("depthwise", _depthwise_function)
        forms |= both_formats("keras_depthwise", _depthwise_layer)
    return forms


FORMS: Mapping[str, Mapping[str, Translate]] = {f"conv{n}d": _forms(n) for n in (1, 2, 3)}

# Calls that must be refused, and what the framework itself does ------------------------------

X1 = ones(2, 7, 4)
X2 = ones(2, 7, 6, 4)
X3 = ones(2, 5, 6, 7, 4)
K1 = ones(3, 4, 2)
K2 = ones(3, 3, 4, 2)
K3 = ones(2, 2, 2, 4, 2)

BAD_CALLS: tuple[BadCall, ...] = (
    BadCall("nn.conv1d", "input-7x4", "input", "ValueError",
        Dies(("SIGABRT",), "oneDNN looks for a channel axis that is not there."),
        {"input": ones(7, 4), "filters": K1, "stride": 1, "padding": "SAME"}),
    BadCall("nn.conv1d", "stride-0", "stride", "ValueError", "InvalidArgumentError",
        {"input": X1, "filters": K1, "stride": 0, "padding": "SAME"}),
    BadCall("nn.conv1d", "padding-0.0.1.1.0.0", "padding", "ValueError", "TypeError",
        {"input": X1, "filters": K1, "stride": 1, "padding": [[0, 0], [1, 1], [0, 0]]}),
    BadCall("nn.conv1d", "data.format-NHWC", "data_format", "ValueError",
        Accepts("The word for four axes is taken for the one for three.",
                ReturnedArray((2, 7, 2), total=304.0)),
        {"input": X1, "filters": K1, "stride": 1, "padding": "SAME", "data_format": "NHWC"}),
    BadCall("nn.conv1d", "output-0", "filters", "ValueError",
        Accepts("An output of size 0 comes out in the input's shape, never written.",
                ReturnedArray((2, 7, 4), varies=NEVER_WRITTEN), isolate=True),
        {"input": X1, "filters": ones(8, 4, 2), "stride": 1, "padding": "VALID"}),
    BadCall("nn.conv2d", "input-2x7x4", "input", "ValueError",
        Dies(("SIGABRT",), "oneDNN looks for a channel axis that is not there."),
        {"input": X1, "filters": K2, "strides": 1, "padding": "SAME"}),
    BadCall("nn.conv2d", "input-2x7x6x4-int64", "input", "TypeError", "InvalidArgumentError",
        {"input": ones(2, 7, 6, 4, dtype="int64"), "filters": K2, "strides": 1, "padding": "SAME"}),
    BadCall("nn.conv2d", "input-image", "input", "TypeError", "AttributeError",
        {"input": "image", "filters": K2, "strides": 1, "padding": "SAME"}),
    BadCall("nn.conv2d", "input-2x7x6x0", "input", "ValueError", "InvalidArgumentError",
        {"input": ones(2, 7, 6, 0), "filters": K2, "strides": 1, "padding": "SAME"}),
    BadCall("nn.conv2d", "input-2x0x6x4", "input", "ValueError",
        Accepts("An empty image gives an empty image.", ReturnedArray((2, 0, 6, 4)), isolate=True),
        {"input": ones(2, 0, 6, 4), "filters": K2, "strides": 1, "padding": "SAME"}),
    BadCall("nn.conv2d", "filters-3x3x4x2-float64", "filters", "TypeError", "InvalidArgumentError",
        {"input": X2, "filters": ones(3, 3, 4, 2, dtype="float64"), "strides": 1,
            "padding": "SAME"}),
    BadCall("nn.conv2d", "filters-3x4x2", "filters", "ValueError", "InvalidArgumentError",
        {"input": X2, "filters": K1, "strides": 1, "padding": "SAME"}),
    BadCall("nn.conv2d", "filters-3x3x3x2", "filters", "ValueError", "InvalidArgumentError",
        {"input": X2, "filters": ones(3, 3, 3, 2), "strides": 1, "padding": "SAME"}),
    BadCall("nn.conv2d", "filters-3x3x2x3", "filters", "ValueError", "InvalidArgumentError",
        {"input": X2, "filters": ones(3, 3, 2, 3), "strides": 1, "padding": "SAME"}),
    BadCall("nn.conv2d", "filters-0x3x4x2", "filters", "ValueError", "InvalidArgumentError",
        {"input": X2, "filters": ones(0, 3, 4, 2), "strides": 1, "padding": "SAME"}),
    BadCall("nn.conv2d", "filters-8x3x4x2", "filters", "ValueError",
        Accepts("An output of size 0 comes out in the input's shape, never written.",
                ReturnedArray((2, 7, 6, 4), varies=NEVER_WRITTEN), isolate=True),
        {"input": X2, "filters": ones(8, 3, 4, 2), "strides": 1, "padding": "VALID"}),
    BadCall("nn.conv2d", "filters-3x3x4x2", "filters", "ValueError", "InvalidArgumentError",
        {"input": X2, "filters": K2, "strides": 1, "padding": "VALID", "dilations": 4}),
    BadCall("nn.conv2d", "strides-0", "strides", "ValueError", "InvalidArgumentError",
        {"input": X2, "filters": K2, "strides": 0, "padding": "SAME"}),
    BadCall("nn.conv2d", "strides--1", "strides", "ValueError", "InvalidArgumentError",
        {"input": X2, "filters": K2, "strides": -1, "padding": "SAME"}),
    BadCall("nn.conv2d", "strides-1.1.1", "strides", "ValueError", "ValueError",
        {"input": X2, "filters": K2, "strides": [1, 1, 1], "padding": "SAME"}),
    BadCall("nn.conv2d", "strides-2.1.1.1", "strides", "ValueError", "UnimplementedError",
        {"input": X2, "filters": K2, "strides": [2, 1, 1, 1], "padding": "SAME"}),
    BadCall("nn.conv2d", "strides-1.1.1.2", "strides", "ValueError", "UnimplementedError",
        {"input": X2, "filters": K2, "strides": [1, 1, 1, 2], "padding": "SAME"}),
    BadCall("nn.conv2d", "strides-1.5", "strides", "TypeError",
        Accepts("A stride that is no integer is cut to one.",
                ReturnedArray((2, 7, 6, 2), total=4864.0)),
        {"input": X2, "filters": K2, "strides": 1.5, "padding": "SAME"}),
    BadCall("nn.conv2d", "strides-True", "strides", "TypeError",
        Accepts("True is taken for 1.", ReturnedArray((2, 7, 6, 2), total=4864.0)),
        {"input": X2, "filters": K2, "strides": True, "padding": "SAME"}),
    BadCall("nn.conv2d", "strides-2", "strides", "TypeError", "TypeError",
        {"input": X2, "filters": K2, "strides": "2", "padding": "SAME"}),
    BadCall("nn.conv2d", "padding-same", "padding", "ValueError", "InvalidArgumentError",
        {"input": X2, "filters": K2, "strides": 1, "padding": "same"}),
    BadCall("nn.conv2d", "padding-CAUSAL", "padding", "ValueError", "InvalidArgumentError",
        {"input": X2, "filters": K2, "strides": 1, "padding": "CAUSAL"}),
    BadCall("nn.conv2d", "padding-1", "padding", "ValueError", "TypeError",
        {"input": X2, "filters": K2, "strides": 1, "padding": 1}),
    BadCall("nn.conv2d", "padding-1.1.1.1", "padding", "ValueError", "ValueError",
        {"input": X2, "filters": K2, "strides": 1, "padding": [[1, 1], [1, 1]]}),
    BadCall("nn.conv2d", "padding-0.1.1.0", "padding", "ValueError", "ValueError",
        {"input": X2, "filters": K2, "strides": 1, "padding": [0, 1, 1, 0]}),
    BadCall("nn.conv2d", "padding-0.0.-1.1.0.0.0.0", "padding", "ValueError", "AbortedError",
        {"input": X2, "filters": K2, "strides": 1, "padding": [[0, 0], [-1, 1], [0, 0], [0, 0]]}),
    BadCall("nn.conv2d", "padding-1.0.0.1.0.0.0.0", "padding", "ValueError",
        Accepts("Padding of the batch axis is not looked at.",
                ReturnedArray((2, 6, 4, 2), total=3264.0)),
        {"input": X2, "filters": K2, "strides": 1, "padding": [[1, 0], [0, 1], [0, 0], [0, 0]]}),
    BadCall("nn.conv2d", "padding-half-0.0.0.5.1.0.0.0.0", "padding", "ValueError",
        Accepts("Padding that is no integer is cut to one.",
                ReturnedArray((2, 6, 4, 2), total=3264.0)),
        {"input": X2, "filters": K2, "strides": 1, "padding": [[0, 0], [0.5, 1], [0, 0], [0, 0]]}),
    BadCall("nn.conv2d", "data.format-HWNC", "data_format", "ValueError", "InvalidArgumentError",
        {"input": X2, "filters": K2, "strides": 1, "padding": "SAME", "data_format": "HWNC"}),
    BadCall("nn.conv2d", "dilations-0", "dilations", "ValueError", "InvalidArgumentError",
        {"input": X2, "filters": K2, "strides": 1, "padding": "SAME", "dilations": 0}),
    BadCall("nn.conv2d", "dilations-1.1.1", "dilations", "ValueError", "ValueError",
        {"input": X2, "filters": K2, "strides": 1, "padding": "SAME", "dilations": [1, 1, 1]}),
    BadCall("nn.conv2d", "output-0x0", "filters", "ValueError",
        Accepts("An output of size 0 comes out in the input's shape, never written.",
                ReturnedArray((2, 6, 6, 4), varies=NEVER_WRITTEN), isolate=True),
        {"input": ones(2, 6, 6, 4), "filters": ones(7, 7, 4, 2), "strides": 1, "padding": "VALID"}),
    BadCall("nn.conv3d", "input-2x7x6x4", "input", "ValueError",
        Accepts("An input without a depth gives memory that was never written.",
                ReturnedArray((2, 7, 6, 4, 2), varies=NEVER_WRITTEN), isolate=True),
        {"input": X2, "filters": K3, "strides": [1, 1, 1, 1, 1], "padding": "SAME"}),
    BadCall("nn.conv3d", "input-1x2x5x6x7x4", "input", "ValueError",
        Accepts("Six axes are a batch of batches, and the answer is right.",
                ReturnedArray((1, 2, 5, 6, 7, 2), total=20592.0)),
        {"input": ones(1, 2, 5, 6, 7, 4), "filters": K3, "strides": [1, 1, 1, 1, 1],
            "padding": "SAME"}),
    BadCall("nn.conv3d", "strides-1", "strides", "TypeError", "TypeError",
        {"input": X3, "filters": K3, "strides": 1, "padding": "SAME"}),
    BadCall("nn.conv3d", "strides-1.1.1", "strides", "ValueError", "InvalidArgumentError",
        {"input": X3, "filters": K3, "strides": [1, 1, 1], "padding": "SAME"}),
    BadCall("nn.conv3d", "output-0x0x0", "filters", "ValueError",
        Accepts("An output of size 0 comes out in the input's shape, never written.",
                ReturnedArray((2, 4, 4, 4, 4), varies=NEVER_WRITTEN), isolate=True),
        {"input": ones(2, 4, 4, 4, 4), "filters": ones(5, 5, 5, 4, 2), "strides": [1, 1, 1, 1, 1],
            "padding": "VALID"}),
    BadCall("nn.convolution", "filters-4x2", "filters", "ValueError", "ValueError",
        {"input": ones(2, 4), "filters": ones(4, 2)}),
    BadCall("nn.convolution", "strides-2", "strides", "ValueError", "ValueError",
        {"input": X2, "filters": K2, "strides": 2, "dilations": 2}),
    BadCall("nn.depthwise_conv2d", "filter-3x3x3x2", "filter", "ValueError", "InvalidArgumentError",
        {"input": X2, "filter": ones(3, 3, 3, 2), "strides": [1, 1, 1, 1], "padding": "SAME"}),
    BadCall("nn.depthwise_conv2d", "filter-3x4x2", "filter", "ValueError", "InvalidArgumentError",
        {"input": X2, "filter": K1, "strides": [1, 1, 1, 1], "padding": "SAME"}),
    BadCall("nn.depthwise_conv2d", "strides-1", "strides", "TypeError", "TypeError",
        {"input": X2, "filter": K2, "strides": 1, "padding": "SAME"}),
    BadCall("nn.depthwise_conv2d", "strides-1.2.2.1", "strides", "ValueError",
        Accepts("Stride and dilation together are answered, undocumented.",
                ReturnedArray((2, 3, 4, 8), total=896.0)),
        {"input": X2, "filter": K2, "strides": [1, 2, 2, 1], "padding": "SAME", "dilations": [2,
            2]}),
    BadCall("nn.depthwise_conv2d", "input-2x7x4", "input", "ValueError",
        Dies(("SIGABRT",), "oneDNN looks for a channel axis that is not there."),
        {"input": X1, "filter": K2, "strides": [1, 1, 1, 1], "padding": "SAME"}),
    BadCall("nn.depthwise_conv2d", "output-0x0", "filter", "ValueError",
        Accepts("An output of size 0 comes out in the input's shape, never written.",
                ReturnedArray((2, 6, 6, 4), varies=NEVER_WRITTEN), isolate=True),
        {"input": ones(2, 6, 6, 4), "filter": ones(7, 7, 4, 2), "strides": [1, 1, 1, 1],
            "padding": "VALID"}),
    BadCall("keras.layers.Conv1D", "padding-full", "padding", "ValueError", "ValueError",
        {"filters": 4, "kernel_size": 3, "padding": "full"}, ((X1,),)),
    BadCall("keras.layers.Conv2D", "filters-0", "filters", "ValueError", "ValueError",
        {"filters": 0, "kernel_size": 3}, ((X2,),)),
    BadCall("keras.layers.Conv2D", "filters-3", "filters", "ValueError", "ValueError",
        {"filters": 3, "kernel_size": 3, "groups": 2}, ((X2,),)),
    BadCall("keras.layers.Conv2D", "groups-0", "groups", "ValueError", "ValueError",
        {"filters": 4, "kernel_size": 3, "groups": 0}, ((X2,),)),
    BadCall("keras.layers.Conv2D", "kernel.size-0", "kernel_size", "ValueError", "ValueError",
        {"filters": 4, "kernel_size": 0}, ((X2,),)),
    BadCall("keras.layers.Conv2D", "kernel.size-3.3.3", "kernel_size", "ValueError", "ValueError",
        {"filters": 4, "kernel_size": (3, 3, 3)}, ((X2,),)),
    BadCall("keras.layers.Conv2D", "kernel.size-3", "kernel_size", "TypeError", "ValueError",
        {"filters": 4, "kernel_size": "3"}, ((X2,),)),
    BadCall("keras.layers.Conv2D", "strides-0", "strides", "ValueError", "ValueError",
        {"filters": 4, "kernel_size": 3, "strides": 0}, ((X2,),)),
    BadCall("keras.layers.Conv2D", "strides-2", "strides", "ValueError", "ValueError",
        {"filters": 4, "kernel_size": 3, "strides": 2, "dilation_rate": 2}, ((X2,),)),
    BadCall("keras.layers.Conv2D", "dilation.rate-0", "dilation_rate", "ValueError", "ValueError",
        {"filters": 4, "kernel_size": 3, "dilation_rate": 0}, ((X2,),)),
    BadCall("keras.layers.Conv2D", "padding-causal", "padding", "ValueError", "ValueError",
        {"filters": 4, "kernel_size": 3, "padding": "causal"}, ((X2,),)),
    BadCall("keras.layers.Conv2D", "data.format-NHWC", "data_format", "ValueError", "ValueError",
        {"filters": 4, "kernel_size": 3, "data_format": "NHWC"}, ((X2,),)),
    BadCall("keras.layers.Conv2D", "activation-rleu", "activation", "ValueError", "ValueError",
        {"filters": 4, "kernel_size": 3, "activation": "rleu"}, ((X2,),)),
    BadCall("keras.layers.Conv2D", "bias.constraint-non.neg", "bias_constraint", "ValueError",
        Accepts("It holds during training; refimpl has no constraints.",
                ReturnedArray((2, 5, 4, 2), varies="random weights")),
        {"filters": 2, "kernel_size": 3, "bias_constraint": "non_neg"}, ((X2,),)),
    BadCall("keras.layers.Conv2D", "input-2x7x4", "inputs", "ValueError at call",
        "ValueError at call", {"filters": 4, "kernel_size": 3}, ((X1,),)),
    BadCall("keras.layers.Conv2D", "input-2x5x6x7x4", "inputs", "ValueError at call",
        "ValueError at call", {"filters": 4, "kernel_size": 3}, ((X3,),)),
    BadCall("keras.layers.Conv2D", "input-2x7x6x4", "inputs", "ValueError at call",
        "ValueError at call", {"filters": 6, "kernel_size": 3, "groups": 3}, ((X2,),)),
    BadCall("keras.layers.Conv2D", "input-2x7x6x3", "inputs", "ValueError at call",
        "ValueError at call", {"filters": 4, "kernel_size": 3}, ((X2,), (ones(2, 7, 6, 3),),)),
    BadCall("keras.layers.Conv2D", "kernel.size-7", "kernel_size", "ValueError at call",
        "ValueError at call", {"filters": 4, "kernel_size": 7}, ((X2,),)),
    BadCall("keras.layers.Conv2D", "output-0x0", "kernel_size", "ValueError at call",
        "ValueError at call", {"filters": 4, "kernel_size": 7}, ((ones(2, 6, 6, 4),),)),
    BadCall("keras.layers.DepthwiseConv2D", "depth.multiplier-0", "depth_multiplier", "ValueError",
        "ValueError", {"kernel_size": 3, "depth_multiplier": 0}, ((X2,),)),
    BadCall("keras.layers.Conv2D", "use.bias-1", "use_bias", "TypeError",
        Accepts("Any value that is true in a condition will do.",
                ReturnedArray((2, 5, 4, 2), varies="random weights")),
        {"filters": 2, "kernel_size": 3, "use_bias": 1}, ((X2,),)),
)  # fmt: skip
