"""Subjects with one sin each: refimpl's dialects, spoiled through the subject protocol.

A sin changes what the honest subject is asked, what it answers, or one function it is made of
(only while it runs: the oracle uses the same functions and stays honest).
"""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from unittest import mock

import numpy as np

from conformance.subjects.base import Observation, Request, Subject

Before = Callable[[Request], Request]
After = Callable[[Request, Observation], Observation]


@dataclass(frozen=True)
class Sin:
    """One mistake, where it is made, and what must notice it."""

    name: str
    aspect: str
    layer: str
    before: Before = lambda request: request
    after: After = lambda request, observation: observation
    patches: Mapping[str, Callable[[Any], Any]] | None = None
    subject: str = "refimpl.torch"
    form: str = ""
    word: str = ""

    def __str__(self) -> str:
        return f"{self.layer}: {self.name} ({self.subject})"


class Sinner:
    """An honest subject that commits one sin."""

    def __init__(self, honest: Subject, sin: Sin) -> None:
        self.name, self.dialect = honest.name, honest.dialect
        self.honest, self.sin = honest, sin

    def run(self, request: Request) -> Observation:
        with contextlib.ExitStack() as patched:
            for path, spoil in (self.sin.patches or {}).items():
                module, attribute = path.split(":")
                owner = importlib.import_module(module)
                wrong = spoil(getattr(owner, attribute))
                patched.enter_context(mock.patch.object(owner, attribute, wrong))
            observation = self.honest.run(self.sin.before(request))
        return self.sin.after(request, observation)

    def library(self) -> Any:
        return self.honest.library()


class Changed:
    """A module with some of its functions exchanged."""

    def __init__(self, module: Any, **changes: Any) -> None:
        self._module = module
        vars(self).update(changes)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._module, name)


# What a sin is made of -----------------------------------------------------------------------


def argument(name: str, change: Callable[[Any], Any], *more: Any) -> Before:
    """Change arguments of the call, where it has them."""
    changes = {name: change, **dict(zip(more[::2], more[1::2], strict=True))}

    def before(request: Request) -> Request:
        given = dict(request.call.arguments)
        for key, wrong in changes.items():
            if key in given:
                given[key] = wrong(given[key])
        return replace(request, call=replace(request.call, arguments=given))

    return before


def training(mode: bool) -> Before:
    """Run in another mode, whether it is the class's mode or the function's argument."""

    def before(request: Request) -> Request:
        call = request.call
        given = {
            key: mode if key in ("training", "use_input_stats", "is_training") else value
            for key, value in call.arguments.items()
        }
        wrong = call.training if call.training is None else mode
        return replace(request, call=replace(call, arguments=given, training=wrong))

    return before


def array(name: str, change: Callable[[Any], Any]) -> Before:
    """Change one array, where the call has it."""

    def before(request: Request) -> Request:
        if name not in request.arrays or request.fresh:
            return request
        return replace(request, arrays={**request.arrays, name: change(request.arrays[name])})

    return before


def both(*steps: Before) -> Before:
    def before(request: Request) -> Request:
        for step in steps:
            request = step(request)
        return request

    return before


def output(change: Callable[..., Any], place: int = 0) -> After:
    """Change one output: `change(output, arrays by slot name, arguments)`."""

    def after(request: Request, seen: Observation) -> Observation:
        if request.fresh or len(seen.outputs) <= place:
            return seen
        outputs = list(seen.outputs)
        wrong = change(outputs[place], request.arrays, request.call)
        outputs[place] = np.asarray(wrong).astype(outputs[place].dtype)
        return replace(seen, outputs=tuple(outputs))

    return after


def gradient(name: str, change: Callable[..., Any]) -> After:
    """Change one gradient: `change(gradient, arrays, call, cotangent)`."""

    def after(request: Request, seen: Observation) -> Observation:
        if name not in seen.gradients:
            return seen
        old = seen.gradients[name]
        wrong = np.asarray(change(old, request.arrays, request.call, request.cotangents[0]))
        return replace(seen, gradients={**seen.gradients, name: wrong.astype(old.dtype)})

    return after


def state(name: str, change: Callable[..., Any]) -> After:
    """Change one buffer after the calls."""

    def after(request: Request, seen: Observation) -> Observation:
        if name not in seen.state:
            return seen
        old = seen.state[name]
        wrong = np.asarray(change(old, request)).astype(old.dtype)
        return replace(seen, state={**seen.state, name: wrong})

    return after


def owned(change: Callable[[tuple[Any, ...]], tuple[Any, ...]]) -> After:
    """Change what an instance says it owns."""
    return lambda request, seen: replace(seen, owned=change(seen.owned))


def all_outputs(change: Callable[[Any], Any]) -> After:
    """Change every output as it stands, its dtype too."""
    return lambda request, seen: replace(seen, outputs=tuple(change(each) for each in seen.outputs))


def all_gradients(change: Callable[[Any], Any]) -> After:
    return lambda request, seen: replace(
        seen, gradients={name: change(each) for name, each in seen.gradients.items()}
    )


