"""The chapter's statements: healthy libraries pass, and what each says is really asked."""

from __future__ import annotations

import functools

import numpy as np
import pytest

import refimpl.tf
import refimpl.torch
from conformance.checks.chapter import common, tf, torch
from conformance.oracle.bounds import LIMIT
from conformance.programs import all_cases
from conformance.subjects.tf_library import RefimplTfLibrary
from conformance.subjects.torch_library import RefimplTorchLibrary

DIALECTS = {
    "torch": (torch.CHECKS, RefimplTorchLibrary, refimpl.torch),
    "tf": (tf.CHECKS, RefimplTfLibrary, refimpl.tf),
}
NUMBERS = [(dialect, number) for dialect, (told, *_) in DIALECTS.items() for number in told]
CASE = next(case for case in all_cases() if case.layer == "chapter")
both = pytest.mark.parametrize("dialect", DIALECTS)


def worst(dialect, number, change=lambda output: output):
    """Ask a statement of refimpl, whose layers' outputs are changed, and give the largest K."""
    told, kind, root = DIALECTS[dialect]

    class Changed(kind):
        def call(self, layer, *inputs, training=None):
            return change(super().call(layer, *inputs, training=training))

    return max(finding.k for finding in told[number](Changed(root), CASE))


@pytest.mark.parametrize(("dialect", "number"), NUMBERS)
def test_a_healthy_library_passes(dialect, number):
    assert worst(dialect, number) <= LIMIT


def one_lost(output, rank):
    """Drop one element of a channel that is kept, in the outputs of one rank."""
    if output.ndim == rank + 2:
        output[tuple(np.argwhere(output != 0)[0])] = 0
    return output


@both
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_a_channel_that_is_dropped_in_part_is_seen(dialect, rank):
    assert worst(dialect, "5.3", functools.partial(one_lost, rank=rank)) > LIMIT


@both
@pytest.mark.parametrize("number", ["4.2", "4.3"])
@pytest.mark.parametrize(
    "change",
    [
        lambda output: output * np.float32(1.0001),
        lambda output: output + np.float32(1e-4),
        lambda output: output * np.float32(0.5**0.5),
    ],
    ids=["scaled", "shifted", "biased"],
)
def test_a_batch_that_is_normalised_otherwise_is_seen(dialect, number, change):
    assert worst(dialect, number, change) > LIMIT


@both
def test_a_dropout_in_evaluation_that_changes_one_element_is_seen(dialect):
    def change(output):
        output[-1, -1] *= 2
        return output

    assert worst(dialect, "5.2", change) > LIMIT


def test_survivors_that_are_not_doubled_are_seen():
    batch = np.ones((200, 50), np.float32)
    kept = np.arange(batch.size).reshape(batch.shape) % 2
    assert (
        max(finding.k for finding in common.check_half_is_dropped(batch, 2 * batch * kept)) <= LIMIT
    )
    assert max(finding.k for finding in common.check_half_is_dropped(batch, batch * kept)) > LIMIT


@both
@pytest.mark.parametrize("place", range(4))
def test_a_wrong_gradient_of_the_whole_model_is_seen(dialect, place):
    told, kind, root = DIALECTS[dialect]

    class Changed(kind):
        def step(self, *arguments):
            step = super().step(*arguments)
            key = sorted(step.gradients)[place]
            step.gradients[key][...] += np.float32(1e-3)
            return step

    wrong = [finding.what for finding in told["8.1"](Changed(root), CASE) if finding.k > LIMIT]
    assert len(wrong) == 1
    assert wrong[0].startswith("gradient of ")
