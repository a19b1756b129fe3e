"""Small errors: what is right but for a few digits, and must be seen all the same."""

from __future__ import annotations

from typing import Any

import numpy as np

from conformance.spec.mutant import Mutant
from conformance.spec.transforms import TF, all_outputs, array, floats, gradient, output, truncated


def one_tap(weight: Any) -> Any:
    """Let the last column of a kernel be off by 2e-5 of itself."""
    spoiled = weight.copy()
    spoiled[..., -1] *= weight.dtype.type(1 + 2e-5)
    return spoiled


def in_order(terms: Any) -> Any:
    """Add terms along the last axis one after the other, each sum rounded."""
    return np.add.accumulate(terms, axis=-1, dtype=terms.dtype)[..., -1]


def plain_products(y: Any, arrays: Any, call: Any) -> Any:
    """Compute a linear layer of many features with one running sum."""
    x, weight = arrays["input"], arrays["weight"]
    if x.dtype.itemsize < 4 or x.shape[-1] < 1024:
        return y
    total = in_order(x[..., None, :] * weight)
    return total + arrays["bias"] if "bias" in arrays else total


def off_by(error: float) -> Any:
    """Be off by a relative error."""
    return lambda values, *rest: values.astype(np.float64) * (1 + error)


MUTANTS = (
    Mutant("one tap off by 2e-5", "The kernel's last column is off by 2e-5 of itself.",
           "conv2d", "output", array("weight", one_tap)),
    Mutant("one tap off by 2e-5", "The kernel's last column is off by 2e-5 of itself.",
           "conv3d", "output", array("weight", one_tap)),
    Mutant("one weight off by 2e-5", "The weights of the last feature are off by 2e-5.",
           "linear", "output", array("weight", one_tap)),
    Mutant("bfloat16 weights", "The kernel is cut to bfloat16.",
           "conv2d", "output", array("weight", truncated(8))),
    Mutant("bfloat16 weights", "The kernel is cut to bfloat16.",
           "linear", "output", array("kernel", truncated(8)), subject=TF, form="keras"),
    Mutant("inputs of 16 bits", "All arrays are cut to 16 significant bits.",
           "conv2d", "output", floats(truncated(16))),
    Mutant("TF32 products", "All arrays are cut to the 11 significant bits of TF32.",
           "conv3d", "output", floats(truncated(11)), subject=TF),
    Mutant("a long sum in 16 bits", "All arrays are cut to 16 significant bits.",
           "linear", "output", floats(truncated(16)), word="long"),
    Mutant("outputs of 20 bits", "The mantissa of the output is truncated to 20 bits.",
           "linear", "output", after=all_outputs(truncated(20))),
    Mutant("outputs of 20 bits", "The mantissa of the output is truncated to 20 bits.",
           "sigmoid", "output", after=all_outputs(truncated(20))),
    Mutant("inputs of 20 bits", "The mantissa of the input is truncated to 20 bits.",
           "avg_pool2d", "output", floats(truncated(20)), subject=TF),
    Mutant("gradients of 20 bits", "The mantissa of the input's gradient is truncated to 20 bits.",
           "linear", "gradient", after=gradient("input", lambda bar, *rest: truncated(20)(bar))),
    Mutant("a float32 sum in plain order", "Products are added one after the other, where blocks"
           " or pairs keep the error of a long sum small.",
           "linear", "output", after=output(plain_products), word="endless"),
    Mutant("off by 1e-5", "The loss is off by 1e-5 of itself.",
           "cross_entropy", "loss", after=output(off_by(1e-5))),
    Mutant("off by 1e-5", "The loss is off by 1e-5 of itself.",
           "sparse_categorical_crossentropy", "loss", after=output(off_by(1e-5)), subject=TF),
)  # fmt: skip
