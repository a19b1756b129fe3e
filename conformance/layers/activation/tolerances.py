"""What WebNN allows an activation to be off."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.spec.tolerance import Config, Shapes, Units, count_units, same_units


def _exact_form(config: Config, shapes: Shapes) -> int | None:
    return 18 if config.get("approximate", "none") == "none" else None


def _plain_softplus(config: Config, shapes: Shapes) -> int | None:
    return 18 if config.get("beta", 1.0) == 1.0 else None


def _softmax(config: Config, shapes: Shapes) -> int:
    return 3 * shapes["input"][config["axis"]] + 3


WEBNN: Mapping[str, Units] = {
    "softmax": same_units(_softmax),
    "elu": count_units(18),
    "gelu": same_units(_exact_form),
    "hardsigmoid": count_units(2),
    "hardswish": count_units(4),
    "leaky_relu": count_units(1, 2),
    "prelu": count_units(1),
    "relu": count_units(0),
    "relu6": count_units(0),
    "hardtanh": count_units(0),
    "sigmoid": count_units(34, 10),
    "softplus": same_units(_plain_softplus),
    "softsign": count_units(3),
    "tanh": count_units(16),
}
