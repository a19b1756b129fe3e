"""All layers and their families: what there is, in the order of the matrix."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from types import MappingProxyType

from conformance.layers import activation, conv, dropout, linear, loss, norm, pooling
from conformance.spec.case import Case
from conformance.spec.layer import Family, Layer
from conformance.spec.table import Table

FAMILIES: tuple[Family, ...] = (
    conv.FAMILY,
    pooling.FAMILY,
    linear.FAMILY,
    norm.FAMILY,
    dropout.FAMILY,
    activation.FAMILY,
    loss.FAMILY,
)
LAYERS: Mapping[str, Layer] = MappingProxyType(
    {layer.name: layer for family in FAMILIES for layer in family.layers}
)
TABLES: tuple[Table, ...] = tuple(table for family in FAMILIES for table in family.tables)


@functools.cache
def layer_cases() -> tuple[Case, ...]:
    """Every case of a layer, in the tables' order.

    Returns
    -------
    tuple of Case
    """
    return tuple(case for table in TABLES for case in table.cases())
