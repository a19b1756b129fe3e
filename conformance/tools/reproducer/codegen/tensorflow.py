"""Writes a call as a TensorFlow program."""

from __future__ import annotations

from conformance.spec.call import Call
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
    pick_call_array,
    pick_owned,
    slots_of,
    wrong_slot,
)
from conformance.tools.reproducer.failure import Failure
from conformance.tools.reproducer.literals import format_nested, is_ramp, uniform_value

INSPECTIONS = {
    **base.INSPECTIONS,
    "owned dtype": "str(found.dtype)",
    "trainable": "any(each is found for each in layer.trainable_weights)",
    "initial": base.ONE_VALUE.replace("found.", "found.numpy()."),
}


def format_array(array: Array) -> str:
    """Write the expression that makes an array."""
    same = uniform_value(array)
    if same is not None:
        return f"tf.fill({array.shape}, tf.constant({same}, tf.{array.dtype.name}))"
    if is_ramp(array):
        return f"tf.reshape(tf.cast(tf.range({array.size}), tf.{array.dtype.name}), {array.shape})"
    return f"tf.constant({format_nested(array)}, tf.{array.dtype.name})"


def make_layer(failure: Failure, root: str) -> Lines:
    """Construct a Keras layer, and assign its variables."""
    call = failure.trial.call
    arguments = format_keywords(format_arguments(call, repr(failure.trial.case.dtype)))
    lines = [f"layer = {root}.{call.target}({arguments})"]
    assigned = slots_of(call, "parameter", "buffer")
    if failure.kind == "owned":
        lines.append(f"layer.build({slots_of(call, 'input')[0].name}.shape)")
        return [*lines, "owned = {each.name: each for each in layer.weights}"]
    if assigned:
        lines.append(f"layer.build({slots_of(call, 'input')[0].name}.shape)")
    return lines + [f"layer.{slot.name}.assign({slot.name})" for slot in assigned]


def call_layer(call: Call, inputs: list[str]) -> str:
    """Call a Keras layer, in its mode if it has one."""
    mode = [] if call.training is None else [f"training={call.training}"]
    return f"layer({', '.join([*inputs, *mode])})"


def write_call(failure: Failure, request: Request) -> Lines:
    """Write the lines after the arrays."""
    call = failure.trial.call
    wanted = differentiated_slots(failure, request)
    lines = []
    if call.kind == "class":
        lines += make_layer(failure, "tf")
        if failure.kind == "owned":
            return [*lines, *pick_owned(failure)]
        expression = call_layer(call, [slot.name for slot in slots_of(call, "input")])
        leaf = {s.name: f"layer.{s.name}.value" for s in slots_of(call, "parameter", "buffer")}
    else:
        passed = {slot.name: slot.name for slot in call.slots}
        expression, leaf = (
            f"tf.{call.target}({format_keywords(passed | format_arguments(call, ''))})",
            {},
        )
    if failure.kind == "gradient":
        results = ", ".join(differentiated_results(call))
        bars = ", ".join(map(cotangent_variable, differentiated_results(call)))
        leaves = ", ".join(leaf.get(slot.name, slot.name) for slot in wanted)
        found = [slot.name for slot in wanted].index(wrong_slot(failure).name)
        return [
            *lines,
            f"watched = [{leaves}]",
            "with tf.GradientTape() as tape:",
            "    tape.watch(watched)",
            f"    {assign_results(call, expression)}",
            f"gradients = tape.gradient([{results}], watched, [{bars}])",
            f"found = gradients[{found}]",
        ]
    lines.append(assign_results(call, expression))
    lines += [call_layer(call, [batch_variable(step + 1)]) for step in range(len(request.further))]
    if failure.kind == "state":
        return [*lines, f"found = layer.{wrong_slot(failure).name}.value"]
    return [*lines, *pick_call_array(failure)]
