"""Bad calls, and who refuses them how: data for the aspect `errors`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from conformance.programs.bad_calls import (
    tf_functions,
    tf_keras,
    tf_losses,
    torch_layers,
    torch_windows,
)
from conformance.spec.bad_call import Accepts, Bad, Dies, Values
from conformance.spec.case import Case

__all__ = ["BAD_CALLS", "Accepts", "Bad", "Dies", "Values", "cases"]

# By dialect.
BAD_CALLS: Mapping[str, tuple[Bad, ...]] = {
    "torch": (*torch_windows.ROWS, *torch_layers.ROWS),
    "tf": (*tf_functions.ROWS, *tf_keras.ROWS, *tf_losses.ROWS),
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
            words=(dialect, *bad.words),
            config=MappingProxyType({"bad": bad, "dialect": dialect}),
            shapes=MappingProxyType({}),
            regime="normal",
            dtype="float32",
            hunts=f"a bad {bad.names} that is accepted, or refused without a word about it",
        )
        for dialect, calls in BAD_CALLS.items()
        for bad in calls
    )
