"""Subjects: loaded lazily, alike in what they answer, and careful with the arrays they get."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.judging.session import Session
from conformance.layers.dialects import DIALECTS
from conformance.layers.registry import layer_cases
from conformance.spec.request import Observation, Request, laid_out
from conformance.subjects import loading
from conformance.subjects.protocol import HasLibrary, constant, resolve

CASES = {case.id: case for case in layer_cases()}
LAYERS = sorted({case.layer for case in CASES.values()})


@st.composite
def arrays(draw):
    shape = tuple(draw(st.lists(st.integers(0, 4), min_size=0, max_size=5)))
    return np.arange(np.prod(shape, dtype=int), dtype=np.float32).reshape(shape)


@given(arrays(), st.sampled_from(["contiguous", "strided", "channels_last"]))
def test_laying_out_keeps_the_numbers(array, memory):
    copy = laid_out(array, memory)
    np.testing.assert_array_equal(copy, array)
    assert copy.dtype == array.dtype
    assert not np.shares_memory(copy, array)


def test_layouts_are_what_they_are_called():
    array = np.zeros((2, 3, 4, 5))
    assert laid_out(array, "contiguous").flags.c_contiguous
    last = laid_out(array, "channels_last")
    assert last.strides[1] == array.itemsize
    assert last.transpose(0, 2, 3, 1).flags.c_contiguous
    strided = laid_out(array, "strided")
    assert not strided.flags.c_contiguous
    assert not strided.flags.f_contiguous
    assert all(stride > array.itemsize for stride in strided.strides[1:])


def test_constant():
    assert constant(np.full((2, 3), 0.25, np.float16)) == 0.25
    assert constant(np.array(7)) == 7.0
    assert constant(np.array([1.0, 2.0])) is None
    assert constant(np.zeros(0)) is None
    assert constant(np.array([np.nan])) is None


def test_resolve():
    assert resolve(np, "linalg.norm") is np.linalg.norm
    with pytest.raises(AttributeError):
        resolve(np, "linalg.no_such_thing")


def test_loading():
    subject = loading.load("refimpl.torch")
    assert (subject.name, subject.dialect) == ("refimpl.torch", "torch")
    assert isinstance(subject, HasLibrary)
    own = loading.load("conformance.subjects.refimpl:RefimplTf")
    assert own.dialect == loading.dialect_of("conformance.subjects.refimpl:RefimplTf") == "tf"
    with pytest.raises(ValueError, match=r"no subject 'numpy'; known are refimpl\.torch, torch"):
        loading.load("numpy")
    with pytest.raises(ImportError):
        loading.load("no_such_module:Thing")


def test_columns_stand_beside_their_framework_and_dialects_are_known():
    assert loading.SUBJECTS == ("refimpl.torch", "torch", "refimpl.tf", "tensorflow")
    assert {loading.dialect_of(name) for name in loading.SUBJECTS} == set(DIALECTS)


def test_no_framework_is_imported_before_it_is_asked_for():
    script = (
        "import sys, conformance.subjects.loading as s, conformance.subjects.torch,"
        "conformance.subjects.tensorflow; s.load('refimpl.torch'); s.load('refimpl.tf');"
        "print([n for n in ('torch', 'tensorflow', 'keras') if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


class LendingSubject:
    """Records its requests and answers; the arrays it passes on cannot be written."""

    def __init__(self, original):
        self.original, self.name, self.dialect = original, original.name, original.dialect
        self.seen = []

    def run(self, request):
        for array in (*request.arrays.values(), *request.further):
            array.flags.writeable = False
        answer = self.original.run(request)
        self.seen.append((request, answer))
        return answer


def observations(name, layer):
    """Run the first case of a layer in each form."""
    session = Session()
    lending = LendingSubject(loading.load(name))
    session.runner.subject = lambda _: lending
    dialect = DIALECTS[loading.dialect_of(name)]
    some = [c for c in CASES.values() if c.layer == layer and c.dtype == "float32"]
    for form in dialect.forms[layer]:
        for case in some:
            try:
                trial = session.trial(case, name, form)
                session.answers.observe(trial, gradients=True)
            except Exception:
                continue
            break
    return lending.seen


def answers_to(name, asked):
    """Ask a subject the same requests."""
    subject = loading.load(name)
    return [subject.run(request) for request, _ in asked]


@pytest.mark.parametrize("name", ["refimpl.torch", "refimpl.tf", "torch"])
def test_what_is_lent_is_left_alone_and_answers_are_arrays(name):
    if name == "torch":
        pytest.importorskip("torch")
    for layer in LAYERS:
        seen = observations(name, layer)
        assert bool(seen) == bool(DIALECTS[loading.dialect_of(name)].forms[layer]), layer
        for request, answer in seen:
            call = request.call
            where = f"{layer} {call.target}"
            assert isinstance(answer, Observation)
            assert len(answer.outputs) == len(call.results), where
            found = (*answer.outputs, *answer.gradients.values(), *answer.state.values())
            assert all(isinstance(each, np.ndarray) for each in found), where
            assert not any(
                np.shares_memory(each, lending)
                for each in (*found, *answer.inputs.values())
                for lending in request.arrays.values()
                if each.size
            ), where
            slots = {slot.name: slot for slot in call.slots}
            assert set(answer.gradients) <= set(slots), where
            assert {n for n, s in slots.items() if s.role == "input"} == set(answer.inputs), where
            assert {n for n, s in slots.items() if s.role == "buffer"} <= set(answer.state), where


def test_real_and_own_subjects_answer_the_same_questions():
    pytest.importorskip("torch")
    for layer in LAYERS:
        answered = observations("torch", layer)
        pairs = zip(answered, answers_to("refimpl.torch", answered), strict=True)
        for (asked, real), own in pairs:
            where = f"{layer} {asked.call.target}"
            wanted = {slot.name for slot in asked.call.slots if slot.has_gradient}
            assert set(real.gradients) & wanted == set(own.gradients) & wanted, where
            assert set(real.state) == set(own.state), where
            assert real.owned == own.owned or not asked.fresh, where
            assert [each.shape for each in real.outputs] == [each.shape for each in own.outputs]
            assert real.same_object == own.same_object, where


def test_a_fresh_request_shows_owned_things_only():
    case = next(case for case in CASES.values() if case.layer == "linear" and case.config["bias"])
    call = DIALECTS["torch"].translate(case, "class")
    arrays = {slot.name: case.draw(slot.array) for slot in call.slots}
    seen = loading.load("refimpl.torch").run(Request(call, arrays, fresh=True))
    assert seen == replace(Observation(()), owned=seen.owned)
    assert [each.name for each in seen.owned] == ["weight", "bias"]
