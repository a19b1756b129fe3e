"""What mistakes are made of: changes of a request, an observation, a namespace, or values."""

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


class PatchedModule:
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


def change_arguments(changes: Mapping[str, Change]) -> Before:
    """Change arguments of the call, where it has them."""

    def before(request: Request) -> Request:
        arguments = dict(request.call.arguments)
        arguments |= {
            name: change(arguments[name]) for name, change in changes.items() if name in arguments
        }
        return replace(request, call=replace(request.call, arguments=arguments))

    return before


def change_argument(name: str, change: Change) -> Before:
    """Change an argument of the call, where it has it."""
    return change_arguments({name: change})


def set_arguments(**values: Any) -> Before:
    """Add arguments to the call, or overwrite them."""
    return lambda request: replace(
        request,
        call=replace(request.call, arguments={**request.call.arguments, **values}),
    )


def set_training(mode: bool) -> Before:
    """Run in another mode, whether it is the class's mode or the function's argument."""

    def before(request: Request) -> Request:
        call = request.call
        arguments = {
            key: mode if key in ("training", "use_input_stats", "is_training") else value
            for key, value in call.arguments.items()
        }
        training = call.training if call.training is None else mode
        return replace(request, call=replace(call, arguments=arguments, training=training))

    return before


def change_array(name: str, change: Change) -> Before:
    """Change one array, where the call has it."""

    def before(request: Request) -> Request:
        if name not in request.arrays or request.fresh:
            return request
        return replace(request, arrays={**request.arrays, name: change(request.arrays[name])})

    return before


def change_floats(change: Change) -> Before:
    """Change every float array on its way in."""

    def before(request: Request) -> Request:
        arrays = {
            name: change(each) if each.dtype.kind != "i" else each
            for name, each in request.arrays.items()
        }
        return replace(request, arrays=arrays)

    return before


def read_in_memory_order(request: Request) -> Request:
    """Read the first input as it lies in memory, whatever its strides say."""
    first = first_input(request)
    x = request.arrays[first]
    if x.flags.c_contiguous or request.fresh:
        return request
    return replace(request, arrays={**request.arrays, first: x.ravel("K").reshape(x.shape)})


# Changes of an observation ----------------------------------------------------------------------


def change_output(change: Callable[..., Any], place: int = 0) -> After:
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


def change_gradient(name: str, change: Callable[..., Any]) -> After:
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


def average_gradient(name: str) -> After:
    """Divide a gradient by the batch."""
    return change_gradient(name, lambda bar, arrays, call, cotangent: bar / len(cotangent))


def change_state(name: str, change: Callable[..., Any]) -> After:
    """Change one buffer after the calls: `change(buffer, request)`."""

    def after(request: Request, seen: Observation) -> Observation:
        if name not in seen.state:
            return seen
        old = seen.state[name]
        wrong = np.asarray(change(old, request)).astype(old.dtype)
        return replace(seen, state={**seen.state, name: wrong})

    return after


def change_owned(change: Change) -> After:
    """Change what an instance says it owns."""
    return lambda request, seen: replace(seen, owned=change(seen.owned))


def describe_owned(name: str, /, **changes: Any) -> After:
    """Change how an instance describes one thing that it owns."""
    return change_owned(
        lambda owned: tuple(
            replace(each, **changes) if each.name == name else each for each in owned
        )
    )


def omit_owned(name: str) -> After:
    """Leave out one thing that an instance owns."""
    return change_owned(lambda owned: tuple(each for each in owned if each.name != name))


def change_outputs(change: Change) -> After:
    """Change every output as it stands, its dtype too."""
    return lambda request, seen: replace(seen, outputs=tuple(change(each) for each in seen.outputs))


def change_gradients(change: Change) -> After:
    """Change every gradient as it stands, its dtype too."""
    return lambda request, seen: replace(
        seen, gradients={name: change(each) for name, each in seen.gradients.items()}
    )


def change_inputs(change: Change) -> After:
    """Change what the inputs hold after the call."""
    return lambda request, seen: replace(
        seen, inputs={name: change(each) for name, each in seen.inputs.items()}
    )


def limit_to_classes(change: After) -> After:
    """Make a mistake in classes and not in functions."""
    return lambda request, seen: change(request, seen) if request.call.kind == "class" else seen


def keep_batch_axis(y: Any, arrays: Any, call: Any) -> Any:
    """Give an input without a batch axis an output with one."""
    x = arrays[next(slot.name for slot in call.slots if slot.array == "input")]
    weight = arrays.get("weight")
    rank = len(call.arguments["kernel_size"]) if weight is None else weight.ndim - 2
    return y[None] if x.ndim == rank + 1 else y


# Changes of a namespace -------------------------------------------------------------------------


def change_names(changes: Mapping[str, Change]) -> Callable[[Library], Library]:
    """Change dotted names of a library's namespace."""

    def change_library(library: Library) -> Library:
        wrong = copy.copy(library)
        for path, change in changes.items():
            wrong.root = _exchange(wrong.root, path.split("."), change)
        return wrong

    return change_library


def _exchange(root: Any, path: list[str], change: Change) -> Any:
    inner = getattr(root, path[0])
    wrong = change(inner) if len(path) == 1 else _exchange(inner, path[1:], change)
    return PatchedModule(root, **{path[0]: wrong})


# Changes of functions and arguments -------------------------------------------------------------


def swap_ends(op: Any) -> Any:
    """Exchange the two ends of SAME padding."""
    return lambda *args: op(*args)[::-1]


def swap_sides(padding: Any) -> Any:
    """Exchange what is padded before and after."""
    return padding if isinstance(padding, str) else [pair[::-1] for pair in padding]


def replace_with(value: Any) -> Change:
    """Put a value in place of any other."""
    return lambda old: value
