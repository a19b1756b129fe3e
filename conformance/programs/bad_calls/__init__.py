"""Bad calls, and who refuses them how: data for the aspect `errors`."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.programs.bad_calls import (
    tf_functions,
    tf_keras,
    tf_losses,
    torch_layers,
    torch_windows,
)
from conformance.spec.bad_call import Accepts, Bad, Dies, Values
from conformance.spec.program import Program

__all__ = ["BAD_CALLS", "Accepts", "Bad", "Dies", "Values", "programs"]

# By dialect.
BAD_CALLS: Mapping[str, tuple[Bad, ...]] = {
    "torch": (*torch_windows.ROWS, *torch_layers.ROWS),
    "tf": (*tf_functions.ROWS, *tf_keras.ROWS, *tf_losses.ROWS),
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
            words=(dialect, *bad.words),
            content=bad,
            hunts=f"a bad {bad.names} that is accepted, or refused without a word about it",
            form="call",
            dialects=(dialect,),
            refusal="this bad call is another framework's",
        )
        for dialect, calls in BAD_CALLS.items()
        for bad in calls
    )
