"""Rows of the tables of cases: one layer of one table, the unit that must be needed."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Iterator, Mapping

from conformance.layers.registry import FAMILIES
from conformance.programs import all_cases
from conformance.spec.case import Case
from conformance.spec.program import Program
from conformance.spec.table import Table

# What the planner adds to a case's words when it varies it.
_VARIANTS = frozenset(("empty", "many"))


def row_of(case: Case | Program) -> str:
    """The row a case belongs to.

    Parameters
    ----------
    case : Case or Program
        What a claim is about.

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


def _key(case: Case | Program) -> tuple[str, ...]:
    words = (word for word in case.words if word not in _VARIANTS)
    return (case.layer, *words, case.regime, case.dtype)


@functools.cache
def _rows() -> Mapping[tuple[str, ...], str]:
    rows = {_key(case): case.layer for case in all_cases()}
    for name, table in _tables():
        for case in table.cases():
            rows[_key(case)] = f"{name} {case.layer}"
    return rows


def _tables() -> Iterator[tuple[str, Table]]:
    """Every table, with its family and its name there; one of several in a loop has the former."""
    for family in FAMILIES:
        module = importlib.import_module(f"conformance.layers.{family.name}.cases")
        names = {id(value): name for name, value in vars(module).items()}
        for table in module.TABLES:
            name = names.get(id(table))
            yield (f"{family.name}.{name}" if name else family.name), table
