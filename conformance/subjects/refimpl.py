"""refimpl's two dialects as subjects, tested like any other."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from conformance.spec.call import Owned
from conformance.spec.library import Library
from conformance.spec.request import Observation, Request
from conformance.subjects.protocol import constant, resolve
from conformance.subjects.tf_library import RefimplTfLibrary
from conformance.subjects.torch_library import RefimplTorchLibrary
from refimpl.dtypes import float_dtype

Array = npt.NDArray[Any]


class RefimplTorch:
    """refimpl.torch as a subject."""

    name = "refimpl.torch"
    dialect = "torch"

    def __init__(self) -> None:
        import refimpl.torch

        self._root = refimpl.torch

    def library(self) -> Library:
        """refimpl.torch's namespace; see `Library`."""
        return RefimplTorchLibrary(self._root)

    def run(self, request: Request) -> Observation:
        """Run a call; see `Subject.run`."""
        if request.call.kind == "function":
            return run_function(self._root, request)
        call = request.call
        arguments = dict(call.arguments)
        if "dtype" in arguments:
            arguments["dtype"] = float_dtype(arguments["dtype"])
        for slot in call.slots:
            if slot.role == "constant":
                arguments[slot.name] = request.arrays[slot.name].copy()
        module = resolve(self._root, call.target)(**arguments)
        owned = self._list_owned(module)
        if request.fresh:
            return Observation((), owned=owned)
        for slot in call.slots:
            if slot.role == "parameter":
                resolve(module, slot.name).data = request.arrays[slot.name].copy()
            elif slot.role == "buffer":
                resolve(module, slot.name)[...] = request.arrays[slot.name]
        if call.training is not None:
            module.train(call.training)
        passed = _copy_arrays(request, "input")
        results = _as_tuple(module(*passed.values()))
        outputs = tuple(np.array(result) for result in results)
        gradients: dict[str, Array] = {}
        if request.cotangents:
            bars = _as_tuple(module.backward(_pack_cotangents(request.cotangents)))
            gradients = _name_gradients(passed, bars)
            gradients |= {
                slot.name: resolve(module, slot.name).grad
                for slot in call.slots
                if slot.role == "parameter"
            }
        for array in request.further:
            module(array.copy())
        state = {name: np.array(buffer) for name, buffer in module.named_buffers()}
        return Observation(
            outputs, gradients, state, passed, owned, results[0] is _first_input(passed)
        )

    def _list_owned(self, module: Any) -> tuple[Owned, ...]:
        found = [(name, parameter.data, True) for name, parameter in module.named_parameters()]
        found += [(name, buffer, False) for name, buffer in module.named_buffers()]
        return tuple(
            Owned(name, array.shape, array.dtype.name, trainable, constant(array))
            for name, array, trainable in found
        )


