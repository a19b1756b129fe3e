"""The tables of cases, one file for each family of layers. No framework is imported here."""

from __future__ import annotations

import functools

from conformance.case import Case
from conformance.cases import (
    activation,
    chapter,
    conv,
    dropout,
    errors,
    linear,
    loss,
    norm,
    pool,
    seeded,
    trajectory,
)
from conformance.cases.table import Table

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
