"""What mistakes are made of: small changes of a request, an observation, or a namespace."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from conformance.spec.library import Library
from conformance.spec.mutant import After, Before
from conformance.spec.request import Observation, Request

TF = "refimpl.tf"
Change = Callable[[Any], Any]


class Changed:
    """A module with some of its names exchanged.

    Parameters
    ----------
    module : object
        The module.
    **changes : object
        The new values.
    """

    def __init__(self, module: Any, **changes: Any) -> None:
        self._module = module
        vars(self).update(changes)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._module, name)


# Changes of a request ---------------------------------------------------------------------------


def first_input(request: Request) -> str:
    """Name the slot of the array `input`."""
    return next(slot.name for slot in request.call.slots if slot.array == "input")


def arguments(changes: Mapping[str, Change]) -> Before:
    """Change arguments of the call, where it has them."""

    def before(request: Request) -> Request:
        given = dict(request.call.arguments)
        given |= {name: change(given[name]) for name, change in changes.items() if name in given}
        return replace(request, call=replace(request.call, arguments=given))

    return before


def argument(name: str, change: Change) -> Before:
    """Change an argument of the call, where it has it."""
    return arguments({name: change})


def added(**values: Any) -> Before:
    """Add arguments to the call, or overwrite them."""
    return lambda request: replace(
        request,
        call=replace(request.call, arguments={**request.call.arguments, **values}),
    )


def training(mode: bool) -> Before:
    """Run in another mode, whether it is the class's mode or the function's argument."""

    def before(request: Request) -> Request:
        call = request.call
        given = {
            key: mode if key in ("training", "use_input_stats", "is_training") else value
            for key, value in call.arguments.items()
        }
        wrong = call.training if call.training is None else mode
        return replace(request, call=replace(call, arguments=given, training=wrong))

    return before


def array(name: str, change: Change) -> Before:
    """Change one array, where the call has it."""

    def before(request: Request) -> Request:
        if name not in request.arrays or request.fresh:
            return request
        return replace(request, arrays={**request.arrays, name: change(request.arrays[name])})

    return before


def floats(change: Change) -> Before:
    """Change every float array on its way in."""

    def before(request: Request) -> Request:
        arrays = {
            name: change(each) if each.dtype.kind != "i" else each
            for name, each in request.arrays.items()
        }
        return replace(request, arrays=arrays)

    return before


# Changes of an observation ----------------------------------------------------------------------


def output(change: Callable[..., Any], place: int = 0) -> After:
    """Change one output: `change(output, arrays by slot name, call)`."""

    def after(request: Request, seen: Observation) -> Observation:
        if request.fresh or len(seen.outputs) <= place:
            return seen
        outputs = list(seen.outputs)
        with np.errstate(all="ignore"):
            wrong = change(outputs[place], request.arrays, request.call)
            outputs[place] = np.asarray(wrong).astype(outputs[place].dtype)
        return replace(seen, outputs=tuple(outputs))

    return after


def gradient(name: str, change: Callable[..., Any]) -> After:
    """Change one gradient: `change(gradient, arrays by slot name, call, cotangent)`."""

    def after(request: Request, seen: Observation) -> Observation:
        if name not in seen.gradients:
            return seen
        old = seen.gradients[name]
        with np.errstate(all="ignore"):
            wrong = change(old, request.arrays, request.call, request.cotangents[0])
            changed = np.asarray(wrong).astype(old.dtype)
        return replace(seen, gradients={**seen.gradients, name: changed})

    return after


def averaged(name: str) -> After:
    """Divide a gradient by the batch."""
    return gradient(name, lambda bar, arrays, call, cotangent: bar / len(cotangent))


def state(name: str, change: Callable[..., Any]) -> After:
    """Change one buffer after the calls: `change(buffer, request)`."""

    def after(request: Request, seen: Observation) -> Observation:
        if name not in seen.state:
            return seen
        old = seen.state[name]
        wrong = np.asarray(change(old, request)).astype(old.dtype)
        return replace(seen, state={**seen.state, name: wrong})

    return after


def owned(change: Change) -> After:
    """Change what an instance says it owns."""
    return lambda request, seen: replace(seen, owned=change(seen.owned))


def owning(name: str, /, **changes: Any) -> After:
    """Change how an instance describes one thing that it owns."""
    return owned(
        lambda parts: tuple(
            replace(part, **changes) if part.name == name else part for part in parts
        )
    )


def owning_no(name: str) -> After:
    """Leave out one thing that an instance owns."""
    return owned(lambda parts: tuple(part for part in parts if part.name != name))


def all_outputs(change: Change) -> After:
    """Change every output as it stands, its dtype too."""
    return lambda request, seen: replace(seen, outputs=tuple(change(each) for each in seen.outputs))


def all_gradients(change: Change) -> After:
    """Change every gradient as it stands, its dtype too."""
    return lambda request, seen: replace(
        seen, gradients={name: change(each) for name, each in seen.gradients.items()}
    )


def inputs(change: Change) -> After:
    """Change what the inputs hold after the call."""
    return lambda request, seen: replace(
        seen, inputs={name: change(each) for name, each in seen.inputs.items()}
    )


def only_class(change: After) -> After:
    """Make a mistake in classes and not in functions."""
    return lambda request, seen: change(request, seen) if request.call.kind == "class" else seen


# Changes of a namespace -------------------------------------------------------------------------


def names(changes: Mapping[str, Change]) -> Callable[[Library], Library]:
    """Change dotted names of a library's namespace."""

    def spoil(library: Library) -> Library:
        wrong = copy.copy(library)
        for path, change in changes.items():
            wrong.root = _exchanged(wrong.root, path.split("."), change)
        return wrong

    return spoil


def _exchanged(root: Any, path: list[str], change: Change) -> Any:
    inner = getattr(root, path[0])
    wrong = change(inner) if len(path) == 1 else _exchanged(inner, path[1:], change)
    return Changed(root, **{path[0]: wrong})


# Changes of values ------------------------------------------------------------------------------


def constant(value: Any) -> Change:
    """Put a value in place of any other."""
    return lambda old: value


def zeroed(values: Any) -> Any:
    """Zeros in the place of values."""
    return np.zeros_like(values)


def truncated(bits: int) -> Change:
    """Cut float32 numbers after so many bits of their significand."""

    def cut(values: Any) -> Any:
        if values.dtype != np.float32:
            return values
        mask = np.uint32((0xFFFFFFFF << (24 - bits)) & 0xFFFFFFFF)
        return (np.ascontiguousarray(values).view(np.uint32) & mask).view(np.float32)

    return cut


def in_float32(values: Any) -> Any:
    """Lose what float64 has over float32."""
    return values.astype(np.float32).astype(values.dtype) if values.dtype == np.float64 else values


def reversed_axes(*axes: int) -> Change:
    """Turn axes around."""
    return lambda values: np.ascontiguousarray(np.flip(values, axes))


def spread(values: Any, x: Any) -> Any:
    """Shape one value for each channel so that it goes with a channels-first array."""
    return np.asarray(values, np.float64).reshape((1, -1) + (1,) * (x.ndim - 2))
