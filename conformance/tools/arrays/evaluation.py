"""Evaluates a call on arrays that carry bounds: what must come out, and how near."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from conformance.oracle.bounds import Bounded, Unit, exact
from conformance.tools.arrays.callee import Callee
from conformance.tools.arrays.conversion import Array
from refimpl.dtypes import is_float


@dataclass(frozen=True)
class Call:
    """A call with the user's own arrays.

    Attributes
    ----------
    callee : Callee
        What is called.
    inputs : tuple
        Positional arguments, arrays among them.
    options : mapping
        Keyword arguments, arrays among them; for a class, those of its constructor.
    weights : mapping
        For a class: its parameters and buffers, by name.
    training : bool or None
        For a class: the mode.
    """

    callee: Callee
    inputs: tuple[Any, ...]
    options: Mapping[str, Any] = field(default_factory=dict)
    weights: Mapping[str, Array] = field(default_factory=dict)
    training: bool | None = None


@dataclass(frozen=True)
class Evaluation:
    """What must come out.

    Attributes
    ----------
    outputs : tuple
        Bounded arrays, or integers that must be equal.
    gradients : mapping
        Name of an array -> bounded array; empty without a cotangent.
    state : mapping
        Name of a buffer -> bounded array after the call.
    """

    outputs: tuple[Any, ...]
    gradients: Mapping[str, Any]
    state: Mapping[str, Any]


def evaluate(call: Call, unit: Unit, cotangents: tuple[Array, ...] = ()) -> Evaluation:
    """Evaluate a call.

    Parameters
    ----------
    call : Call
        The call.
    unit : Unit
        The unit of error.
    cotangents : tuple of ndarray
        One for each output that is differentiated; empty for no gradients.

    Returns
    -------
    Evaluation

    Raises
    ------
    TypeError, ValueError
        If the framework would refuse the call; the message names the argument.
    """
    bars = tuple(_to_bounded(cotangent, unit) for cotangent in cotangents)
    if call.callee.kind == "class":
        return _evaluate_class(call, unit, bars)
    return _evaluate_function(call, unit, bars)


def _evaluate_function(call: Call, unit: Unit, bars: tuple[Any, ...]) -> Evaluation:
    function = call.callee.made
    signature = inspect.signature(function)
    try:
        bound = signature.bind(*call.inputs, **call.options)
    except TypeError as error:
        raise TypeError(f"{call.callee.name}: {error}; it takes {signature}") from None
    given = {name: _to_bounded(value, unit) for name, value in bound.arguments.items()}
    options = given | _default_eps(signature, given, unit)
    output, vjp = function.with_vjp(**options)
    gradients = {}
    if bars:
        found = vjp(bars[0] if len(bars) == 1 else bars)
        gradients = {
            name: bar
            for name, bar in zip(function.names, found, strict=False)
            if bar is not None and isinstance(given.get(name), Bounded)
        }
    state = {
        name: value
        for name, value in given.items()
        if name.startswith(("running_", "moving_")) and isinstance(value, Bounded)
    }
    return Evaluation(_with_bounds(output, unit), gradients, state)


def _evaluate_class(call: Call, unit: Unit, bars: tuple[Any, ...]) -> Evaluation:
    options = {name: _to_bounded(value, unit) for name, value in call.options.items()}
    options |= _default_eps(inspect.signature(call.callee.made), options, unit)
    layer = call.callee.made(**options)
    inputs = tuple(_to_bounded(value, unit) for value in call.inputs)
    weights = {name: _to_bounded(array, unit) for name, array in call.weights.items()}
    if call.callee.dialect == "torch":
        owned = _give_torch(layer, weights, call)
        if call.training is not None:
            layer.train(call.training)
        output = layer(*inputs)
    else:
        owned = _give_keras(layer, weights, inputs, call)
        mode = {} if call.training is None else {"training": call.training}
        output = layer(*inputs, **mode)
    gradients: dict[str, Any] = {}
    if bars:
        back = _as_tuple(layer.backward(bars[0] if len(bars) == 1 else bars))
        names = _differentiated_inputs(layer, call)
        gradients = {
            name: bar for name, bar in zip(names, back, strict=False) if isinstance(bar, Bounded)
        }
        gradients |= {
            name: parameter.grad for name, parameter in owned.items() if _is_trained(parameter)
        }
    state = {
        name: value
        for name, value in _buffers_of(layer, owned).items()
        if isinstance(value, Bounded)
    }
    return Evaluation(_with_bounds(output, unit), gradients, state)


def _differentiated_inputs(layer: Any, call: Call) -> list[str]:
    """Name the inputs that `backward` returns gradients of."""
    if call.callee.dialect == "torch":
        return list(inspect.signature(type(layer).forward).parameters)[1:]
    return ["inputs"] if hasattr(layer, "build") else ["y_pred"]  # a loss


def _give_torch(layer: Any, weights: Mapping[str, Any], call: Call) -> dict[str, Any]:
    parameters, buffers = dict(layer.named_parameters()), dict(layer.named_buffers())
    # Statistics are needed where they are read, and what the constructor was given is there.
    read = [
        name
        for name, buffer in buffers.items()
        if is_float(buffer.dtype) and not call.training and name not in call.options
    ]
    _check_names(weights, [*parameters, *read], [*parameters, *buffers])
    for name, value in weights.items():
        _check_shape(name, value, (parameters.get(name) or buffers[name]).shape)
        if name in parameters:
            parameters[name].data = value
        else:
            setattr(layer, name, value)
    return parameters


def _give_keras(
    layer: Any, weights: Mapping[str, Any], inputs: tuple[Any, ...], call: Call
) -> dict[str, Any]:
    if not hasattr(layer, "build"):
        _check_names(weights, [], [])
        return {}
    layer.build(inputs[0].shape)
    variables = {variable.name: variable for variable in layer.weights}
    needed = [name for name, each in variables.items() if each.trainable or not call.training]
    _check_names(weights, needed, list(variables))
    for name, value in weights.items():
        _check_shape(name, value, tuple(variables[name].shape))
        variables[name].assign(value)
    return variables


def _check_names(weights: Mapping[str, Any], needed: list[str], allowed: list[str]) -> None:
    for name in weights:
        if name not in allowed:
            raise ValueError(f"weights must be among {', '.join(allowed) or 'none'}; got {name!r}")
    missing = [name for name in needed if name not in weights]
    if missing:
        got = ", ".join(weights) or "none"
        raise ValueError(f"weights must hold {', '.join(needed)}; got {got}")


def _check_shape(name: str, value: Any, shape: tuple[int, ...]) -> None:
    if tuple(value.shape) != tuple(shape):
        raise ValueError(
            f"weights must have in {name!r} an array of shape {tuple(shape)};"
            f" got {tuple(value.shape)}"
        )


def _is_trained(parameter: Any) -> bool:
    trains = getattr(parameter, "trainable", getattr(parameter, "requires_grad", False))
    return bool(trains) and parameter.grad is not None


def _buffers_of(layer: Any, owned: Mapping[str, Any]) -> dict[str, Any]:
    if hasattr(layer, "named_buffers"):
        return dict(layer.named_buffers())
    return {name: each.value for name, each in owned.items() if not each.trainable}


def _to_bounded(value: Any, unit: Unit) -> Any:
    if isinstance(value, np.ndarray) and is_float(value.dtype):
        with np.errstate(invalid="ignore"):  # NumPy warns of a NaN in a half type
            return exact(value.astype(np.float64), unit)
    return value


def _default_eps(
    signature: inspect.Signature, options: Mapping[str, Any], unit: Unit
) -> dict[str, float]:
    """Where eps is left open it is that of the dtype, which bounded arrays do not show."""
    eps = signature.parameters.get("eps")
    if eps is None or eps.default is not None or options.get("eps") is not None:
        return {}
    return {"eps": float(np.finfo(np.float64 if unit.dtype == "float64" else np.float32).eps)}


def _with_bounds(output: Any, unit: Unit) -> tuple[Any, ...]:
    """What does not depend on the arrays, such as a sum of nothing, is plain, and exact."""
    return tuple(
        _to_bounded(np.asarray(each), unit) if not isinstance(each, Bounded) else each
        for each in _as_tuple(output)
    )


def _as_tuple(output: Any) -> tuple[Any, ...]:
    return tuple(output) if isinstance(output, tuple | list) else (output,)
