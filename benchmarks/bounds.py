"""`python -m benchmarks.bounds`: what bounds cost at users' sizes, beside the op in float64.

One thread if OMP_NUM_THREADS=1 is set. Memory is what NumPy allocates at its peak, above the
inputs; time is the best of a few runs.
"""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np

from conformance.tools.arrays import verdict
from conformance.tools.arrays.callee import find_callee

TIME, MEMORY = 20.0, 12.0  # the goals: so many times the op itself
rng = np.random.default_rng(0)


def normal(*shape: int) -> Any:
    return rng.standard_normal(shape, dtype=np.float32)


def workloads() -> dict[str, tuple[str, tuple[Any, ...], dict[str, Any]]]:
    return {
        "conv 8×64×56×56, 3×3": (
            "torch.nn.functional.conv2d",
            (normal(8, 64, 56, 56), normal(64, 64, 3, 3)),
            {"padding": 1},
        ),
        "linear 256×1024×1024": (
            "torch.nn.functional.linear",
            (normal(256, 1024), normal(1024, 1024)),
            {},
        ),
        "batch norm 32×64×112×112": (
            "torch.nn.functional.batch_norm",
            (normal(32, 64, 112, 112), None, None, normal(64), normal(64)),
            {"training": True},
        ),
        "softmax 1024×32000": (
            "torch.nn.functional.softmax",
            (normal(1024, 32000),),
            {"dim": 1},
        ),
        "cross-entropy 1024×32000": (
            "torch.nn.functional.cross_entropy",
            (normal(1024, 32000), rng.integers(0, 32000, 1024)),
            {},
        ),
        "layer norm 8192×4096": (
            "torch.nn.functional.layer_norm",
            (normal(8192, 4096), (4096,)),
            {},
        ),
    }


def measure(run: Callable[[], Any]) -> tuple[float, float]:
    """Seconds, and bytes at the peak."""
    start = time.perf_counter()
    run()
    seconds = time.perf_counter() - start
    tracemalloc.start()
    run()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return seconds, peak


def main() -> None:
    print("| call | float64 op | its memory | verdict | time, × | memory, × |")
    print("|---|---:|---:|---:|---:|---:|")
    for label, (name, arrays, options) in workloads().items():
        function = find_callee(name).made
        wide = [
            each.astype(np.float64)
            if isinstance(each, np.ndarray) and each.dtype == np.float32
            else each
            for each in arrays
        ]
        op_time, op_memory = measure(lambda f=function, w=wide, o=options: f(*w, **o))
        got = function(*arrays, **options)
        call = lambda n=name, g=got, a=arrays, o=options: verdict(n, g, *a, **o)  # noqa: E731
        seconds, memory = measure(call)
        assert call(), label
        print(
            f"| {label} | {op_time * 1e3:.0f} ms | {op_memory / 2**20:.0f} MiB |"
            f" {seconds * 1e3:.0f} ms | {seconds / op_time:.1f} | {memory / op_memory:.1f} |"
        )


if __name__ == "__main__":
    main()
