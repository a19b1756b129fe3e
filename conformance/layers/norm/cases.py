"""Normalisation, and the functions it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.layers.norm.oracle import (
    BATCH_NORMALIZATION,
    BATCH_NORMS,
    FUSED_BATCH_NORM,
    GROUP_NORM,
    INSTANCE_NORMS,
    LAYER_NORM,
    MOMENTS,
    RMS_NORM,
    normalised_axes,
)
from conformance.spec.layer import Layer, by_name
from conformance.spec.table import Factors, Row, Rule, Shapes, Table, same

_SHAPES = {
    "batch_norm1d": (5, 3, 6),
    "batch_norm2d": (3, 3, 4, 5),
    "batch_norm3d": (2, 3, 3, 4, 2),
    "instance_norm1d": (2, 3, 9),
    "instance_norm2d": (2, 3, 4, 5),
    "instance_norm3d": (2, 3, 3, 4, 2),
}
_REGIMES = same(["normal", "offset", "tiny", "wide"])
_DTYPES = same(["float32", "float64", "float16", "bfloat16"])


def _read(row: Row) -> tuple[str, Mapping[str, Any], Shapes]:
    layer: Layer = row["layer"]
    shape = _SHAPES[layer.name][:2] if row.get("flat") else _SHAPES[layer.name]
    single = row.get("single")
    shape = tuple(1 if axis == single else size for axis, size in enumerate(shape))
    config = {
        "rank": layer.rank,
        "features": shape[1],
        "affine": row["affine"],
        "momentum": row["momentum"],
        "track": row["track"],
        "epsilon": row["epsilon"],
        "training": row["training"],
    }
    shapes: dict[str, tuple[int, ...]] = {"input": shape}
    if row["affine"]:
        shapes |= {"weight": (shape[1],), "bias": (shape[1],)}
    if row["track"]:
        shapes |= {"running_mean": (shape[1],), "running_var": (shape[1],)}
    return layer.name, config, shapes


_HUNTS = {
    "": "statistics over the wrong axes, an unbiased variance for a biased one",
    "flat": "the missing spatial axes of a (N, C) input",
    "noaffine": "a scale and shift that are not there",
    "momentum3": "momentum complemented",
    "cumulative": "the cumulative average counted from the wrong step",
    "notrack": "evaluation with running statistics that are not tracked",
    "eps3": "eps forgotten, outside the square root, or at its default",
    "eval": "evaluation with the batch's statistics, or updating the running ones",
    "example1": "a batch of one, whose statistics are its own",
    "channel1": "a single channel taken for a single position",
}


def _draws(row: Row) -> Mapping[str, str]:
    return {"running_var": "positive", "variance": "positive"}


_OPTIONS: Factors = {
    "affine": {"": True, "noaffine": False},
    "momentum": {"": 0.1, "momentum3": 0.375, "cumulative": None},
    "track": {"": True, "notrack": False},
    "epsilon": {"": 1e-5, "eps3": 2.0**-10},
    "training": {"": True, "eval": False},
}
_PLAIN: Mapping[str, Any] = {
    "affine": True,
    "momentum": 0.1,
    "epsilon": 1e-5,
    "training": True,
}

BATCH = Table(
    factors={
        "layer": by_name(BATCH_NORMS),
        "flat": {"": False, "flat": True},
        **_OPTIONS,
        "regime": _REGIMES,
        "dtype": _DTYPES,
    },
    read=_read,
    hunts=_HUNTS,
    draws=_draws,
    rules=(
        Rule(
            ("layer", "flat"),
            lambda layer, flat: not flat or layer.rank == 1,
            "only BatchNorm1d takes an input without spatial axes",
        ),
    ),
)

INSTANCE = Table(
    factors={
        "layer": by_name(INSTANCE_NORMS),
        **_OPTIONS,
        "track": {"": False, "track": True},
        "regime": _REGIMES,
        "dtype": _DTYPES,
    },
    read=_read,
    hunts=_HUNTS | {"track": "statistics averaged over the batch wrongly"},
    draws=_draws,
    rules=(
        Rule(
            ("momentum", "track"),
            lambda momentum, track: momentum is not None or not track,
            "torch's instance norm has no cumulative average",
        ),
    ),
)


def _single(layers: tuple[Layer, ...], *, track: bool) -> Table:
    """One example, one channel: sizes at which an implementation may take a short cut."""
    return Table(
        factors={
            "layer": by_name(layers),
            "single": {"example1": 0, "channel1": 1},
            "regime": same(["normal"]),
            "dtype": same(["float32"]),
        },
        read=lambda row: _read({**row, **_PLAIN, "track": track}),
        hunts=_HUNTS,
        draws=_draws,
        batched=lambda row: (),
    )


SINGLE_BATCH = _single(BATCH_NORMS, track=True)
SINGLE_INSTANCE = _single(INSTANCE_NORMS, track=False)


def _normalises(layer: Layer) -> bool:
    """Whether statistics are given to it; the other function returns them."""
    return "mean" in layer.arrays


def _read_function(row: Row) -> tuple[str, Mapping[str, Any], Shapes]:
    layer: Layer = row["layer"]
    shape = (3, 4, 2, 3)
    config: dict[str, Any] = {"rank": 2, "axes": row["axes"], "keepdims": row["keepdims"]}
    if not _normalises(layer):
        return layer.name, config, {"input": shape}
    kept = tuple(1 if axis in row["axes"] else size for axis, size in enumerate(shape))
    shapes = {"input": shape, "mean": kept, "variance": kept}
    config |= {"epsilon": row["epsilon"], "scale": row["affine"], "offset": row["affine"]}
    if row["affine"]:
        shapes |= {"weight": kept, "bias": kept}
    return layer.name, config, shapes


FUNCTIONS = Table(
    factors={
        "layer": by_name((MOMENTS, BATCH_NORMALIZATION)),
        "axes": {"": (0, 2, 3), "instance": (2, 3), "all": (0, 1, 2, 3), "batch": (0,)},
        "keepdims": {"": True, "nokeep": False},
        "affine": {"": True, "noaffine": False},
        "epsilon": {"": 2.0**-10, "eps5": 1e-5},
        "regime": _REGIMES,
        "dtype": _DTYPES,
    },
    read=_read_function,
    hunts=_HUNTS
    | {
        "instance": "axes of the whole batch",
        "all": "axes left out",
        "batch": "spatial axes averaged too",
        "nokeep": "reduced axes kept",
        "eps5": "eps at another default",
    },
    draws=_draws,
    # Statistics of each example have a batch axis of their own.
    batched=lambda row: ("input",) if 0 in row["axes"] else (),
    rules=(
        Rule(
            ("layer", "keepdims"),
            lambda layer, keepdims: not _normalises(layer) or keepdims,
            "only moments returns statistics",
        ),
        Rule(
            ("layer", "affine"),
            lambda layer, affine: _normalises(layer) or affine,
            "moments has no affine part",
        ),
        Rule(
            ("layer", "epsilon"),
            lambda layer, epsilon: _normalises(layer) or epsilon == 2.0**-10,
            "moments has no epsilon",
        ),
    ),
)


def _read_fused(row: Row) -> tuple[str, Mapping[str, Any], Shapes]:
    shape = (3, 4, 2, 3)
    config = {"rank": 2, "features": 4, "epsilon": row["epsilon"], "training": row["training"]}
    shapes = {"input": shape, "weight": (4,), "bias": (4,)}
    if not row["training"]:
        shapes |= {"mean": (4,), "variance": (4,)}
    return FUSED_BATCH_NORM.name, config, shapes


FUSED = Table(
    factors={
        "epsilon": {"": 2.0**-10, "eps5": 2.0**-16},
        "training": {"": True, "eval": False},
        "regime": _REGIMES,
        "dtype": same(["float32"]),
    },
    read=_read_fused,
    hunts=_HUNTS | {"eps5": "eps at another default"},
    draws=_draws,
)

# A norm that takes each example by itself may have the one without the other.
_WEIGHTS = {
    "": ("weight", "bias"),
    "noaffine": (),
    "nobias": ("weight",),
    "noscale": ("bias",),
}
# None is the dialect's own default.
_EPSILONS = {"": 1e-5, "eps3": 2.0**-10, "epsdefault": None}
_EXAMPLE_HUNTS = _HUNTS | {
    "": "statistics over the wrong axes, an unbiased variance, a gradient that lacks a term",
    "nobias": "a shift that is not there, or the scale dropped with it",
    "noscale": "a scale that is not there, or the shift dropped with it",
    "epsdefault": "another default of eps, or one that does not follow the dtype",
}


def _read_options(row: Row) -> Mapping[str, Any]:
    options = {name: name in row["weights"] for name in ("weight", "bias")}
    return options if row["epsilon"] is None else {**options, "epsilon": row["epsilon"]}


def _read_over_axes(row: Row) -> tuple[str, Mapping[str, Any], Shapes]:
    shape = row.get("shape", (3, 4, 6))
    config = {"axes": row["axes"], **_read_options(row)}
    axes = normalised_axes(config, len(shape))
    along = tuple(size if axis in axes else 1 for axis, size in enumerate(shape))
    return row["layer"].name, config, {"input": shape, **dict.fromkeys(row["weights"], along)}


LAYERS_OWN = Table(
    factors={
        "axes": {
            "": (-1,),
            "last2": (1, 2),
            "whole": (0, 1, 2),
            "middle": (1,),
            "outer": (0, -1),
            "unsorted": (-1, 1),
        },
        "weights": _WEIGHTS,
        "epsilon": _EPSILONS,
        "regime": _REGIMES,
        "dtype": _DTYPES,
    },
    read=lambda row: _read_over_axes({**row, "layer": LAYER_NORM}),
    hunts=_EXAMPLE_HUNTS
    | {
        "last2": "one of several axes left out, their weights in another order",
        "whole": "the first axis taken for a batch",
        "middle": "the last axis taken, whatever the axis",
        "outer": "weights laid along neighbouring axes, of the same number",
        "unsorted": "axes sorted by their place and not as they are written",
    },
    batched=lambda row: () if 0 in row["axes"] else ("input",),
)
RMS = Table(
    factors={
        "axes": {"": (-1,), "last2": (1, 2), "whole": (0, 1, 2), "backward": (-1, -2)},
        "weights": {"": ("weight",), "noscale": ()},
        "epsilon": _EPSILONS,
        "regime": _REGIMES,
        "dtype": _DTYPES,
    },
    read=lambda row: _read_over_axes({**row, "layer": RMS_NORM}),
    hunts=_EXAMPLE_HUNTS
    | {
        "": "the mean subtracted, a sum for a mean, a gradient that lacks a term",
        "last2": "one of several axes left out",
        "whole": "the first axis taken for a batch",
        "backward": "axes that must be sorted first",
        "noscale": "a scale that is not there",
    },
    batched=lambda row: () if 0 in row["axes"] else ("input",),
    rules=(
        Rule(
            ("epsilon", "regime", "dtype"),
            lambda epsilon, regime, dtype: (epsilon, regime, dtype) != (None, "tiny", "float16"),
            "tiny squares are subnormal in float16, and the default eps is as small",
        ),
    ),
)
SINGLE_OVER_AXES = Table(
    factors={
        "layer": by_name((LAYER_NORM, RMS_NORM)),
        "shape": {"value1": (3, 4, 1), "example1": (1, 6), "vector": (6,)},
        "regime": same(["normal"]),
        "dtype": same(["float32"]),
    },
    read=lambda row: _read_over_axes(
        {
            **row,
            "axes": (-1,),
            "weights": ("weight", "bias") if "bias" in row["layer"].arrays else ("weight",),
            "epsilon": 1e-5,
        }
    ),
    hunts=_EXAMPLE_HUNTS
    | {
        "value1": "a single value left as it is, or divided by the root of nothing",
        "vector": "the batch that a vector does not have",
    },
    batched=lambda row: (),
)


def _read_group_norm(row: Row) -> tuple[str, Mapping[str, Any], Shapes]:
    shape = (row.get("batch", 3), row.get("channels", 12), *row["space"])
    config = {
        "groups": row["groups"],
        "features": shape[1],
        "place": row["place"],
        **_read_options(row),
    }
    return GROUP_NORM.name, config, {"input": shape, **dict.fromkeys(row["weights"], shape[1:2])}


GROUPS = Table(
    factors={
        "groups": {"": 2, "group1": 1, "each": 12},
        "space": {"": (5,), "flat": (), "space2": (2, 3), "space3": (2, 1, 3)},
        # Where TensorFlow's channels are.
        "place": {"": "last", "first": "first", "between": "between"},
        "weights": _WEIGHTS,
        "epsilon": _EPSILONS,
        "regime": _REGIMES,
        "dtype": _DTYPES,
    },
    read=_read_group_norm,
    hunts=_EXAMPLE_HUNTS
    | {
        "group1": "the channels split all the same",
        "each": "channels normalised together that are groups of their own",
        "space2": "one of several spatial axes left out",
        "space3": "more spatial axes than an image has",
        "first": "channels looked for at the end",
        "between": "channels looked for at either end",
    },
    rules=(
        Rule(
            ("space", "place"),
            lambda space, place: place == "last" or len(space) > (place == "between"),
            "channels stand before or between spatial axes",
        ),
        Rule(
            ("groups", "space"),
            lambda groups, space: groups <= 2 or space != (),
            "values normalised alone have no variance but what the rounding makes of it",
        ),
    ),
)
SINGLE_GROUP = Table(
    factors={
        "shape": {"example1": (1, 6, 4), "channel1": (3, 1, 4), "alone": (3, 6)},
        "regime": same(["normal"]),
        "dtype": same(["float32"]),
    },
    read=lambda row: _read_group_norm(
        {
            "batch": row["shape"][0],
            "channels": row["shape"][1],
            # Each channel of a flat input is a group of its own.
            "groups": 1 if row["shape"][2:] else row["shape"][1],
            "space": row["shape"][2:],
            "place": "last",
            "weights": ("weight", "bias"),
            "epsilon": 1e-5,
        }
    ),
    hunts=_EXAMPLE_HUNTS
    | {"alone": "a single value left as it is, or divided by the root of nothing"},
    batched=lambda row: (),
)

TABLES = (
    BATCH,
    INSTANCE,
    SINGLE_BATCH,
    SINGLE_INSTANCE,
    FUNCTIONS,
    FUSED,
    LAYERS_OWN,
    SINGLE_OVER_AXES,
    GROUPS,
    SINGLE_GROUP,
    RMS,
)
