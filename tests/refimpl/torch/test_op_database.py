"""refimpl.torch against torch, on the samples of torch's own operator and module databases.

torch tests itself on these samples and on these bad calls: `op_db` and `module_db`. Here torch's
function or module and refimpl's of the same name are both called on each of them, in float32 and
float64, and must agree: in shapes and dtypes, numbers, gradients, in what becomes of the arguments
and of the state, and in what is refused.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

import refimpl.torch
from refimpl.torch import nn

# An output or gradient is a sum of at most a few hundred products, sometimes divided by a
# deviation. Both sides round each, so they may differ by the square root of that number in units
# of the largest operand or result; where all shapes are the same, of those at the same place.
# The most that is seen is 12.
LIMIT = 32.0
# Only shapes without a kernel of their own are larger than this, among the extra inputs.
LARGEST = 100_000
DTYPES = ("float32", "float64")

# torch's database calls an operator by its shortest name.
SHORTER = {
    "nn.functional.log_softmax": "log_softmax",
    "nn.functional.sigmoid": "sigmoid",
    "nn.functional.softmax": "softmax",
    "nn.functional.tanh": "tanh",
}
# Public functions and modules that torch's databases do not have, each with what tests it instead.
ELSEWHERE = {
    "test_functional": {
        "nn.functional.dropout1d",
        "nn.functional.max_pool1d_with_indices",
        "nn.functional.max_pool2d_with_indices",
        "nn.functional.max_pool3d_with_indices",
    },
    "test_layers": {
        *(f"nn.{name}" for name in ("Dropout", "Dropout1d", "Dropout2d", "Dropout3d")),
        *(f"nn.{name}" for name in ("AlphaDropout", "FeatureAlphaDropout", "Hardsigmoid")),
    },
    "test_module": {f"nn.{name}" for name in ("Module", "Parameter", "Sequential")}
    | {"nn.Flatten", "nn.Identity"},
    "test_random": {"Generator", "get_rng_state", "initial_seed", "manual_seed", "seed"}
    | {"default_generator", "set_rng_state"},
    "test_sampling": {"rand", "randperm", "tensor", "from_numpy"},
}
# What torch says with one class, the house says with two: TypeError for a wrong type or dtype, and
# ValueError for a wrong value or shape.
REFUSALS = {TypeError: (TypeError,), ValueError: (ValueError,)}
# Keywords that say where and how torch stores an array; samples have the defaults only.
STORAGE = ("layout", "pin_memory")


class Sample(NamedTuple):
    """A call, and what is compared of it: output, gradient, argument, state or refusal."""

    aspect: str
    dtype: str
    arguments: tuple[Any, ...]
    keywords: dict[str, Any]

    def __str__(self) -> str:
        words = [show(value) for value in self.arguments]
        words += [f"{name}={show(value)}" for name, value in self.keywords.items()]
        return f"{self.aspect} of ({', '.join(words)})"


class Difference(NamedTuple):
    """What legitimately differs: the operator, on which samples, and why."""

    op: str
    when: Callable[[Sample], bool]
    reason: str


def has_nan(sample: Sample) -> bool:
    """Tell whether a gradient is taken at a NaN."""
    return sample.aspect == "gradient" and bool(np.isnan(sample.arguments[0]).any())


def has_device(sample: Sample) -> bool:
    return "device" in sample.keywords


def has_negative_width(sample: Sample) -> bool:
    return sample.aspect == "output" and min(sample.arguments[1]) < 0


def is_float64_gradient(sample: Sample) -> bool:
    return sample.aspect == "gradient" and sample.dtype == "float64"


SCALAR_KERNEL = (
    "Among too few elements for a vector torch's slope at NaN is that of the straight part;"
    " refimpl's is NaN or 0, as in a vector."
)
SINGLE = "torch's backward kernel holds a constant in float32."
DEVICE = "to be mended: device and requires_grad are unknown"
CROP = "to be mended: negative widths, which crop, are refused"

DIFFERENCES = [
    *(
        Difference(f"nn.functional.{name}", has_nan, SCALAR_KERNEL)
        for name in ("elu", "celu", "selu", "hardtanh", "relu6")
    ),
    *(
        Difference(f"nn.functional.{name}", is_float64_gradient, SINGLE)
        for name in ("celu", "hardsigmoid")
    ),
    Difference(
        "arange",
        lambda sample: "out" in sample.keywords,
        "There is no argument out: functions return new arrays.",
    ),
    *(
        Difference(name, has_device, DEVICE)
        for name in ("arange", "empty", "full", "normal", "ones", "randint", "randn", "zeros")
    ),
    Difference(
        "arange",
        lambda sample: sample.aspect == "refusal" and "out" not in sample.keywords,
        "to be mended: steps of 0 and in the wrong direction are not refused as they should be",
    ),
    Difference(
        "clamp",
        lambda sample: any(isinstance(limit, np.ndarray) for limit in sample.arguments[1:]),
        "to be mended: limits may be arrays, and the lower one above the upper one",
    ),
    Difference(
        "nn.functional.pad",
        lambda sample: has_negative_width(sample) and sample.arguments[2:] != ("constant",),
        CROP,
    ),
    Difference(
        "nn.functional.avg_pool2d",
        lambda sample: sample.aspect == "output" and sample.arguments[2:3] == ((),),
        "to be mended: a stride of () stands for the kernel's size",
    ),
    Difference(
        "nn.functional.batch_norm",
        lambda sample: sample.aspect == "output" and sample.arguments[0].shape == (0,),
        "to be mended: an empty input of one dimension is refused",
    ),
    *(
        Difference(
            name,
            lambda sample: sample.aspect == "output" and sample.arguments[0].ndim < 2,
            "to be mended: inputs of fewer than two dimensions are refused in evaluation too",
        )
        for name in ("nn.functional.feature_alpha_dropout", "feature_alpha_dropout_")
    ),
]


def names_of(module: Any, prefix: str) -> list[str]:
    return [prefix + name for name in module.__all__ if callable(getattr(module, name))]


FUNCTIONS = names_of(refimpl.torch, "") + names_of(nn.functional, "nn.functional.")
MODULES = names_of(nn, "nn.")
NOT_HERE = set().union(*ELSEWHERE.values())


# Both sides


@pytest.fixture(scope="module")
def databases(torch):
    """Return torch's databases by name: operators with all their variants, and modules."""
    # Needs the package expecttest; the import takes seconds.
    from torch.testing._internal.common_methods_invocations import op_db
    from torch.testing._internal.common_modules import module_db

    operators: dict[str, list[Any]] = {}
    for info in op_db:
        operators.setdefault(info.name, []).append(info)
    return operators, {f"nn.{info.module_cls.__name__}": info for info in module_db}


