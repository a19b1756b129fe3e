"""JAX under test: jax.lax's windows, jax.nn's activations, and gradients by jax.vjp.

conformance run --subject examples/subjects/jax_subject.py:Jax -k "float32 and not class"
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

import conformance
from conformance import Unsupported


def conv(
    input: Any,
    weight: Any,
    bias: Any = None,
    *,
    stride: Any,
    padding: Any,
    dilation: Any,
    groups: int,
) -> Any:
    """Convolution; without a layout JAX's is PyTorch's."""
    if input.ndim < weight.ndim:
        return conv(
            input[None],
            weight,
            bias,
            stride=stride,
            padding=padding,
            dilation=dilation,
            groups=groups,
        )[0]
    pads = "SAME" if padding == "same" else [(pad, pad) for pad in padding]
    output = lax.conv_general_dilated(
        input, weight, stride, pads, rhs_dilation=dilation, feature_group_count=groups
    )
    return output if bias is None else output + bias.reshape(-1, *(1,) * (weight.ndim - 2))


def windows(kernel: Sequence[int], stride: Any, padding: Any, ceil: bool, input: Any) -> Any:
    """Write pooling windows as reduce_window wants them; leading axes are left alone."""
    if ceil:
        raise Unsupported("never: reduce_window has no ceil_mode")
    lead = input.ndim - len(kernel)
    ones, zeros = (1,) * lead, ((0, 0),) * lead
    return (*ones, *kernel), (*ones, *stride), (*zeros, *((pad, pad) for pad in padding))


def avg_pool(
    input: Any,
    kernel_size: Any,
    stride: Any,
    padding: Any,
    ceil_mode: bool,
    count_include_pad: bool,
    divisor_override: int | None = None,
) -> Any:
    """Average pooling: a window sum, divided by the sum over ones."""
    window = windows(kernel_size, stride, padding, ceil_mode, input)
    divisor = divisor_override or math.prod(kernel_size)
    if not count_include_pad and divisor_override is None:
        divisor = lax.reduce_window(jnp.ones_like(input), 0.0, lax.add, *window)
    return lax.reduce_window(input, 0.0, lax.add, *window) / divisor


def max_pool(
    input: Any,
    kernel_size: Any,
    stride: Any,
    padding: Any,
    ceil_mode: bool,
    dilation: Any,
    return_indices: bool,
) -> Any:
    """Max pooling: a window maximum."""
    if return_indices:
        raise Unsupported("never: reduce_window gives no indices")
    window = windows(kernel_size, stride, padding, ceil_mode, input)
    ones = (1,) * (input.ndim - len(kernel_size))
    if any(each != 1 for each in dilation):
        return lax.reduce_window(
            input, -jnp.inf, lax.max, *window, window_dilation=(*ones, *dilation)
        )
    return lax.reduce_window(input, -jnp.inf, lax.max, *window)


def linear(input: Any, weight: Any, bias: Any = None) -> Any:
    """Multiply, and add the bias."""
    output = input @ weight.T
    return output if bias is None else output + bias


def normalise(input: Any, axes: Any, weight: Any, bias: Any, eps: float) -> Any:
    """Normalise over axes with jax.nn.standardize, and scale along axis 1."""
    shape = (-1, *(1,) * (input.ndim - 2))
    output = jax.nn.standardize(input, axis=axes, epsilon=eps)
    return output if weight is None else output * weight.reshape(shape) + bias.reshape(shape)


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
    """Batch normalisation of a batch; jax.nn has no statistics to run."""
    if running_mean is not None or not training:
        raise Unsupported("never: jax.nn.standardize keeps no statistics")
    return normalise(input, (0, *range(2, input.ndim)), weight, bias, eps)


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
    """Instance normalisation."""
    if running_mean is not None or not use_input_stats:
        raise Unsupported("never: jax.nn.standardize keeps no statistics")
    return normalise(input, tuple(range(2, input.ndim)), weight, bias, eps)


def gelu(input: Any, approximate: str = "none") -> Any:
    """JAX's default is the other form."""
    return jax.nn.gelu(input, approximate=approximate == "tanh")


def softplus(input: Any, beta: float = 1.0, threshold: float = 20.0) -> Any:
    """Softplus of beta 1."""
    if beta != 1:
        raise Unsupported("never: jax.nn.softplus has no beta")
    return jax.nn.softplus(input)


def hardtanh(input: Any, min_val: float = -1.0, max_val: float = 1.0) -> Any:
    """jax.nn.hard_tanh has no limits to set."""
    if (min_val, max_val) != (-1.0, 1.0):
        raise Unsupported("never: jax.nn.hard_tanh has no limits to set")
    return jax.nn.hard_tanh(input)


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    **{f"conv{n}d": conv for n in (1, 2, 3)},
    **{f"avg_pool{n}d": avg_pool for n in (1, 2, 3)},
    **{f"max_pool{n}d": max_pool for n in (1, 2, 3)},
    "linear": linear,
    "batch_norm": batch_norm,
    "instance_norm": instance_norm,
    "gelu": gelu,
    "softplus": softplus,
    "hardtanh": hardtanh,
    "logsigmoid": jax.nn.log_sigmoid,
    "softsign": jax.nn.soft_sign,
    "hardsigmoid": jax.nn.hard_sigmoid,
    "hardswish": jax.nn.hard_silu,
    **{
        name: getattr(jax.nn, name)
        for name in (
            [
                "relu",
                "relu6",
                "leaky_relu",
                "elu",
                "selu",
                "celu",
                "silu",
                "mish",
                "sigmoid",
                "tanh",
                "softmax",
                "log_softmax",
            ]
        )
    },
}


class Jax(conformance.TensorSubject):
    """Asks for PyTorch's functions; jax.vjp gives every gradient."""

    name = "jax"
    dialect = "torch"
    words: Mapping[str, str] = {"dim": "axis"}
    functions: Mapping[str, Any] = {
        f"nn.functional.{name}": each for name, each in FUNCTIONS.items()
    }
    lacks = (
        conformance.Gap(
            "nn.functional.max_pool?d",
            "not yet",
            "a dilated reduce_window has no gradient",
            aspects=("gradient", "layout"),
            when=lambda call: any(each != 1 for each in call.arguments["dilation"]),
        ),
    )

    def __init__(self) -> None:
        super().__init__()
        jax.config.update("jax_enable_x64", True)  # else float64 is float32
        jax.config.update("jax_platforms", "cpu")

    def tensor(self, array: Any) -> Any:
        """A JAX array."""
        return jnp.asarray(array)

    def pull(self, function: Any, tensors: Any, cotangents: Any) -> Mapping[str, Any]:
        """jax.vjp."""
        _, pulled = jax.vjp(lambda given: function(**given), dict(tensors))
        (found,) = pulled(cotangents[0])
        return found
