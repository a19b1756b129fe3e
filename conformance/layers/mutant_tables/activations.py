"""Activations with a wrong branch, a wrong constant or a formula that overflows."""

from __future__ import annotations

from typing import Any

import numpy as np

from conformance.layers.activation.cases import PARAMETERS
from conformance.spec.mutant import Mutant
from conformance.spec.transforms import (
    TF,
    added,
    all_outputs,
    argument,
    arguments,
    array,
    constant,
    output,
)


def _x(arrays: Any) -> Any:
    return next(iter(arrays.values())).astype(np.float64)


def _expm1_by_subtraction(y: Any, arrays: Any, call: Any) -> Any:
    """Compute exp(x) − 1 in the dtype of x, where it cancels."""
    x = next(iter(arrays.values()))
    alpha = x.dtype.type(call.arguments.get("alpha", 1.0))
    return np.where(x > 0, y, alpha * (np.exp(np.minimum(x, 0)) - x.dtype.type(1)))


def _whole_blocks(y: Any, arrays: Any, call: Any) -> Any:
    """Work on 128 rows at a time, and forget those that are left over."""
    done = len(y) // 128 * 128 or len(y)
    return np.concatenate([y[:done], np.zeros_like(y[done:])])


def _nan_lost_among_few(y: Any, arrays: Any, call: Any) -> Any:
    """Give 0 for NaN among so few elements that they do not fill a vector."""
    return np.where(np.isnan(y), 0, y) if y.size < 4 else y


