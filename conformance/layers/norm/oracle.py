"""Normalisation layers, how the oracle evaluates them, and the statistics that they keep."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from conformance.layers.norm.reproducer import explain_normalised
from conformance.spec.answer import Answer, Arrays, single
from conformance.spec.layer import Element, Layer
from refimpl.ops.norm import batch_norm, blend, instance_norm, moments, normalize, unbias_variance
from refimpl.ops.norm_layer import group_norm, layer_norm, rms_norm


def _channel(array: Any, ndim: int) -> Any:
    return None if array is None else array.reshape((1, -1) + (1,) * (ndim - 2))


def _normalize_with(config: Mapping[str, Any], arrays: Arrays, mean: Any, variance: Any) -> Answer:
    """Normalise with given statistics of each channel."""
    x, ndim = arrays["input"], arrays["input"].ndim
    affine = [arrays.get("weight"), arrays.get("bias")]
    output, vjp = normalize(
        x,
        _channel(mean, ndim),
        _channel(variance, ndim),
        *(_channel(array, ndim) for array in affine),
        epsilon=config["epsilon"],
    )

    def back(cotangent: Any) -> tuple[Any, ...]:
        bar, _, _, *rest = vjp(cotangent)
        return bar, *(None if bar is None else bar.reshape(-1) for bar in rest)

    return single(output, back, "input", "weight", "bias")


def _batch_norm(config: Mapping[str, Any], arrays: Arrays) -> Answer:
    if not config["training"] and config["track"]:
        return _normalize_with(config, arrays, arrays["running_mean"], arrays["running_var"])
    (output, _, _), vjp = batch_norm(
        arrays["input"], arrays.get("weight"), arrays.get("bias"), epsilon=config["epsilon"]
    )
    return single(output, vjp, "input", "weight", "bias")


def _instance_norm(config: Mapping[str, Any], arrays: Arrays) -> Answer:
    if not config["training"] and config["track"]:
        return _normalize_with(config, arrays, arrays["running_mean"], arrays["running_var"])
    (output, _, _), vjp = instance_norm(
        arrays["input"], arrays.get("weight"), arrays.get("bias"), epsilon=config["epsilon"]
    )
    return single(output, vjp, "input", "weight", "bias")


def _fused_batch_norm(config: Mapping[str, Any], arrays: Arrays) -> Answer:
    if not config["training"]:
        return _normalize_with(config, arrays, arrays["mean"], arrays["variance"])
    (output, mean, variance), vjp = batch_norm(
        arrays["input"], arrays["weight"], arrays["bias"], epsilon=config["epsilon"]
    )
    back = single(output, vjp, "input", "weight", "bias").vjp
    count = _count(arrays["input"].shape)
    # One value has no unbiased variance: what the frameworks return then is not claimed.
    spread = unbias_variance(variance, count) if count > 1 else variance
    return Answer({"output": output, "mean": mean, "variance": spread}, back)


def _moments(config: Mapping[str, Any], arrays: Arrays) -> Answer:
    (mean, variance), vjp = moments(arrays["input"], config["axes"], keepdims=config["keepdims"])

    def back(bars: Arrays) -> Mapping[str, Any]:
        return {"input": vjp((bars["mean"], bars["variance"]))[0]}

    return Answer({"mean": mean, "variance": variance}, back)


def _batch_normalization(config: Mapping[str, Any], arrays: Arrays) -> Answer:
    names = ("input", "mean", "variance", "weight", "bias")
    taken: list[Any] = [arrays.get(name) for name in names]
    output, vjp = normalize(*taken, epsilon=config["epsilon"])
    return single(output, vjp, *names)


def _layer_norm(config: Mapping[str, Any], arrays: Arrays) -> Answer:
    return _over_axes(layer_norm, config, arrays, "weight", "bias")


def _rms_norm(config: Mapping[str, Any], arrays: Arrays) -> Answer:
    return _over_axes(rms_norm, config, arrays, "weight")


def _over_axes(
    op: Callable[..., Any], config: Mapping[str, Any], arrays: Arrays, *names: str
) -> Answer:
    """Evaluate an op whose parameters have the averaged axes only; the case's have all."""
    x = arrays["input"]
    axes = normalised_axes(config, x.ndim)
    places = tuple(x.shape[axis] for axis in axes)
    parameters = [_reshape(arrays.get(name), places) for name in names]
    output, vjp = op(x, *parameters, axes=axes, epsilon=config["epsilon"])
    along = tuple(size if axis in axes else 1 for axis, size in enumerate(x.shape))

    def back(cotangent: Any) -> tuple[Any, ...]:
        bar, *rest = vjp(cotangent)
        return bar, *(_reshape(bar, along) for bar in rest)

    return single(output, back, "input", *names)


def normalised_axes(config: Mapping[str, Any], ndim: int) -> tuple[int, ...]:
    """Count the axes of a case from the front, in the input's order.

    Parameters
    ----------
    config : mapping
        The case's configuration, with the axes as they are written.
    ndim : int
        Of the input.

    Returns
    -------
    tuple of int
    """
    return tuple(sorted(axis % ndim for axis in config["axes"]))


