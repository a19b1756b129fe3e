"""Activations with one mistake: a wrong branch, constant or slope, a formula that overflows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from conformance.layers.activation.cases import PARAMETERS
from conformance.spec.array_changes import round_to_float32, softmax, truncate, widen_half
from conformance.spec.mutant import After, Mutant, of_kind
from conformance.spec.request import Request
from conformance.spec.transforms import (
    TF,
    average_gradient,
    change_argument,
    change_arguments,
    change_array,
    change_gradient,
    change_output,
    change_outputs,
    describe_owned,
    read_in_memory_order,
    replace_with,
    set_arguments,
)


def widen_input(arrays: Any) -> Any:
    """Return the input in float64."""
    return next(iter(arrays.values())).astype(np.float64)


def recompute_output(formula: Callable[[Any], Any]) -> After:
    """Compute the output by another formula, in float64."""
    return change_output(lambda y, arrays, call: formula(widen_input(arrays)))


def differentiate_at(place: Callable[[Any], Any], slope: float, name: str = "input") -> After:
    """Give the derivative another value where the input is at a kink."""
    return change_gradient(
        name,
        lambda bar, arrays, call, cotangent: np.where(place(arrays[name]), cotangent * slope, bar),
    )


def ignore_alpha(y: Any, arrays: Any, call: Any) -> Any:
    """Leave the input undivided before the exponential."""
    x = widen_input(arrays)
    return np.where(x > 0, y, call.arguments.get("alpha", 1.0) * np.expm1(np.minimum(x, 0)))


def subtract_one_from_exp(y: Any, arrays: Any, call: Any) -> Any:
    """Compute exp(x) − 1 in the dtype of x, where it cancels."""
    x = next(iter(arrays.values()))
    alpha = x.dtype.type(call.arguments.get("alpha", 1.0))
    return np.where(x > 0, y, alpha * (np.exp(np.minimum(x, 0)) - x.dtype.type(1)))


def subtract_one_in_selu(y: Any, arrays: Any, call: Any) -> Any:
    """Subtract 1 from SELU's exponential in the dtype of x, where it cancels."""
    x = arrays["input"]
    scale, one = x.dtype.type(1.7580993408473766), x.dtype.type(1)
    return np.where(x > 0, y, scale * (np.exp(np.minimum(x, 0)) - one))


def divide_exponentials(y: Any, arrays: Any, call: Any) -> Any:
    """Compute tanh from exp(2x)."""
    exponential = np.exp(2 * arrays["input"])
    return (exponential - 1) / (exponential + 1)


def use_torch_slope(request: Request) -> Request:
    """Take PyTorch's default of the slope in a class."""
    if request.call.kind != "class":
        return request
    return set_arguments(**{"negative_slope": 0.01, **request.call.arguments})(request)


def zero_last_block(y: Any, arrays: Any, call: Any) -> Any:
    """Work on 128 rows at a time, and forget those that are left over."""
    done = len(y) // 128 * 128 or len(y)
    return np.concatenate([y[:done], np.zeros_like(y[done:])])


def lose_nan_among_few(y: Any, arrays: Any, call: Any) -> Any:
    """Give 0 for NaN among so few elements that they do not fill a vector."""
    return np.where(np.isnan(y), 0, y) if y.size < 4 else y


def differentiate_sigmoid_alone(bar: Any, arrays: Any, call: Any, cotangent: Any) -> Any:
    """Differentiate x · sigmoid(x) as if the sigmoid were constant."""
    return cotangent / (1 + np.exp(-widen_input(arrays)))


def differentiate_diagonal(bar: Any, arrays: Any, call: Any, cotangent: Any) -> Any:
    """Differentiate each class of a softmax by its own score only."""
    probabilities = softmax(arrays["input"], call.arguments["dim"])
    return cotangent * probabilities * (1 - probabilities)


def take_one_wrong_value(y: Any) -> Any:
    """Give 2.75 for 2.5 in float16."""
    return np.where(y == y.dtype.type(2.5), y.dtype.type(2.75), y) if y.dtype == np.float16 else y


