"""Normalisation in TensorFlow's words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from conformance.layers.data_formats import both_formats, images
from conformance.layers.norm.oracle import normalised_axes
from conformance.spec.bad_call import Accepts, BadCall, ReturnedArray, ones
from conformance.spec.call import (
    KEEP,
    Call,
    Move,
    Owned,
    Reshaped,
    Result,
    Slot,
    Translate,
    Transposed,
    Unsupported,
    pass_option,
)
from conformance.spec.case import Case

_KERAS_NAMES = {"weight": "gamma", "bias": "beta"}


def _gamma_and_beta(case: Case, move: Move = KEEP) -> tuple[Slot, ...]:
    return tuple(
        Slot(name, keras, "parameter", move)
        for name, keras in _KERAS_NAMES.items()
        if name in case.shapes
    )


def _own_gamma_and_beta(case: Case, shape: tuple[int, ...]) -> tuple[Owned, ...]:
    # Keras keeps a half-typed layer's variables in that type.
    return tuple(
        Owned(keras, shape, case.dtype, True, 1.0 if name == "weight" else 0.0)
        for name, keras in _KERAS_NAMES.items()
        if name in case.shapes
    )


def _batch_layer(case: Case, channels_first: bool) -> Call:
    config = case.config
    if config["momentum"] is None and config["track"]:
        raise Unsupported("Keras has no cumulative average")
    if not config["track"] and not config["training"]:
        raise Unsupported("Keras always evaluates with its moving statistics")
    ndim = len(case.shapes["input"])
    move = images(ndim - 2, channels_first)
    arguments = {
        "axis": 1 if channels_first else -1,
        "momentum": 0.99 if config["momentum"] is None else 1 - config["momentum"],
        "epsilon": config["epsilon"],
        "center": config["affine"],
        "scale": config["affine"],
        "dtype": case.dtype,
    }
    kind, shape = case.dtype, (config["features"],)
    slots = [Slot("input", "inputs", move=move), *_gamma_and_beta(case)]
    owned = list(_own_gamma_and_beta(case, shape))
    if config["track"]:
        slots += [
            Slot("running_mean", "moving_mean", "buffer"),
            Slot("running_var", "moving_variance", "buffer"),
        ]
    owned += [
        Owned("moving_mean", shape, kind, False, 0.0),
        Owned("moving_variance", shape, kind, False, 1.0),
    ]
    return Call(
        "keras.layers.BatchNormalization",
        "class",
        arguments,
        tuple(slots),
        (Result(move=move),),
        training=config["training"],
        conventions={"moving_variance": "biased"},
        owned=tuple(owned),
    )


def _group_layer(case: Case, channels_first: bool) -> Call:
    config = case.config
    if config["track"]:
        raise Unsupported("Keras' instance normalisation keeps no statistics")
    move = images(config["rank"], channels_first)
    arguments = {
        "groups": -1,
        "axis": 1 if channels_first else -1,
        "epsilon": config["epsilon"],
        "center": config["affine"],
        "scale": config["affine"],
        "dtype": case.dtype,
    }
    return Call(
        "keras.layers.GroupNormalization",
        "class",
        arguments,
        (Slot("input", "inputs", move=move), *_gamma_and_beta(case)),
        (Result(move=move),),
        owned=_own_gamma_and_beta(case, (config["features"],)),
    )


def _over_axes(case: Case) -> tuple[dict[str, Any], tuple[int, ...], Move]:
    """Give the argument, the shape of weights along the axes, and how they get there."""
    axes, shape = case.config["axes"], case.shapes["input"]
    # Keras sorts the axes as they are written.
    places = tuple(shape[axis] for axis in sorted(axes))
    counted = normalised_axes(case.config, len(shape))
    along = tuple(size if axis in counted else 1 for axis, size in enumerate(shape))
    argument = {"axis": axes[0] if len(axes) == 1 else list(axes)}
    return argument, places, Reshaped(along, places)


def _layer_norm(case: Case) -> Call:
    axis, places, move = _over_axes(case)
    epsilon, conventions = pass_option(case, "epsilon", "epsilon", 1e-3)
    options = {
        "center": case.config["bias"],
        "scale": case.config["weight"],
        "dtype": case.dtype,
    }
    return Call(
        "keras.layers.LayerNormalization",
        "class",
        axis | options | epsilon,
        (Slot("input", "inputs"), *_gamma_and_beta(case, move)),
        conventions=conventions,
        owned=_own_gamma_and_beta(case, places),
    )


def _rms_norm(case: Case) -> Call:
    if not case.config["weight"]:
        raise Unsupported("Keras' RMSNormalization has a scale in any case")
    axis, places, move = _over_axes(case)
    epsilon, conventions = pass_option(case, "epsilon", "epsilon", 1e-6)
    return Call(
        "keras.layers.RMSNormalization",
        "class",
        axis | {"dtype": case.dtype} | epsilon,
        (Slot("input", "inputs"), Slot("weight", "scale", "parameter", move)),
        conventions=conventions,
        owned=(Owned("scale", places, case.dtype, True, 1.0),),
    )


def _group_norm(case: Case) -> Call:
    config, rank = case.config, len(case.shapes["input"]) - 2
    axis, move = {
        "last": (-1, images(rank)),
        "first": (1, KEEP),
        "between": (2, Transposed((0, 2, 1, *range(3, rank + 2)))),
    }[config["place"]]
    epsilon, conventions = pass_option(case, "epsilon", "epsilon", 1e-3)
    arguments = {
        "groups": config["groups"],
        "axis": axis,
        "center": config["bias"],
        "scale": config["weight"],
        "dtype": case.dtype,
    }
    return Call(
        "keras.layers.GroupNormalization",
        "class",
        arguments | epsilon,
        (Slot("input", "inputs", move=move), *_gamma_and_beta(case)),
        (Result(move=move),),
        conventions=conventions,
        owned=_own_gamma_and_beta(case, (config["features"],)),
    )


def _moments(case: Case) -> Call:
    arguments = {"axes": list(case.config["axes"]), "keepdims": case.config["keepdims"]}
    results = (Result("mean"), Result("variance"))
    return Call("nn.moments", "function", arguments, (Slot("input", "x"),), results)


def _batch_normalization(case: Case) -> Call:
    config = case.config
    slots = [
        Slot("input", "x"),
        Slot("mean", "mean", "parameter"),
        Slot("variance", "variance", "parameter"),
    ]
    arguments = {"variance_epsilon": config["epsilon"]}
    if config["scale"]:
        slots += [Slot("bias", "offset", "parameter"), Slot("weight", "scale", "parameter")]
    else:
        arguments |= {"offset": None, "scale": None}
    return Call("nn.batch_normalization", "function", arguments, tuple(slots))


def _fused_batch_norm(case: Case, channels_first: bool) -> Call:
    config = case.config
    move = images(2, channels_first)
    arguments = {
        "epsilon": config["epsilon"],
        "data_format": "NCHW" if channels_first else "NHWC",
        "is_training": config["training"],
    }
    slots = [
        Slot("input", "x", move=move),
        Slot("weight", "scale", "parameter"),
        Slot("bias", "offset", "parameter"),
    ]
    results = [Result(move=move)]
    if config["training"]:
        results += [
            Result("mean", differentiated=False),
            Result("variance", differentiated=False),
        ]
    else:
        slots += [Slot("mean", "mean", "constant"), Slot("variance", "variance", "constant")]
    return Call(
        "compat.v1.nn.fused_batch_norm", "function", arguments, tuple(slots), tuple(results)
    )


FORMS: Mapping[str, Mapping[str, Translate]] = {
    **{f"batch_norm{n}d": both_formats("keras", _batch_layer) for n in (1, 2, 3)},
    **{f"instance_norm{n}d": both_formats("keras", _group_layer) for n in (1, 2, 3)},
    "moments": {"nn": _moments},
    "batch_normalization": {"nn": _batch_normalization},
    "fused_batch_norm": both_formats("nn", _fused_batch_norm),
    "layer_norm": {"layer": _layer_norm},
    "group_norm": {"layer": _group_norm},
    "rms_norm": {"layer": _rms_norm},
}

# Calls that must be refused, and what the framework itself does ------------------------------

X1 = ones(2, 7, 4)
X2 = ones(2, 7, 6, 4)
V = ones(4)

BAD_CALLS: tuple[BadCall, ...] = (
    BadCall("compat.v1.nn.fused_batch_norm", "x-2x7x4", "x", "ValueError", "InvalidArgumentError",
        {"x": X1, "scale": V, "offset": V}),
    BadCall("compat.v1.nn.fused_batch_norm", "scale-3", "scale", "ValueError",
        "InvalidArgumentError", {"x": X2, "scale": ones(3), "offset": V}),
    BadCall("compat.v1.nn.fused_batch_norm", "mean", "mean", "ValueError", "ValueError",
        {"x": X2, "scale": V, "offset": V, "is_training": False}),
    BadCall("compat.v1.nn.fused_batch_norm", "variance", "variance", "ValueError", "ValueError",
        {"x": X2, "scale": V, "offset": V, "mean": V, "exponential_avg_factor": 0.5}),
    BadCall("nn.batch_normalization", "mean-3", "mean", "ValueError", "InvalidArgumentError",
        {"x": X2, "mean": ones(3), "variance": V, "offset": None, "scale": None,
            "variance_epsilon": 0.1}),
    BadCall("nn.batch_normalization", "scale-4-float64", "scale", "TypeError",
        "InvalidArgumentError",
        {"x": X2, "mean": V, "variance": V, "offset": None, "scale": ones(4, dtype="float64"),
            "variance_epsilon": 0.1}),
    BadCall("nn.batch_normalization", "variance.epsilon--1", "variance_epsilon", "ValueError",
        Accepts("A negative epsilon is computed with.", ReturnedArray((2, 7, 6, 4), each=math.nan)),
        {"x": X2, "mean": V, "variance": V, "offset": None, "scale": None, "variance_epsilon": -1}),
    BadCall("nn.batch_normalization", "variance.epsilon-None", "variance_epsilon", "TypeError",
        "ValueError",
        {"x": X2, "mean": V, "variance": V, "offset": None, "scale": None,
            "variance_epsilon": None}),
    BadCall("keras.layers.BatchNormalization", "momentum-1.5", "momentum", "ValueError",
        Accepts("A momentum above 1 is computed with; the statistics then diverge.",
                ReturnedArray((2, 7, 6, 4), each=1 / math.sqrt(1.001))), {"momentum": 1.5},
        ((X2,),)),
    BadCall("keras.layers.BatchNormalization", "epsilon--1", "epsilon", "ValueError",
        Accepts("A negative epsilon is computed with.", ReturnedArray((2, 7, 6, 4), each=math.nan)),
        {"epsilon": -1}, ((X2,),)),
    BadCall("keras.layers.BatchNormalization", "axis-1.2", "axis", "TypeError", "TypeError",
        {"axis": [1, 2]}, ((X2,),)),
    BadCall("keras.layers.BatchNormalization", "renorm-True", "renorm", "ValueError",
        Accepts("Renormalisation exists; refimpl does not have it.",
                ReturnedArray((2, 7, 6, 4), each=1 / math.sqrt(1.001))), {"renorm": True},
        ((X2,),)),
    BadCall("keras.layers.BatchNormalization", "axis-4", "axis", "ValueError at call",
        "IndexError at call", {"axis": 4}, ((X2,),)),
    BadCall("keras.layers.BatchNormalization", "input-2x7x6x3", "inputs", "ValueError at call",
        "ValueError at call", {}, ((X2,), (ones(2, 7, 6, 3),),)),
    BadCall("keras.layers.BatchNormalization", "input-4", "inputs", "ValueError at call",
        Accepts("A vector is a batch without channels: its one axis is normalised.",
                ReturnedArray((4,), each=1 / math.sqrt(1.001))), {}, ((V,),)),
    BadCall("keras.layers.GroupNormalization", "groups-0", "groups", "ValueError", "ValueError",
        {"groups": 0}, ((X2,),)),
    BadCall("keras.layers.GroupNormalization", "groups-3", "groups", "ValueError at call",
        "ValueError at call", {"groups": 3}, ((X2,),)),
    BadCall("keras.layers.GroupNormalization", "input-2x7x6x4", "groups", "ValueError at call",
        "ValueError at call", {}, ((X2,),)),
    BadCall("keras.layers.GroupNormalization", "axis-0", "axis", "ValueError at call",
        Accepts("The batch axis can be taken for the channels.",
                ReturnedArray((2, 7, 6, 4), each=0.0)), {"groups": -1, "axis": 0}, ((X2,),)),
    BadCall("keras.layers.BatchNormalization", "center-no", "center", "TypeError",
        Accepts("Any value that is true in a condition will do.",
                ReturnedArray((2, 7, 6, 4), each=1 / math.sqrt(1.001))), {"center": "no"},
        ((X2,),)),
    BadCall("keras.layers.GroupNormalization", "scale-no", "scale", "TypeError",
        Accepts("Any value that is true in a condition will do.",
                ReturnedArray((2, 7, 6, 4), each=0.0)), {"groups": 2, "scale": "no"}, ((X2,),)),
    BadCall("keras.layers.LayerNormalization", "axis-1.5", "axis", "TypeError", "TypeError",
        {"axis": 1.5}, ((X2,),)),
    BadCall("keras.layers.LayerNormalization", "axis-1.-3", "axis", "ValueError at call",
        "InvalidArgumentError at call", {"axis": [1, -3]}, ((X2,),)),
    BadCall("keras.layers.LayerNormalization", "axis-4", "axis", "ValueError at call",
        "IndexError at call", {"axis": 4}, ((X2,),)),
    BadCall("keras.layers.LayerNormalization", "axis-none", "axis", "ValueError",
        Accepts("Over no axis every value is its own mean.",
                ReturnedArray((2, 7, 6, 4), each=0.0)), {"axis": []}, ((X2,),)),
    BadCall("keras.layers.LayerNormalization", "epsilon--1", "epsilon", "ValueError",
        Accepts("A negative epsilon is computed with.", ReturnedArray((2, 7, 6, 4), each=math.nan)),
        {"epsilon": -1}, ((X2,),)),
    BadCall("keras.layers.LayerNormalization", "input-2x7x6x3", "inputs", "ValueError at call",
        "InvalidArgumentError at call", {}, ((X2,), (ones(2, 7, 6, 3),),)),
    BadCall("keras.layers.LayerNormalization", "scale-no", "scale", "TypeError",
        Accepts("Any value that is true in a condition will do.",
                ReturnedArray((2, 7, 6, 4), each=0.0)), {"scale": "no"}, ((X2,),)),
    BadCall("keras.layers.LayerNormalization", "rms.scaling-True", "rms_scaling", "ValueError",
        Accepts("Divides by the deviation without subtracting the mean, and is deprecated.",
                ReturnedArray((2, 7, 6, 4), each=1 / math.sqrt(0.001))), {"rms_scaling": True},
        ((X2,),)),
    BadCall("keras.layers.GroupNormalization", "groups-2.0", "groups", "TypeError", "ValueError",
        {"groups": 2.0}, ((X2,),)),
    BadCall("keras.layers.GroupNormalization", "input-2x7x6x8", "inputs", "ValueError at call",
        "ValueError at call", {"groups": 2}, ((X2,), (ones(2, 7, 6, 8),))),
    BadCall("keras.layers.GroupNormalization", "axis-1.2", "axis", "TypeError",
        "TypeError at call", {"groups": 2, "axis": [1, 2]}, ((X2,),)),
    BadCall("keras.layers.RMSNormalization", "axis-1-square", "axis", "ValueError at call",
        Accepts("The scale is laid along the last axis, whatever the axis: a defect.",
                ReturnedArray((2, 4, 4), each=1 / math.sqrt(1 + 1e-6))), {"axis": 1},
        ((ones(2, 4, 4),),)),
    BadCall("keras.layers.RMSNormalization", "axis-1", "axis", "ValueError at call",
        "InvalidArgumentError at call", {"axis": 1}, ((X1,),)),
    BadCall("keras.layers.RMSNormalization", "axis-0.2", "axis", "ValueError at call",
        "InvalidArgumentError at call", {"axis": [0, 2]}, ((X1,),)),
    BadCall("keras.layers.RMSNormalization", "axis--1.1", "axis", "ValueError at call",
        "InvalidArgumentError at call", {"axis": [-1, 1]}, ((X1,),)),
    BadCall("keras.layers.RMSNormalization", "axis-1.5", "axis", "TypeError",
        "TypeError at call", {"axis": 1.5}, ((X1,),)),
    BadCall("keras.layers.RMSNormalization", "axis-4", "axis", "ValueError at call",
        "IndexError at call", {"axis": 4}, ((X1,),)),
    BadCall("keras.layers.RMSNormalization", "epsilon--1", "epsilon", "ValueError",
        Accepts("A negative epsilon is computed with.", ReturnedArray((2, 7, 4), each=math.inf)),
        {"epsilon": -1}, ((X1,),)),
    BadCall("keras.layers.RMSNormalization", "input-2x7x3", "inputs", "ValueError at call",
        "InvalidArgumentError at call", {}, ((X1,), (ones(2, 7, 3),))),
    BadCall("keras.layers.RMSNormalization", "input-int32", "inputs", "TypeError at call",
        Accepts("The normalised values are cut to integers.",
                ReturnedArray((2, 7, 4), "int32", each=0)), {},
        ((ones(2, 7, 4, dtype="int32"),),)),
)  # fmt: skip
