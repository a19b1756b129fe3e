"""What is asked of a whole namespace, and with the layers' cases: everything there is to ask."""

from __future__ import annotations

import functools

from conformance.layers.registry import layer_cases
from conformance.programs import bad_calls, chapter, seeded, trajectory
from conformance.spec.case import Case
from conformance.spec.program import Program


@functools.cache
def programs() -> tuple[Program, ...]:
    """Every program.

    Returns
    -------
    tuple of Program
    """
    return (
        *chapter.programs(),
        *seeded.programs(),
        *trajectory.programs(),
        *bad_calls.programs(),
    )


@functools.cache
def all_cases() -> tuple[Case | Program, ...]:
    """Every case of every table, in the tables' order, and every program.

    Returns
    -------
    tuple of Case or Program
    """
    return (*layer_cases(), *programs())
