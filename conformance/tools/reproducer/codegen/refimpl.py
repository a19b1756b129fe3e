"""Writes a call as a program for one of refimpl's two dialects."""

from __future__ import annotations

from conformance.spec.case import Array
from conformance.spec.request import Request
from conformance.tools.reproducer.codegen import base
from conformance.tools.reproducer.codegen.base import (
    Lines,
    assign_results,
    batch_variable,
    buffer_name,
    cotangent_variable,
    differentiated_results,
    format_arguments,
    format_keywords,
    format_tuple,
    inverse_order,
    memory_order,
    pick_call_array,
    pick_owned,
    slots_of,
    wrong_slot,
)
from conformance.tools.reproducer.codegen.tensorflow import call_layer, make_layer
from conformance.tools.reproducer.failure import Failure
from conformance.tools.reproducer.literals import format_nested, is_ramp, uniform_value

# By dialect.
INSPECTIONS = {
    "refimpl.torch": {
        **base.INSPECTIONS,
        "trainable": "any(each.data is found for each in layer.parameters())",
        "initial": base.ONE_VALUE,
    },
    "refimpl.tf": {
        **base.INSPECTIONS,
        "owned dtype": "np.dtype(found.dtype).name",
        "trainable": "bool(found.trainable)",
        "initial": base.ONE_VALUE.replace("found.", "found.value."),
    },
}
SEEDS = {
    "refimpl.torch": "refimpl.torch.manual_seed({seed})",
    "refimpl.tf": "refimpl.tf.keras.utils.set_random_seed({seed})",
}


def format_dtype(name: str) -> str:
    """Write a dtype; bfloat16 is imported from ml_dtypes."""
    return name if name == "bfloat16" else f"np.{name}"


def format_array(array: Array) -> str:
    """Write the expression that makes an array."""
    same, kind = uniform_value(array), format_dtype(array.dtype.name)
    if same is not None:
        return f"np.full({array.shape}, {same}, {kind})"
    if is_ramp(array):
        return f"np.arange({array.size}).reshape({array.shape}).astype({kind})"
    text, order = f"np.array({format_nested(array)}, {kind})", memory_order(array)
    if order is None:
        return text
    return f"np.ascontiguousarray({text}.transpose{order}).transpose{inverse_order(order)}"


def write_call(failure: Failure, request: Request, root: str) -> Lines:
    """Write the lines after the arrays."""
    call, case = failure.trial.call, failure.trial.case
    bars = format_tuple([cotangent_variable(name) for name in differentiated_results(call)])
    if call.kind == "function":
        passed = {slot.name: slot.name for slot in call.slots}
        arguments = format_keywords(passed | format_arguments(call, ""))
        function = f"{root}.{call.target}"
        if failure.kind == "gradient":
            return [
                f"_, vjp = {function}.with_vjp({arguments})",
                f"found = dict(zip({function}.names, vjp({bars})))[{wrong_slot(failure).name!r}]",
            ]
        lines = [assign_results(call, f"{function}({arguments})")]
        first = next(slot.name for slot in call.slots if slot.array == "input")
        for step in range(1, len(request.further) + 1):
            more = format_keywords(
                passed | {first: batch_variable(step)} | format_arguments(call, "")
            )
            lines.append(f"{function}({more})")
        return [*lines, *pick_call_array(failure)]
    inputs = [slot.name for slot in slots_of(call, "input")]
    if root.endswith("torch"):
        constants = {slot.name: slot.name for slot in slots_of(call, "constant")}
        made = format_keywords(format_arguments(call, format_dtype(case.dtype)) | constants)
        lines = [f"layer = {root}.{call.target}({made})"]
        if failure.kind == "owned":
            lines.append("owned = {name: each.data for name, each in layer.named_parameters()}")
            return [*lines, "owned |= dict(layer.named_buffers())", *pick_owned(failure)]
        lines += [f"layer.{s.name}.data = {s.name}" for s in slots_of(call, "parameter")]
        lines += [f"layer.{s.name}[...] = {s.name}" for s in slots_of(call, "buffer")]
        if call.training is not None:
            lines.append(f"layer.train({call.training})")
        once, again = f"layer({', '.join(inputs)})", "layer({})"
    else:
        lines = make_layer(failure, root)
        if failure.kind == "owned":
            return [*lines, *pick_owned(failure)]
        once, again = call_layer(call, inputs), call_layer(call, ["{}"])
    lines.append(assign_results(call, once))
    lines += [again.format(batch_variable(step)) for step in range(1, len(request.further) + 1)]
    if failure.kind in ("output", "input"):
        return [*lines, *pick_call_array(failure)]
    if failure.kind == "state":
        value = "" if root.endswith("torch") else ".value"
        return [*lines, f"found = layer.{buffer_name(failure)}{value}"]
    off = wrong_slot(failure)
    if off.role == "parameter":
        return [*lines, f"layer.backward({bars})", f"found = layer.{off.name}.grad"]
    place = [each.name for each in slots_of(call, "input") if each.has_gradient].index(off.name)
    lines.append(f"bars = layer.backward({bars})")
    return [*lines, f"found = bars[{place}] if isinstance(bars, tuple) else bars"]
