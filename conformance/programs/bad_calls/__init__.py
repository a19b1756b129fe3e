"""Bad calls, and who refuses them how: data for the aspect `errors`."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.layers.registry import FAMILIES
from conformance.programs.bad_calls import other
from conformance.spec.bad_call import BadCall
from conformance.spec.program import Program


def _of_dialect(dialect: str) -> tuple[BadCall, ...]:
    """Sort by target, so that it does not matter in whose table a bad call stands."""
    by_family = (bad_call for family in FAMILIES for bad_call in family.bad_calls[dialect])
    return tuple(sorted((*by_family, *other.BAD_CALLS[dialect]), key=lambda each: each.target))


BAD_CALLS: Mapping[str, tuple[BadCall, ...]] = {
    dialect: _of_dialect(dialect) for dialect in ("torch", "tf")
}


def programs() -> tuple[Program, ...]:
    """The bad calls as programs.

    Returns
    -------
    tuple of Program
    """
    return tuple(
        Program(
            kind="errors",
            words=(dialect, *bad_call.words),
            content=bad_call,
            hunts=f"a bad {bad_call.names} that is accepted, or refused without a word about it",
            form="call",
            dialects=(dialect,),
            refusal="this bad call is another framework's",
        )
        for dialect, calls in BAD_CALLS.items()
        for bad_call in calls
    )
