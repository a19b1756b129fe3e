"""Dialects translate a neutral case into the words and layouts of a family of subjects."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.layers.registry import FAMILIES
from conformance.spec.call import Dialect

DIALECTS: Mapping[str, Dialect] = {
    "torch": Dialect(
        "torch", {layer: forms for family in FAMILIES for layer, forms in family.torch.items()}
    ),
    "tf": Dialect(
        "tf", {layer: forms for family in FAMILIES for layer, forms in family.tf.items()}
    ),
}
