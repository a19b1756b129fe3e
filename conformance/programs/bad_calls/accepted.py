"""Records of the frameworks that answer a bad call or die of it, made from the tables of calls."""

from __future__ import annotations

from collections.abc import Callable

from conformance.programs.bad_calls import BAD_CALLS, Accepts, Bad
from conformance.spec.divergence import Divergence
from conformance.spec.program import Program

_FRAMEWORKS = {"torch": "torch", "tf": "tensorflow"}


def unrefused() -> tuple[Divergence, ...]:
    """Give the records, one for each bad call that a framework does not refuse.

    Returns
    -------
    tuple of Divergence
    """
    return tuple(
        _record(_FRAMEWORKS[dialect], bad)
        for dialect, calls in BAD_CALLS.items()
        for bad in calls
        if not isinstance(bad.framework, str)
    )


def _record(framework: str, bad: Bad) -> Divergence:
    does = bad.framework
    assert not isinstance(does, str)
    answers = isinstance(does, Accepts)
    if isinstance(does, Accepts):
        reason = f"The framework's own choice; refimpl refuses the call and names {bad.names}."
        if does.apart:
            reason = f"A defect; refimpl refuses the call and names {bad.names}."
    else:
        reason = (
            f"A defect: the process ends with {' or '.join(does.signals)}; refimpl refuses the"
            f" call and names {bad.names}."
        )
    return Divergence(
        subjects=(framework,),
        layers=("errors",),
        aspects=("errors",),
        kind="differs" if answers else "raises",
        sentence=f"`{bad.target}` ({bad.what}): {does.sentence}",
        reason=reason,
        when=_is(bad),
    )


def _is(bad: Bad) -> Callable[[Program], bool]:
    return lambda program: bool(program.content == bad)
