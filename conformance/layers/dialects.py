"""Dialects translate a neutral case into the words and layouts of a family of subjects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from conformance.layers.registry import FAMILIES
from conformance.spec.call import Dialect
from conformance.spec.layer import Forms


def _dialect(name: str, families: Iterable[Forms]) -> Dialect:
    return Dialect(name, {layer: forms for known in families for layer, forms in known.items()})


DIALECTS: Mapping[str, Dialect] = {
    "torch": _dialect("torch", (family.torch for family in FAMILIES)),
    "tf": _dialect("tf", (family.tf for family in FAMILIES)),
}