MUTANTS = (
    Mutant("NaN clipped to 0", "The maximum of NaN and 0 is 0.", "relu", "output",
           after=output(lambda y, arrays, call: np.nan_to_num(y, nan=0.0, posinf=np.inf))),
    Mutant("clipped at 5", "The upper end is 5.", "relu6", "output",
           after=output(lambda y, arrays, call: np.minimum(y, 5))),
    Mutant("slope at its default", "The slope that is given is not used.",
           "leaky_relu", "output", word="slope3",
           before=argument("negative_slope", constant(0.01))),
    Mutant("torch's slope in Keras", "The slope's default is PyTorch's 0.01, not Keras' 0.3.",
           "leaky_relu", "output", subject=TF, form="layer",
           before=lambda request: added(**{"negative_slope": 0.01, **request.call.arguments})(
               request) if request.call.kind == "class" else request),
    Mutant("alpha at its default", "The alpha that is given is not used.",
           "elu", "output", word="alpha2", before=argument("alpha", constant(1.0))),
    Mutant("alpha at its default", "The alpha that is given is not used.",
           "celu", "output", word="alpha2", before=argument("alpha", constant(1.0))),
    Mutant("ELU for CELU", "The input is not divided by alpha before the exponential.",
           "celu", "output", word="alpha2", after=output(lambda y, arrays, call: np.where(
               _x(arrays) > 0, y, call.arguments.get("alpha", 1.0) * np.expm1(
                   np.minimum(_x(arrays), 0))))),
    Mutant("exponential of large numbers", "The branch that is not taken overflows, and spoils the"
           " result by 0 · inf.", "elu", "output",
           after=output(lambda y, arrays, call: y + 0 * np.exp(_x(arrays) * 20))),
    Mutant("exp(x) − 1 by subtraction", "The exponential is rounded before 1 is subtracted, which"
           " cancels near 0.", "selu", "output", after=output(
               lambda y, arrays, call: np.where(
                   arrays["input"] > 0, y, arrays["input"].dtype.type(1.7580993408473766) * (
                       np.exp(np.minimum(arrays["input"], 0)) - arrays["input"].dtype.type(1))))),
    Mutant("exp(x) − 1 by subtraction", "The exponential is rounded before 1 is subtracted, which"
           " cancels near 0.", "elu", "output", after=output(_expm1_by_subtraction)),
    Mutant("tanh form for the exact one", "GELU is always computed by its approximation.",
           "gelu", "output", before=added(approximate="tanh")),
    Mutant("exact form for the tanh one", "GELU is always computed exactly.",
           "gelu", "output", word="tanhform", before=argument("approximate", constant("none"))),
    Mutant("exact form for the tanh one", "GELU is always computed exactly.",
           "gelu", "output", word="tanhform", subject=TF,
           before=argument("approximate", constant(False))),
    Mutant("sigmoid form of GELU", "GELU is approximated by x · sigmoid(1.702 x).",
           "gelu", "output", after=output(
               lambda y, arrays, call: _x(arrays) / (1 + np.exp(-1.702 * _x(arrays))))),
    Mutant("slope inside the sigmoid", "Swish with a slope of 1.1 inside the sigmoid.",
           "silu", "output", subject=TF, after=output(
               lambda y, arrays, call: _x(arrays) / (1 + np.exp(-1.1 * _x(arrays))))),
    Mutant("sigmoid for tanh", "Mish multiplies by the sigmoid of the softplus.",
           "mish", "output", after=output(lambda y, arrays, call: _x(arrays) / (
               1 + np.exp(-np.log1p(np.exp(_x(arrays))))))),
    Mutant("the exponential of large numbers", "exp(x) / (1 + exp(x)) is inf / inf far out.",
           "sigmoid", "output", after=output(
               lambda y, arrays, call: np.exp(_x(arrays) * 20) * 0 + y)),
    Mutant("tanh by exponentials", "tanh is computed from exp(2x), which overflows far out.",
           "tanh", "output", after=output(lambda y, arrays, call: (
               np.exp(2 * arrays["input"]) - 1) / (np.exp(2 * arrays["input"]) + 1))),
    Mutant("beta not divided out", "The result is not divided by beta.",
           "softplus", "output", word="beta2", after=output(
               lambda y, arrays, call: y * call.arguments.get("beta", 1))),
    Mutant("threshold ignored", "The formula is used beyond the threshold, too.",
           "softplus", "output", word="beta2", before=argument("threshold", constant(1000.0))),
    Mutant("softsign by the square", "x is divided by the root of 1 + x².",
           "softsign", "output", after=output(
               lambda y, arrays, call: _x(arrays) / np.sqrt(1 + np.square(_x(arrays))))),
    Mutant("limits at their defaults", "min_val and max_val are not used.",
           "hardtanh", "output", word="range",
           before=arguments({"min_val": constant(-1.0), "max_val": constant(1.0)})),
    Mutant("old limits of 2.5", "The slope is 0.2, as in older Keras, not 1/6.",
           "hardsigmoid", "output", after=output(
               lambda y, arrays, call: np.clip(_x(arrays) * 0.2 + 0.5, 0, 1))),
    Mutant("old limits of 2.5", "The slope is 0.2, as in older Keras, not 1/6.",
           "hardsigmoid", "output", subject=TF, after=output(
               lambda y, arrays, call: np.clip(_x(arrays) * 0.2 + 0.5, 0, 1))),
    Mutant("ends at 2", "The branches meet at ±2, not at ±3.", "hardswish", "output",
           after=output(lambda y, arrays, call: _x(arrays) * np.clip(_x(arrays) + 2, 0, 4) / 4)),
    Mutant("the logarithm of a sigmoid", "log(sigmoid(x)) overflows on one side and rounds to 0 on"
           " the other.", "log_sigmoid", "output", after=output(
               lambda y, arrays, call: np.log(
                   1 / (1 + np.exp(-arrays["input"].astype(np.float32)))))),
    Mutant("one slope for all channels", "Every channel has the first channel's slope.",
           "prelu", "output", array("weight", lambda w: np.full_like(w, w[0]))),
    Mutant("axis wrong", "The softmax goes along the next axis.",
           "softmax", "output", argument("dim", lambda axis: (axis + 1) % 3)),
    Mutant("axis wrong", "The softmax goes along the next axis.",
           "log_softmax", "output", subject=TF,
           before=argument("axis", lambda axis: (axis + 1) % 3)),
    Mutant("maximum not subtracted", "The exponentials overflow.", "softmax", "output",
           after=output(lambda y, arrays, call: y * (1 + 0 * np.exp(arrays["input"])))),
    Mutant("the logarithm of a softmax", "The softmax underflows before its logarithm is taken.",
           "log_softmax", "output", after=output(lambda y, arrays, call: np.log(np.exp(y)))),
    *(Mutant("rows left over", "Rows are worked on in blocks, and one that is not full is left.",
             layer, "output", after=output(_whole_blocks), word="large")
      for layer in ("softmax", "log_softmax")),
    *(Mutant("NaN lost in the rest", "What does not fill a vector goes to a scalar kernel, which"
             " takes NaN for 0.", layer, "output", after=output(_nan_lost_among_few), word="few")
      for layer in PARAMETERS),
    Mutant("one value of 65,536 wrong", "A table of half-precision results has one wrong entry.",
           "relu6", "output", after=all_outputs(
               lambda y: np.where(y == y.dtype.type(2.5), y.dtype.type(2.75), y)
               if y.dtype.name == "float16" else y)),
)  # fmt: skip
