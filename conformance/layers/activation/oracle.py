"""Activations, and how the oracle evaluates them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from conformance.layers.activation.reproducer import explain_formula
from conformance.spec.answer import Answer, Arrays, single
from conformance.spec.layer import Layer
from refimpl.ops import activation, softmax


def _elementwise(name: str, *options: str, formula: str = "", inplace: bool = False) -> Layer:
    op: Callable[..., Any] = getattr(activation, name)

    def evaluate(config: Mapping[str, Any], arrays: Arrays) -> Answer:
        known = {key: config[key] for key in options if key in config}
        return single(*op(arrays["input"], **known), "input")

    return Layer(
        name,
        "activation",
        evaluate,
        {"output": "*shape", "input": "*shape"},
        elementwise=True,
        inplace=inplace,
        options=options,
        explain=partial(explain_formula, formula) if formula else None,
    )


def _prelu(config: Mapping[str, Any], arrays: Arrays) -> Answer:
    x, slope = arrays["input"], arrays["weight"]
    shape = (1, -1) + (1,) * (x.ndim - 2)
    options = {key: config[key] for key in ("kink",) if key in config}
    output, vjp = activation.prelu(x, slope.reshape(shape), **options)

    def back(cotangent: Any) -> tuple[Any, ...]:
        bar, slope_bar = vjp(cotangent)
        return bar, slope_bar.reshape(slope.shape)

    return single(output, back, "input", "weight")


def _softmax(config: Mapping[str, Any], arrays: Arrays) -> Answer:
    return single(*softmax.softmax(arrays["input"], axis=config["axis"]), "input")


def _log_softmax(config: Mapping[str, Any], arrays: Arrays) -> Answer:
    return single(*softmax.log_softmax(arrays["input"], axis=config["axis"]), "input")


ELEMENTWISE = (
    _elementwise("relu", "nan_slope", formula="max(x, 0)", inplace=True),
    _elementwise("relu6", formula="min(max(x, 0), 6)", inplace=True),
    _elementwise(
        "leaky_relu",
        "negative_slope",
        formula="x if x > 0 else negative_slope * x",
        inplace=True,
    ),
    _elementwise(
        "elu",
        "alpha",
        "slope_from",
        "nan_slope",
        formula="x if x > 0 else alpha * (exp(x) - 1)",
        inplace=True,
    ),
    _elementwise("selu", "kink", "slope_from", "nan_slope", inplace=True),
    _elementwise(
        "celu",
        "alpha",
        "kink",
        "slope_from",
        "nan_slope",
        formula="max(x, 0) + min(alpha * (exp(x / alpha) - 1), 0)",
        inplace=True,
    ),
    _elementwise("gelu", "approximate", formula="x * Phi(x), Phi the normal distribution function"),
    _elementwise("silu", formula="x / (1 + exp(-x))", inplace=True),
    _elementwise("mish", formula="x * tanh(log(1 + exp(x)))", inplace=True),
    _elementwise("sigmoid", formula="1 / (1 + exp(-x))"),
    _elementwise("log_sigmoid", formula="-log(1 + exp(-x))"),
    _elementwise("tanh", formula="tanh(x)"),
    _elementwise("softplus", "beta", "threshold", formula="log(1 + exp(x))"),
    _elementwise("softsign", "slope_from", formula="x / (1 + |x|)"),
    _elementwise(
        "hardtanh",
        "min_value",
        "max_value",
        "kink",
        formula="min(max(x, -1), 1)",
        inplace=True,
    ),
    _elementwise("hardsigmoid", formula="min(max(x + 3, 0), 6) / 6", inplace=True),
    _elementwise("hardswish", "slope_from", formula="x * min(max(x + 3, 0), 6) / 6", inplace=True),
)
PRELU = Layer(
    "prelu",
    "activation",
    _prelu,
    {"output": "batch features *space", "input": "batch features *space", "weight": "features"},
    size_options={"features": "num_parameters"},
)
SOFTMAX = Layer("softmax", "activation", _softmax, {"output": "*shape", "input": "*shape"})
LOG_SOFTMAX = Layer(
    "log_softmax", "activation", _log_softmax, {"output": "*shape", "input": "*shape"}
)
LAYERS = (*ELEMENTWISE, PRELU, SOFTMAX, LOG_SOFTMAX)
