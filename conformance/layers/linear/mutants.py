"""Linear layers with one mistake: weights, leading axes, gradients, dtypes, sums."""

from __future__ import annotations

from typing import Any

import numpy as np

from conformance.spec.array_changes import change_one_tap, round_to_float32, truncate
from conformance.spec.mutant import Mutant, of_kind
from conformance.spec.transforms import (
    TF,
    average_gradient,
    change_array,
    change_floats,
    change_gradient,
    change_gradients,
    change_inputs,
    change_output,
    change_outputs,
    describe_owned,
    omit_owned,
)
from refimpl.dtypes import is_half


def transpose_square(weight: Any) -> Any:
    """Transpose what can be transposed unnoticed."""
    return np.ascontiguousarray(weight.T) if weight.shape[0] == weight.shape[1] else weight


def reorder_leading_axes(y: Any, arrays: Any, call: Any) -> Any:
    """Flatten leading axes in another order."""
    if y.ndim == 4:
        return y.reshape(3, 2, *y.shape[2:]).swapaxes(0, 1)
    return np.roll(y, 1, 0) if y.ndim == 3 else y


def accumulate_in_half(y: Any, arrays: Any, call: Any) -> Any:
    """Add up a linear layer's products one by one, each sum rounded to the half type."""
    x, weight = arrays["input"], arrays["weight"]
    if not is_half(x.dtype):
        return y
    total = np.zeros((*x.shape[:-1], len(weight)), x.dtype)
    for place in range(x.shape[-1]):
        product = x[..., place, None].astype(np.float32) * weight[:, place].astype(np.float32)
        total = (total.astype(np.float32) + product).astype(x.dtype)
    return total + arrays["bias"] if "bias" in arrays else total


def sum_in_order(terms: Any) -> Any:
    """Add terms along the last axis one after the other, each sum rounded."""
    return np.add.accumulate(terms, axis=-1, dtype=terms.dtype)[..., -1]


def sum_products_in_order(y: Any, arrays: Any, call: Any) -> Any:
    """Compute a linear layer of many features with one running sum."""
    x, weight = arrays["input"], arrays["weight"]
    if x.dtype.itemsize < 4 or x.shape[-1] < 1024:
        return y
    total = sum_in_order(x[..., None, :] * weight)
    return total + arrays["bias"] if "bias" in arrays else total


_LINEAR = of_kind(
    "linear",
    Mutant("square weight transposed", "A square weight is used without transposing it.",
           "linear", "output", change_array("weight", transpose_square), word="square"),
    Mutant("kernel transposed", "A square kernel is transposed, as PyTorch's would be.",
           "linear", "output", change_array("kernel", transpose_square), subject=TF, form="keras",
           word="square"),
    Mutant("bias forgotten", "The bias is not added.",
           "linear", "output", change_array("bias", np.zeros_like)),
    Mutant("leading axes in another order", "Leading axes are flattened in the wrong order.",
           "linear", "output", word="lead3", after=change_output(reorder_leading_axes)),
    Mutant("a vector's output is a row", "An input without leading axes gives an output with one.",
           "linear", "output",
           after=change_output(lambda y, arrays, call: y[None] if y.ndim == 1 else y),
           word="vector"),
)  # fmt: skip

_GRADIENTS = of_kind(
    "gradients",
    Mutant("bias gradient averaged", "The bias' gradient is a mean over the batch, not a sum.",
           "linear", "gradient", after=average_gradient("bias")),
    Mutant("weight gradient transposed", "A square weight's gradient is transposed.",
           "linear", "gradient", word="square",
           after=change_gradient("weight", lambda bar, *rest: transpose_square(bar))),
    Mutant("kernel gradient transposed", "A square kernel's gradient is in PyTorch's layout.",
           "linear", "gradient", word="square", subject=TF, form="keras",
           after=change_gradient("kernel", lambda bar, *rest: transpose_square(bar))),
)  # fmt: skip

_PARAMETERS = of_kind(
    "parameters",
    Mutant("bias missing", "The layer has no bias, though one is asked for.",
           "linear", "parameters", subject=TF, form="keras", after=omit_owned("bias")),
    Mutant("weight under another name", "PyTorch's weight goes by Keras' name, kernel.",
           "linear", "parameters", after=describe_owned("weight", name="kernel")),
)  # fmt: skip

_DTYPES = of_kind(
    "dtypes",
    Mutant("half accumulation", "A half-typed sum is rounded to the half type after each term.",
           "linear", "output", after=change_output(accumulate_in_half), word="long"),
    Mutant("float32 inside float64", "The layer computes in float32, whatever it is given.",
           "linear", "output", change_floats(round_to_float32)),
    Mutant("float32 inside float64 on the way back", "Gradients are computed in float32.",
           "linear", "gradient", after=change_gradients(round_to_float32)),
    Mutant("outputs in float64", "The output of a float32 layer is float64.",
           "linear", "dtype", after=change_outputs(lambda y: y.astype(np.float64))),
    Mutant("gradients in float64", "The gradients of a float32 layer are float64.",
           "linear", "dtype", after=change_gradients(lambda y: y.astype(np.float64))),
)  # fmt: skip

_PURITY = of_kind(
    "purity",
    Mutant("input doubled by the call", "The call leaves twice its input behind.",
           "linear", "purity", after=change_inputs(lambda x: x + x)),
)  # fmt: skip

_NUMERICS = of_kind(
    "numerics",
    Mutant("one weight off by 2e-5", "The weights of the last feature are off by 2e-5.",
           "linear", "output", change_array("weight", change_one_tap)),
    Mutant("bfloat16 weights", "The kernel is cut to bfloat16.",
           "linear", "output", change_array("kernel", truncate(8)), subject=TF, form="keras"),
    Mutant("a long sum in 16 bits", "All arrays are cut to 16 significant bits.",
           "linear", "output", change_floats(truncate(16)), word="long"),
    Mutant("outputs of 20 bits", "The mantissa of the output is truncated to 20 bits.",
           "linear", "output", after=change_outputs(truncate(20))),
    Mutant("gradients of 20 bits", "The mantissa of the input's gradient is truncated to 20 bits.",
           "linear", "gradient",
           after=change_gradient("input", lambda bar, *rest: truncate(20)(bar))),
    Mutant("a float32 sum in plain order",
           "Products are added one after the other, where blocks or pairs keep the error of a"
           " long sum small.",
           "linear", "output", after=change_output(sum_products_in_order), word="endless"),
)  # fmt: skip

MUTANTS: tuple[Mutant, ...] = (*_LINEAR, *_GRADIENTS, *_PARAMETERS, *_DTYPES, *_PURITY, *_NUMERICS)
