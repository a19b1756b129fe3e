"""Dialects translate a neutral case into the words and layouts of a family of subjects."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.layers.registry import FAMILIES
from conformance.spec.call import (
    Dialect,
    Translate,
    chapter_forms,
    error_forms,
    program_forms,
    seeded_forms,
)


def _programs(dialect: str) -> dict[str, Mapping[str, Translate]]:
    return {
        "chapter": chapter_forms(dialect),
        "seeded": seeded_forms(dialect),
        "errors": error_forms(dialect),
        "trajectory": program_forms(dialect),
    }


TORCH = Dialect(
    "torch",
    {layer: forms for family in FAMILIES for layer, forms in family.torch.items()}
    | _programs("torch"),
)
TF = Dialect(
    "tf",
    {layer: forms for family in FAMILIES for layer, forms in family.tf.items()} | _programs("tf"),
)
DIALECTS: dict[str, Dialect] = {dialect.name: dialect for dialect in (TORCH, TF)}
