"""Observations and steps of training as values that travel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple
from typing import Any

import numpy as np

from conformance.spec.call import Owned
from conformance.spec.library import Step
from conformance.spec.request import Observation

_MAPPINGS = ("gradients", "state", "inputs")


def from_observation(observation: Observation) -> dict[str, Any]:
    """Take an observation apart.

    Parameters
    ----------
    observation : Observation
        What a subject returned.

    Returns
    -------
    dict
        For `values.encode`.
    """
    return {
        "outputs": tuple(observation.outputs),
        **{name: dict(getattr(observation, name)) for name in _MAPPINGS},
        "owned": tuple(astuple(owned) for owned in observation.owned),
        "same_object": bool(observation.same_object),
        "lacking": {str(field): str(why) for field, why in observation.lacking.items()},
    }


def to_observation(values: Any) -> Observation:
    """Put an observation together.

    Parameters
    ----------
    values : object
        What `values.decode` gave.

    Returns
    -------
    Observation

    Raises
    ------
    ValueError
        If it cannot be one.
    """
    _demand(isinstance(values, dict), "it is no observation")
    fields = {
        "outputs": _read_arrays(values.get("outputs")),
        **{name: _read_mapping(values.get(name), name) for name in _MAPPINGS},
        "owned": tuple(map(_read_owned, _as_tuple(values.get("owned"), "owned"))),
        "same_object": values.get("same_object"),
        "lacking": _read_words(values.get("lacking")),
    }
    _demand(isinstance(fields["same_object"], bool), "same_object must be true or false")
    return Observation(**fields)


def from_step(step: Step) -> dict[str, Any]:
    """Take a step of training apart.

    Parameters
    ----------
    step : Step
        What a library's `step` gave.

    Returns
    -------
    dict
        For `values.encode`.
    """
    return {
        "outputs": tuple(step.outputs),
        "loss": step.loss,
        "input_gradient": step.input_gradient,
        "gradients": dict(step.gradients),
    }


def to_step(values: Any) -> Step:
    """Put a step of training together.

    Parameters
    ----------
    values : object
        What `values.decode` gave.

    Returns
    -------
    Step

    Raises
    ------
    ValueError
        If it cannot be one.
    """
    _demand(isinstance(values, dict), "it is no step")
    loss, slope = _read_arrays((values.get("loss"), values.get("input_gradient")))
    gradients = values.get("gradients")
    _demand(isinstance(gradients, dict), "gradients must be a mapping")
    _read_arrays(tuple(gradients.values()))
    return Step(_read_arrays(values.get("outputs")), loss, slope, gradients)


def read_array(value: Any) -> np.ndarray[Any, Any]:
    """Return an array.

    Parameters
    ----------
    value : object
        What `values.decode` gave.

    Returns
    -------
    ndarray

    Raises
    ------
    ValueError
        If it is none.
    """
    _demand(isinstance(value, np.ndarray), "it is not an array")
    array: np.ndarray[Any, Any] = value
    return array


def read_names(values: Any) -> tuple[list[str], list[str]]:
    """Return the names of a layer's parameters and of what else it keeps.

    Parameters
    ----------
    values : object
        What `values.decode` gave.

    Returns
    -------
    tuple of list of str

    Raises
    ------
    ValueError
        If it is anything else.
    """
    _demand(isinstance(values, tuple) and len(values) == 2, "two lists of names are wanted")
    for names in values:
        words = isinstance(names, list) and all(isinstance(name, str) for name in names)
        _demand(words, "names must be words in a list")
    parameters, others = values
    return parameters, others


def _read_arrays(values: Any) -> tuple[np.ndarray[Any, Any], ...]:
    return tuple(map(read_array, _as_tuple(values, "outputs")))


def _read_mapping(values: Any, name: str) -> dict[str, Any]:
    _demand(isinstance(values, dict), f"{name} must be a mapping")
    for key, array in values.items():
        _demand(isinstance(key, str), f"{name} must be named")
        _demand(array is None or isinstance(array, np.ndarray), f"{key} in {name} is not an array")
    found: dict[str, Any] = values
    return found


def _read_owned(values: Any) -> Owned:
    name, shape, dtype, trainable, initial = (*_as_tuple(values, "owned"), *(None,) * 5)[:5]
    words = isinstance(name, str) and isinstance(dtype, str) and isinstance(trainable, bool)
    sizes = all(type(size) is int for size in _as_tuple(shape, "a shape in owned"))
    _demand(words and sizes, "what is owned is not described")
    _demand(initial is None or isinstance(initial, float), "an initial value is not a number")
    return Owned(name, tuple(shape), dtype, trainable, initial)


def _read_words(values: Any) -> Mapping[str, str]:
    _demand(isinstance(values, dict), "lacking must be a mapping")
    words = all(isinstance(key, str) and isinstance(why, str) for key, why in values.items())
    _demand(words, "lacking must be words")
    found: dict[str, str] = values
    return found


def _as_tuple(values: Any, what: str) -> tuple[Any, ...]:
    _demand(isinstance(values, tuple), f"{what} must be a tuple")
    found: tuple[Any, ...] = values
    return found


def _demand(holds: bool, words: str) -> None:
    if not holds:
        raise ValueError(words)
