"""What has nothing to do with numbers: inputs written over, strides, empty batches, two forms."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from conformance.spec.mutant import Mutant
from conformance.spec.request import Observation, Request
from conformance.spec.transforms import TF, all_outputs, first_input, inputs, only_class


def memory_order(request: Request) -> Request:
    """Read the first input as it lies in memory, whatever its strides say."""
    first = first_input(request)
    x = request.arrays[first]
    if x.flags.c_contiguous or request.fresh:
        return request
    return replace(request, arrays={**request.arrays, first: x.ravel("K").reshape(x.shape)})


def nan_for_nothing(request: Request, seen: Observation) -> Observation:
    """Divide the gradients of an empty batch by its size."""
    if not seen.outputs or seen.outputs[0].size:
        return seen
    gradients = {name: bar * np.nan for name, bar in seen.gradients.items()}
    return replace(seen, gradients=gradients)


def one_for_none(y: Any) -> Any:
    """Make one example of none."""
    return np.zeros((1, *y.shape[1:]), y.dtype) if y.ndim and not len(y) else y


def ulp_up(values: Any) -> Any:
    """The next number of the dtype."""
    return np.nextafter(values, values.dtype.type(np.inf)) if values.dtype.itemsize > 2 else values


MUTANTS = (
    Mutant("input overwritten unasked", "The output is written over the input.",
           "relu", "purity",
           after=lambda request, seen: replace(seen, inputs={"input": seen.outputs[0]})),
    Mutant("the input left alone in place", "inplace=True returns the output and leaves the input.",
           "relu", "purity", form="class", word="inplace",
           after=lambda request, seen: replace(seen, inputs=dict(request.arrays))),
    Mutant("a copy for in place", "inplace=True writes the input and returns a copy of it.",
           "relu", "purity", form="class", word="inplace",
           after=lambda request, seen: replace(seen, same_object=False)),
    Mutant("input doubled by the call", "The call leaves twice its input behind.",
           "linear", "purity", after=inputs(lambda x: x + x)),
    Mutant("input centred by the call", "A norm subtracts the mean in its input's memory.",
           "batch_norm2d", "purity", subject=TF, form="keras",
           after=inputs(lambda x: x - x.mean(dtype=np.float64).astype(x.dtype))),
    Mutant("memory read without its strides", "An input is read in the order in which it lies in"
           " memory.", "conv2d", "layout", memory_order),
    Mutant("memory read without its strides", "An input is read in the order in which it lies in"
           " memory.", "max_pool2d", "layout", memory_order),
    Mutant("memory read without its strides", "An input is read in the order in which it lies in"
           " memory.", "softmax", "layout", memory_order, subject=TF),
    Mutant("an empty batch keeps one example", "A batch without examples gives one.",
           "conv2d", "empty", after=all_outputs(one_for_none)),
    Mutant("an empty batch keeps one example", "A batch without examples gives one.",
           "avg_pool1d", "empty", after=all_outputs(one_for_none), subject=TF),
    Mutant("NaN gradients of an empty batch", "Gradients are divided by a batch size of 0.",
           "conv2d", "empty", after=nan_for_nothing),
    Mutant("the class rounds otherwise than the function", "The class has a path of its own, which"
           " is one unit in the last place above.", "conv2d", "forms", form="class",
           after=only_class(all_outputs(ulp_up))),
)  # fmt: skip