class RefimplTf:
    """refimpl.tf as a subject."""

    name = "refimpl.tf"
    dialect = "tf"

    def __init__(self) -> None:
        import refimpl.tf

        self._root = refimpl.tf

    def library(self) -> Library:
        """refimpl.tf's namespace; see `Library`."""
        return RefimplTfLibrary(self._root)

    def run(self, request: Request) -> Observation:
        """Run a call; see `Subject.run`."""
        if request.call.kind == "function":
            return run_function(self._root, request)
        call = request.call
        layer = resolve(self._root, call.target)(**call.arguments)
        passed = _copy_arrays(request, "input")
        is_layer = hasattr(layer, "build")
        if is_layer and not layer.built:
            layer.build(_first_input(passed).shape)
        variables = {variable.name: variable for variable in layer.weights} if is_layer else {}
        owned = self._list_owned(layer) if is_layer else ()
        if request.fresh:
            return Observation((), owned=owned)
        for slot in call.slots:
            if slot.role in ("parameter", "buffer"):
                variables[slot.name].assign(request.arrays[slot.name])
        mode = {} if call.training is None else {"training": call.training}
        results = _as_tuple(layer(*passed.values(), **mode))
        outputs = tuple(np.array(result) for result in results)
        gradients: dict[str, Array] = {}
        if request.cotangents:
            bars = _as_tuple(layer.backward(_pack_cotangents(request.cotangents)))
            inputs = [
                slot.name for slot in call.slots if slot.role == "input" and slot.has_gradient
            ]
            gradients = dict(zip(inputs, bars, strict=True))
            gradients |= {
                slot.name: variables[slot.name].grad
                for slot in call.slots
                if slot.role == "parameter"
            }
        for array in request.further:
            layer(array.copy(), **mode)
        state = {
            slot.name: np.array(variables[slot.name].value)
            for slot in call.slots
            if slot.role == "buffer"
        }
        return Observation(
            outputs, gradients, state, passed, owned, results[0] is _first_input(passed)
        )

    def _list_owned(self, layer: Any) -> tuple[Owned, ...]:
        return tuple(
            Owned(
                variable.name,
                tuple(variable.shape),
                np.dtype(variable.dtype).name,
                bool(variable.trainable),
                constant(variable.value),
            )
            for variable in layer.weights
        )


def run_function(root: Any, request: Request) -> Observation:
    """Run a differentiable function of refimpl.

    Parameters
    ----------
    root : module
        The dialect's root.
    request : Request
        The call and its arrays.

    Returns
    -------
    Observation
    """
    call = request.call
    passed = {slot.name: np.array(request.arrays[slot.name], order="K") for slot in call.slots}
    function = resolve(root, call.target)
    if not request.cotangents:
        results = _as_tuple(function(**passed, **call.arguments))
        outputs = tuple(np.array(result) for result in results)[: len(call.results)]
        first = next(slot.name for slot in call.slots if slot.array == "input")
        for array in request.further:
            function(**{**passed, first: array.copy()}, **call.arguments)
        return _observe_function(request, outputs, {}, passed, results[0])
    output, vjp = function.with_vjp(**passed, **call.arguments)
    results = _as_tuple(output)
    outputs = tuple(np.array(result) for result in results)[: len(call.results)]
    bars = vjp(_pack_cotangents(request.cotangents))
    found = dict(zip(function.names, bars, strict=False))
    gradients = {
        slot.name: found[slot.name]
        for slot in call.slots
        if slot.has_gradient and found.get(slot.name) is not None
    }
    return _observe_function(request, outputs, gradients, passed, results[0])


def _observe_function(
    request: Request,
    outputs: tuple[Array, ...],
    gradients: dict[str, Array],
    passed: dict[str, Array],
    first: Any,
) -> Observation:
    slots = request.call.slots
    state = {slot.name: passed[slot.name] for slot in slots if slot.role == "buffer"}
    inputs = {slot.name: passed[slot.name] for slot in slots if slot.role == "input"}
    return Observation(outputs, gradients, state, inputs, (), first is _first_input(inputs))


def _copy_arrays(request: Request, role: str) -> dict[str, Array]:
    return {
        slot.name: np.array(request.arrays[slot.name], order="K")
        for slot in request.call.slots
        if slot.role == role
    }


def _first_input(passed: dict[str, Array]) -> Array:
    return next(iter(passed.values()))


def _pack_cotangents(cotangents: tuple[Array | None, ...]) -> Any:
    """The cotangent as refimpl takes it: of the one differentiable result, or of each."""
    present = [cotangent for cotangent in cotangents if cotangent is not None]
    return present[0] if len(present) == 1 else tuple(cotangents)


def _name_gradients(passed: dict[str, Array], bars: tuple[Any, ...]) -> dict[str, Array]:
    pairs = zip(passed, bars, strict=False)
    return {name: bar for name, bar in pairs if bar is not None}


def _as_tuple(results: Any) -> tuple[Any, ...]:
    return tuple(results) if isinstance(results, tuple | list) else (results,)
