"""What of a case can be made smaller: sizes that several arrays share, and options with a default.

Tables by family of layers. What is proposed here may be illegal: whoever proposes it tries it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np

from conformance.spec.case import Array
from conformance.tools.reproducer.concrete_case import COTANGENT, ConcreteCase, Key, shapes_of

_OUT = COTANGENT + "output"


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
    layer, ndim = case.layer, len(case.shapes["input"])
    features = dict.fromkeys(("weight", "bias", "running_mean", "running_var"), 0)
    if layer.startswith("conv"):
        first = int(case.config["batched"])
        channels = {"input": first, "weight": 1}
        found = [Dimension({"input": 0, _OUT: 0})] if first else []
        if case.config["groups"] == 1:
            found.append(Dimension({"weight": 0, "bias": 0, _OUT: first}, "out_channels"))
            found.append(Dimension(channels, "in_channels"))
        for axis in range(case.config["rank"]):
            found.append(Dimension({"weight": axis + 2}, "kernel", axis))
            found.append(Dimension({"input": axis + first + 1}))
        return found
    if layer.startswith(("batch_norm", "instance_norm", "fused_batch_norm", "prelu")):
        size = {"input": 1, _OUT: 1, **features, "mean": 0, "variance": 0}
        shared = layer == "prelu" and case.config["num_parameters"] == 1
        option = "num_parameters" if layer == "prelu" else "features"
        channel = {"input": 1, _OUT: 1} if shared else size
        rest = [Dimension({"input": axis, _OUT: axis}) for axis in (0, *range(2, ndim))]
        return [rest[0], Dimension(channel, "" if shared else option), *rest[1:]]
    if layer == "linear":
        last = ndim - 1
        lead = [Dimension({"input": axis, _OUT: axis}) for axis in range(last)]
        outputs = Dimension({"weight": 0, "bias": 0, _OUT: last}, "out_features")
        return [*lead, outputs, Dimension({"input": last, "weight": 1}, "in_features")]
    if "classes" in case.config:
        soft = case.config["soft"]
        along = 1 if ndim > 1 else 0
        rows = [axis for axis in range(ndim) if axis != along]
        hard = {axis: axis - (axis > along) for axis in rows}
        found = [
            Dimension({"input": axis, "target": axis if soft else hard[axis], _OUT: hard[axis]})
            for axis in rows
        ]
        classes = {"input": along, "weight": 0} | ({"target": along} if soft else {})
        return [*found, Dimension(classes, "classes")]
    noise = case.config.get("noise_shape") or (1,) * ndim
    return [
        Dimension({"input": axis, _OUT: axis}, *(("noise_shape", axis) if noise[axis] > 1 else ()))
        for axis in range(ndim)
    ]


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
    """Give a case other arrays.

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
    for place, length in enumerate(config["kernel"] if "pool" in case.layer else ()):
        for shorter in (1, 2) if length > 2 else (1,):
            kernel = list(config["kernel"])
            kernel[place] = shorter
            yield _with_option(case, "kernel", tuple(kernel))


def _with_option(case: ConcreteCase, option: str, value: Any) -> ConcreteCase:
    return replace(case, config=MappingProxyType({**case.config, option: value}))


def _single_groups(case: ConcreteCase) -> Iterator[ConcreteCase]:
    """Propose each group of a convolution alone, as one that has no groups."""
    config, groups = case.config, case.config["groups"]
    first = int(config["batched"])
    inputs, outputs = config["in_channels"] // groups, config["out_channels"] // groups
    axes = {"input": (first, inputs), "weight": (0, outputs), "bias": (0, outputs)}
    axes[_OUT] = (first, outputs)
    for group in range(groups):
        values = {
            key: np.take(array, np.arange(count) + group * count, axis) if key[0] in axes else array
            for key, array in case.values.items()
            for axis, count in (axes.get(key[0], (0, 0)),)
        }
        smaller = {"groups": 1, "in_channels": inputs, "out_channels": outputs}
        yield with_values(replace(case, config=MappingProxyType({**config, **smaller})), values)