def in_turn(*steps: After) -> After:
    def after(request: Request, seen: Observation) -> Observation:
        for step in steps:
            seen = step(request, seen)
        return seen

    return after


def floats(change: Callable[[Any], Any]) -> Before:
    """Change every float array on its way in."""

    def before(request: Request) -> Request:
        arrays = {
            name: change(each) if each.dtype.kind != "i" else each
            for name, each in request.arrays.items()
        }
        return replace(request, arrays=arrays)

    return before


def truncated(bits: int) -> Callable[[Any], Any]:
    """Cut float32 numbers after so many bits of their significand."""

    def cut(values: Any) -> Any:
        if values.dtype != np.float32:
            return values
        mask = np.uint32((0xFFFFFFFF << (24 - bits)) & 0xFFFFFFFF)
        return (np.ascontiguousarray(values).view(np.uint32) & mask).view(np.float32)

    return cut


def in_float32(values: Any) -> Any:
    """Lose what float64 has over float32."""
    return values.astype(np.float32).astype(values.dtype) if values.dtype == np.float64 else values


def in_bfloat16(values: Any) -> Any:
    return truncated(8)(values)


def reversed_axes(*axes: int) -> Callable[[Any], Any]:
    return lambda values: np.ascontiguousarray(np.flip(values, axes))


def flipped(spatial: tuple[int, ...], kernel: str, axes: tuple[int, ...]) -> tuple[Before, After]:
    """Run everything in a mirror: the same, but for which side is padded and which is first."""
    mirror, taps = reversed_axes(*spatial), reversed_axes(*axes)

    def before(request: Request) -> Request:
        arrays = dict(request.arrays)
        first = next(slot.name for slot in request.call.slots if slot.array == "input")
        arrays[first] = mirror(arrays[first])
        if kernel in arrays:
            arrays[kernel] = taps(arrays[kernel])
        bars = tuple(None if bar is None else mirror(bar) for bar in request.cotangents)
        return replace(request, arrays=arrays, cotangents=bars)

    def after(request: Request, seen: Observation) -> Observation:
        if request.fresh:
            return seen
        first = next(slot.name for slot in request.call.slots if slot.array == "input")
        gradients = {
            name: mirror(each) if name == first else taps(each) if name == kernel else each
            for name, each in seen.gradients.items()
        }
        outputs = tuple(mirror(each) for each in seen.outputs)
        return replace(seen, outputs=outputs, gradients=gradients, inputs={})

    return before, after


def _first(request: Request) -> Any:
    return next(request.arrays[s.name] for s in request.call.slots if s.array == "input")


def _axes(x: Any, instance: bool = False) -> tuple[int, ...]:
    return tuple(range(2, x.ndim)) if instance else (0, *range(2, x.ndim))


def _shaped(values: Any, x: Any) -> Any:
    return np.asarray(values, np.float64).reshape((1, -1) + (1,) * (x.ndim - 2))


def normalised(root: str, *, instance: bool = False) -> After:
    """A batch or instance norm in training written wrongly, in one of some ways."""

    def wrong(old: Any, arrays: Any, call: Any) -> Any:
        uses_batch = call.training is not False and call.arguments.get("training") is not False
        if not uses_batch:
            return old
        x = arrays["input"].astype(np.float64)
        narrow = arrays["input"].dtype
        axes = _axes(x, instance)
        mean, variance = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
        count = x.size / mean.size
        epsilon = call.arguments["eps"]
        if root == "outside":
            scale = 1 / (np.sqrt(variance) + epsilon)
        elif root == "unbiased":
            scale = 1 / np.sqrt(variance * count / (count - 1) + epsilon)
        elif root == "naive":
            square = np.mean(np.square(arrays["input"]), axes, dtype=narrow, keepdims=True)
            middle = np.mean(arrays["input"], axes, dtype=narrow, keepdims=True)
            scale = 1 / np.sqrt(np.abs((square - middle**2).astype(np.float64)) + epsilon)
        else:
            scale = 1 / np.sqrt(variance)
        result = (x - mean) * scale
        if "weight" in arrays:
            result = result * _shaped(arrays["weight"], x) + _shaped(arrays["bias"], x)
        return result

    return output(wrong)


def constant_statistics(bar: Any, arrays: Any, call: Any, cotangent: Any) -> Any:
    """The gradient of a norm that takes its statistics for constants."""
    if call.training is False or call.arguments.get("training") is False:
        return bar
    x = arrays["input"].astype(np.float64)
    scale = 1 / np.sqrt(x.var(_axes(x), keepdims=True) + call.arguments["eps"])
    weight = _shaped(arrays["weight"], x) if "weight" in arrays else 1.0
    return cotangent * scale * weight


def log_softmax(x: Any, axis: int = 1) -> Any:
    x = x.astype(np.float64)
    shifted = x - x.max(axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis, keepdims=True))


