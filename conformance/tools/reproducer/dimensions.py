"""The sizes of a case that can be made smaller, and its options that have a default.

What is proposed here may be illegal; the search tries it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np

from conformance.layers.registry import LAYERS
from conformance.spec.axes import Axis, order_names
from conformance.spec.case import Array
from conformance.spec.layer import OUTPUT, Layer
from conformance.tools.reproducer.concrete_case import COTANGENT, ConcreteCase, Key, shapes_of

_OUT = COTANGENT + OUTPUT


@dataclass(frozen=True)
class Dimension:
    """One size.

    Attributes
    ----------
    axes : mapping
        Array -> its axis of that size. Cotangents may be among them; the others are cut to
        whatever shape the output has.
    option : str
        What the configuration calls the size; '' if it does not name it.
    place : int or None
        Where it stands in the option, if that has one value for each spatial axis.
    """

    axes: Mapping[str, int]
    option: str = ""
    place: int | None = None


def dimensions(case: ConcreteCase) -> list[Dimension]:
    """The sizes of a case, the largest gains first: the batch, channels, then space.

    Parameters
    ----------
    case : ConcreteCase
        The case.

    Returns
    -------
    list of Dimension
    """
    layer = LAYERS[case.layer]
    axes = _axes(layer, case)
    order = order_names(layer.arrays)
    # Where groups divide the channels, neither may be cut alone.
    divided = {axis.name for named in axes.values() for axis in named if axis.groups}
    found: dict[Axis, dict[str, int]] = {}
    for array, named in axes.items():
        for number, axis in enumerate(named):
            if axis.name not in divided:
                found.setdefault(axis, {})[array] = number
    ordered = sorted(found, key=lambda axis: (order[axis.name], axis.place or 0))
    return [
        Dimension(found[axis], *_option(layer, case, axis, found[axis]))
        for axis in ordered
        if set(found[axis]) != {_OUT}
    ]


def _axes(layer: Layer, case: ConcreteCase) -> Mapping[str, tuple[Axis, ...]]:
    """Name the axes of the case's arrays, and last of its output's cotangent."""
    shapes = dict(case.shapes)
    cotangent = case.values.get((_OUT, 0))
    # A loss that is reduced to one number has no axes.
    if OUTPUT in layer.arrays and cotangent is not None and cotangent.ndim:
        shapes[OUTPUT] = cotangent.shape
    axes = dict(layer.axes(shapes, case.config))
    output = axes.pop(OUTPUT, None)
    return axes if output is None else {**axes, _OUT: output}


def _option(
    layer: Layer, case: ConcreteCase, axis: Axis, axes: Mapping[str, int]
) -> tuple[str, int | None]:
    """Find the option that holds an axis's size, and its place there."""
    option = layer.size_options.get(axis.name, axis.name)
    value, place = case.config.get(option), axis.place
    length = size_of(case, Dimension(axes))
    if isinstance(value, tuple) and place is not None:
        return (option, place) if value[place] == length else ("", None)
    return (option if value == length else ""), None


def size_of(case: ConcreteCase, dimension: Dimension) -> int:
    """How large a dimension is.

    Parameters
    ----------
    case : ConcreteCase
        The case.
    dimension : Dimension
        One of its dimensions.

    Returns
    -------
    int
    """
    name, axis = next(iter(dimension.axes.items()))
    return int(case.shapes[name][axis])


def with_indices(case: ConcreteCase, dimension: Dimension, kept: Array) -> ConcreteCase:
    """Keep some indices of a dimension.

    Parameters
    ----------
    case : ConcreteCase
        The case.
    dimension : Dimension
        One of its dimensions.
    kept : ndarray
        The indices.

    Returns
    -------
    ConcreteCase
    """
    values = {}
    before = size_of(case, dimension)
    for (name, step), array in case.values.items():
        axis = dimension.axes.get(name)
        fits = axis is not None and axis < array.ndim and array.shape[axis] == before
        values[name, step] = np.take(array, kept, axis) if fits and axis is not None else array
    config = dict(case.config)
    if dimension.option:
        count = len(kept)
        if dimension.place is not None:
            several = list(config[dimension.option])
            several[dimension.place] = count
            config[dimension.option] = tuple(several)
        else:
            config[dimension.option] = count
    return with_values(replace(case, config=MappingProxyType(config)), values)


