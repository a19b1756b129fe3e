"""The machine's limits: a matrix product at the im2col shape, and a copy of the input.

Both write into memory that exists already, in NumPy's own threads and kernels.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from benchmarks.peers import Builder, Contestant, draws
from benchmarks.workloads import Array, Workload


def versions() -> dict[str, str]:
    return {}


def copy(work: Workload, arrays: Mapping[str, Array]) -> Contestant:
    source = arrays["input"]
    target = np.empty_like(source)
    call = lambda: np.copyto(target, source)  # noqa: E731
    return Contestant(forward=call, backward=call, is_limit=True)


def product(left: Array, right: Array) -> Callable[[], Array]:
    out = np.matmul(left, right)
    return lambda: np.matmul(left, right, out=out)


def conv_gemm(work: Workload, arrays: Mapping[str, Array]) -> Contestant:
    batch, channels, *spatial = work.output
    taps = math.prod((work.weight or ())[1:])
    positions = math.prod(spatial)
    columns = np.ones((batch, taps, positions), np.float32)
    wide_columns = np.ones((batch * positions, taps), np.float32)
    weight = arrays["weight"].reshape(channels, taps)
    cotangent = arrays["cotangent"].reshape(batch, channels, positions)
    wide_cotangent = np.ones((channels, batch * positions), np.float32)
    return gemms(
        product(weight, columns),
        product(weight.T, cotangent),
        product(wide_cotangent, wide_columns),
    )


def linear_gemm(work: Workload, arrays: Mapping[str, Array]) -> Contestant:
    x, weight, cotangent = arrays["input"], arrays["weight"], arrays["cotangent"]
    return gemms(product(x, weight.T), product(cotangent, weight), product(cotangent.T, x))


def gemms(
    output: Callable[[], Array],
    input_gradient: Callable[[], Array],
    weight_gradient: Callable[[], Array],
) -> Contestant:
    def backward() -> None:
        input_gradient()
        weight_gradient()

    def both() -> None:
        output()
        backward()

    return Contestant(forward=output, backward=backward, both=both, is_limit=True)


GEMM: Mapping[str, Builder] = {"conv": conv_gemm, "linear": linear_gemm}
COPY: Mapping[str, Builder] = dict.fromkeys(
    (
        "conv",
        "depthwise",
        "avg_pool",
        "max_pool",
        "linear",
        "batch_norm",
        "instance_norm",
        "relu",
        "gelu",
        "softmax",
        "cross_entropy",
    ),
    copy,
)
BUILDERS = {"gemm": GEMM, "copy": COPY, "numpy": draws.LIMITS}