def smoothed_over_fewer(loss: Any, arrays: Any, call: Any) -> Any:
    """Label smoothing spread over the K−1 other classes."""
    smoothing, target = call.arguments.get("label_smoothing", 0.0), arrays["target"]
    if not smoothing or target.dtype != np.int64:
        return loss
    logs = log_softmax(arrays["input"])
    classes = logs.shape[1]
    weights = arrays.get("weight", np.ones(classes)).astype(np.float64)
    counted = target != call.arguments["ignore_index"]
    hot = np.moveaxis(np.eye(classes)[np.where(counted, target, 0)], -1, 1)
    soft = hot * (1 - smoothing) + (1 - hot) * smoothing / (classes - 1)
    each = -(soft * _shaped(weights, logs) * logs).sum(1) * counted
    total = (weights[np.where(counted, target, 0)] * counted).sum()
    mean = each.sum() / total if total else loss
    return {"mean": mean, "sum": each.sum(), "none": each}[call.arguments["reduction"]]


def mean_over_all(loss: Any, arrays: Any, call: Any) -> Any:
    """A weighted mean divided by the number of examples."""
    target = arrays["target"]
    if call.arguments["reduction"] != "mean" or "weight" not in arrays or target.dtype != np.int64:
        return loss
    counted = target != call.arguments["ignore_index"]
    total = arrays["weight"].astype(np.float64)[target[counted]].sum()
    return loss * total / max(counted.sum(), 1)


def into_padded(indices: Any, arrays: Any, call: Any) -> Any:
    pad_h, pad_w = call.arguments["padding"]
    _, width = arrays["input"].shape[-2:]
    rows, columns = np.divmod(indices, width)
    return (rows + pad_h) * (width + 2 * pad_w) + columns + pad_w


def memory_order(request: Request) -> Request:
    """Read the first input as it lies in memory, whatever its strides say."""
    first = next(slot.name for slot in request.call.slots if slot.array == "input")
    x = request.arrays[first]
    if x.flags.c_contiguous or request.fresh:
        return request
    return replace(request, arrays={**request.arrays, first: x.ravel("K").reshape(x.shape)})


def zero_padded(request: Request) -> Request:
    """Pad a maximum with zeros instead of leaving the padding out."""
    call = request.call
    pairs = call.arguments["padding"]
    x = request.arrays["input"]
    widths = [(0, 0)] * (x.ndim - len(pairs)) + [(p, p) for p in pairs]
    given = {**call.arguments, "padding": (0,) * len(pairs)}
    arrays = {**request.arrays, "input": np.pad(x, widths)}
    return replace(request, call=replace(call, arguments=given), arrays=arrays)


def wrong_survivors(kind: str) -> After:
    """Draw another mask: the right numbers, dropped by a wrong rule."""

    def wrong(old: Any, arrays: Any, call: Any) -> Any:
        x = next(iter(arrays.values()))
        rate = call.arguments.get("p", call.arguments.get("rate"))
        on = call.training is not False and call.arguments.get("training") is not False
        if not on or not 0 < rate < 1:
            return old
        drawn = np.random.Generator(np.random.PCG64(7)).random(x.shape)
        if kind == "elementwise":
            keep = drawn >= rate
        elif kind == "rate complemented":
            keep = drawn < rate
        elif kind == "in pairs":
            flat = drawn.reshape(-1)
            flat[1 : flat.size - flat.size % 2 : 2] = flat[: flat.size - flat.size % 2 : 2]
            keep = flat.reshape(x.shape) >= rate
        elif kind == "every example alike":
            keep = np.broadcast_to(drawn[:1] >= rate, x.shape)
        elif kind == "whole channels":
            keep = np.broadcast_to(
                drawn.reshape(*x.shape[:2], -1)[..., :1].reshape(*x.shape[:2], *(1,) * (x.ndim - 2))
                >= rate,
                x.shape,
            )
        else:
            keep = np.resize([True, False], x.shape)
        return np.where(keep, x / (1 - rate), 0)

    return output(wrong)


