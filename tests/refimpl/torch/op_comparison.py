"""How a call of torch and the same call of refimpl.torch are compared, output to refusal.

test_op_database.py makes the calls; the folder is no package, so it loads this file by its path.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

import numpy as np

import refimpl.torch

# An output or gradient is a sum of at most a few hundred products, sometimes divided by a
# deviation. Both sides round each, so they may differ by the square root of that number in units
# of the largest operand or result; where all shapes are the same, of those at the same place.
# The most that is seen is 12.
LIMIT = 32.0
# What torch says with one class, the house says with two: TypeError for a wrong type or dtype, and
# ValueError for a wrong value or shape.
REFUSALS = {TypeError: (TypeError,), ValueError: (ValueError,)}
SEED = 0
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
    """What legitimately differs: the operator, or a pattern, on which samples, and why."""

    op: str
    when: Callable[[Sample], bool]
    reason: str


# Both sides


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
        torch.default_generator.manual_seed(SEED)  # the samples are drawn

    def add(self, aspect, dtype, call, problem):
        self.found.append((Sample(aspect, dtype, *call), problem))

    def conclude(self, differences: Sequence[Difference]) -> None:
        """Fail on differences that are not in the table, and on rows that are not needed."""
        assert self.found, f"{self.name} has no samples"
        rows = [row for row in differences if fnmatchcase(self.name, row.op)]
        unknown = [
            f"{sample}: {problem}"
            for sample, problem in self.found
            if problem and not any(row.when(sample) for row in rows)
        ]
        assert not unknown, "\n".join([f"{len(unknown)} differences in {self.name}", *unknown[:20]])
        for row in rows:
            covered = [(sample, problem) for sample, problem in self.found if row.when(sample)]
            assert covered or "*" in row.op, f"{self.name}: no sample is concerned: {row.reason}"
            agreed = [str(sample) for sample, problem in covered if not problem]
            assert not agreed, f"{self.name}: no difference any more: {row.reason}: {agreed}"

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
        try:
            gradients = torch.autograd.grad(output, wanted.values(), cotangent, allow_unused=True)
        except RuntimeError as error:
            self.add("gradient", dtype, call, f"torch's way back fails: {error}")
            return
        bars = dict(zip(names, vjp(cotangent.numpy()), strict=False))
        operands = [*operands, cotangent.numpy()]
        for name, gradient in zip(wanted, gradients, strict=True):
            bar = bars.get(name)
            if gradient is None or bar is None:
                problem = "" if gradient is bar else f"{name} has a gradient on one side only"
            else:
                problem = compare(bar, gradient.numpy(), operands)
            self.add("gradient", dtype, call, problem and f"{name}: {problem}")

    def compare_bad_call(self, sample):
        """Compare the refusals of a call that torch refuses."""
        # Copies would not be spread over the same memory, which some of these are about.
        theirs, ours = self.calls(sample, copies=False)
        _, their_error = attempt(self.torch, resolve(self.torch, self.name), *theirs)
        _, our_error = attempt(self.torch, resolve(refimpl.torch, self.name), *ours)
        assert their_error is not None
        self.add("refusal", "", ours, compare_refusal(their_error, our_error))

    def compare_module(self, their_class, sample, dtype, training):
        """Construct both modules, call them, go back; compare what comes out and their state."""
        torch, name = self.torch, self.name
        theirs, settings = self.calls(sample.constructor_input)
        module, their_error = attempt(torch, their_class, *theirs)
        mirror, our_error = attempt(torch, resolve(refimpl.torch, name), *settings)
        theirs, ours = self.calls(sample.forward_input)
        call = settings[0] + ours[0], {**settings[1], **ours[1]}
        if our_error and not their_error:
            # What torch refuses when it is called may be refused before.
            _, their_error = attempt(torch, module, *theirs)
        if their_error or our_error:
            return self.add("refusal", dtype, call, compare_refusal(their_error, our_error))
        assert repr(mirror) == repr(module)
        module.train(training)
        mirror.train(training)
        self.compare_states(module, mirror, (), dtype, call)
        want, their_error = attempt(torch, module, *theirs)
        got, our_error = attempt(torch, mirror, *ours)
        if their_error or our_error:
            return self.add("refusal", dtype, call, compare_refusal(their_error, our_error))
        operands = float_arrays(ours)
        self.compare_outputs(got, want, operands, dtype, call)
        self.compare_states(module, mirror, operands, dtype, call)
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
                self.add("gradient", dtype, call, compare(bar, leaf.grad.numpy(), operands))

    def compare_states(self, module, mirror, operands, dtype, call):
        state, mirrored = module.state_dict(), mirror.state_dict()
        assert list(mirrored) == list(state)
        for key, value in state.items():
            problem = compare(np.asarray(mirrored[key]), value.numpy(), operands)
            self.add("state", dtype, call, problem and f"{key}: {problem}")


def float_arrays(call):
    values = (*call[0], *call[1].values())
    return [each for each in values if isinstance(each, np.ndarray) and each.dtype.kind == "f"]
