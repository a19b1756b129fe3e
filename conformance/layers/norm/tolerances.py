"""What WebNN allows a normalised output to be off."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.spec.tolerance import Config, Shapes, Units, count_units, same_units


def _allow_in_inference(config: Config, shapes: Shapes) -> int | None:
    inference = not config["training"] and config.get("track", True)
    return 6 if inference else None


def _instance_norm(config: Config, shapes: Shapes) -> int | None:
    return None if config["track"] else 840


def _half_instance_norm(config: Config, shapes: Shapes) -> int | None:
    return None if config["track"] else 8400


WEBNN: Mapping[str, Units] = {
    **{f"batch_norm{rank}d": same_units(_allow_in_inference) for rank in (1, 2, 3)},
    "fused_batch_norm": same_units(_allow_in_inference),
    "batch_normalization": count_units(6),
    "instance_norm2d": {"float32": _instance_norm, "float16": _half_instance_norm},
}