def _rolled_groups(weight: Any) -> Any:
    return np.roll(weight, len(weight) // 2, 0)


def _one_tap(weight: Any) -> Any:
    spoiled = weight.copy()
    spoiled[..., -1] *= weight.dtype.type(1 + 2e-5)
    return spoiled


def _without(name: str) -> Callable[[Any], Any]:
    return lambda parts: tuple(part for part in parts if part.name != name)


def _spoiled(name: str, **changes: Any) -> Callable[[Any], Any]:
    return lambda parts: tuple(
        replace(part, **changes) if part.name == name else part for part in parts
    )


def _ulp_up(values: Any) -> Any:
    return np.nextafter(values, values.dtype.type(np.inf)) if values.dtype.itemsize > 2 else values


def _zeroed(values: Any) -> Any:
    return np.zeros_like(values)


def _constant(value: Any) -> Callable[[Any], Any]:
    return lambda old: value


def _inputs(change: Callable[[Any], Any]) -> After:
    return lambda request, seen: replace(
        seen, inputs={name: change(each) for name, each in seen.inputs.items()}
    )


def _only_class(change: After) -> After:
    return lambda request, seen: change(request, seen) if request.call.kind == "class" else seen


def _later_steps(change: After) -> After:
    return lambda request, seen: change(request, seen) if request.further else seen


_MIRROR_2D_LAST = flipped((1, 2), "filters", (0, 1))
_MIRROR_1D_LAST = flipped((1,), "kernel", (0,))
_MIRROR_POOL = flipped((2, 3), "", ())
_MIRROR_POOL_LAST = flipped((1, 2), "", ())
_TF = "refimpl.tf"


def _unweighted(name: str) -> After:
    return gradient(name, lambda bar, arrays, call, cotangent: bar / len(cotangent))


CONVOLUTION = (
    Sin("stride larger by one", "output", "conv2d",
        argument("stride", lambda s: tuple(k + 1 for k in s))),
    Sin("stride axes swapped", "output", "conv2d", argument("stride", lambda s: s[::-1])),
    Sin("dilation ignored", "output", "conv2d", argument("dilation", lambda d: (1,) * len(d)),
        word="same"),
    Sin("padding less by one", "output", "conv2d",
        argument("padding", lambda p: p if p == "same" else tuple(max(k - 1, 0) for k in p))),
    Sin("padding axes swapped", "output", "conv2d",
        argument("padding", lambda p: p if p == "same" else p[::-1])),
    Sin("SAME padding at the wrong side", "output", "conv2d", *_MIRROR_2D_LAST, subject=_TF,
        form="nn", word="same"),
    Sin("causal padding at the end", "output", "conv1d", *_MIRROR_1D_LAST, subject=_TF,
        form="keras", word="causal"),
    Sin("groups swapped", "output", "conv2d", array("weight", _rolled_groups), word="groups2"),
    Sin("depthwise outputs ordered by multiplier", "output", "conv2d",
        after=output(lambda y, arrays, call: y.reshape(len(y), 4, 2, *y.shape[2:])
                     .swapaxes(1, 2).reshape(y.shape)), word="depthwise"),
    Sin("kernel turned around", "output", "conv2d", array("weight", reversed_axes(2, 3))),
    Sin("kernel axes swapped", "output", "conv2d",
        array("weight", lambda w: w.swapaxes(2, 3) if w.shape[2] == w.shape[3] else w)),
    Sin("one tap off by 2e-5", "output", "conv2d", array("weight", _one_tap)),
    Sin("one tap off by 2e-5", "output", "conv3d", array("weight", _one_tap)),
    Sin("bias forgotten", "output", "conv2d", array("bias", _zeroed)),
    Sin("bias gradient averaged", "gradient", "conv2d", after=_unweighted("bias")),
    Sin("weight gradient averaged", "gradient", "conv2d", after=_unweighted("weight")),
    Sin("weight gradient turned around", "gradient", "conv2d",
        after=gradient("weight", lambda bar, *rest: np.flip(bar, (2, 3)))),
    Sin("input gradient missing", "gradient", "conv2d",
        after=lambda request, seen: replace(seen, gradients={
            name: bar for name, bar in seen.gradients.items() if name != "input"})),
    Sin("reflecting the edge too", "output", "conv2d",
        argument("padding_mode", lambda mode: "replicate" if mode == "reflect" else mode),
        form="class", word="reflect"),
    Sin("mirroring instead of repeating", "output", "conv2d",
        argument("padding_mode", lambda mode: "reflect" if mode == "replicate" else mode),
        form="class", word="replicate"),
    Sin("zeros for a padding mode", "output", "conv1d",
        argument("padding_mode", lambda mode: "zeros"), form="class", word="circular"),
    Sin("bfloat16 weights", "output", "conv2d", array("weight", in_bfloat16)),
    Sin("inputs of 16 bits", "output", "conv2d", floats(truncated(16))),
    Sin("parameters in the wrong order", "parameters", "conv2d",
        after=owned(lambda parts: parts[::-1])),
    Sin("a bias that should not be there", "parameters", "conv2d",
        argument("bias", _constant(True)), word="nobias"),
    Sin("kernel owned in torch's layout", "parameters", "conv2d", subject=_TF, form="keras",
        after=owned(lambda parts: tuple(
            replace(part, shape=part.shape[::-1]) for part in parts))),
    Sin("frozen kernel", "parameters", "conv2d", after=owned(_spoiled("weight", trainable=False))),
    Sin("kernel of another dtype", "parameters", "conv2d",
        after=owned(_spoiled("weight", dtype="float16"))),
    Sin("memory read without its strides", "layout", "conv2d", memory_order),
    Sin("an empty batch keeps one example", "empty", "conv2d",
        after=all_outputs(lambda y: np.zeros((1, *y.shape[1:]), y.dtype) if not y.size else y)),
    Sin("NaN gradients of an empty batch", "empty", "conv2d",
        after=lambda request, seen: replace(seen, gradients={
            name: bar * np.nan for name, bar in seen.gradients.items()})
        if not len(seen.outputs or [0]) or not seen.outputs[0].size else seen),
    Sin("the class rounds otherwise than the function", "forms", "conv2d", form="class",
        after=_only_class(all_outputs(_ulp_up))),
    Sin("bias divided among the groups", "output", "conv1d",
        array("bias", lambda b: b / b.dtype.type(2)), word="groups2"),
)  # fmt: skip

POOLING = (
    Sin("stride larger by one", "output", "avg_pool2d",
        argument("stride", lambda s: tuple(k + 1 for k in s))),
    Sin("ceil_mode ignored", "output", "avg_pool2d", argument("ceil_mode", _constant(False)),
        word="ceil"),
    Sin("ceil_mode ignored", "output", "max_pool1d", argument("ceil_mode", _constant(False)),
        word="ceil"),
    Sin("count_include_pad inverted", "output", "avg_pool2d",
        argument("count_include_pad", lambda include: not include)),
    Sin("count_include_pad inverted", "output", "avg_pool1d",
        argument("count_include_pad", lambda include: not include)),
    Sin("divisor ignored", "output", "avg_pool2d", argument("divisor_override", _constant(None))),
    Sin("divisor off by one", "output", "avg_pool3d",
        argument("divisor_override", lambda n: n and n + 1)),
    Sin("divisor forgotten on the way back", "gradient", "avg_pool2d",
        after=gradient("input", lambda bar, arrays, call, cotangent:
                       bar * np.prod(call.arguments["kernel_size"]))),
    Sin("kernel axes swapped", "output", "avg_pool2d",
        argument("kernel_size", lambda k: k[::-1])),
    Sin("SAME padding counted into the average", "output", "avg_pool2d", subject=_TF, form="nn",
        word="same", patches={"refimpl.tf.nn.pooling:avg_pool_op": lambda op: lambda *a, **k: op(
            *a, **{**k, "count_include_pad": True})}),
    Sin("SAME padding at the wrong side", "output", "max_pool2d", *_MIRROR_POOL_LAST, subject=_TF,
        form="nn", word="same"),
    Sin("ties to the last maximum", "gradient", "max_pool2d", *_MIRROR_POOL, word="stride1"),
    Sin("dilation ignored", "output", "max_pool2d",
        argument("dilation", lambda d: (1,) * len(d)), word="dilation2"),
    Sin("padding with zeros", "output", "max_pool2d", zero_padded, word="pad1"),
    Sin("indices into the padded input", "output", "max_pool2d", word="indices",
        after=output(into_padded, 1)),
    Sin("indices of another dtype", "dtype", "max_pool2d", word="indices",
        after=all_outputs(lambda y: y.astype(np.int32) if y.dtype == np.int64 else y)),
    Sin("NaN skipped", "output", "max_pool2d", array("input", lambda x: np.where(
        np.isnan(x), x.dtype.type(-np.inf), x))),
    Sin("gradient to every maximum of a window", "gradient", "max_pool1d",
        after=gradient("input", lambda bar, arrays, call, cotangent: np.where(
            arrays["input"] == np.maximum(arrays["input"], np.roll(arrays["input"], 1, -1)),
            np.where(bar == 0, bar + cotangent.flat[0], bar), bar)), word="stride1"),
    Sin("memory read without its strides", "layout", "max_pool2d", memory_order),
)  # fmt: skip

LINEAR = (
    Sin("square weight transposed", "output", "linear",
        array("weight", lambda w: np.ascontiguousarray(w.T) if w.shape[0] == w.shape[1] else w),
        word="square"),
    Sin("bias forgotten", "output", "linear", array("bias", _zeroed)),
    Sin("bias gradient averaged", "gradient", "linear", after=_unweighted("bias")),
    Sin("a long sum in 16 bits", "output", "linear", floats(truncated(16)), word="long"),
    Sin("one weight off by 2e-5", "output", "linear", array("weight", _one_tap)),
    Sin("outputs of 20 bits", "output", "linear", after=all_outputs(truncated(20))),
    Sin("float32 inside float64", "output", "linear", floats(in_float32)),
    Sin("float32 inside float64", "gradient", "linear", floats(in_float32)),
    Sin("leading axes in another order", "output", "linear", word="lead3",
        after=output(lambda y, arrays, call: y.reshape(3, 2, *y.shape[2:]).swapaxes(0, 1)
                     if y.ndim == 4 else np.roll(y, 1, 0) if y.ndim == 3 else y)),
    Sin("kernel never transposed", "output", "linear", subject=_TF, form="keras", word="square",
        before=array("kernel", lambda w: w.T if w.shape[0] == w.shape[1] else w)),
    Sin("outputs in float64", "dtype", "linear",
        after=all_outputs(lambda y: y.astype(np.float64))),
    Sin("gradients in float64", "dtype", "linear",
        after=all_gradients(lambda y: y.astype(np.float64))),
    Sin("input doubled by the call", "purity", "linear", after=_inputs(lambda x: x + x)),
)  # fmt: skip

NORMALISATION = (
    Sin("eps 1e-3 for 1e-5", "output", "batch_norm2d",
        argument("eps", lambda eps: 1e-3 if eps == 1e-5 else eps)),
    Sin("eps at its default", "output", "batch_norm2d", argument("eps", _constant(1e-5)),
        word="eps3"),
    Sin("eps outside the root", "output", "batch_norm2d", after=normalised("outside")),
    Sin("eps forgotten", "output", "batch_norm1d", after=normalised("forgotten")),
    Sin("unbiased variance in the output", "output", "batch_norm2d", after=normalised("unbiased")),
    Sin("unbiased variance in the output", "output", "instance_norm2d",
        after=normalised("unbiased", instance=True), form="class"),
    Sin("statistics of the whole batch", "output", "instance_norm2d", after=normalised("inside"),
        form="class"),
    Sin("variance as a difference of squares", "output", "batch_norm2d",
        after=normalised("naive")),
    Sin("statistics taken for constants on the way back", "gradient", "batch_norm2d",
        after=gradient("input", constant_statistics)),
    Sin("scale forgotten", "output", "batch_norm2d", array("weight", np.ones_like)),
    Sin("gradient of the shift averaged", "gradient", "batch_norm2d",
        after=_unweighted("bias")),
    Sin("momentum complemented", "state", "batch_norm2d",
        argument("momentum", lambda m: m if m is None else 1 - m)),
    Sin("momentum complemented", "state", "batch_norm2d",
        argument("momentum", lambda m: 1 - m), subject=_TF, form="keras"),
    Sin("momentum at its default", "state", "batch_norm1d", word="momentum3",
        before=argument("momentum", _constant(0.1))),
    Sin("no cumulative average", "state", "batch_norm1d", word="cumulative",
        before=argument("momentum", _constant(0.1))),
    Sin("biased running variance", "state", "batch_norm2d", patches={
        "refimpl.torch.nn.functional._norm:ops": lambda ops: Changed(
            ops, unbiased=lambda variance, count: variance)}),
    Sin("unbiased moving variance", "state", "batch_norm2d", subject=_TF, form="keras",
        after=state("moving_variance", lambda old, request: old + (old - request.arrays[
            "moving_variance"]) / 50)),
    Sin("batches not counted", "state", "batch_norm2d", form="class",
        after=state("num_batches_tracked", lambda old, request: 0 * old)),
    Sin("statistics only of the first batch", "state", "batch_norm2d", form="class",
        after=lambda request, seen: seen, before=lambda request: replace(
            request, further=(_first(request),) * len(request.further))),
    Sin("evaluation with the batch's statistics", "output", "batch_norm2d", training(True),
        word="eval"),
    Sin("evaluation updates the statistics", "state", "batch_norm2d", word="eval",
        after=state("running_mean", lambda old, request: old * 0.9)),
    Sin("training does not update the statistics", "state", "instance_norm2d", word="track",
        after=state("running_mean", lambda old, request: request.arrays["running_mean"])),
    Sin("a buffer missing", "parameters", "batch_norm2d",
        after=owned(_without("num_batches_tracked"))),
    Sin("scale starts at zero", "parameters", "batch_norm2d",
        after=owned(_spoiled("weight", initial=0.0))),
    Sin("counter is a float", "parameters", "batch_norm2d",
        after=owned(_spoiled("num_batches_tracked", dtype="float32"))),
    Sin("statistics are trainable", "parameters", "batch_norm2d", subject=_TF, form="keras",
        after=owned(_spoiled("moving_mean", trainable=True))),
    Sin("gamma and beta exchanged", "parameters", "batch_norm2d", subject=_TF, form="keras",
        after=owned(lambda parts: (parts[1], parts[0], *parts[2:]))),
    Sin("channel axis first for last", "output", "instance_norm2d", subject=_TF, form="keras",
        before=argument("axis", lambda axis: 1 if axis == -1 else axis)),
    Sin("eps at its default", "output", "batch_norm2d", subject=_TF, form="keras",
        before=argument("epsilon", _constant(1e-3))),
    Sin("unbiased variance", "output", "moments", subject=_TF,
        after=output(lambda v, arrays, call: v * np.float64(1.01), 1)),
    Sin("axes left out", "output", "moments", subject=_TF,
        before=argument("axes", lambda axes: axes[:-1] or axes)),
    Sin("eps at its default", "output", "batch_normalization", subject=_TF,
        before=argument("variance_epsilon", _constant(1e-3))),
    Sin("offset added before the scale", "output", "batch_normalization", subject=_TF,
        after=output(lambda y, arrays, call: y + arrays["offset"] * (arrays["scale"] - 1)
                     if "offset" in arrays else y)),
    Sin("biased variance returned", "output", "fused_batch_norm", subject=_TF,
        after=output(lambda v, arrays, call: v * (1 - 1 / 18), 2)),
    Sin("float32 inside float64", "output", "batch_norm2d", floats(in_float32)),
    Sin("statistics kept in float64", "state", "batch_norm2d",
        after=lambda request, seen: replace(seen, state={
            name: each.astype(np.float64) for name, each in seen.state.items()})),
)  # fmt: skip

DROPOUT = (
    Sin("survivors not rescaled", "output", "dropout",
        after=output(lambda y, arrays, call: np.where(y != 0, arrays["input"], y))),
    Sin("survivors rescaled by p", "output", "dropout", word="p25",
        after=output(lambda y, arrays, call: y * 3)),
    Sin("elements dropped for channels", "output", "dropout2d",
        after=wrong_survivors("elementwise")),
    Sin("elements dropped for channels", "output", "dropout1d", subject=_TF, form="keras",
        after=wrong_survivors("elementwise")),
    Sin("active in evaluation", "output", "dropout", training(True), word="eval"),
    Sin("active in evaluation", "output", "dropout", training(True), word="eval", subject=_TF),
    Sin("inactive in training", "output", "dropout", training(False)),
    Sin("keep and drop probabilities exchanged", "mask", "dropout", word="p25",
        after=wrong_survivors("rate complemented")),
    Sin("neighbours share their fate", "mask", "dropout", after=wrong_survivors("in pairs")),
    Sin("every example drops the same", "mask", "dropout",
        after=wrong_survivors("every example alike")),
    Sin("every second element dropped", "mask", "dropout", after=wrong_survivors("alternating")),
    Sin("gradient of the dropped", "gradient", "dropout",
        after=gradient("input", lambda bar, arrays, call, cotangent: cotangent)),
    Sin("noise_shape ignored", "output", "dropout", subject=_TF,
        before=argument("noise_shape", _constant(None)), word="shared"),
    Sin("a rate of one divides by zero", "output", "dropout", word="p1",
        after=output(lambda y, arrays, call: y * np.nan)),
)  # fmt: skip

ACTIVATIONS = (
    Sin("slope 1 at 0", "gradient", "relu", after=gradient(
        "input", lambda bar, arrays, call, cotangent: np.where(
            arrays["input"] == 0, cotangent, bar))),
    Sin("NaN clipped to 0", "output", "relu",
        after=output(lambda y, arrays, call: np.nan_to_num(y, nan=0.0, posinf=np.inf))),
    Sin("the input left alone in place", "purity", "relu", form="class", word="inplace",
        after=lambda request, seen: replace(seen, inputs=dict(request.arrays))),
    Sin("a copy for in place", "purity", "relu", form="class", word="inplace",
        after=lambda request, seen: replace(seen, same_object=False)),
    Sin("input overwritten unasked", "purity", "relu",
        after=lambda request, seen: replace(seen, inputs={"input": seen.outputs[0]})),
    Sin("clipped at 5", "output", "relu6",
        after=output(lambda y, arrays, call: np.minimum(y, 5))),
    Sin("slope at its default", "output", "leaky_relu", word="slope3",
        before=argument("negative_slope", _constant(0.01))),
    Sin("torch's slope in Keras", "output", "leaky_relu", subject=_TF, form="layer",
        before=lambda request: replace(request, call=replace(request.call, arguments={
            "negative_slope": 0.01, **request.call.arguments}))),
    Sin("alpha at its default", "output", "elu", word="alpha2",
        before=argument("alpha", _constant(1.0))),
    Sin("slope from the right at 0", "gradient", "selu", after=gradient(
        "input", lambda bar, arrays, call, cotangent: np.where(
            arrays["input"] == 0, cotangent * 1.0507009873554805, bar))),
    Sin("exponential of large numbers", "output", "elu", after=output(
        lambda y, arrays, call: y + 0 * np.exp(arrays["input"].astype(np.float64) * 20))),
    Sin("tanh form for the exact one", "output", "gelu",
        before=lambda request: replace(request, call=replace(request.call, arguments={
            **request.call.arguments, "approximate": "tanh"}))),
    Sin("exact form for the tanh one", "output", "gelu", word="tanhform",
        before=argument("approximate", _constant("none"))),
    Sin("exact form for the tanh one", "output", "gelu", word="tanhform", subject=_TF,
        before=argument("approximate", _constant(False))),
    Sin("derivative without its second term", "gradient", "silu", after=gradient(
        "input", lambda bar, arrays, call, cotangent: cotangent / (
            1 + np.exp(-arrays["input"].astype(np.float64))))),
    Sin("beta not divided out", "output", "softplus", word="beta2",
        after=output(lambda y, arrays, call: y * 2)),
    Sin("threshold ignored", "output", "softplus", word="beta2",
        before=argument("threshold", _constant(1000.0))),
    Sin("limits at their defaults", "output", "hardtanh", word="range",
        before=argument("min_val", _constant(-1.0), "max_val", _constant(1.0))),
    Sin("slope 1 at the ends", "gradient", "hardtanh", after=gradient(
        "input", lambda bar, arrays, call, cotangent: np.where(
            np.abs(arrays["input"]) == 1, cotangent, bar))),
    Sin("old limits of 2.5", "output", "hardsigmoid", after=output(
        lambda y, arrays, call: np.clip(arrays["input"] * 0.2 + 0.5, 0, 1))),
    Sin("the logarithm of a sigmoid", "output", "log_sigmoid", after=output(
        lambda y, arrays, call: np.log(1 / (1 + np.exp(-arrays["input"].astype(np.float32)))))),
    Sin("one slope for all channels", "output", "prelu",
        array("weight", lambda w: np.full_like(w, w[0]))),
    Sin("slope gradient averaged", "gradient", "prelu", after=_unweighted("weight")),
    Sin("axis wrong", "output", "softmax", argument("dim", lambda axis: (axis + 1) % 3)),
    Sin("axis wrong", "output", "log_softmax", subject=_TF,
        before=argument("axis", lambda axis: (axis + 1) % 3)),
    Sin("maximum not subtracted", "output", "softmax", after=output(
        lambda y, arrays, call: y * (1 + 0 * np.exp(arrays["input"])))),
    Sin("the logarithm of a softmax", "output", "log_softmax",
        after=output(lambda y, arrays, call: np.log(np.exp(y)))),
    Sin("diagonal of the derivative alone", "gradient", "softmax", after=gradient(
        "input", lambda bar, arrays, call, cotangent: bar * 1.01)),
    Sin("outputs of 20 bits", "output", "sigmoid", after=all_outputs(truncated(20))),
    Sin("float32 inside float64", "output", "tanh", after=all_outputs(in_float32)),
    Sin("half types answered in float32", "dtype", "mish",
        after=all_outputs(lambda y: y.astype(np.float32) if y.dtype.itemsize == 2 else y)),
    Sin("one value of 65,536 wrong", "output", "relu6", after=all_outputs(
        lambda y: np.where(y == y.dtype.type(2.5), y.dtype.type(2.75), y)
        if y.dtype.name == "float16" else y)),
)  # fmt: skip

LOSSES = (
    Sin("label smoothing over K-1", "loss", "cross_entropy", after=output(smoothed_over_fewer)),
    Sin("label smoothing ignored", "loss", "cross_entropy", word="smooth",
        before=argument("label_smoothing", _constant(0.0))),
    Sin("ignored labels counted", "loss", "cross_entropy",
        array("target", lambda t: np.where(t < 0, 0, t) if t.dtype == np.int64 else t),
        word="ignored"),
    Sin("ignored labels counted", "loss", "nll_loss", word="ignore2",
        before=argument("ignore_index", _constant(-100))),
    Sin("mean over N instead of weights", "loss", "cross_entropy", after=output(mean_over_all)),
    Sin("mean over N instead of weights", "loss", "nll_loss", after=output(mean_over_all)),
    Sin("mean for a sum", "loss", "cross_entropy", word="sum",
        before=argument("reduction", lambda r: "mean" if r == "sum" else r)),
    Sin("class weights forgotten", "loss", "nll_loss", array("weight", np.ones_like)),
    Sin("gradient of the ignored", "gradient", "cross_entropy", word="ignored", after=gradient(
        "input", lambda bar, arrays, call, cotangent: np.where(bar == 0, 0.125, bar))),
    Sin("gradient not divided by N", "gradient", "cross_entropy",
        after=gradient("input", lambda bar, *rest: bar * 4)),
    Sin("no gradient of soft targets", "gradient", "cross_entropy", word="soft",
        after=gradient("target", lambda bar, *rest: bar * 0)),
    Sin("the logarithm of a clipped softmax", "loss", "cross_entropy", after=output(
        lambda y, arrays, call: np.minimum(y, 16.0))),
    Sin("class axis last", "loss", "cross_entropy", word="2d", before=array(
        "input", lambda x: x.reshape(4, 3, 2, 5).transpose(0, 3, 1, 2) if x.ndim == 4 else x)),
    Sin("labels off by one", "loss", "sparse_softmax_cross_entropy", subject=_TF,
        before=array("labels", lambda t: (t + 1) % 5)),
    Sin("labels made to sum to one", "loss", "softmax_cross_entropy", subject=_TF,
        word="unnormalised",
        before=array("labels", lambda t: t / t.sum(-1, keepdims=True))),
    Sin("scores taken for probabilities", "loss", "categorical_crossentropy", subject=_TF,
        before=argument("from_logits", _constant(False))),
    Sin("label smoothing ignored", "loss", "categorical_crossentropy", subject=_TF,
        before=argument("label_smoothing", _constant(0.0)), word="smooth"),
    Sin("ignored class counted", "loss", "sparse_categorical_crossentropy", subject=_TF,
        before=argument("ignore_class", _constant(None)), word="ignored"),
    Sin("float32 inside float64", "loss", "cross_entropy", floats(in_float32)),
)  # fmt: skip

# Sins that take data made for them: probabilities at the clipping, channels of several elements.
CERTAIN = (
    Sin("channels dropped for elements", "mask", "dropout",
        after=wrong_survivors("whole channels")),
    Sin("no clipping of probabilities", "loss", "categorical_crossentropy", subject=_TF,
        word="probabilities", patches={
            "refimpl.tf.keras.losses:probability_cross_entropy": lambda op: lambda *a, **k: op(
                *a, **{**k, "epsilon": 1e-12})}),
)  # fmt: skip

SINS = (*CONVOLUTION, *POOLING, *LINEAR, *NORMALISATION, *DROPOUT, *ACTIVATIONS, *LOSSES, *CERTAIN)
