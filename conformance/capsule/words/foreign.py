"""A call as a program that asks anybody's subject, through this package."""

from __future__ import annotations

from conformance.capsule.failure import Failure
from conformance.capsule.words.base import Lines, batch, cotangent
from conformance.subjects.base import Request


def program(failure: Failure, request: Request, reference: str) -> Lines:
    """Write the lines after the arrays."""
    call = failure.trial.call
    slots = "".join(f"Slot({s.array!r}, {s.name!r}, {s.role!r}), " for s in call.slots)
    results = "".join(
        f"Result({r.name!r}, differentiated={r.differentiated}), " for r in call.results
    )
    arrays = ", ".join(f"{slot.name!r}: {slot.name}" for slot in call.slots)
    bars = "".join(
        f"{cotangent(result.name) if result.differentiated else None}, " for result in call.results
    )
    further = "".join(f"{batch(step + 1)}, " for step in range(len(request.further)))
    made = [repr(call.target), repr(call.kind), repr(dict(call.arguments))]
    given_bars = bars if request.cotangents else ""
    lines = [
        f"subject = load({reference!r})",
        f"slots, results = ({slots}), ({results})",
        f"call = Call({', '.join(made)}, slots, results, {call.training})",
        f"arrays = {{{arrays}}}",
        f"seen = subject.run(Request(call, arrays, ({given_bars}), ({further})))",
    ]
    if failure.kind == "output":
        place = [result.name for result in call.results].index(failure.name)
        return [*lines, f"found = seen.outputs[{place}]"]
    slot = next((s.name for s in call.slots if s.array == failure.name), failure.name)
    of = {"gradient": "gradients", "state": "state"}[failure.kind]
    return [*lines, f"found = seen.{of}[{slot!r}]"]
