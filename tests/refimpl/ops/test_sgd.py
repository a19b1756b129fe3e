"""The two steps of gradient descent, against their rules written out for one number."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from refimpl.ops.sgd import coupled_step, decoupled_step

STEPS = {"coupled": coupled_step, "decoupled": decoupled_step}


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_a_step_goes_down_the_gradient_unless_more_is_said(step):
    after, averaged = step(np.array([3.0]), np.array([2.0]), None, learning_rate=0.25)
    assert (after, averaged) == (np.array([2.5]), None)


@pytest.mark.parametrize(
    ("decay", "dampening", "nesterov"),
    list(itertools.product([0.0, 0.5], [0.0, 0.25], [False, True])),
)
def test_two_coupled_steps(decay, dampening, nesterov):
    parameter, averaged = np.array([4.0]), None
    want, mean = 4.0, None
    for gradient in (2.0, -1.0):
        words = {"weight_decay": decay, "dampening": dampening, "nesterov": nesterov}
        parameter, averaged = coupled_step(
            parameter, np.array([gradient]), averaged, learning_rate=0.5, momentum=0.75, **words
        )
        slope = gradient + decay * want
        mean = slope if mean is None else 0.75 * mean + (1 - dampening) * slope
        want -= 0.5 * (slope + 0.75 * mean if nesterov else mean)
        assert (parameter[0], averaged[0]) == (want, mean)


@pytest.mark.parametrize(("decay", "nesterov"), list(itertools.product([0.0, 0.5], [False, True])))
def test_two_decoupled_steps(decay, nesterov):
    parameter, velocity = np.array([4.0]), None
    want, speed = 4.0, 0.0
    for gradient in (2.0, -1.0):
        parameter, velocity = decoupled_step(
            parameter,
            np.array([gradient]),
            velocity,
            learning_rate=0.5,
            momentum=0.75,
            weight_decay=decay,
            nesterov=nesterov,
        )
        want -= 0.5 * decay * want
        speed = 0.75 * speed - 0.5 * gradient
        want += 0.75 * speed - 0.5 * gradient if nesterov else speed
        assert (parameter[0], velocity[0]) == (want, speed)
