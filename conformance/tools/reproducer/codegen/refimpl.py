"""A call as a program of one of refimpl's two dialects."""

from __future__ import annotations

from conformance.spec.case import Array
from conformance.spec.request import Request
from conformance.tools.reproducer.codegen import base
from conformance.tools.reproducer.codegen.base import (
    Lines,
    bars_of,
    batch,
    buffer_off,
    cotangent,
    inverse,
    keywords,
    of_the_call,
    one_or_tuple,
    owned_off,
    results_of,
    shown,
    slot_off,
    slots_of,
    stored,
)
from conformance.tools.reproducer.codegen.tensorflow import call_layer, make_layer
from conformance.tools.reproducer.failure import Failure
from conformance.tools.reproducer.literals import is_ramp, nested, uniform

# By dialect.
LOOKS = {
    "refimpl.torch": {
        **base.LOOKS,
        "trainable": "any(each.data is found for each in layer.parameters())",
        "initial": base.ONE_VALUE,
    },
    "refimpl.tf": {
        **base.LOOKS,
        "owned dtype": "np.dtype(found.dtype).name",
        "trainable": "bool(found.trainable)",
        "initial": base.ONE_VALUE.replace("found.", "found.value."),
    },
}
SEEDS = {
    "refimpl.torch": "refimpl.torch.manual_seed({seed})",
    "refimpl.tf": "refimpl.tf.keras.utils.set_random_seed({seed})",
}


def dtype(name: str) -> str:
    """Write a dtype; bfloat16 is imported from ml_dtypes."""
    return name if name == "bfloat16" else f"np.{name}"


def array(array: Array) -> str:
    """Write the expression that makes an array."""
    same, kind = uniform(array), dtype(array.dtype.name)
    if same is not None:
        return f"np.full({array.shape}, {same}, {kind})"
    if is_ramp(array):
        return f"np.arange({array.size}).reshape({array.shape}).astype({kind})"
    text, order = f"np.array({nested(array)}, {kind})", stored(array)
    if order is None:
        return text
    return f"np.ascontiguousarray({text}.transpose{order}).transpose{inverse(order)}"


def program(failure: Failure, request: Request, root: str) -> Lines:
    """Write the lines after the arrays."""
    call, case = failure.trial.call, failure.trial.case
    bars = one_or_tuple([cotangent(name) for name in bars_of(call)])
    if call.kind == "function":
        passed = {slot.name: slot.name for slot in call.slots}
        arguments = keywords(passed | shown(call, ""))
        function = f"{root}.{call.target}"
        if failure.kind == "gradient":
            return [
                f"_, vjp = {function}.with_vjp({arguments})",
                f"found = dict(zip({function}.names, vjp({bars})))[{slot_off(failure).name!r}]",
            ]
        lines = [results_of(call, f"{function}({arguments})")]
        first = next(slot.name for slot in call.slots if slot.array == "input")
        for step in range(1, len(request.further) + 1):
            more = keywords(passed | {first: batch(step)} | shown(call, ""))
            lines.append(f"{function}({more})")
        return [*lines, *of_the_call(failure)]
    inputs = [slot.name for slot in slots_of(call, "input")]
    if root.endswith("torch"):
        constants = {slot.name: slot.name for slot in slots_of(call, "constant")}
        made = keywords(shown(call, dtype(case.dtype)) | constants)
        lines = [f"layer = {root}.{call.target}({made})"]
        if failure.kind == "owned":
            lines.append("owned = {name: each.data for name, each in layer.named_parameters()}")
            return [*lines, "owned |= dict(layer.named_buffers())", *owned_off(failure)]
        lines += [f"layer.{s.name}.data = {s.name}" for s in slots_of(call, "parameter")]
        lines += [f"layer.{s.name}[...] = {s.name}" for s in slots_of(call, "buffer")]
        if call.training is not None:
            lines.append(f"layer.train({call.training})")
        once, again = f"layer({', '.join(inputs)})", "layer({})"
    else:
        lines = make_layer(failure, root)
        if failure.kind == "owned":
            return [*lines, *owned_off(failure)]
        once, again = call_layer(call, inputs), call_layer(call, ["{}"])
    lines.append(results_of(call, once))
    lines += [again.format(batch(step)) for step in range(1, len(request.further) + 1)]
    if failure.kind in ("output", "input"):
        return [*lines, *of_the_call(failure)]
    if failure.kind == "state":
        value = "" if root.endswith("torch") else ".value"
        return [*lines, f"found = layer.{buffer_off(failure)}{value}"]
    off = slot_off(failure)
    if off.role == "parameter":
        return [*lines, f"layer.backward({bars})", f"found = layer.{off.name}.grad"]
    place = [each.name for each in slots_of(call, "input") if each.has_gradient].index(off.name)
    lines.append(f"bars = layer.backward({bars})")
    return [*lines, f"found = bars[{place}] if isinstance(bars, tuple) else bars"]
