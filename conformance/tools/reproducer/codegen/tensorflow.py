"""A call as a program of TensorFlow's."""

from __future__ import annotations

from conformance.spec.call import Call
from conformance.spec.case import Array
from conformance.spec.request import Request
from conformance.tools.reproducer.codegen import base
from conformance.tools.reproducer.codegen.base import (
    Lines,
    bars_of,
    batch,
    cotangent,
    differentiated,
    keywords,
    of_the_call,
    owned_off,
    results_of,
    shown,
    slot_off,
    slots_of,
)
from conformance.tools.reproducer.failure import Failure
from conformance.tools.reproducer.literals import is_ramp, nested, uniform

LOOKS = {
    **base.LOOKS,
    "owned dtype": "str(found.dtype)",
    "trainable": "any(each is found for each in layer.trainable_weights)",
    "initial": base.ONE_VALUE.replace("found.", "found.numpy()."),
}


def array(array: Array) -> str:
    """Write the expression that makes an array."""
    same = uniform(array)
    if same is not None:
        return f"tf.fill({array.shape}, tf.constant({same}, tf.{array.dtype.name}))"
    if is_ramp(array):
        return f"tf.reshape(tf.cast(tf.range({array.size}), tf.{array.dtype.name}), {array.shape})"
    return f"tf.constant({nested(array)}, tf.{array.dtype.name})"


def make_layer(failure: Failure, root: str) -> Lines:
    """Make a Keras layer, and give its variables their values."""
    call = failure.trial.call
    lines = [
        f"layer = {root}.{call.target}({keywords(shown(call, repr(failure.trial.case.dtype)))})"
    ]
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


def program(failure: Failure, request: Request) -> Lines:
    """Write the lines after the arrays."""
    call = failure.trial.call
    wanted = differentiated(failure, request)
    lines = []
    if call.kind == "class":
        lines += make_layer(failure, "tf")
        if failure.kind == "owned":
            return [*lines, *owned_off(failure)]
        expression = call_layer(call, [slot.name for slot in slots_of(call, "input")])
        leaf = {s.name: f"layer.{s.name}.value" for s in slots_of(call, "parameter", "buffer")}
    else:
        passed = {slot.name: slot.name for slot in call.slots}
        expression, leaf = f"tf.{call.target}({keywords(passed | shown(call, ''))})", {}
    if failure.kind == "gradient":
        results = ", ".join(bars_of(call))
        bars = ", ".join(map(cotangent, bars_of(call)))
        leaves = ", ".join(leaf.get(slot.name, slot.name) for slot in wanted)
        found = [slot.name for slot in wanted].index(slot_off(failure).name)
        return [
            *lines,
            f"watched = [{leaves}]",
            "with tf.GradientTape() as tape:",
            "    tape.watch(watched)",
            f"    {results_of(call, expression)}",
            f"gradients = tape.gradient([{results}], watched, [{bars}])",
            f"found = gradients[{found}]",
        ]
    lines.append(results_of(call, expression))
    lines += [call_layer(call, [batch(step + 1)]) for step in range(len(request.further))]
    if failure.kind == "state":
        return [*lines, f"found = layer.{slot_off(failure).name}.value"]
    return [*lines, *of_the_call(failure)]
