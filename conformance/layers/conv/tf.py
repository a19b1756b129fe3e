"""Convolution in TensorFlow's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from conformance.layers.data_formats import both_formats, data_format, images, kernels
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
