"""Batch and instance normalisation in PyTorch's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.spec.call import Call, Owned, Slot, Translate, Unsupported
from conformance.spec.case import Case

_CONVENTIONS = {"moving_variance": "unbiased"}
# InstanceNorm owns the counter too, but never advances it.
_COUNTS_BATCHES = {"batch": True, "instance": False}


def _slots(case: Case) -> tuple[Slot, ...]:
    slots = [Slot("input", "input")]
    if case.config["track"]:
        slots += [Slot(name, name, "buffer") for name in ("running_mean", "running_var")]
    if case.config["affine"]:
        slots += [Slot(name, name, "parameter") for name in ("weight", "bias")]
    return tuple(slots)


def _owned(case: Case) -> tuple[Owned, ...]:
    config, shape = case.config, (case.config["features"],)
    owned = []
    if config["affine"]:
        owned += [
            Owned("weight", shape, case.dtype, True, 1.0),
            Owned("bias", shape, case.dtype, True, 0.0),
        ]
    if config["track"]:
        owned += [
            Owned("running_mean", shape, case.dtype, False, 0.0),
            Owned("running_var", shape, case.dtype, False, 1.0),
            Owned("num_batches_tracked", (), "int64", False, 0.0),
        ]
    return tuple(owned)


def _class(case: Case) -> Call:
    config = case.config
    kind = "BatchNorm" if case.layer.startswith("batch") else "InstanceNorm"
    arguments = {
        "num_features": config["features"],
        "eps": config["epsilon"],
        "momentum": config["momentum"],
        "affine": config["affine"],
        "track_running_stats": config["track"],
        "dtype": case.dtype,
    }
    return Call(
        f"nn.{kind}{config['rank']}d",
        "class",
        arguments,
        _slots(case),
        training=config["training"],
        conventions={**_CONVENTIONS, "counts_batches": _COUNTS_BATCHES[case.layer[:-7]]},
        owned=_owned(case),
    )


def _function(case: Case) -> Call:
    config = case.config
    if config["momentum"] is None and config["track"]:
        raise Unsupported("the function takes the average's weight; only the class counts steps")
    uses_batch = config["training"] or not config["track"]
    arguments: dict[str, Any] = {"eps": config["epsilon"]}
    if config["momentum"] is not None:
        arguments["momentum"] = config["momentum"]
    if not config["track"]:
        arguments |= {"running_mean": None, "running_var": None}
    name = "batch_norm" if case.layer.startswith("batch") else "instance_norm"
    arguments["training" if name == "batch_norm" else "use_input_stats"] = uses_batch
    return Call(
        f"nn.functional.{name}", "function", arguments, _slots(case), conventions=_CONVENTIONS
    )


_FORMS: Mapping[str, Translate] = {"class": _class, "function": _function}

FORMS: Mapping[str, Mapping[str, Translate]] = {
    **{f"{kind}_norm{n}d": _FORMS for kind in ("batch", "instance") for n in (1, 2, 3)},
    "moments": {},
    "batch_normalization": {},
    "fused_batch_norm": {},
}