def _group_norm(config: Mapping[str, Any], arrays: Arrays) -> Answer:
    output, vjp = group_norm(
        arrays["input"],
        arrays.get("weight"),
        arrays.get("bias"),
        groups=config["groups"],
        epsilon=config["epsilon"],
    )
    return single(output, vjp, "input", "weight", "bias")


def _in_group(element: Element) -> tuple[Any, ...]:
    example, channel, *_ = element.index
    members = element.arrays["input"].shape[1] // element.config["groups"]
    first = channel // members * members
    return example, slice(first, first + members)


def _along_axes(element: Element) -> tuple[Any, ...]:
    axes = normalised_axes(element.config, len(element.index))
    return tuple(slice(None) if n in axes else place for n, place in enumerate(element.index))


def _reshape(array: Any, shape: tuple[int, ...]) -> Any:
    return None if array is None else array.reshape(shape)


def _count(shape: tuple[int, ...]) -> int:
    return int(shape[0] * np.prod(shape[2:], dtype=np.int64))


def _statistics(config: Mapping[str, Any], x: Any, axes: tuple[int, ...]) -> tuple[Any, Any]:
    """Mean and variance over some axes; `moving_variance` says which variance is kept.

    It is 'unbiased' in PyTorch, 'biased' in Keras.
    """
    (mean, variance), _ = moments(x, axes)
    count = int(np.prod([x.shape[axis] for axis in axes], dtype=np.int64))
    if config.get("moving_variance", "unbiased") == "unbiased":
        variance = unbias_variance(variance, count)
    return mean, variance


def _blend(
    config: Mapping[str, Any], state: Arrays, mean: Any, variance: Any, step: int
) -> Mapping[str, Any]:
    # Without a momentum the average is cumulative.
    momentum = 1 / (step + 1) if config["momentum"] is None else config["momentum"]
    return {
        "running_mean": blend(state["running_mean"], mean, momentum),
        "running_var": blend(state["running_var"], variance, momentum),
    }


def _advance_batch_norm(
    config: Mapping[str, Any], state: Arrays, x: Any, step: int
) -> Mapping[str, Any]:
    mean, variance = _statistics(config, x, (0, *range(2, x.ndim)))
    return _blend(config, state, mean, variance, step)


def _advance_instance_norm(
    config: Mapping[str, Any], state: Arrays, x: Any, step: int
) -> Mapping[str, Any]:
    mean, variance = _statistics(config, x, tuple(range(2, x.ndim)))
    return _blend(config, state, np.mean(mean, axis=0), np.mean(variance, axis=0), step)


_FEATURES = dict.fromkeys(
    ("weight", "bias", "running_mean", "running_var", "mean", "variance"), "features"
)
_ARRAYS: Mapping[str, str] = {
    "output": "batch features *space",
    "input": "batch features *space",
    **_FEATURES,
}
# What they are given or reduce has any axes; statistics are broadcast.
_BROADCAST = dict.fromkeys(("output", "input", "mean", "variance", "weight", "bias"), "*shape")

_explain_batch_norm = explain_normalised(lambda element: (slice(None), element.index[1]))

BATCH_NORMS = tuple(
    Layer(
        f"batch_norm{rank}d",
        "norm",
        _batch_norm,
        _ARRAYS,
        rank=rank,
        advance=_advance_batch_norm,
        explain=_explain_batch_norm,
    )
    for rank in (1, 2, 3)
)
INSTANCE_NORMS = tuple(
    Layer(
        f"instance_norm{rank}d",
        "norm",
        _instance_norm,
        _ARRAYS,
        rank=rank,
        advance=_advance_instance_norm,
        explain=explain_normalised(lambda element: element.index[:2]),
    )
    for rank in (1, 2, 3)
)
MOMENTS = Layer("moments", "norm", _moments, {"input": "*shape"})
BATCH_NORMALIZATION = Layer("batch_normalization", "norm", _batch_normalization, _BROADCAST)
FUSED_BATCH_NORM = Layer(
    "fused_batch_norm", "norm", _fused_batch_norm, _ARRAYS, rank=2, explain=_explain_batch_norm
)
LAYER_NORM = Layer(
    "layer_norm", "norm", _layer_norm, _BROADCAST, explain=explain_normalised(_along_axes)
)
RMS_NORM = Layer(
    "rms_norm",
    "norm",
    _rms_norm,
    {name: axes for name, axes in _BROADCAST.items() if name != "bias"},
    explain=explain_normalised(_along_axes, centered=False),
)
_GROUPED = dict.fromkeys(("output", "input"), "batch (groups features) *space")
GROUP_NORM = Layer(
    "group_norm",
    "norm",
    _group_norm,
    {**_GROUPED, "weight": "(groups features)", "bias": "(groups features)"},
    explain=explain_normalised(_in_group),
)
LAYERS = (
    *BATCH_NORMS,
    *INSTANCE_NORMS,
    MOMENTS,
    BATCH_NORMALIZATION,
    FUSED_BATCH_NORM,
    LAYER_NORM,
    GROUP_NORM,
    RMS_NORM,
)
