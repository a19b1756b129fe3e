"""Bad calls, and who refuses them how: data for the aspect `errors`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from conformance.layers.activation import bad_calls as activation
from conformance.layers.conv import bad_calls as conv
from conformance.layers.dropout import bad_calls as dropout
from conformance.layers.linear import bad_calls as linear
from conformance.layers.loss import bad_calls as loss
from conformance.layers.norm import bad_calls as norm
from conformance.layers.pooling import bad_calls as pooling
from conformance.programs.bad_calls import other
from conformance.spec.bad_call import BadCall
from conformance.spec.case import Case

_TABLES = (conv, pooling, linear, norm, dropout, activation, loss, other)


def _sort(bad_calls: Iterable[BadCall]) -> tuple[BadCall, ...]:
    """Sort by target, so that it does not matter in whose table a bad call stands."""
    return tuple(sorted(bad_calls, key=lambda bad_call: bad_call.target))


# By dialect.
BAD_CALLS: Mapping[str, tuple[BadCall, ...]] = {
    "torch": _sort(bad_call for table in _TABLES for bad_call in table.TORCH),
    "tf": _sort(bad_call for table in _TABLES for bad_call in table.TF),
}


def cases() -> tuple[Case, ...]:
    """The bad calls as cases.

    Returns
    -------
    tuple of Case
    """
    return tuple(
        Case(
            layer="errors",
            words=(dialect, *bad_call.words),
            config=MappingProxyType({"bad_call": bad_call, "dialect": dialect}),
            shapes=MappingProxyType({}),
            regime="normal",
            dtype="float32",
            hunts=f"a bad {bad_call.names} that is accepted, or refused without a word about it",
        )
        for dialect, calls in BAD_CALLS.items()
        for bad_call in calls
    )