_GRADIENTS = of_kind(
    "gradients",
    Mutant("slope 1 at 0", "The derivative at 0 is 1, where the frameworks have 0.",
           "relu", "gradient", after=differentiate_at(lambda x: x == 0, 1.0)),
    Mutant("slope 1 at 0", "The derivative at 0 is 1, where TensorFlow has 0.",
           "relu", "gradient", after=differentiate_at(lambda x: x == 0, 1.0, "features"),
           subject=TF, form="nn"),
    Mutant("slope from the right at 0", "The derivative at 0 is the one from the right.",
           "selu", "gradient", after=differentiate_at(lambda x: x == 0, 1.0507009873554805)),
    Mutant("slope 1 at the ends", "The derivative at the limits is 1.",
           "hardtanh", "gradient", after=differentiate_at(lambda x: np.abs(x) == 1, 1.0)),
    Mutant("derivative without its second term",
           "Of the product's derivative one term is missing: the sigmoid alone.",
           "silu", "gradient", after=change_gradient("input", differentiate_sigmoid_alone)),
    Mutant("slope gradient averaged", "The slopes' gradient is a mean over the batch.",
           "prelu", "gradient", after=average_gradient("weight")),
    Mutant("diagonal of the derivative alone",
           "The softmax of one class is differentiated by its own score only.",
           "softmax", "gradient", after=change_gradient("input", differentiate_diagonal)),
    Mutant("gradient without the softmax", "The cotangent passes a log-softmax unchanged.",
           "log_softmax", "gradient",
           after=change_gradient("input", lambda bar, arrays, call, cotangent: cotangent)),
)  # fmt: skip

_ACTIVATIONS = of_kind(
    "activations",
    Mutant("NaN clipped to 0", "The maximum of NaN and 0 is 0.",
           "relu", "output",
           after=change_output(lambda y, arrays, call: np.nan_to_num(y, nan=0.0, posinf=np.inf))),
    Mutant("clipped at 5", "The upper end is 5.",
           "relu6", "output", after=change_output(lambda y, arrays, call: np.minimum(y, 5))),
    Mutant("slope at its default", "The slope that is given is not used.",
           "leaky_relu", "output", word="slope3",
           before=change_argument("negative_slope", replace_with(0.01))),
    Mutant("torch's slope in Keras", "The slope's default is PyTorch's 0.01, not Keras' 0.3.",
           "leaky_relu", "output", use_torch_slope, subject=TF, form="layer"),
    Mutant("alpha at its default", "The alpha that is given is not used.",
           "elu", "output", word="alpha2", before=change_argument("alpha", replace_with(1.0))),
    Mutant("alpha at its default", "The alpha that is given is not used.",
           "celu", "output", word="alpha2", before=change_argument("alpha", replace_with(1.0))),
    Mutant("ELU for CELU", "The input is not divided by alpha before the exponential.",
           "celu", "output", word="alpha2", after=change_output(ignore_alpha)),
    Mutant("exponential of large numbers",
           "The branch that is not taken overflows, and spoils the result by 0 · inf.",
           "elu", "output",
           after=change_output(lambda y, arrays, call: y + 0 * np.exp(widen_input(arrays) * 20))),
    Mutant("exp(x) − 1 by subtraction",
           "The exponential is rounded before 1 is subtracted, which cancels near 0.",
           "selu", "output", after=change_output(subtract_one_in_selu)),
    Mutant("exp(x) − 1 by subtraction",
           "The exponential is rounded before 1 is subtracted, which cancels near 0.",
           "elu", "output", after=change_output(subtract_one_from_exp)),
    Mutant("tanh form for the exact one", "GELU is always computed by its approximation.",
           "gelu", "output", before=set_arguments(approximate="tanh")),
    Mutant("exact form for the tanh one", "GELU is always computed exactly.",
           "gelu", "output", word="tanhform",
           before=change_argument("approximate", replace_with("none"))),
    Mutant("exact form for the tanh one", "GELU is always computed exactly.",
           "gelu", "output", word="tanhform", subject=TF,
           before=change_argument("approximate", replace_with(False))),
    Mutant("sigmoid form of GELU", "GELU is approximated by x · sigmoid(1.702 x).",
           "gelu", "output", after=recompute_output(lambda x: x / (1 + np.exp(-1.702 * x)))),
    Mutant("slope inside the sigmoid", "Swish with a slope of 1.1 inside the sigmoid.",
           "silu", "output", subject=TF,
           after=recompute_output(lambda x: x / (1 + np.exp(-1.1 * x)))),
    Mutant("sigmoid for tanh", "Mish multiplies by the sigmoid of the softplus.",
           "mish", "output",
           after=recompute_output(lambda x: x / (1 + np.exp(-np.log1p(np.exp(x)))))),
    Mutant("the exponential of large numbers", "exp(x) / (1 + exp(x)) is inf / inf far out.",
           "sigmoid", "output",
           after=change_output(lambda y, arrays, call: np.exp(widen_input(arrays) * 20) * 0 + y)),
    Mutant("tanh by exponentials", "tanh is computed from exp(2x), which overflows far out.",
           "tanh", "output", after=change_output(divide_exponentials)),
    Mutant("beta not divided out", "The result is not divided by beta.",
           "softplus", "output", word="beta2",
           after=change_output(lambda y, arrays, call: y * call.arguments.get("beta", 1))),
    Mutant("threshold ignored", "The formula is used beyond the threshold, too.",
           "softplus", "output", word="beta2",
           before=change_argument("threshold", replace_with(1000.0))),
    Mutant("softsign by the square", "x is divided by the root of 1 + x².",
           "softsign", "output",
           after=recompute_output(lambda x: x / np.sqrt(1 + np.square(x)))),
    Mutant("limits at their defaults", "min_val and max_val are not used.",
           "hardtanh", "output", word="range",
           before=change_arguments({"min_val": replace_with(-1.0), "max_val": replace_with(1.0)})),
    *(Mutant("old limits of 2.5", "The slope is 0.2, as in older Keras, not 1/6.",
             "hardsigmoid", "output", subject=subject,
             after=recompute_output(lambda x: np.clip(x * 0.2 + 0.5, 0, 1)))
      for subject in ("refimpl.torch", TF)),

    Mutant("ends at 2", "The branches meet at ±2, not at ±3.",
           "hardswish", "output",
           after=recompute_output(lambda x: x * np.clip(x + 2, 0, 4) / 4)),
    Mutant("the logarithm of a sigmoid",
           "log(sigmoid(x)) overflows on one side and rounds to 0 on the other.",
           "log_sigmoid", "output",
           after=change_output(lambda y, arrays, call:
               np.log(1 / (1 + np.exp(-arrays["input"].astype(np.float32)))))),
    Mutant("one slope for all channels", "Every channel has the first channel's slope.",
           "prelu", "output", change_array("weight", lambda w: np.full_like(w, w[0]))),
    Mutant("axis wrong", "The softmax goes along the next axis.",
           "softmax", "output", change_argument("dim", lambda axis: (axis + 1) % 3)),
    Mutant("axis wrong", "The softmax goes along the next axis.",
           "log_softmax", "output", subject=TF,
           before=change_argument("axis", lambda axis: (axis + 1) % 3)),
    Mutant("maximum not subtracted", "The exponentials overflow.",
           "softmax", "output",
           after=change_output(lambda y, arrays, call: y * (1 + 0 * np.exp(arrays["input"])))),
    Mutant("the logarithm of a softmax", "The softmax underflows before its logarithm is taken.",
           "log_softmax", "output", after=change_output(lambda y, arrays, call: np.log(np.exp(y)))),
    *(Mutant("rows left over", "Rows are worked on in blocks, and one that is not full is left.",
             layer, "output", after=change_output(zero_last_block), word="large")
      for layer in ("softmax", "log_softmax")),
    *(Mutant("NaN lost in the rest",
             "What does not fill a vector goes to a scalar kernel, which takes NaN for 0.",
             layer, "output", after=change_output(lose_nan_among_few), word="few")
      for layer in PARAMETERS),
    Mutant("one value of 65,536 wrong", "A table of half-precision results has one wrong entry.",
           "relu6", "output", after=change_outputs(take_one_wrong_value)),
)  # fmt: skip

