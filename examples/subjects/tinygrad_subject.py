"""tinygrad under test: Tensor's methods and tinygrad.nn, on the device that needs no compiler.

conformance run --subject examples/subjects/tinygrad_subject.py:Tinygrad -k relu
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

import conformance
from conformance import Unsupported

os.environ.setdefault("DEV", "PYTHON")  # the device CPU wants clang
from tinygrad import Context, Tensor, nn


def conv(input: Any, weight: Any, bias: Any = None, *, padding: Any, **window: Any) -> Any:
    """Tensor.conv2d, which is for any number of dimensions."""
    batched(input, weight.ndim)
    if padding == "same":
        raise Unsupported("never: tinygrad's windows pad by numbers")
    return input.conv2d(weight, bias, padding=padding, **window)


def avg_pool(input: Any, *, divisor_override: int | None = None, **window: Any) -> Any:
    """Tensor.avg_pool2d, likewise."""
    if divisor_override is not None:
        raise Unsupported("never: tinygrad's pooling has no divisor_override")
    batched(input, len(window["kernel_size"]) + 2)
    return input.avg_pool2d(**window)


def max_pool(input: Any, **window: Any) -> Any:
    """Tensor.max_pool2d, likewise."""
    batched(input, len(window["kernel_size"]) + 2)
    return input.max_pool2d(**window)


def batched(input: Any, axes: int) -> None:
    """Refuse an input without a batch."""
    if input.ndim < axes:
        raise Unsupported("never: this method of tinygrad's needs a batch axis")


def batch_norm(
    input: Any, running_mean: Any, running_var: Any, weight: Any = None, bias: Any = None, **a: Any
) -> Any:
    """nn.BatchNorm, with parameters and statistics put into it."""
    keeps = running_mean is not None
    words = {"affine": weight is not None, "track_running_stats": keeps}
    layer = nn.BatchNorm(input.shape[1], a["eps"], momentum=a.get("momentum", 0.1), **words)
    layer.weight, layer.bias = weight, bias
    if keeps:
        layer.running_mean, layer.running_var = running_mean, running_var
    with Context(TRAINING=int(a["training"])):
        return layer(input)


def instance_norm(
    input: Any, running_mean: Any, running_var: Any, weight: Any = None, bias: Any = None, **a: Any
) -> Any:
    """nn.InstanceNorm."""
    if running_mean is not None or not a["use_input_stats"]:
        raise Unsupported("never: tinygrad's InstanceNorm keeps no statistics")
    batched(input, 3)
    layer = nn.InstanceNorm(input.shape[1], a["eps"], affine=weight is not None)
    layer.weight, layer.bias = weight, bias
    return layer(input)


def linear(input: Any, weight: Any, bias: Any = None) -> Any:
    """Tensor.linear, whose weight lies the other way."""
    return input.linear(weight.T, bias)


def cross_entropy(input: Any, target: Any, weight: Any = None, **a: Any) -> Any:
    """Tensor.cross_entropy."""
    if weight is not None or a.pop("ignore_index") != -100:
        raise Unsupported("never: tinygrad's cross_entropy knows no classes to weigh or to ignore")
    return input.cross_entropy(target, **a)


def nll_loss(input: Any, target: Any, weight: Any = None, **a: Any) -> Any:
    """Tensor.nll_loss."""
    batched(input, 2)
    return input.nll_loss(target, weight, **a)


def softplus(input: Any, beta: float = 1.0, threshold: float = 20.0) -> Any:
    """Tensor.softplus."""
    if threshold != 20:
        raise Unsupported("never: tinygrad's softplus has no threshold")
    return input.softplus(beta)


def gelu(input: Any, approximate: str = "none") -> Any:
    """Tensor.gelu; its default is the other form."""
    return input.gelu(approximate)


PLAIN = ("relu", "relu6", "elu", "selu", "celu", "silu", "mish", "sigmoid", "tanh", "softsign")
PLAIN += ("hardsigmoid", "hardswish", "hardtanh", "logsigmoid", "softmax", "log_softmax")
FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    **{name: getattr(Tensor, name) for name in PLAIN},
    **{f"conv{n}d": conv for n in (1, 2, 3)},
    **{f"avg_pool{n}d": avg_pool for n in (1, 2, 3)},
    **{f"max_pool{n}d": max_pool for n in (1, 2, 3)},
    "batch_norm": batch_norm,
    "instance_norm": instance_norm,
    "linear": linear,
    "cross_entropy": cross_entropy,
    "nll_loss": nll_loss,
    "gelu": gelu,
    "leaky_relu": lambda input, negative_slope=0.01: input.leaky_relu(negative_slope),
    "softplus": softplus,
}


class Tinygrad(conformance.TensorSubject):
    """Asks for PyTorch's functions."""

    name = "tinygrad"
    dialect = "torch"
    words: Mapping[str, str] = {"dim": "axis"}
    functions: Mapping[str, Any] = {
        f"nn.functional.{name}": each for name, each in FUNCTIONS.items()
    }

    def tensor(self, array: Any) -> Any:
        """A tensor; made without axes it would go to another device."""
        return Tensor(array.reshape(-1)).reshape(array.shape)

    def array(self, tensor: Any) -> Any:
        """Copy it out."""
        return tensor.numpy()

    def pull(self, function: Any, tensors: Any, cotangents: Any) -> Mapping[str, Any]:
        """Tensor.gradient."""
        results = function(**tensors)
        output = results[0] if isinstance(results, tuple) else results
        names = [name for name in tensors if not name.startswith("running")]
        found = output.gradient(*(tensors[name] for name in names), gradient=cotangents[0])
        return dict(zip(names, found, strict=True))
