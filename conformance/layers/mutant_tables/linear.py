"""Linear layers that read their weight or their leading axes wrongly."""

from __future__ import annotations

from typing import Any

import numpy as np

from conformance.spec.mutant import Mutant
from conformance.spec.transforms import TF, array, output, zeroed


def transposed(weight: Any) -> Any:
    """Transpose what can be transposed unnoticed."""
    return np.ascontiguousarray(weight.T) if weight.shape[0] == weight.shape[1] else weight


def reordered(y: Any, arrays: Any, call: Any) -> Any:
    """Flatten leading axes in another order."""
    if y.ndim == 4:
        return y.reshape(3, 2, *y.shape[2:]).swapaxes(0, 1)
    return np.roll(y, 1, 0) if y.ndim == 3 else y


MUTANTS = (
    Mutant("square weight transposed", "A square weight is used without transposing it.",
           "linear", "output", array("weight", transposed), word="square"),
    Mutant("kernel transposed", "A square kernel is transposed, as PyTorch's would be.",
           "linear", "output", array("kernel", transposed), subject=TF, form="keras",
           word="square"),
    Mutant("bias forgotten", "The bias is not added.", "linear", "output", array("bias", zeroed)),
    Mutant("leading axes in another order", "Leading axes are flattened in the wrong order.",
           "linear", "output", word="lead3", after=output(reordered)),
    Mutant("a vector's output is a row", "An input without leading axes gives an output with one.",
           "linear", "output", after=output(lambda y, arrays, call: y[None] if y.ndim == 1 else y),
           word="vector"),
)  # fmt: skip
