"""refimpl: its ops, and for a convolution so small that Python's overhead shows, its functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from benchmarks.peers import Builder, Contestant, draws
from benchmarks.workloads import EPSILON, Array, Workload


def versions() -> dict[str, str]:
    import refimpl

    return dict.fromkeys(BUILDERS, refimpl.__version__)


def contest(op: Callable[[], tuple[Any, Callable[..., Any]]], cotangent: Array) -> Contestant:
    _, vjp = op()
    return Contestant(
        forward=lambda: op()[0],
        backward=lambda: vjp(cotangent),
        both=lambda: op()[1](cotangent),
    )


def window(work: Workload) -> dict[str, Any]:
    return {
        "stride": (work.stride,) * 2,
        "padding": ((work.padding, work.padding),) * 2,
    }


def conv(work: Workload, arrays: Mapping[str, Array]) -> Contestant:
    from refimpl.ops.conv import conv

    x, weight, bias = arrays["input"], arrays["weight"], arrays["bias"]
    options = {**window(work), "dilation": (1, 1), "groups": work.groups}
    return contest(lambda: conv(x, weight, bias, **options), arrays["cotangent"])


def functional_conv(work: Workload, arrays: Mapping[str, Array]) -> Contestant:
    from refimpl.torch.nn.functional import conv2d

    x, weight, bias = arrays["input"], arrays["weight"], arrays["bias"]
    cotangent = arrays["cotangent"]
    options = {"stride": work.stride, "padding": work.padding, "groups": work.groups}
    _, vjp = conv2d.with_vjp(x, weight, bias, **options)
    return Contestant(
        forward=lambda: conv2d(x, weight, bias, **options),
        backward=lambda: vjp(cotangent),
        both=lambda: conv2d.with_vjp(x, weight, bias, **options)[1](cotangent),
    )


def avg_pool(work: Workload, arrays: Mapping[str, Array]) -> Contestant:
    from refimpl.ops.pooling import avg_pool

    options = {**window(work), "kernel": (work.kernel,) * 2}
    return contest(lambda: avg_pool(arrays["input"], **options), arrays["cotangent"])


def max_pool(work: Workload, arrays: Mapping[str, Array]) -> Contestant:
    from refimpl.ops.pooling import max_pool

    options = {**window(work), "kernel": (work.kernel,) * 2, "dilation": (1, 1)}
    return contest(lambda: max_pool(arrays["input"], **options), arrays["cotangent"])


def linear(work: Workload, arrays: Mapping[str, Array]) -> Contestant:
    from refimpl.ops.linear import linear

    x, weight, bias = arrays["input"], arrays["weight"], arrays["bias"]
    return contest(lambda: linear(x, weight, bias), arrays["cotangent"])


def norm(work: Workload, arrays: Mapping[str, Array]) -> Contestant:
    from refimpl.ops import norm

    op = norm.batch_norm if work.operation == "batch_norm" else norm.instance_norm
    x, weight, bias = arrays["input"], arrays["weight"], arrays["bias"]

    def run() -> tuple[Any, Callable[..., Any]]:
        (output, _, _), vjp = op(x, weight, bias, epsilon=EPSILON)
        return output, vjp

    return contest(run, arrays["cotangent"])


def activation(work: Workload, arrays: Mapping[str, Array]) -> Contestant:
    from refimpl.ops import activation

    options = {"axis": -1} if work.operation == "softmax" else {}
    op = getattr(activation, work.operation)
    return contest(lambda: op(arrays["input"], **options), arrays["cotangent"])


def cross_entropy(work: Workload, arrays: Mapping[str, Array]) -> Contestant:
    from refimpl.ops.loss import cross_entropy

    logits, target = arrays["input"], arrays["target"]
    return contest(lambda: cross_entropy(logits, target), arrays["cotangent"])


OPS: Mapping[str, Builder] = {
    "conv": conv,
    "depthwise": conv,
    "avg_pool": avg_pool,
    "max_pool": max_pool,
    "linear": linear,
    "batch_norm": norm,
    "instance_norm": norm,
    "relu": activation,
    "gelu": activation,
    "softmax": activation,
    "cross_entropy": cross_entropy,
}
BUILDERS = {"refimpl": {**OPS, **draws.REFIMPL}, "refimpl.torch": {"conv": functional_conv}}
