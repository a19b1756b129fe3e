"""Writes a call as a PyTorch program."""

from __future__ import annotations

from conformance.spec.case import Array
from conformance.spec.request import Request
from conformance.tools.reproducer.codegen import base
from conformance.tools.reproducer.codegen.base import (
    Lines,
    assign_results,
    batch_variable,
    cotangent_variable,
    differentiated_results,
    differentiated_slots,
    format_arguments,
    format_keywords,
    inverse_order,
    memory_order,
    pick_call_array,
    pick_owned,
    slots_of,
    wrong_slot,
)
from conformance.tools.reproducer.failure import Failure
from conformance.tools.reproducer.literals import format_nested, is_ramp, uniform_value

INSPECTIONS = {
    **base.INSPECTIONS,
    "dtype": 'str(found.dtype).removeprefix("torch.")',
    "same": "output.data_ptr() == input.data_ptr()",
    "trainable": "isinstance(found, torch.nn.Parameter)",
    "initial": base.ONE_VALUE.replace("found.", "found.data."),
}


def format_array(array: Array) -> str:
    """Write the expression that makes an array."""
    same = uniform_value(array)
    if same is not None:
        return f"torch.full({array.shape}, {same}, dtype=torch.{array.dtype.name})"
    if is_ramp(array):
        made = f"torch.arange({array.size}, dtype=torch.{array.dtype.name})"
        return f"{made}.reshape({array.shape})"
    text, order = (
        f"torch.tensor({format_nested(array)}, dtype=torch.{array.dtype.name})",
        memory_order(array),
    )
    return f"{text}.permute{order}.contiguous().permute{inverse_order(order)}" if order else text


def write_call(failure: Failure, request: Request) -> Lines:
    """Write the lines after the arrays."""
    call, case = failure.trial.call, failure.trial.case
    # Autograd does not let a leaf be written over; where the input is looked at, it is the one.
    inplace = bool(call.arguments.get("inplace")) and failure.kind != "input"
    inputs = {s.name: f"{s.name}.clone()" if inplace else s.name for s in slots_of(call, "input")}
    wanted = differentiated_slots(failure, request)
    leaf = {slot.name: slot.name for slot in call.slots}
    lines = []
    if call.kind == "class":
        constants = {slot.name: slot.name for slot in slots_of(call, "constant")}
        made = format_keywords(format_arguments(call, f"torch.{case.dtype}") | constants)
        lines.append(f"layer = torch.{call.target}({made})")
        if failure.kind == "owned":
            lines.append("owned = dict([*layer.named_parameters(), *layer.named_buffers()])")
            return [*lines, *pick_owned(failure)]
        for slot in slots_of(call, "parameter"):
            lines.append(f"layer.{slot.name}.data = {slot.name}")
        for slot in slots_of(call, "buffer"):
            lines.append(f"layer.{slot.name}.copy_({slot.name})")
        if call.training is not None:
            lines.append(f"layer.train({call.training})")
        leaf |= {s.name: f"layer.{s.name}" for s in slots_of(call, "parameter", "buffer")}
        call_once = f"layer({', '.join(inputs.values())})"
        again = "layer({})"
    else:
        passed = {slot.name: inputs.get(slot.name, slot.name) for slot in call.slots}
        first = next(slot.name for slot in call.slots if slot.array == "input")
        options = format_arguments(call, "")
        call_once = f"torch.{call.target}({format_keywords(passed | options)})"
        again = f"torch.{call.target}({format_keywords(passed | {first: '{}'} | options)})"
    watched = [s.name for s in wanted if s.role == "input" or call.kind == "function"]
    if failure.kind == "gradient":
        lines += [f"{name}.requires_grad_()" for name in watched]
    lines.append(assign_results(call, call_once))
    lines += [again.format(batch_variable(step)) for step in range(1, len(request.further) + 1)]
    if failure.kind == "gradient":
        names = [slot.name for slot in wanted]
        results = ", ".join(differentiated_results(call))
        bars = ", ".join(map(cotangent_variable, differentiated_results(call)))
        leaves = ", ".join(leaf[name] for name in names)
        lines.append(f"gradients = torch.autograd.grad([{results}], [{leaves}], [{bars}])")
        return [*lines, f"found = gradients[{names.index(wrong_slot(failure).name)}]"]
    if failure.kind == "state":
        return [*lines, f"found = {leaf.get(failure.name, 'layer.' + failure.name)}"]
    found = pick_call_array(failure)
    if failure.kind == "output" and slots_of(call, "parameter") and call.kind == "class":
        found = [f"{line}.detach()" for line in found]  # or a number of it cannot be taken quietly
    return [*lines, *found]
