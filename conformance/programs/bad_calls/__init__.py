"""Bad calls, and who refuses them how: data for the aspect `errors`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from conformance.layers.activation import bad_calls as activation
from conformance.layers.conv import bad_calls as conv
from conformance.layers.dropout import bad_calls as dropout
from conformance.layers.linear import bad_calls as linear
from conformance.layers.loss import bad_calls as loss
from conformance.layers.norm import bad_calls as norm
from conformance.layers.pooling import bad_calls as pooling
from conformance.programs.bad_calls import other
from conformance.spec.bad_call import BadCall
from conformance.spec.program import Program

_TABLES = (conv, pooling, linear, norm, dropout, activation, loss, other)


def _sort(bad_calls: Iterable[BadCall]) -> tuple[BadCall, ...]:
    """Sort by target, so that it does not matter in whose table a bad call stands."""
    return tuple(sorted(bad_calls, key=lambda bad_call: bad_call.target))


# By dialect.
BAD_CALLS: Mapping[str, tuple[BadCall, ...]] = {
    "torch": _sort(bad_call for table in _TABLES for bad_call in table.TORCH),
    "tf": _sort(bad_call for table in _TABLES for bad_call in table.TF),
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
