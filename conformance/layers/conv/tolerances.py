"""What WebNN and TOSA allow a convolution to be off."""

from __future__ import annotations

import math
from collections.abc import Mapping

from conformance.spec.tolerance import Config, Count, Shapes, Units, same_units


def _webnn(config: Config, shapes: Shapes) -> int | None:
    """Two roundings for each product; other paddings than with zeros are another operator."""
    plain = config["padding_mode"] == "zeros" and config["batched"]
    return 2 * math.prod(shapes["weight"][1:]) if plain else None


def _terms(config: Config, shapes: Shapes) -> int | None:
    plain = config["padding_mode"] == "zeros"
    return math.prod(shapes["weight"][1:]) + ("bias" in shapes) if plain else None


WEBNN: Mapping[str, Units] = {"conv2d": same_units(_webnn)}
DOT_PRODUCTS: Mapping[str, Count] = {"conv2d": _terms, "conv3d": _terms}
