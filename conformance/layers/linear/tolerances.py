"""What WebNN and TOSA allow the linear layer to be off."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.spec.tolerance import Config, Count, Shapes, Units, same_units


def _webnn(config: Config, shapes: Shapes) -> int:
    return 2 * shapes["input"][-1] + ("bias" in shapes)


def _terms(config: Config, shapes: Shapes) -> int:
    return shapes["weight"][1] + ("bias" in shapes)


WEBNN: Mapping[str, Units] = {"linear": same_units(_webnn)}
DOT_PRODUCTS: Mapping[str, Count] = {"linear": _terms}
