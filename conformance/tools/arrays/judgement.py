"""Judges the arrays of a call: as an object, or as an assertion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from conformance.tools.arrays.arithmetic import Arithmetic
from conformance.tools.arrays.callee import find_callee
from conformance.tools.arrays.conversion import Array, is_array_like, to_numpy
from conformance.tools.arrays.evaluation import Call, Evaluation, evaluate
from conformance.tools.arrays.verdict import ArraysVerdict, Comparison, compare, name_outputs

# From the finest to the coarsest.
_FLOATS = ("float64", "float32", "float16", "bfloat16")


def verdict(
    name: str,
    got: Any,
    *inputs: Any,
    weights: Mapping[str, Any] | None = None,
    training: bool | None = None,
    cotangent: Any = None,
    gradients: Mapping[str, Any] | None = None,
    state: Mapping[str, Any] | None = None,
    products: str | None = None,
    accumulates: str | None = None,
    subnormals: str | None = None,
    **options: Any,
) -> ArraysVerdict:
    """
    Judge what an implementation made of some arrays.

    Parameters
    ----------
    name : str
        What was called, in the framework's words: 'torch.nn.functional.conv2d',
        'torch.nn.BatchNorm2d', 'tf.nn.conv2d', 'keras.layers.BatchNormalization'.
    got : array or tuple of array
        The output, or the outputs; None to look at gradients or state alone.
    *inputs, **options : object
        The arguments of the call, as the framework takes them; for a layer the inputs of the call
        and the options of its constructor. Arrays may be NumPy's, torch's, TensorFlow's, JAX's, or
        any with DLPack or `__array__`.
    weights : mapping, optional
        For a layer: its parameters and buffers by name.
    training : bool, optional
        For a layer: the mode; for a function its argument of that name.
    cotangent : array or tuple of array, optional
        The gradient of a loss by the output, with which the gradients were taken.
    gradients : mapping, optional
        Name of an input or parameter -> the gradient that came out.
    state : mapping, optional
        Name of a buffer, such as 'running_mean' -> what it held after the call.
    products, accumulates, subnormals : str, optional
        What an honest implementation may do, declared; see `Arithmetic`.

    Returns
    -------
    ArraysVerdict
        True where it is a pass.

    Raises
    ------
    ValueError, TypeError
        If there is no such function or layer, the framework would refuse the call, or an argument
        is missing; the message names it.

    Examples
    --------
    >>> import numpy as np, conformance
    >>> x = np.linspace(-1, 1, 5, dtype=np.float32)
    >>> conformance.verdict("torch.nn.functional.softsign", x / (1 + np.abs(x)), x)
    <pass: torch.nn.functional.softsign, K of output 0.333 (limit 4)>
    """
    callee = find_callee(name)
    if gradients and cotangent is None:
        raise ValueError("cotangent must be given where gradients are judged; got None")
    if got is None and not gradients and not state:
        raise ValueError("got must be an array where no gradients or state are judged; got None")
    if weights is not None and callee.kind == "function":
        raise ValueError(f"weights must be None for a function, such as {callee.name}; got some")
    if training is not None and callee.kind == "function":
        options["training"] = training  # its own argument of that name, as of batch_norm
    call = Call(
        callee,
        tuple(_read(value, f"argument {place + 1}") for place, value in enumerate(inputs)),
        {key: _read(value, key) for key, value in options.items()},
        {key: to_numpy(value, key) for key, value in (weights or {}).items()},
        training,
    )
    outputs = _read_outputs(got)
    arithmetic = Arithmetic(products, accumulates, subnormals)
    dtype = _coarsest(call, outputs)
    bars = () if cotangent is None else _read_outputs(cotangent)
    found = evaluate(call, arithmetic.unit(dtype), bars)
    comparisons = [
        *_compare_outputs(outputs, found),
        *_compare_named("gradient of ", gradients or {}, found.gradients, "gradients"),
        *_compare_named("", state or {}, found.state, "state"),
    ]
    declared = f" with {arithmetic}" if str(arithmetic) else ""
    return ArraysVerdict(callee.name, tuple(comparisons), f"{dtype}{declared}")


def assert_conforms(name: str, got: Any, *inputs: Any, **options: Any) -> None:
    """
    Assert that what an implementation made of some arrays is right.

    Parameters
    ----------
    name, got, *inputs, **options
        As for `verdict`.

    Raises
    ------
    AssertionError
        If a number is further off than its bound allows, or if the call is so ill-conditioned that
        nothing could be told.
    ValueError, TypeError
        As for `verdict`.
    """
    __tracebackhide__ = True  # for pytest
    found = verdict(name, got, *inputs, **options)
    if not found:
        raise AssertionError(str(found))


def _read(value: Any, name: str) -> Any:
    return to_numpy(value, name) if is_array_like(value) else value


def _read_outputs(got: Any) -> tuple[Array, ...]:
    if got is None:
        return ()
    several = isinstance(got, tuple | list) and any(map(is_array_like, got))
    return tuple(to_numpy(each, "got") for each in (got if several else (got,)))


def _coarsest(call: Call, outputs: Sequence[Array]) -> str:
    """Return the coarsest float dtype of a call: an implementation may round to it throughout."""
    arrays = [*call.inputs, *call.options.values(), *call.weights.values(), *outputs]
    names = [each.dtype.name for each in arrays if isinstance(each, np.ndarray | np.generic)]
    floats = [dtype for dtype in _FLOATS if dtype in names]
    if not floats:
        raise TypeError("at least one array must hold floats; got none")
    return floats[-1]


def _compare_outputs(outputs: Sequence[Array], found: Evaluation) -> list[Comparison]:
    if not outputs:
        return []
    expected = found.outputs[: len(outputs)] if len(outputs) == 1 else found.outputs
    if len(outputs) != len(expected):
        raise ValueError(f"got must be {len(found.outputs)} arrays; got {len(outputs)}")
    names = name_outputs(len(outputs))
    return [compare(*each) for each in zip(names, outputs, expected, strict=True)]


def _compare_named(
    prefix: str, arrays: Mapping[str, Any], expected: Mapping[str, Any], argument: str
) -> list[Comparison]:
    for key in arrays:
        if key not in expected:
            there = ", ".join(expected) or "none"
            raise ValueError(f"{argument} must be of {there}; got {key!r}")
    return [
        compare(f"{prefix}{key}", to_numpy(value, key), expected[key])
        for key, value in arrays.items()
    ]
