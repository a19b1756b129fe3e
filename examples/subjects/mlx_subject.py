"""MLX under test, on the CPU: mlx.nn's layers and functions, and gradients by mx.vjp.

conformance run --subject examples/subjects/mlx_subject.py:Mlx -k "float32 and not class"
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import mlx.core as mx
import mlx.nn as nn
import numpy as np

import conformance
from conformance import Unsupported


def conv(input: Any, weight: Any, bias: Any = None, *, groups: int, **window: Any) -> Any:
    """Convolution: MLX has the channels last, of the kernel, too."""
    dimensions = weight.ndim - 2
    if window["padding"] == "same":
        raise Unsupported("never: MLX's convolutions pad by numbers")
    if input.ndim < weight.ndim:
        raise Unsupported("never: MLX's convolutions need a batch axis")
    if dimensions == 3 and groups != 1:
        raise Unsupported("not yet: MLX's convolutions of three dimensions have no groups")
    if dimensions == 1:
        window = {name: value[0] for name, value in window.items()}
    moved = mx.moveaxis(input, 1, -1), mx.moveaxis(weight, 1, -1)
    output = getattr(mx, f"conv{dimensions}d")(*moved, groups=groups, **window)
    return mx.moveaxis(output if bias is None else output + bias, -1, 1)


def pool(name: str) -> Callable[..., Any]:
    """Make nn.MaxPool1d … nn.AvgPool3d, of an input with its channels moved last."""

    def function(
        input: Any,
        kernel_size: Any,
        stride: Any,
        padding: Any,
        ceil_mode: bool,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
        dilation: Any = (),
        return_indices: bool = False,
    ) -> Any:
        lacking = {
            "ceil_mode": ceil_mode,
            "divisor_override": divisor_override is not None,
            "count_include_pad=False": not count_include_pad and any(padding),
            "dilation": any(each != 1 for each in dilation),
            "indices": return_indices,
        }
        for word, wanted in lacking.items():
            if wanted:
                raise Unsupported(f"never: MLX's pooling has no {word}")
        if input.ndim < len(kernel_size) + 2:
            raise Unsupported("never: MLX's pooling needs a batch axis")
        layer = getattr(nn, name)(kernel_size, stride, padding)
        return mx.moveaxis(layer(mx.moveaxis(input, 1, -1)), -1, 1)

    return function


def normalise(layer: Any, input: Any, weight: Any, bias: Any) -> Any:
    """Give a layer its parameters, and call it with the channels last."""
    if weight is not None:
        layer.weight, layer.bias = weight, bias
    return mx.moveaxis(layer(mx.moveaxis(input, 1, -1)), -1, 1)


def batch_norm(
    input: Any,
    running_mean: Any,
    running_var: Any,
    weight: Any = None,
    bias: Any = None,
    *,
    training: bool,
    eps: float,
    momentum: float = 0.1,
) -> Any:
    """nn.BatchNorm; what it keeps is written into the tensors that were given."""
    if input.ndim > 4:
        raise Unsupported("never: MLX's BatchNorm takes two to four axes")
    keeps, affine = running_mean is not None, weight is not None
    layer = nn.BatchNorm(input.shape[1], eps, momentum, affine=affine, track_running_stats=keeps)
    if keeps:
        layer.running_mean, layer.running_var = running_mean, running_var
    output = normalise(layer.train(training), input, weight, bias)
    if keeps:
        running_mean[:], running_var[:] = layer.running_mean, layer.running_var
    return output


def instance_norm(
    input: Any,
    running_mean: Any,
    running_var: Any,
    weight: Any = None,
    bias: Any = None,
    *,
    use_input_stats: bool,
    eps: float,
    momentum: float = 0.1,
) -> Any:
    """nn.InstanceNorm."""
    if running_mean is not None or input.ndim < 3:
        raise Unsupported("never: MLX's InstanceNorm keeps no statistics, and needs a batch axis")
    layer = nn.InstanceNorm(input.shape[1], eps, affine=weight is not None)
    return normalise(layer, input, weight, bias)


def linear(input: Any, weight: Any, bias: Any = None) -> Any:
    """nn.Linear."""
    layer = nn.Linear(weight.shape[1], weight.shape[0], bias=bias is not None)
    layer.weight = weight
    if bias is not None:
        layer.bias = bias
    return layer(input)


def loss(function: Callable[..., Any]) -> Callable[..., Any]:
    """Refuse what MLX's losses have not."""

    def called(
        input: Any,
        target: Any,
        weight: Any = None,
        *,
        ignore_index: int,
        reduction: str,
        **smoothing: Any,
    ) -> Any:
        ignored = target.dtype != mx.float32 and mx.any(target == ignore_index).item()
        if weight is not None or ignored:
            raise Unsupported("never: MLX's losses know no classes to weigh or to ignore")
        axis = min(1, input.ndim - 1)
        return function(input, target, axis=axis, reduction=reduction, **smoothing)

    return called


def gelu(input: Any, approximate: str = "none") -> Any:
    """MLX has a function for each form."""
    return nn.gelu(input) if approximate == "none" else nn.gelu_approx(input)


def softplus(input: Any, beta: float = 1.0, threshold: float = 20.0) -> Any:
    """Softplus of beta 1."""
    if beta != 1:
        raise Unsupported("never: MLX's softplus has no beta")
    return nn.softplus(input)


def prelu(input: Any, weight: Any) -> Any:
    """The slopes belong to axis 1."""
    return nn.prelu(input, weight.reshape(-1, *(1,) * max(input.ndim - 2, 0)))


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    **{f"conv{n}d": conv for n in (1, 2, 3)},
    **{f"avg_pool{n}d": pool(f"AvgPool{n}d") for n in (1, 2, 3)},
    **{f"max_pool{n}d": pool(f"MaxPool{n}d") for n in (1, 2, 3)},
    "batch_norm": batch_norm,
    "instance_norm": instance_norm,
    "linear": linear,
    "cross_entropy": loss(nn.losses.cross_entropy),
    "nll_loss": loss(nn.losses.nll_loss),
    "gelu": gelu,
    "softplus": softplus,
    "prelu": prelu,
    "hardtanh": nn.hard_tanh,
    "logsigmoid": nn.log_sigmoid,
    **{name: getattr(nn, name) for name in ("relu", "relu6", "leaky_relu", "elu", "selu", "celu")},
    **{name: getattr(nn, name) for name in ("silu", "mish", "hardswish", "sigmoid", "tanh")},
    **{name: getattr(nn, name) for name in ("softsign", "softmax", "log_softmax")},
}


class Mlx(conformance.TensorSubject):
    """Asks for PyTorch's functions."""

    name = "mlx"
    dialect = "torch"
    words: Mapping[str, str] = {"dim": "axis"}
    functions: Mapping[str, Any] = {
        f"nn.functional.{name}": each for name, each in FUNCTIONS.items()
    }

    def __init__(self) -> None:
        super().__init__()
        mx.set_default_device(mx.cpu)

    def tensor(self, array: Any) -> Any:
        """An MLX array."""
        return mx.array(array)

    def array(self, tensor: Any) -> Any:
        """Copy it out."""
        return np.array(tensor)

    def pull(self, function: Any, tensors: Any, cotangents: Any) -> Mapping[str, Any]:
        """mx.vjp."""
        _, found = mx.vjp(
            lambda *given: function(**dict(zip(tensors, given, strict=True))),
            list(tensors.values()),
            [cotangents[0]],
        )
        return dict(zip(tensors, found, strict=True))
