"""The oracle's entries for normalisation and dropout, and the statistics that layers keep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from conformance.spec.answer import Answer, Arrays, Entry, single
from refimpl.ops.dropout import dropout
from refimpl.ops.norm import batch_norm, blend, instance_norm, moments, normalize, unbiased


def _channel(array: Any, ndim: int) -> Any:
    return None if array is None else array.reshape((1, -1) + (1,) * (ndim - 2))


def _with_given(config: Mapping[str, Any], arrays: Arrays, mean: Any, variance: Any) -> Answer:
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
        return _with_given(config, arrays, arrays["running_mean"], arrays["running_var"])
    (output, _, _), vjp = batch_norm(
        arrays["input"], arrays.get("weight"), arrays.get("bias"), epsilon=config["epsilon"]
    )
    return single(output, vjp, "input", "weight", "bias")


def _instance_norm(config: Mapping[str, Any], arrays: Arrays) -> Answer:
    if not config["training"] and config["track"]:
        return _with_given(config, arrays, arrays["running_mean"], arrays["running_var"])
    (output, _, _), vjp = instance_norm(
        arrays["input"], arrays.get("weight"), arrays.get("bias"), epsilon=config["epsilon"]
    )
    return single(output, vjp, "input", "weight", "bias")


def _fused(config: Mapping[str, Any], arrays: Arrays) -> Answer:
    if not config["training"]:
        return _with_given(config, arrays, arrays["mean"], arrays["variance"])
    (output, mean, variance), vjp = batch_norm(
        arrays["input"], arrays["weight"], arrays["bias"], epsilon=config["epsilon"]
    )
    back = single(output, vjp, "input", "weight", "bias").vjp
    count = _count(arrays["input"].shape)
    # One value has no unbiased variance: what the frameworks return then is nobody's claim.
    spread = unbiased(variance, count) if count > 1 else variance
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


def _dropout(config: Mapping[str, Any], arrays: Arrays) -> Answer:
    if not config["training"]:
        return single(arrays["input"], lambda bar: (bar,), "input")
    output, vjp = dropout(
        arrays["input"], arrays["keep"], rate=config["rate"], select=config.get("select", False)
    )
    return single(output, vjp, "input")


def _count(shape: tuple[int, ...]) -> int:
    return int(shape[0] * np.prod(shape[2:], dtype=np.int64))


def running(config: Mapping[str, Any], state: Arrays, x: Any, step: int) -> dict[str, Any]:
    """Advance a layer's running statistics by one batch.

    Parameters
    ----------
    config : mapping
        A norm's configuration; `moving_variance` says which variance is kept: 'unbiased'
        (PyTorch) or 'biased' (Keras).
    state : mapping
        `running_mean` and `running_var` before the step.
    x : array
        The batch.
    step : int
        How many batches came before, for the cumulative average.

    Returns
    -------
    dict
        The statistics after the step.
    """
    instance = config["per_instance"]
    axes = tuple(range(2, x.ndim)) if instance else (0, *range(2, x.ndim))
    (mean, variance), _ = moments(x, axes)
    count = int(np.prod([x.shape[axis] for axis in axes], dtype=np.int64))
    if config.get("moving_variance", "unbiased") == "unbiased":
        variance = unbiased(variance, count)
    if instance:
        mean, variance = np.mean(mean, axis=0), np.mean(variance, axis=0)
    momentum = 1 / (step + 1) if config["momentum"] is None else config["momentum"]
    return {
        "running_mean": blend(state["running_mean"], mean, momentum),
        "running_var": blend(state["running_var"], variance, momentum),
    }


ENTRIES: Mapping[str, Entry] = {
    **{f"batch_norm{rank}d": _batch_norm for rank in (1, 2, 3)},
    **{f"instance_norm{rank}d": _instance_norm for rank in (1, 2, 3)},
    "fused_batch_norm": _fused,
    "moments": _moments,
    "batch_normalization": _batch_normalization,
    **dict.fromkeys(("dropout", "dropout1d", "dropout2d", "dropout3d"), _dropout),
}