def resolve(root, name):
    for part in name.split("."):
        root = getattr(root, part)
    return root


def to_numpy(torch, value):
    """Turn tensors and dtypes into NumPy's, in the containers they are in."""
    if isinstance(value, torch.Tensor):
        return value.detach().numpy()
    if isinstance(value, torch.dtype):
        return getattr(refimpl.torch, str(value).removeprefix("torch."))
    if isinstance(value, torch.Size):
        return tuple(value)
    if isinstance(value, dict):
        return {name: to_numpy(torch, item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(to_numpy(torch, item) for item in value)
    return value


def copy(torch, value):
    """Copy tensors, so that both sides may write into theirs."""
    if isinstance(value, torch.Tensor):
        return value.detach().clone().requires_grad_(value.requires_grad)
    if isinstance(value, dict):
        return {name: copy(torch, item) for name, item in value.items()}
    return tuple(copy(torch, item) for item in value) if type(value) is tuple else value


def attempt(torch, function, arguments, keywords):
    """Call a function with both generators seeded; return its result and its exception."""
    # torch.manual_seed would format a traceback each time, for devices that are not there.
    torch.default_generator.manual_seed(1)
    refimpl.torch.manual_seed(1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return function(*arguments, **keywords), None
    except Exception as error:
        return None, error


def show(value):
    if isinstance(value, np.ndarray):
        return f"{value.dtype}{value.shape}"
    return repr(value)


# Comparing


def compare(got, want, operands=(), *, numbers=True):
    """Return what is wrong with an array, or an empty string.

    NumPy gives its own scalars where torch gives a tensor of no dimensions.
    """
    got = np.asarray(got) if isinstance(got, np.generic) else got
    if not isinstance(got, np.ndarray) or (got.shape, got.dtype) != (want.shape, want.dtype):
        return f"{show(got)}, torch has {show(want)}"
    if not numbers:
        return ""
    if want.dtype.kind != "f":
        return "" if np.array_equal(got, want) else "other integers"
    finite = np.isfinite(want)
    if not np.array_equal(np.where(finite, 0, got), np.where(finite, 0, want), equal_nan=True):
        return "other special values"
    if not np.isfinite(got[finite]).all():
        return "special values where torch has numbers"
    sizes = [np.where(np.isfinite(each), abs(each), 0) for each in (want, *operands)]
    if any(size.shape != want.shape for size in sizes):
        sizes = [size.max(initial=0.0) for size in sizes]
    unit = np.finfo(want.dtype).eps
    off = np.abs(np.subtract(got, want, where=finite, out=np.zeros_like(want)))
    worst = np.max(off - LIMIT * unit * sum(sizes), initial=0.0)
    return f"off by up to {off.max():.3g}" if worst > 0 else ""


def compare_refusal(theirs, ours):
    """Return what is wrong with an exception, or an empty string."""
    allowed = REFUSALS.get(type(theirs), (TypeError, ValueError))
    right = type(ours) is type(theirs) if theirs is None else type(ours) in allowed
    return "" if right else f"{ours!r}, torch: {theirs!r}"


class Comparison:
    """All that is compared of an operator or a module, with what was wrong."""

    def __init__(self, torch, name):
        self.torch, self.name = torch, name
        self.found: list[tuple[Sample, str]] = []

    def add(self, aspect, dtype, call, problem):
        self.found.append((Sample(aspect, dtype, *call), problem))

    def conclude(self):
        """Fail on differences that are not in the table, and on rows that are not needed."""
        assert self.found, f"{self.name} has no samples"
        rows = [row for row in DIFFERENCES if row.op == self.name]
        unknown = [
            f"{sample}: {problem}"
            for sample, problem in self.found
            if problem and not any(row.when(sample) for row in rows)
        ]
        assert not unknown, "\n".join([f"{len(unknown)} differences in {self.name}", *unknown[:20]])
        for row in rows:
            problems = [problem for sample, problem in self.found if row.when(sample)]
            assert any(problems), f"{self.name}: nothing differs any more: {row.reason}"

    def calls(self, sample, *, copies=True):
        """Return the call with tensors for torch, and with arrays."""
        torch = self.torch
        arguments = (sample.input, *sample.args) if hasattr(sample, "input") else sample.args
        keywords = {key: item for key, item in sample.kwargs.items() if key not in STORAGE}
        theirs = copy(torch, (arguments, keywords)) if copies else (arguments, keywords)
        return theirs, to_numpy(torch, (arguments, keywords))

    def compare_function(self, sample, dtype):
        """Compare the output, the gradients, and what became of the arguments."""
        theirs, ours = self.calls(sample)
        before = to_numpy(self.torch, copy(self.torch, theirs))
        function = resolve(refimpl.torch, self.name)
        want, their_error = attempt(self.torch, resolve(self.torch, self.name), *theirs)
        with_vjp = getattr(function, "with_vjp", None)
        got, our_error = attempt(self.torch, with_vjp or function, *ours)
        if their_error or our_error:
            problem = compare_refusal(their_error, our_error)
            return self.add("refusal" if their_error else "output", dtype, before, problem)
        got, vjp = got if with_vjp else (got, None)
        operands = float_arrays(before)
        self.compare_outputs(got, want, operands, dtype, before)
        if vjp:
            self.compare_gradients(function.names, vjp, theirs, want, operands, dtype, before)
        for array, tensor in zip(ours[0], theirs[0], strict=True):
            if isinstance(array, np.ndarray):
                problem = compare(array, to_numpy(self.torch, tensor), operands)
                self.add("argument", dtype, before, problem)

    def compare_outputs(self, got, want, operands, dtype, call):
        got, want = (each if isinstance(each, tuple) else (each,) for each in (got, want))
        assert len(got) == len(want)
        for ours, theirs in zip(got, want, strict=True):
            theirs = to_numpy(self.torch, theirs)
            problem = compare(ours, theirs, operands, numbers=self.name != "empty")
            self.add("output", dtype, call, problem)

    def compare_gradients(self, names, vjp, theirs, want, operands, dtype, call):
        torch = self.torch
        output = want[0] if isinstance(want, tuple) else want
        if not output.requires_grad:
            return
        bound = {**dict(zip(names, theirs[0], strict=False)), **theirs[1]}
        wanted = {
            name: value
            for name, value in bound.items()
            if isinstance(value, torch.Tensor) and value.requires_grad
        }
        cotangent = torch.randn(output.shape, dtype=output.dtype)
        gradients = torch.autograd.grad(output, wanted.values(), cotangent, allow_unused=True)
        bars = dict(zip(names, vjp(cotangent.numpy()), strict=False))
        operands = [*operands, cotangent.numpy()]
        for name, gradient in zip(wanted, gradients, strict=True):
            bar = bars.get(name)
            if gradient is None or bar is None:
                problem = "" if gradient is bar else f"{name} has a gradient on one side only"
            else:
                problem = compare(bar, gradient.numpy(), operands)
            self.add("gradient", dtype, call, problem and f"{name}: {problem}")


def float_arrays(call):
    values = (*call[0], *call[1].values())
    return [each for each in values if isinstance(each, np.ndarray) and each.dtype.kind == "f"]


# The tests


def test_the_databases_have_every_public_name(databases):
    operators, modules = databases
    inplace = {name for name in FUNCTIONS if name.endswith("_")}
    there = {name for name in FUNCTIONS if SHORTER.get(name, name) in operators} | inplace
    there |= {name for name in MODULES if name in modules}
    assert there.isdisjoint(NOT_HERE)
    assert there | NOT_HERE == {*FUNCTIONS, *MODULES}


def test_every_difference_is_of_something_that_is_tested():
    assert {row.op for row in DIFFERENCES} <= {*FUNCTIONS, *MODULES} - NOT_HERE


def samples_of(info, dtype):
    """Return an operator's samples, and the extra inputs that its references are tested on."""
    samples = list(info.sample_inputs("cpu", dtype, requires_grad=info.supports_autograd))
    for sample in list(info.reference_inputs("cpu", dtype))[len(samples) :]:
        if sample.input.numel() <= LARGEST:
            if info.supports_autograd and sample.input.is_floating_point():
                sample.input = sample.input.detach().requires_grad_()
            samples.append(sample)
    return samples


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name not in NOT_HERE])
def test_function(torch, databases, name):
    comparison = Comparison(torch, name)
    in_place = name.endswith("_")
    base = name.removesuffix("_") if in_place else name
    infos = databases[0].get(SHORTER.get(base, base), [])
    infos = infos or databases[0][f"nn.functional.{base}"]
    for info in infos:
        for dtype in DTYPES:
            kind = getattr(torch, dtype)
            if kind not in info.supported_dtypes("cpu"):
                continue  # a variant for complex numbers or another device
            if not in_place:
                for sample in samples_of(info, kind):
                    comparison.compare_function(sample, dtype)
                continue
            for sample in info.sample_inputs("cpu", kind):
                if "training" in sample.kwargs:
                    sample.kwargs["train"] = sample.kwargs.pop("training")
                comparison.compare_function(sample, dtype)
        if info.error_inputs_func is not None and not in_place:
            for bad in info.error_inputs("cpu"):
                # Copies would not be spread over the same memory, which some of these are about.
                theirs, ours = comparison.calls(bad.sample_input, copies=False)
                _, their_error = attempt(torch, resolve(torch, name), *theirs)
                _, our_error = attempt(torch, resolve(refimpl.torch, name), *ours)
                assert their_error is not None
                problem = compare_refusal(their_error, our_error)
                comparison.add("refusal", "", ours, problem)
    comparison.conclude()


@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
@pytest.mark.parametrize("name", [name for name in MODULES if name not in NOT_HERE])
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
            compare_module(comparison, info.module_cls, sample, dtype, training)
        if info.module_error_inputs_func is not None:
            for bad in info.module_error_inputs_func(info, **common):
                compare_module(comparison, info.module_cls, bad.module_error_input, dtype, training)
    comparison.conclude()


def compare_module(comparison, their_class, sample, dtype, training):
    """Construct both modules, call them, go back; compare what comes out and their state."""
    torch, name = comparison.torch, comparison.name
    theirs, settings = comparison.calls(sample.constructor_input)
    module, their_error = attempt(torch, their_class, *theirs)
    mirror, our_error = attempt(torch, resolve(refimpl.torch, name), *settings)
    theirs, ours = comparison.calls(sample.forward_input)
    call = settings[0] + ours[0], {**settings[1], **ours[1]}
    if our_error and not their_error:
        # What torch refuses when it is called may be refused before.
        _, their_error = attempt(torch, module, *theirs)
    if their_error or our_error:
        return comparison.add("refusal", dtype, call, compare_refusal(their_error, our_error))
    assert repr(mirror) == repr(module)
    module.train(training)
    mirror.train(training)
    compare_states(comparison, module, mirror, (), dtype, call)
    want, their_error = attempt(torch, module, *theirs)
    got, our_error = attempt(torch, mirror, *ours)
    if their_error or our_error:
        return comparison.add("refusal", dtype, call, compare_refusal(their_error, our_error))
    operands = float_arrays(ours)
    comparison.compare_outputs(got, want, operands, dtype, call)
    compare_states(comparison, module, mirror, operands, dtype, call)
    output = want[0] if isinstance(want, tuple) else want
    cotangent = torch.randn(output.shape, dtype=output.dtype)
    output.backward(cotangent)
    bars = mirror.backward(cotangent.numpy())
    bars = list(bars) if isinstance(bars, tuple) else [bars]
    inputs = (*theirs[0], *theirs[1].values())
    leaves = [tensor for tensor in inputs if tensor.is_floating_point()]
    leaves += module.parameters()
    bars += [parameter.grad for parameter in mirror.parameters()]
    operands = [*operands, cotangent.numpy()]
    for bar, leaf in zip(bars, leaves, strict=True):
        if leaf.requires_grad:
            comparison.add("gradient", dtype, call, compare(bar, leaf.grad.numpy(), operands))


def compare_states(comparison, module, mirror, operands, dtype, call):
    state, mirrored = module.state_dict(), mirror.state_dict()
    assert list(mirrored) == list(state)
    for key, value in state.items():
        problem = compare(np.asarray(mirrored[key]), value.numpy(), operands)
        comparison.add("state", dtype, call, problem and f"{key}: {problem}")
