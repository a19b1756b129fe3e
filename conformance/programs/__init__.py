"""The tables of cases, one file for each family of layers. No framework is imported here."""

from __future__ import annotations

import functools

from conformance.layers.activation import cases as activation
from conformance.layers.conv import cases as conv
from conformance.layers.dropout import cases as dropout
from conformance.layers.linear import cases as linear
from conformance.layers.loss import cases as loss
from conformance.layers.norm import cases as norm
from conformance.layers.pooling import cases as pool
from conformance.programs import bad_calls as errors
from conformance.programs import chapter, seeded, trajectory
from conformance.spec.case import Case
from conformance.spec.table import Table

TABLES: tuple[Table, ...] = (
    *conv.TABLES,
    *pool.TABLES,
    *linear.TABLES,
    *norm.TABLES,
    *dropout.TABLES,
    *activation.TABLES,
    *loss.TABLES,
)


@functools.cache
def all_cases() -> tuple[Case, ...]:
    """Every case of every table, in the tables' order.

    Returns
    -------
    tuple of Case
    """
    return (
        *(case for table in TABLES for case in table.cases()),
        *chapter.cases(),
        *seeded.cases(),
        *trajectory.cases(),
        *errors.cases(),
    )
