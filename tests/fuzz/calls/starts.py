"""A valid call of everything that is public: from the suite's cases, or from a table."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from conformance.layers.dialects import forms_of, translate
from conformance.layers.registry import layer_cases
from conformance.spec.call import Call, Unsupported

from .faces import parameters_of, public_callables, public_methods
from .table import ALIKE, CALLED, INPUTS, METHODS, OWNERS, TABLE, Given

# What Keras' layers take beside their own.
LAYER_OPTIONS = ("activity_regularizer", "trainable", "dtype", "autocast", "name")


@dataclass(frozen=True)
class Start:
    """A call that is answered: of a function, or of a class and then of its instance.

    `inputs` are the arguments of the instance's call, None where there is none; `names` are all
    arguments that may be changed, of the first call and of the second.
    """

    id: str
    function: Callable[..., Any]
    given: Mapping[str, Any]
    inputs: Mapping[str, Any] | None = None
    names: tuple[str, ...] = ()
    input_names: tuple[str, ...] = ()
    star: str = ""
    differentiable: bool = False
    backward: str = ""
    method: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def places(self) -> tuple[str, ...]:
        """What may be changed: arguments of both calls, and what goes backward."""
        backward = "cotangent" if self.differentiable else self.backward
        return (*self.names, *self.input_names, *((backward,) if backward else ()))


def find_starts() -> dict[str, Start]:
    """Return a valid call for each public function, class and method, by its name."""
    callables = public_callables()
    cases = _from_cases()
    starts: dict[str, Start] = {}
    for name, value in callables.items():
        table = TABLE.get(name)
        found = cases.get(name) if table is None else table
        if found is None:
            alike = ALIKE.get(name, name.removesuffix("_"))
            found = cases.get(alike) or TABLE.get(alike)
        if found is None:
            parameters = parameters_of(value).values()
            needed = [p for p in parameters if p.default is p.empty and p.kind != p.VAR_POSITIONAL]
            if needed:
                continue
            found = Given({})
        starts[name] = _start(name, value, found)
    for name, (owner, method) in public_methods(callables).items():
        if name in METHODS:
            starts[name] = _method(name, starts[OWNERS.get(name, owner)], method)

    return starts


def missing_starts(starts: Mapping[str, Start]) -> list[str]:
    """Return what is public and has no valid call here."""
    callables = public_callables()
    methods = public_methods(callables)
    return [
        name
        for name in (*callables, *methods)
        if name not in starts and name.rsplit(".", 1)[-1] not in CALLED
    ]


def _start(name: str, value: Any, given: Given) -> Start:
    parameters = parameters_of(value)
    arguments = {key: each for key, each in given.arguments.items() if key in parameters}
    star = next((p.name for p in parameters.values() if p.kind is p.VAR_POSITIONAL), "")
    names = [*parameters]
    if not inspect.isclass(value):
        return Start(
            name, value, arguments, names=tuple(names), star=star,
            differentiable=hasattr(value, "with_vjp"),
        )  # fmt: skip
    options = any(p.kind is p.VAR_KEYWORD for p in inspect.signature(value).parameters.values())
    if name.startswith("tf.keras.layers.") and options:
        names += [option for option in LAYER_OPTIONS if option not in names]
    inputs = given.inputs
    backward = ""
    if inputs is not None and not given.forward_only:
        backward = "grad_output" if name.startswith("torch.") else "cotangent"
    call = tuple(inputs or ())
    if inputs is not None and name.startswith("tf.keras.layers."):
        call += ("training",)
    return Start(name, value, arguments, inputs, tuple(names), call, star, backward=backward)


def _method(name: str, owner: Start, method: str) -> Start:
    given = METHODS[name]
    parameters = [
        p
        for p in inspect.signature(getattr(owner.function, method)).parameters.values()
        if p.name != "self" and p.kind is not p.VAR_KEYWORD
    ]
    star = next((p.name for p in parameters if p.kind is p.VAR_POSITIONAL), "")
    return Start(
        name, owner.function, owner.given, given, (), tuple(p.name for p in parameters),
        owner.star, method=method, extra={"star": star},
    )  # fmt: skip


def _from_cases() -> dict[str, Given]:
    """Return the first valid call of each target of the suite's cases."""
    found: dict[str, Given] = {}
    for case in layer_cases():
        if case.regime != "normal" or case.dtype != "float32":
            continue
        for dialect in ("torch", "tf"):
            for form in forms_of(case, dialect):
                try:
                    call = translate(case, dialect, form)
                except Unsupported:
                    continue
                found.setdefault(f"{dialect}.{call.target}", _given(case, call))
    return found


def _given(case: Any, call: Call) -> Given:
    arguments, inputs = dict(call.arguments), {}
    for slot in call.slots:
        array = np.array(slot.move.to(case.draw(slot.array)))
        if call.kind == "class" and slot.role == "input":
            inputs[slot.name] = array
        elif call.kind == "function" or slot.role == "constant":
            arguments[slot.name] = array
    if call.kind == "function":
        return Given(arguments)
    names = INPUTS.get(call.target, INPUTS[call.target.split(".")[0]])
    named = dict(zip(names, inputs.values(), strict=False))
    return Given(arguments, named)
