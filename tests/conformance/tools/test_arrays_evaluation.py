"""What is evaluated of a named call is what the oracle says of the case, for every case."""

from __future__ import annotations

import numpy as np
import pytest

from conformance.judging.divergences import find_records
from conformance.layers.dialects import DIALECTS, forms_of, translate
from conformance.layers.registry import LAYERS, layer_cases
from conformance.oracle import expected, expected_state
from conformance.oracle.bounds import Bounded, Unit
from conformance.spec.call import Unsupported
from conformance.tools.arrays.callee import find_callee
from conformance.tools.arrays.evaluation import Call, evaluate

CASES = [case for case in layer_cases() if not LAYERS[case.layer].random]


def calls_of(case):
    for dialect in DIALECTS:
        for form in forms_of(case, dialect):
            try:
                yield dialect, form, translate(case, dialect, form)
            except Unsupported:
                continue


def evaluated(case, dialect, call, bars):
    name = f"{dialect}.{call.target}"
    arrays = {
        slot.name: np.array(slot.move.to(case.draw(slot.array)), order="C") for slot in call.slots
    }
    constants = {slot.name for slot in call.slots if slot.role == "constant"}
    if call.kind == "function":
        made = Call(find_callee(name), (), {**arrays, **call.arguments})
    else:
        inputs = [slot.name for slot in call.slots if slot.role == "input"]
        weights = {
            slot.name: arrays[slot.name]
            for slot in call.slots
            if slot.role in ("parameter", "buffer")
        }
        options = {**call.arguments, **{name: arrays[name] for name in constants}}
        made = Call(
            find_callee(name),
            tuple(arrays[name] for name in inputs),
            options,
            weights,
            call.training,
        )
    return evaluate(made, Unit.of(case.dtype), bars)


def assert_near(got, wanted, what):
    """Both are of the same function, which two honest programs may compute by other steps.

    Labels of float32, say, sum up to one only nearly, which one of them divides by.
    """
    assert isinstance(got, Bounded), what
    assert got.shape == wanted.shape, what
    with np.errstate(all="ignore"):
        near = np.abs(got.value - wanted.value) <= 1e-9 * np.abs(wanted.value) + wanted.bound / 2
        near |= (got.value == wanted.value) | (np.isnan(got.value) & np.isnan(wanted.value))
        near |= np.isinf(wanted.bound)
        # The steps may be others, such as a product with a scale of ones, or an average of one.
        alike = np.maximum(got.bound, wanted.bound) <= 8 * np.minimum(got.bound, wanted.bound)
        alike |= got.bound == wanted.bound
    assert near.all(), (what, got.value[~near][:3], wanted.value[~near][:3])
    assert alike.all(), (what, got.bound[~alike][:3], wanted.bound[~alike][:3])


LAYERS_WITH_CASES = sorted({case.layer for case in CASES})


@pytest.mark.parametrize("layer", LAYERS_WITH_CASES)
def test_every_case_is_evaluated_as_by_the_oracle(layer):
    seen = 0
    for case in CASES:
        if case.layer != layer or "alone" in case.words:  # a group of one is itself minus itself
            continue
        for dialect, form, call in calls_of(case):
            wanted = expected(case.restricted_to(call.arrays), dict(call.conventions))
            bars = tuple(
                np.array(result.move.to(wanted.cotangents[result.name]), order="C")
                for result in call.results
                if result.differentiated and result.name in wanted.cotangents
            )
            where = f"{case.id} {dialect} {form}"
            try:
                found = evaluated(case, dialect, call, bars)
            except ValueError:  # what a framework refuses
                assert is_on_record(case, dialect, form) or "unbatched" in case.words, where
                continue
            seen += 1
            for result, output in zip(call.results, found.outputs, strict=False):
                if isinstance(wanted.outputs[result.name], Bounded):
                    assert_near(result.move.back(output), wanted.outputs[result.name], where)
            for slot in call.slots:
                if slot.has_gradient and slot.array in wanted.gradients and bars:
                    gradient = found.gradients[slot.name]
                    assert_near(slot.move.back(gradient), wanted.gradients[slot.array], where)
            if LAYERS[layer].advance is not None and case.config.get("track"):
                assert_state(case, call, found, where)
    assert seen


def is_on_record(case, dialect, form):
    subject = {"torch": "refimpl.torch", "tf": "refimpl.tf"}[dialect]
    return any(each.kind == "raises" for each in find_records(case, "output", subject, form))


def assert_state(case, call, found, where):
    wanted = expected_state(case, call.conventions, 1)
    for slot in call.slots:
        if slot.role == "buffer":
            assert_near(slot.move.back(found.state[slot.name]), wanted[slot.array], where)
