"""What the code generators of all libraries share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.spec.call import Call, Slot
from conformance.spec.case import Array
from conformance.spec.request import Request
from conformance.tools.reproducer.failure import Failure

Lines = list[str]


@dataclass(frozen=True)
class Codegen:
    """How programs for one library are generated.

    Attributes
    ----------
    imports : tuple of str
        Lines.
    versions : str
        A line that prints what matters.
    array : callable
        Array -> expression that makes it.
    program : callable
        What is off, and what was asked -> the lines after the arrays.
    needs : str
        What the file needs, in words.
    seed : str
        A line that seeds what is drawn, with `{seed}` in it.
    library : str
        Below what the names of the dialect stand.
    begin : tuple of str
        Lines after the imports.
    looks : mapping
        What is off, beside an element's value -> the expression that shows it; see
        `Failure.facet`. It finds the array, or the parameter, as `found`.
    """

    imports: tuple[str, ...]
    versions: str
    array: Callable[[Array], str]
    program: Callable[[Failure, Request], Lines]
    needs: str
    seed: str
    library: str
    inspections: Mapping[str, str]
    begin: tuple[str, ...] = ()


# What is off, beside an element -> what shows it, in any library; see `Codegen.inspections`.
INSPECTIONS: Mapping[str, str] = {
    "names": "list(owned)",
    "shape": "tuple(found.shape)",
    "dtype": "found.dtype.name",
    "same": "output is input",
}
# The one value of an array, if all its elements have it.
ONE_VALUE = "float(found.min()) if found.min() == found.max() else None"


def cotangent_variable(name: str) -> str:
    """The variable of a result's cotangent."""
    return f"{name}_cotangent"


def batch_variable(step: int) -> str:
    """The variable of a further batch."""
    return f"batch{step}"


def format_keywords(arguments: Mapping[str, Any]) -> str:
    """Write keyword arguments from their texts."""
    return ", ".join(f"{name}={value}" for name, value in arguments.items())


def format_arguments(call: Call, dtype: str) -> dict[str, str]:
    """The arguments that are not arrays, as texts; `dtype` is the library's own name."""
    texts = {name: repr(value) for name, value in call.arguments.items()}
    return texts | ({"dtype": dtype} if "dtype" in texts else {})


def slots_of(call: Call, *roles: str) -> list[Slot]:
    """The slots of some roles."""
    return [slot for slot in call.slots if slot.role in roles]


def differentiated_slots(failure: Failure, request: Request) -> list[Slot]:
    """The slots whose gradients are taken, in the order of the call."""
    floats = [slot for slot in failure.trial.call.slots if slot.has_gradient]
    return [slot for slot in floats if request.arrays[slot.name].dtype.kind != "i"]


def differentiated_results(call: Call) -> list[str]:
    """The results into which cotangents flow."""
    return [result.name for result in call.results if result.differentiated]


def pick_owned(failure: Failure) -> Lines:
    """Pick the parameter or buffer that is off out of all that an instance owns."""
    return [] if failure.facet == "names" else [f"found = owned[{failure.name!r}]"]


def buffer_name(failure: Failure) -> str:
    """The name of the buffer that is off; the counter of batches has no slot."""
    slots = (slot.name for slot in failure.trial.call.slots if slot.array == failure.name)
    return next(slots, failure.name)


def pick_call_array(failure: Failure) -> Lines:
    """Assign the wrong array of a call to `found`: a result, or an input after the call."""
    if failure.facet == "same":
        return []
    return [f"found = {failure.name if failure.kind == 'output' else wrong_slot(failure).name}"]


def memory_order(array: Array) -> tuple[int, ...] | None:
    """The order in which an array's axes lie in memory; None if it is their own order."""
    order = tuple(sorted(range(array.ndim), key=lambda axis: -array.strides[axis]))
    return None if order == tuple(range(array.ndim)) or array.flags.c_contiguous else order


def inverse_order(order: tuple[int, ...]) -> tuple[int, ...]:
    """The permutation that undoes one."""
    return tuple(order.index(axis) for axis in range(len(order)))


def assign_results(call: Call, expression: str) -> str:
    """Assign the results to their names; a function may return more of them."""
    names = ", ".join(result.name for result in call.results)
    more = len(call.results) > 1 or call.target.endswith("fused_batch_norm")
    return f"{names}{', *_' if more else ''} = {expression}"


def wrong_slot(failure: Failure) -> Slot:
    """The slot of the array that is off."""
    return next(slot for slot in failure.trial.call.slots if slot.array == failure.name)


def format_tuple(names: list[str]) -> str:
    """One name, or a tuple of them."""
    return names[0] if len(names) == 1 else f"({', '.join(names)})"
