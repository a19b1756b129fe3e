"""What WebNN and TOSA allow pooling to be off."""

from __future__ import annotations

import math
from collections.abc import Mapping

from conformance.spec.tolerance import Config, Count, Shapes, Units, count_units, same_units


def _webnn_average(config: Config, shapes: Shapes) -> int | None:
    return math.prod(config["kernel"]) + 2 if config["batched"] else None


def _terms(config: Config, shapes: Shapes) -> int:
    return math.prod(config["kernel"])


WEBNN: Mapping[str, Units] = {
    "avg_pool2d": same_units(_webnn_average),
    "max_pool2d": count_units(0),
}
DOT_PRODUCTS: Mapping[str, Count] = {"avg_pool2d": _terms}