_PARAMETERS = of_kind(
    "parameters",
    Mutant("slope starts at Keras' value", "PReLU's slopes start at 0, as in Keras, not at 0.25.",
           "prelu", "parameters", after=describe_owned("weight", initial=0.0)),
)  # fmt: skip

_DTYPES = of_kind(
    "dtypes",
    Mutant("float32 inside float64", "The function computes in float32, whatever it is given.",
           "tanh", "output", after=change_outputs(round_to_float32)),
    Mutant("half types answered in float32", "What comes in as a half type goes out as float32.",
           "mish", "dtype", after=change_outputs(widen_half)),
)  # fmt: skip

_PURITY = of_kind(
    "purity",
    Mutant("input overwritten unasked", "The output is written over the input.",
           "relu", "purity",
           after=lambda request, seen: replace(seen, inputs={"input": seen.outputs[0]})),
    Mutant("the input left alone in place", "inplace=True returns the output and leaves the input.",
           "relu", "purity", form="class", word="inplace",
           after=lambda request, seen: replace(seen, inputs=dict(request.arrays))),
    Mutant("a copy for in place", "inplace=True writes the input and returns a copy of it.",
           "relu", "purity", form="class", word="inplace",
           after=lambda request, seen: replace(seen, same_object=False)),
    Mutant("memory read without its strides",
           "An input is read in the order in which it lies in memory.",
           "softmax", "layout", read_in_memory_order, subject=TF),
)  # fmt: skip

_NUMERICS = of_kind(
    "numerics",
    Mutant("outputs of 20 bits", "The mantissa of the output is truncated to 20 bits.",
           "sigmoid", "output", after=change_outputs(truncate(20))),
)  # fmt: skip

MUTANTS: tuple[Mutant, ...] = (
    *_GRADIENTS,
    *_ACTIVATIONS,
    *_PARAMETERS,
    *_DTYPES,
    *_PURITY,
    *_NUMERICS,
)
