"""Records of the frameworks that answer a bad call or die of it, made from the tables of calls."""

from __future__ import annotations

from collections.abc import Callable

from conformance.programs.bad_calls import BAD_CALLS
from conformance.spec.bad_call import Accepts, BadCall
from conformance.spec.divergence import Divergence
from conformance.spec.program import Program

_FRAMEWORKS = {"torch": "torch", "tf": "tensorflow"}


def accepted_records() -> tuple[Divergence, ...]:
    """Give the records, one for each bad call that a framework does not refuse.

    Returns
    -------
    tuple of Divergence
    """
    return tuple(
        record_of(_FRAMEWORKS[dialect], bad_call)
        for dialect, calls in BAD_CALLS.items()
        for bad_call in calls
        if not isinstance(bad_call.framework, str)
    )


def record_of(framework: str, bad_call: BadCall) -> Divergence:
    """Make the record of a bad call that a framework answers or dies of.

    Parameters
    ----------
    framework : str
        The subject.
    bad_call : BadCall
        The call.

    Returns
    -------
    Divergence
    """
    does = bad_call.framework
    assert not isinstance(does, str)
    answers = isinstance(does, Accepts)
    if isinstance(does, Accepts):
        reason = f"The framework's own choice; refimpl refuses the call and names {bad_call.names}."
        if does.isolate:
            reason = f"A defect; refimpl refuses the call and names {bad_call.names}."
    else:
        reason = (
            f"A defect: the process ends with {' or '.join(does.signals)}; refimpl refuses the"
            f" call and names {bad_call.names}."
        )
    return Divergence(
        subjects=(framework,),
        layers=("errors",),
        aspects=("errors",),
        kind="differs" if answers else "raises",
        sentence=f"`{bad_call.target}` ({bad_call.what}): {does.sentence}",
        reason=reason,
        when=_is(bad_call),
    )


def _is(bad_call: BadCall) -> Callable[[Program], bool]:
    return lambda program: bool(program.content == bad_call)
