"""Rows of the tables of cases: one layer of one table, the unit that must be needed."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from conformance import programs as cases
from conformance.programs import TABLES, all_cases
from conformance.spec.case import Case
from conformance.spec.table import Table

# What the planner adds to a case's words when it varies it.
_VARIANTS = frozenset(("empty", "many"))


def row_of(case: Case) -> str:
    """The row a case belongs to.

    Parameters
    ----------
    case : Case
        A planned case.

    Returns
    -------
    str
        Such as 'conv.SAME conv2d'; for a program its layer.
    """
    return _rows()[_key(case)]


def all_rows() -> tuple[str, ...]:
    """Every row, in the tables' order.

    Returns
    -------
    tuple of str
    """
    return tuple(dict.fromkeys(map(row_of, all_cases())))


def _key(case: Case) -> tuple[str, ...]:
    words = (word for word in case.words if word not in _VARIANTS)
    return (case.layer, *words, case.regime, case.dtype)


@functools.cache
def _rows() -> Mapping[tuple[str, ...], str]:
    rows = {_key(case): case.layer for case in all_cases()}
    for table in TABLES:
        for case in table.cases():
            rows[_key(case)] = f"{_name(table)} {case.layer}"
    return rows


def _name(table: Table) -> str:
    """Where a table stands: its module, and its name there if it has one."""
    for family, module in vars(cases).items():
        if table in getattr(module, "TABLES", ()) and module is not cases:
            named = [name for name, value in vars(module).items() if value is table]
            return ".".join((family, *named))
    raise LookupError("a table that no family of layers has")
