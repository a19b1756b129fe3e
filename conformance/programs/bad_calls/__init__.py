"""Bad calls, and who refuses them how: data for the aspect `errors`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from conformance.layers.registry import FAMILIES
from conformance.programs.bad_calls import other
from conformance.spec.bad_call import BadCall
from conformance.spec.program import Program

_OTHER = {"torch": other.TORCH, "tf": other.TF}


def _sort(bad_calls: Iterable[BadCall]) -> tuple[BadCall, ...]:
    """Sort by target, so that it does not matter in whose table a bad call stands."""
    return tuple(sorted(bad_calls, key=lambda bad_call: bad_call.target))


def _all_of(dialect: str) -> tuple[BadCall, ...]:
    families = (bad_call for family in FAMILIES for bad_call in family.bad_calls[dialect])
    return _sort((*families, *_OTHER[dialect]))


# By dialect.
BAD_CALLS: Mapping[str, tuple[BadCall, ...]] = {dialect: _all_of(dialect) for dialect in _OTHER}


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
