"""Normalisation in PyTorch's words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from typing import Any, Literal

import numpy as np

from conformance.layers.norm.oracle import normalised_axes
from conformance.spec.bad_call import Accepts, BadCall, ReturnedArray, ones
from conformance.spec.call import (
    KEEP,
    Call,
    Move,
    Owned,
    Reshaped,
    Slot,
    Translate,
    Unsupported,
    pass_option,
)
from conformance.spec.case import Case

_CONVENTIONS = {"moving_variance": "unbiased"}


def _slots(case: Case) -> tuple[Slot, ...]:
    slots = [Slot("input", "input")]
    if case.config["track"]:
        slots += [Slot(name, name, "buffer") for name in ("running_mean", "running_var")]
    return (*slots, *_parameter_slots(case))


def _parameter_slots(case: Case, move: Move = KEEP) -> tuple[Slot, ...]:
    return tuple(
        Slot(name, name, "parameter", move) for name in ("weight", "bias") if name in case.shapes
    )


def _own_parameters(case: Case, shape: tuple[int, ...]) -> tuple[Owned, ...]:
    return tuple(
        Owned(name, shape, case.dtype, True, initial)
        for name, initial in (("weight", 1.0), ("bias", 0.0))
        if name in case.shapes
    )


def _own(case: Case) -> tuple[Owned, ...]:
    config, shape = case.config, (case.config["features"],)
    owned = list(_own_parameters(case, shape))
    if config["track"]:
        owned += [
            Owned("running_mean", shape, case.dtype, False, 0.0),
            Owned("running_var", shape, case.dtype, False, 1.0),
            Owned("num_batches_tracked", (), "int64", False, 0.0),
        ]
    return tuple(owned)


def _class(case: Case, name: str, *, counts_batches: bool) -> Call:
    config = case.config
    arguments = {
        "num_features": config["features"],
        "eps": config["epsilon"],
        "momentum": config["momentum"],
        "affine": config["affine"],
        "track_running_stats": config["track"],
        "dtype": case.dtype,
    }
    return Call(
        f"nn.{name}{config['rank']}d",
        "class",
        arguments,
        _slots(case),
        training=config["training"],
        conventions={**_CONVENTIONS, "counts_batches": counts_batches},
        owned=_own(case),
    )


def _function(case: Case, name: str, *, flag: str) -> Call:
    config = case.config
    if config["momentum"] is None and config["track"]:
        raise Unsupported("the function takes the average's weight; only the class counts steps")
    uses_batch = config["training"] or not config["track"]
    arguments: dict[str, Any] = {"eps": config["epsilon"]}
    if config["momentum"] is not None:
        arguments["momentum"] = config["momentum"]
    if not config["track"]:
        arguments |= {"running_mean": None, "running_var": None}
    arguments[flag] = uses_batch
    return Call(
        f"nn.functional.{name}", "function", arguments, _slots(case), conventions=_CONVENTIONS
    )


def _over_axes(case: Case, kind: Literal["function", "class"], target: str, default: float) -> Call:
    config, shape = case.config, case.shapes["input"]
    axes = normalised_axes(config, len(shape))
    if axes != tuple(range(len(shape)))[-len(axes) :]:
        raise Unsupported("PyTorch normalises over the last axes")
    places = tuple(shape[axis] for axis in axes)
    arguments, conventions = pass_option(case, "epsilon", "eps", default)
    arguments["normalized_shape"] = places
    along = tuple(size if axis in axes else 1 for axis, size in enumerate(shape))
    slots = (Slot("input", "input"), *_parameter_slots(case, Reshaped(along, places)))
    if kind == "function":
        return Call(f"nn.functional.{target}", kind, arguments, slots, conventions=conventions)
    if config["bias"] and not config["weight"]:
        raise Unsupported("the class has no bias without a weight")
    arguments |= {"elementwise_affine": config["weight"], "dtype": case.dtype}
    if target == "LayerNorm":
        arguments["bias"] = config["bias"]
    owned = _own_parameters(case, places)
    return Call(f"nn.{target}", kind, arguments, slots, conventions=conventions, owned=owned)


def _layer_norm(case: Case, kind: Literal["function", "class"]) -> Call:
    target = "LayerNorm" if kind == "class" else "layer_norm"
    return _over_axes(case, kind, target, default=1e-5)


def _rms_norm(case: Case, kind: Literal["function", "class"]) -> Call:
    target = "RMSNorm" if kind == "class" else "rms_norm"
    # Half types are computed in float32, and so is its eps.
    wide = np.float64 if case.dtype == "float64" else np.float32
    return _over_axes(case, kind, target, default=float(np.finfo(wide).eps))


def _group_norm(case: Case, kind: Literal["function", "class"]) -> Call:
    config = case.config
    arguments, conventions = pass_option(case, "epsilon", "eps", 1e-5)
    arguments["num_groups"] = config["groups"]
    slots = (Slot("input", "input"), *_parameter_slots(case))
    if kind == "function":
        return Call("nn.functional.group_norm", kind, arguments, slots, conventions=conventions)
    if config["bias"] and not config["weight"]:
        raise Unsupported("the class has no bias without a weight")
    arguments |= {
        "num_channels": config["features"],
        "affine": config["weight"],
        "bias": config["bias"],
        "dtype": case.dtype,
    }
    owned = _own_parameters(case, (config["features"],))
    return Call("nn.GroupNorm", kind, arguments, slots, conventions=conventions, owned=owned)


_BATCH: Mapping[str, Translate] = {
    "class": partial(_class, name="BatchNorm", counts_batches=True),
    "function": partial(_function, name="batch_norm", flag="training"),
}
_INSTANCE: Mapping[str, Translate] = {
    # It owns the counter too, but never advances it.
    "class": partial(_class, name="InstanceNorm", counts_batches=False),
    "function": partial(_function, name="instance_norm", flag="use_input_stats"),
}

FORMS: Mapping[str, Mapping[str, Translate]] = {
    **{f"batch_norm{n}d": _BATCH for n in (1, 2, 3)},
    **{f"instance_norm{n}d": _INSTANCE for n in (1, 2, 3)},
    "moments": {},
    "batch_normalization": {},
    "fused_batch_norm": {},
    "layer_norm": {
        "class": partial(_layer_norm, kind="class"),
        "function": partial(_layer_norm, kind="function"),
    },
    "group_norm": {
        "class": partial(_group_norm, kind="class"),
        "function": partial(_group_norm, kind="function"),
    },
    "rms_norm": {
        "class": partial(_rms_norm, kind="class"),
        "function": partial(_rms_norm, kind="function"),
    },
}

# Calls that must be refused, and what the framework itself does ------------------------------

X = ones(2, 4, 6, 6)

BAD_CALLS: tuple[BadCall, ...] = (
    BadCall("nn.BatchNorm1d", "input-1x3", "input", "ValueError at call", "ValueError at call",
        {"num_features": 3}, ((ones(1, 3),),)),
    BadCall("nn.BatchNorm1d", "input-2x4x6x6", "input", "ValueError at call", "ValueError at call",
        {"num_features": 4}, ((X,),)),
    BadCall("nn.BatchNorm2d", "input-4x6x6", "input", "ValueError at call", "ValueError at call",
        {"num_features": 4}, ((ones(4, 6, 6),),)),
    BadCall("nn.BatchNorm2d", "num.features-3", "input", "ValueError at call",
        "RuntimeError at call", {"num_features": 3}, ((X,),)),
    BadCall("nn.BatchNorm2d", "num.features--3", "num_features", "ValueError", "RuntimeError",
        {"num_features": -3}, ((X,),)),
    BadCall("nn.BatchNorm2d", "eps-0.0", "eps", "ValueError", "ValueError at call",
        {"num_features": 4, "eps": 0.0}, ((X,),)),
    BadCall("nn.BatchNorm2d", "momentum-fast", "momentum", "TypeError", "TypeError at call",
        {"num_features": 4, "momentum": "fast"}, ((X,),)),
    BadCall("nn.BatchNorm2d", "input-2x4x6x6-float64", "running_mean", "TypeError at call",
        "RuntimeError at call", {"num_features": 4}, ((ones(2, 4, 6, 6, dtype="float64"),),)),
    BadCall("nn.BatchNorm2d", "input-2x3x6x6", "input", "ValueError at call",
        "RuntimeError at call", {"num_features": 4}, ((ones(2, 3, 6, 6),),)),
    BadCall("nn.InstanceNorm2d", "input-2x4x1x1", "input", "ValueError at call",
        "ValueError at call", {"num_features": 4}, ((ones(2, 4, 1, 1),),)),
    BadCall("nn.InstanceNorm2d", "input-6x6", "input", "ValueError at call", "ValueError at call",
        {"num_features": 4}, ((ones(6, 6),),)),
    BadCall("nn.InstanceNorm2d", "num.features-3", "input", "ValueError at call",
        "ValueError at call", {"num_features": 3, "affine": True}, ((X,),)),
    BadCall("nn.functional.batch_norm", "input-3", "input", "ValueError", "IndexError",
        {"input": ones(3), "running_mean": None, "running_var": None, "training": True}),
    BadCall("nn.functional.batch_norm", "running.mean-None", "running_mean", "ValueError",
        "RuntimeError", {"input": X, "running_mean": None, "running_var": None}),
    BadCall("nn.functional.batch_norm", "running.mean-3", "running_mean", "ValueError",
        "RuntimeError", {"input": X, "running_mean": ones(3), "running_var": ones(3)}),
    BadCall("nn.functional.batch_norm", "running.var-None", "running_var", "ValueError",
        "ValueError", {"input": X, "running_mean": ones(4), "running_var": None, "training": True}),
    BadCall("nn.functional.batch_norm", "running.mean-4-float64", "running_mean", "TypeError",
        "RuntimeError",
        {"input": X, "running_mean": ones(4, dtype="float64"), "running_var": ones(4)}),
    BadCall("nn.functional.batch_norm", "eps--1.0", "eps", "ValueError", "ValueError",
        {"input": X, "running_mean": None, "running_var": None, "training": True, "eps": -1.0}),
    BadCall("nn.functional.batch_norm", "training-yes", "training", "TypeError", "TypeError",
        {"input": X, "running_mean": None, "running_var": None, "training": "yes"}),
    BadCall("nn.functional.instance_norm", "running.mean", "running_mean", "ValueError",
        "RuntimeError", {"input": X, "use_input_stats": False}),
    BadCall("nn.functional.layer_norm", "normalized.shape-3", "normalized_shape", "ValueError",
        "RuntimeError", {"input": X, "normalized_shape": (3,)}),
    BadCall("nn.functional.layer_norm", "normalized.shape-6", "normalized_shape", "TypeError",
        "TypeError", {"input": X, "normalized_shape": 6}),
    BadCall("nn.functional.layer_norm", "normalized.shape-none", "normalized_shape", "ValueError",
        "RuntimeError", {"input": X, "normalized_shape": ()}),
    BadCall("nn.functional.layer_norm", "weight-4", "weight", "ValueError", "RuntimeError",
        {"input": X, "normalized_shape": (6,), "weight": ones(4)}),
    BadCall("nn.functional.layer_norm", "bias-6x6", "bias", "ValueError", "RuntimeError",
        {"input": X, "normalized_shape": (6,), "bias": ones(6, 6)}),
    BadCall("nn.functional.layer_norm", "weight-6-float64", "weight", "TypeError", "RuntimeError",
        {"input": X, "normalized_shape": (6,), "weight": ones(6, dtype="float64")}),
    BadCall("nn.functional.layer_norm", "input-int64", "input", "TypeError",
        "NotImplementedError", {"input": ones(2, 6, dtype="int64"), "normalized_shape": (6,)}),
    BadCall("nn.functional.layer_norm", "eps--1.0", "eps", "ValueError",
        Accepts("A negative eps is computed with.", ReturnedArray((2, 4, 6, 6), each=math.nan)),
        {"input": X, "normalized_shape": (6,), "eps": -1.0}),
    BadCall("nn.LayerNorm", "normalized.shape-2.5", "normalized_shape", "TypeError", "TypeError",
        {"normalized_shape": 2.5}, ((X,),)),
    BadCall("nn.LayerNorm", "normalized.shape--1", "normalized_shape", "ValueError",
        "RuntimeError", {"normalized_shape": -1}, ((X,),)),
    BadCall("nn.LayerNorm", "input-2x4x6x6", "normalized_shape", "ValueError at call",
        "RuntimeError at call", {"normalized_shape": (4, 6)}, ((X,),)),
    BadCall("nn.LayerNorm", "bias-yes", "bias", "TypeError",
        Accepts("Any value that is true in a condition will do.",
                ReturnedArray((2, 4, 6, 6), each=0.0)), {"normalized_shape": 6, "bias": "yes"},
        ((X,),)),
    BadCall("nn.functional.group_norm", "num.groups-3", "num_groups", "ValueError",
        "RuntimeError", {"input": X, "num_groups": 3}),
    BadCall("nn.functional.group_norm", "num.groups-0", "num_groups", "ValueError",
        "ZeroDivisionError", {"input": X, "num_groups": 0}),
    BadCall("nn.functional.group_norm", "num.groups-2.0", "num_groups", "TypeError",
        "TypeError", {"input": X, "num_groups": 2.0}),
    BadCall("nn.functional.group_norm", "input-4", "input", "ValueError", "RuntimeError",
        {"input": ones(4), "num_groups": 2}),
    BadCall("nn.functional.group_norm", "input-1x2", "input", "ValueError", "ValueError",
        {"input": ones(1, 2), "num_groups": 2}),
    BadCall("nn.functional.group_norm", "weight-2", "weight", "ValueError", "RuntimeError",
        {"input": X, "num_groups": 2, "weight": ones(2)}),
    BadCall("nn.functional.group_norm", "bias-4-float64", "bias", "TypeError", "RuntimeError",
        {"input": X, "num_groups": 2, "bias": ones(4, dtype="float64")}),
    BadCall("nn.GroupNorm", "num.groups-3", "num_groups", "ValueError", "ValueError",
        {"num_groups": 3, "num_channels": 4}, ((X,),)),
    BadCall("nn.GroupNorm", "num.groups--2", "num_groups", "ValueError", "RuntimeError at call",
        {"num_groups": -2, "num_channels": 4}, ((X,),)),
    BadCall("nn.GroupNorm", "num.channels-6", "input", "ValueError at call",
        "RuntimeError at call", {"num_groups": 2, "num_channels": 6}, ((X,),)),
    BadCall("nn.functional.rms_norm", "normalized.shape-3", "normalized_shape", "ValueError",
        "RuntimeError", {"input": X, "normalized_shape": (3,)}),
    BadCall("nn.functional.rms_norm", "normalized.shape-6", "normalized_shape", "TypeError",
        "TypeError", {"input": X, "normalized_shape": 6}),
    BadCall("nn.functional.rms_norm", "weight-4", "weight", "ValueError", "RuntimeError",
        {"input": X, "normalized_shape": (6,), "weight": ones(4)}),
    BadCall("nn.functional.rms_norm", "input-int64", "input", "TypeError", "NotImplementedError",
        {"input": ones(2, 6, dtype="int64"), "normalized_shape": (6,)}),
    BadCall("nn.functional.rms_norm", "eps--2.0", "eps", "ValueError",
        Accepts("A negative eps is computed with.", ReturnedArray((2, 4, 6, 6), each=math.nan)),
        {"input": X, "normalized_shape": (6,), "eps": -2.0}),
    BadCall("nn.RMSNorm", "normalized.shape-2.5", "normalized_shape", "TypeError", "TypeError",
        {"normalized_shape": 2.5}, ((X,),)),
    BadCall("nn.RMSNorm", "eps-small", "eps", "TypeError", "TypeError at call",
        {"normalized_shape": 6, "eps": "small"}, ((X,),)),
    BadCall("nn.RMSNorm", "input-2x4x6x6", "normalized_shape", "ValueError at call",
        "RuntimeError at call", {"normalized_shape": (4, 6)}, ((X,),)),
)  # fmt: skip