def with_values(case: ConcreteCase, values: Mapping[Key, Array]) -> ConcreteCase:
    """Replace a case's arrays.

    Parameters
    ----------
    case : ConcreteCase
        The case.
    values : mapping
        Its values.

    Returns
    -------
    ConcreteCase
    """
    return replace(case, values=MappingProxyType(dict(values)), shapes=shapes_of(values))


# Option -> its default, of each spatial axis where it has one for each; None: leave the option out.
_DEFAULTS: Mapping[str, Any] = {
    "padding": (0, 0),
    "dilation": 1,
    "stride": 1,
    "padding_mode": "zeros",
    "ceil_mode": False,
    "count_include_pad": True,
    "return_indices": False,
    "label_smoothing": 0.0,
    "ignored": "none",
    "reduction": "sum",
    "inplace": False,
    "training": True,
    "epsilon": 1e-5,
}
# Option -> the arrays that go with it.
_SWITCHES: Mapping[str, tuple[str, ...]] = {
    "weight": ("weight",),
    "bias": ("bias",),
    "affine": ("weight", "bias"),
    "track": ("running_mean", "running_var"),
    "weighted": ("weight",),
    "scale": ("weight", "bias"),
}


def simpler_options(case: ConcreteCase) -> Iterator[ConcreteCase]:
    """Propose the case with one option at its default.

    Parameters
    ----------
    case : ConcreteCase
        The case.

    Yields
    ------
    ConcreteCase
    """
    config = case.config
    if config.get("groups", 1) > 1:
        yield from _single_groups(case)
    if config.get("divisor_override") is not None:
        yield _with_option(case, "divisor_override", None)
    for option, arrays in _SWITCHES.items():
        if config.get(option):
            values = {key: array for key, array in case.values.items() if key[0] not in arrays}
            yield with_values(_with_option(case, option, False), values)
    for option, default in _DEFAULTS.items():
        if option not in config:
            continue
        value = config[option]
        if isinstance(value, tuple):
            for place in range(len(value)):
                one = (*value[:place], default, *value[place + 1 :])
                yield _with_option(case, option, one)
            default = (default,) * len(value)
        elif option == "padding":
            default = (default,) * config["rank"]
        yield _with_option(case, option, default)
    named = {axis.name for axes in _axes(LAYERS[case.layer], case).values() for axis in axes}
    # A kernel that is the size of no array is an option like any other.
    for place, length in enumerate(() if "kernel" in named else config.get("kernel", ())):
        for shorter in (1, 2) if length > 2 else (1,):
            kernel = list(config["kernel"])
            kernel[place] = shorter
            yield _with_option(case, "kernel", tuple(kernel))


def _with_option(case: ConcreteCase, option: str, value: Any) -> ConcreteCase:
    return replace(case, config=MappingProxyType({**case.config, option: value}))


def _single_groups(case: ConcreteCase) -> Iterator[ConcreteCase]:
    """Propose each group of a convolution alone, as one that has no groups."""
    config, groups = case.config, case.config["groups"]
    divided = {
        array: (axis.name, number)
        for array, axes in _axes(LAYERS[case.layer], case).items()
        for number, axis in enumerate(axes)
        if axis.groups
    }
    smaller = {name: config[name] // groups for name, _ in divided.values()}
    for group in range(groups):
        values = dict(case.values)
        for key, array in case.values.items():
            if key[0] in divided:
                name, axis = divided[key[0]]
                values[key] = np.take(array, np.arange(smaller[name]) + group * smaller[name], axis)
        alone = MappingProxyType({**config, **smaller, "groups": 1})
        yield with_values(replace(case, config=alone), values)
