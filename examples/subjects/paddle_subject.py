"""PaddlePaddle under test, on the CPU: paddle.nn.functional, and gradients by paddle.grad.

conformance run --subject examples/subjects/paddle_subject.py:Paddle -k "float32 and not class"
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import paddle
import paddle.nn.functional as F  # noqa: N812

import conformance
from conformance import Unsupported


def pads(padding: Any) -> Any:
    """Paddle's word for it, or its numbers."""
    return padding.upper() if isinstance(padding, str) else list(padding)


def conv(n: int) -> Callable[..., Any]:
    """Convolution."""

    def function(input: Any, weight: Any, bias: Any = None, *, padding: Any, **window: Any) -> Any:
        batched(input, n + 2)
        return getattr(F, f"conv{n}d")(input, weight, bias, padding=pads(padding), **window)

    return function


def avg_pool(n: int) -> Callable[..., Any]:
    """Average pooling: what Paddle calls exclusive leaves the padding out of the count."""

    def function(input: Any, *, padding: Any, count_include_pad: bool, **window: Any) -> Any:
        batched(input, n + 2)
        words = {"padding": pads(padding), "exclusive": not count_include_pad}
        return getattr(F, f"avg_pool{n}d")(input, **words, **window)

    return function


def max_pool(n: int) -> Callable[..., Any]:
    """Max pooling."""

    def function(
        input: Any, *, padding: Any, dilation: Any, return_indices: bool, **window: Any
    ) -> Any:
        batched(input, n + 2)
        if any(each != 1 for each in dilation):
            raise Unsupported("never: Paddle's pooling has no dilation")
        words = {"padding": pads(padding), "return_mask": return_indices}
        return getattr(F, f"max_pool{n}d")(input, **words, **window)

    return function


def batched(input: Any, axes: int) -> None:
    """Refuse an input without a batch."""
    if input.ndim < axes:
        raise Unsupported("never: Paddle's windows need a batch axis")


def linear(input: Any, weight: Any, bias: Any = None) -> Any:
    """Paddle's weight lies the other way."""
    return F.linear(input, weight.T, bias)


def batch_norm(
    input: Any, running_mean: Any, running_var: Any, weight: Any = None, bias: Any = None, **a: Any
) -> Any:
    """Batch normalisation; Paddle's momentum is what is kept."""
    if running_mean is None:
        raise Unsupported("never: Paddle's batch_norm always keeps statistics")
    words = {"training": a["training"], "epsilon": a["eps"], "momentum": 1 - a.get("momentum", 0.1)}
    return F.batch_norm(input, running_mean, running_var, weight, bias, **words)


def instance_norm(
    input: Any, running_mean: Any, running_var: Any, weight: Any = None, bias: Any = None, **a: Any
) -> Any:
    """Instance normalisation."""
    if running_mean is not None or not a["use_input_stats"]:
        raise Unsupported("never: Paddle's instance_norm keeps no statistics")
    batched(input, 3)
    return F.instance_norm(input, weight=weight, bias=bias, eps=a["eps"])


def cross_entropy(input: Any, target: Any, weight: Any = None, **a: Any) -> Any:
    """Cross-entropy; the classes lie on axis 1."""
    soft = target.ndim == input.ndim
    return F.cross_entropy(input, target, weight, soft_label=soft, axis=min(1, input.ndim - 1), **a)


def nll_loss(input: Any, target: Any, weight: Any = None, **a: Any) -> Any:
    """Negative log-likelihood."""
    batched(input, 2)
    ignored = bool((target == a["ignore_index"]).any())
    if input.ndim > 2 and ignored and a["reduction"] != "none":
        raise Unsupported("not yet: nll_loss of images dies of labels to be ignored (free())")
    return F.nll_loss(input, target, weight, **a)


def hardtanh(input: Any, min_val: float = -1.0, max_val: float = 1.0) -> Any:
    """Paddle calls them otherwise."""
    return F.hardtanh(input, min_val, max_val)


PLAIN = ("relu", "relu6", "leaky_relu", "elu", "selu", "celu", "gelu", "silu", "mish", "tanh")
PLAIN += ("sigmoid", "softplus", "softsign", "hardsigmoid", "hardswish", "prelu", "softmax")
PLAIN += ("log_softmax", "dropout", "dropout2d", "dropout3d")


class Paddle(conformance.TensorSubject):
    """Asks for PyTorch's functions."""

    name = "paddle"
    dialect = "torch"
    words: Mapping[str, str] = {"dim": "axis"}
    functions: Mapping[str, Any] = {
        f"nn.functional.{name}": function
        for name, function in {
            **{name: getattr(F, name) for name in PLAIN},
            **{f"conv{n}d": conv(n) for n in (1, 2, 3)},
            **{f"avg_pool{n}d": avg_pool(n) for n in (1, 2, 3)},
            **{f"max_pool{n}d": max_pool(n) for n in (1, 2, 3)},
            "linear": linear,
            "batch_norm": batch_norm,
            "instance_norm": instance_norm,
            "cross_entropy": cross_entropy,
            "nll_loss": nll_loss,
            "hardtanh": hardtanh,
            "logsigmoid": F.log_sigmoid,
        }.items()
    }

    lacks = (
        conformance.Gap(
            "nn.functional.dropout*",
            "not implemented",
            "a second call would draw another mask",
            aspects=("gradient", "layout"),
            when=lambda call: call.arguments["training"] and 0 < call.arguments["p"] < 1,
        ),
    )

    def __init__(self) -> None:
        super().__init__()
        paddle.set_device("cpu")

    def tensor(self, array: Any) -> Any:
        """A tensor."""
        return paddle.to_tensor(array)

    def array(self, tensor: Any) -> Any:
        """Copy it out."""
        return tensor.numpy()

    def pull(self, function: Any, tensors: Any, cotangents: Any) -> Mapping[str, Any]:
        """paddle.grad."""
        for each in tensors.values():
            each.stop_gradient = False
        results = function(**tensors)
        output = results[0] if isinstance(results, tuple) else results
        if output.shape != cotangents[0].shape:  # Paddle itself would read beyond its end
            raise ValueError(
                f"the output must have shape {cotangents[0].shape}; got {output.shape}"
            )
        found = paddle.grad([output], list(tensors.values()), [cotangents[0]], allow_unused=True)
        return dict(zip(tensors, found, strict=True))
