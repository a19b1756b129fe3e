"""Writes a call as a program that runs a subject which is not built in, through this package."""

from __future__ import annotations

from conformance.spec.case import Array
from conformance.spec.request import Request
from conformance.tools.reproducer.codegen import base, refimpl
from conformance.tools.reproducer.codegen.base import (
    Lines,
    batch_variable,
    buffer_name,
    cotangent_variable,
    pick_owned,
    wrong_slot,
)
from conformance.tools.reproducer.failure import Failure

INSPECTIONS = {
    **base.INSPECTIONS,
    "owned dtype": "found.dtype",
    "same": "seen.same_object",
    "trainable": "found.trainable",
    "initial": "found.initial",
}


def format_array(array: Array) -> str:
    """Write the expression that makes an array: also how it lies in memory is the subject's."""
    text = refimpl.format_array(array.copy(order="C"))
    memory = "channels_last" if array.T.flags.forc else "strided"
    return text if array.flags.c_contiguous else f"laid_out({text}, {memory!r})"


def write_call(failure: Failure, request: Request) -> Lines:
    """Write the lines after the arrays."""
    call = failure.trial.call
    slots = "".join(f"Slot({s.array!r}, {s.name!r}, {s.role!r}), " for s in call.slots)
    results = "".join(
        f"Result({r.name!r}, differentiated={r.differentiated}), " for r in call.results
    )
    arrays = ", ".join(f"{slot.name!r}: {slot.name}" for slot in call.slots)
    bars = "".join(
        f"{cotangent_variable(result.name) if result.differentiated else None}, "
        for result in call.results
    )
    further = "".join(f"{batch_variable(step + 1)}, " for step in range(len(request.further)))
    made = [repr(call.target), repr(call.kind), repr(dict(call.arguments))]
    given_bars = bars if request.cotangents else ""
    more = ", fresh=True" if request.fresh else ""
    seen = ", ".join(result.name for result in call.results)
    lines = [
        f"slots, results = ({slots}), ({results})",
        f"call = Call({', '.join(made)}, slots, results, {call.training})",
        f"arrays = {{{arrays}}}",
        f"seen = subject.run(Request(call, arrays, ({given_bars}), ({further}){more}))",
    ]
    if failure.kind == "owned":
        return [*lines, "owned = {each.name: each for each in seen.owned}", *pick_owned(failure)]
    lines.append(f"({seen},) = seen.outputs")
    if failure.facet == "same":
        return lines
    found = {
        "output": lambda: failure.name,
        "input": lambda: f"seen.inputs[{wrong_slot(failure).name!r}]",
        "gradient": lambda: f"seen.gradients[{wrong_slot(failure).name!r}]",
        "state": lambda: f"seen.state[{buffer_name(failure)!r}]",
    }
    return [*lines, f"found = {found[failure.kind]()}"]
