"""PyTorch: functions, with the graph recorded as in training; backward is torch.autograd.grad."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from benchmarks.peers import Builder, Contestant, draws
from benchmarks.workloads import EPSILON, Array, Workload


def versions() -> dict[str, str]:
    import torch

    torch.set_num_threads(1)
    return {"torch": torch.__version__}


def function(work: Workload, tensors: Mapping[str, Any]) -> Callable[[], Any]:
    from torch.nn import functional

    x, weight, bias = tensors["input"], tensors.get("weight"), tensors.get("bias")
    window = {"stride": work.stride, "padding": work.padding}
    calls: dict[str, Callable[[], Any]] = {
        "conv": lambda: functional.conv2d(x, weight, bias, **window),
        "depthwise": lambda: functional.conv2d(x, weight, bias, groups=work.groups, **window),
        "avg_pool": lambda: functional.avg_pool2d(x, work.kernel, **window),
        "max_pool": lambda: functional.max_pool2d(x, work.kernel, **window),
        "linear": lambda: functional.linear(x, weight, bias),
        "batch_norm": lambda: functional.batch_norm(x, None, None, weight, bias, True, eps=EPSILON),
        "instance_norm": lambda: functional.instance_norm(x, None, None, weight, bias, eps=EPSILON),
        "relu": lambda: functional.relu(x),
        "gelu": lambda: functional.gelu(x),
        "softmax": lambda: functional.softmax(x, -1),
        "cross_entropy": lambda: functional.cross_entropy(x, tensors["target"]),
    }
    return calls[work.operation]


def build(work: Workload, arrays: Mapping[str, Array]) -> Contestant:
    import torch

    tensors = {name: torch.as_tensor(array) for name, array in arrays.items()}
    differentiated = [tensors[name] for name in ("input", "weight", "bias") if name in tensors]
    for tensor in differentiated:
        tensor.requires_grad_()
    forward = function(work, tensors)
    cotangent = tensors["cotangent"]
    output = forward()
    return Contestant(
        forward=forward,
        backward=lambda: torch.autograd.grad(output, differentiated, cotangent, retain_graph=True),
        both=lambda: torch.autograd.grad(forward(), differentiated, cotangent),
    )


OPERATIONS = (
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
)
BUILDERS: Mapping[str, Mapping[str, Builder]] = {
    "torch": {**dict.fromkeys(OPERATIONS, build), **draws.TORCH}
}
