"""refimpl.torch against torch, on the samples of torch's own operator and module databases.

torch tests itself on these samples and on these bad calls: `op_db` and `module_db`. Here torch's
function or module and refimpl's of the same name are both called on each of them, in float32 and
float64, and must agree: in shapes and dtypes, numbers, gradients, in what becomes of the arguments
and of the state, and in what is refused.
"""

from __future__ import annotations

import fnmatch
import importlib.util
import inspect
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import refimpl.torch
from refimpl.torch import nn


def load_comparison():
    path = Path(__file__).with_name("op_comparison.py")
    spec = importlib.util.spec_from_file_location("op_comparison", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


op_comparison = load_comparison()
Comparison, Difference = op_comparison.Comparison, op_comparison.Difference

# Only shapes without a kernel of their own are larger than this, among the extra inputs.
LARGEST = 100_000
DTYPES = ("float32", "float64")

# What torch's database calls an operator by another name.
DATABASE_NAMES = {
    "nn.functional.log_softmax": "log_softmax",
    "nn.functional.max_pool1d_with_indices": "nn.functional.max_pool1d",
    "nn.functional.max_pool2d_with_indices": "nn.functional.max_pool2d",
    "nn.functional.max_pool3d_with_indices": "nn.functional.max_pool3d",
    "nn.functional.sigmoid": "sigmoid",
    "nn.functional.softmax": "softmax",
    "nn.functional.tanh": "tanh",
}
# There are hundreds of samples of these, which are tested by the database's name already; a prime
# number does not keep step with how their settings alternate.
EVERY = {name: 23 for name in DATABASE_NAMES if name.endswith("_with_indices")}
# Public names that torch's databases do not have.
NOT_THERE = {
    *("Generator", "get_rng_state", "initial_seed", "manual_seed", "seed"),
    *("set_rng_state", "from_numpy", "rand", "randperm", "tensor"),
    "nn.functional.dropout1d",
    *("nn.AlphaDropout", "nn.Dropout", "nn.Dropout1d", "nn.Dropout2d", "nn.Dropout3d"),
    *("nn.FeatureAlphaDropout", "nn.Flatten", "nn.Hardsigmoid", "nn.Identity", "nn.Module"),
    *("nn.Parameter", "nn.Sequential"),
}


def is_at_nan(sample):
    """Tell whether a gradient is taken at a NaN, among too few numbers for a vector."""
    input = sample.arguments[0]
    return sample.aspect == "gradient" and input.size < 32 and np.isnan(input).any()


def is_wide_gradient(sample):
    """Tell whether a gradient in float64 is taken, of numbers enough for a vector."""
    return (
        sample.aspect == "gradient" and sample.dtype == "float64" and sample.arguments[0].size > 1
    )


def widens_lower_limit(sample):
    """Whether input and lower limit broadcast to less than with the upper limit."""
    if sample.aspect != "gradient" or any(np.ndim(limit) == 0 for limit in sample.arguments[1:]):
        return False
    shapes = [np.shape(argument) for argument in sample.arguments]
    return np.broadcast_shapes(*shapes[:2]) != np.broadcast_shapes(*shapes)


def has_integers(sample):
    return any(getattr(argument, "dtype", None) in INTEGERS for argument in sample.arguments)


INTEGERS = (np.int32, np.int64)


def has_negative_eps(sample):
    """Whether torch answers a call with such an eps."""
    eps = sample.keywords.get("eps")
    return sample.aspect != "refusal" and eps is not None and eps < 0


SCALAR_KERNEL = (
    "Among too few elements for a vector torch's slope at NaN is that of the straight part;"
    " refimpl's is NaN or 0, as in a vector."
)
SINGLE = "torch's backward kernel holds a constant in float32."

DIFFERENCES = [
    *(
        Difference(f"nn.functional.{name}", is_at_nan, SCALAR_KERNEL)
        for name in ("elu", "celu", "selu", "hardtanh", "relu6")
    ),
    Difference(
        "nn.functional.celu",
        lambda sample: (
            is_wide_gradient(sample)
            and "alpha" in sample.keywords
            and np.any((sample.arguments[0] <= 0) & (sample.arguments[0] > -10))
        ),
        SINGLE,
    ),
    Difference(
        "nn.functional.hardsigmoid",
        lambda sample: is_wide_gradient(sample) and np.any(abs(sample.arguments[0]) < 3),
        SINGLE,
    ),
    Difference(
        "arange",
        lambda sample: "out" in sample.keywords,
        "There is no argument out: functions return new arrays.",
    ),
    Difference(
        "clamp",
        widens_lower_limit,
        "torch's backward kernel fails where input and lower limit are smaller than the output.",
    ),
    Difference(
        "clamp", has_integers, "torch promotes integers; refimpl clamps floats of one dtype."
    ),
    Difference(
        "nn.functional.*_norm",
        has_negative_eps,
        "torch computes with a negative eps in most norms; refimpl refuses it in all.",
    ),
]


def names_of(module: Any, prefix: str) -> list[str]:
    return [prefix + name for name in module.__all__ if callable(getattr(module, name))]


FUNCTIONS = names_of(refimpl.torch, "") + names_of(nn.functional, "nn.functional.")
MODULES = names_of(nn, "nn.")


@pytest.fixture(scope="module")
def databases(torch):
    """Return torch's databases by name: operators with all their variants, and modules."""
    # Needs the package expecttest; the import takes seconds, and adds filters of its own.
    with warnings.catch_warnings():
        from torch.testing._internal.common_methods_invocations import op_db
        from torch.testing._internal.common_modules import module_db

    operators: dict[str, list[Any]] = {}
    for info in op_db:
        operators.setdefault(info.name, []).append(info)
    return operators, {f"nn.{info.module_cls.__name__}": info for info in module_db}


def test_the_databases_have_every_public_name(databases):
    operators, modules = databases
    inplace = {name for name in FUNCTIONS if name.endswith("_")}
    there = {name for name in FUNCTIONS if DATABASE_NAMES.get(name, name) in operators} | inplace
    there |= {name for name in MODULES if name in modules}
    assert there.isdisjoint(NOT_THERE)
    assert there | NOT_THERE == {*FUNCTIONS, *MODULES}


def test_every_difference_is_of_something_that_is_tested():
    for row in DIFFERENCES:
        assert fnmatch.filter({*FUNCTIONS, *MODULES} - NOT_THERE, row.op)


def samples_of(info, dtype):
    """Return an operator's samples, and the extra inputs that its references are tested on."""
    samples = list(info.sample_inputs("cpu", dtype, requires_grad=info.supports_autograd))
    if info.reference_inputs_func is None:
        return samples
    for sample in list(info.reference_inputs("cpu", dtype))[len(samples) :]:
        if sample.input.numel() <= LARGEST:
            if info.supports_autograd and sample.input.is_floating_point():
                sample.input = sample.input.detach().requires_grad_()
            samples.append(sample)
    return samples


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name not in NOT_THERE])
def test_function(torch, databases, name):
    comparison = Comparison(torch, name)
    in_place = name.endswith("_")
    base = name.removesuffix("_") if in_place else name
    infos = databases[0].get(DATABASE_NAMES.get(base, base), [])
    infos = infos or databases[0][f"nn.functional.{base}"]
    for info in infos:
        for dtype in DTYPES:
            kind = getattr(torch, dtype)
            if kind not in info.supported_dtypes("cpu"):
                continue  # a variant for complex numbers or another device
            if not in_place:
                for sample in samples_of(info, kind)[:: EVERY.get(name, 1)]:
                    comparison.compare_function(sample, dtype)
                continue
            for sample in info.sample_inputs("cpu", kind):
                if "training" in sample.kwargs:
                    sample.kwargs["train"] = sample.kwargs.pop("training")
                comparison.compare_function(sample, dtype)
        if info.error_inputs_func is not None and not in_place:
            for bad in info.error_inputs("cpu"):
                comparison.compare_bad_call(bad.sample_input)
    comparison.conclude(DIFFERENCES)


@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
@pytest.mark.parametrize("name", [name for name in MODULES if name not in NOT_THERE])
def test_module(torch, databases, name, training):
    comparison = Comparison(torch, name)
    info = databases[1][name]
    for dtype in DTYPES:
        settings = {"device": "cpu", "dtype": getattr(torch, dtype)}
        common = {**settings, "requires_grad": True, "training": training}
        takes_dtype = "dtype" in inspect.signature(info.module_cls.__init__).parameters
        for sample in info.module_inputs_func(info, **common):
            if takes_dtype:
                sample.constructor_input.kwargs.update(settings)
            comparison.compare_module(info.module_cls, sample, dtype, training)
        if info.module_error_inputs_func is not None:
            for bad in info.module_error_inputs_func(info, **common):
                comparison.compare_module(info.module_cls, bad.module_error_input, dtype, training)
    comparison.conclude(DIFFERENCES)
