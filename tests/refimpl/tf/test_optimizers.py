"""SGD against Keras', step by step."""

from __future__ import annotations

import numpy as np
import pytest

from refimpl.tf._src.optimizers import SGD
from refimpl.tf.keras import Variable

OPTIONS = {
    "plain": {},
    "momentum": {"momentum": 0.875},
    "nesterov": {"momentum": 0.75, "nesterov": True},
    "decay": {"weight_decay": 0.125},
    "all": {"momentum": 0.75, "nesterov": True, "weight_decay": 0.0625},
}


@pytest.mark.parametrize("options", OPTIONS.values(), ids=list(OPTIONS))
def test_every_step_is_keras(options):
    pytest.importorskip("torch")
    tf = pytest.importorskip("tensorflow")
    start = np.linspace(-1, 1, 6, dtype=np.float32).reshape(3, 2)
    theirs = tf.Variable(start)
    ours = Variable(start, dtype="float32")
    reference = tf.keras.optimizers.SGD(0.25, **options)
    optimizer = SGD(0.25, **options)
    rng = np.random.default_rng(3)
    for _ in range(6):
        gradient = rng.standard_normal((3, 2)).astype(np.float32)
        reference.apply_gradients([(tf.constant(gradient), theirs)])
        optimizer.apply_gradients([(gradient, ours)])
        # A handful of float32 roundings each step, of numbers no larger than a few units.
        np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=0, atol=2e-6)
    assert optimizer.iterations == 6


def test_without_a_gradient_a_variable_stays():
    variable = Variable(np.ones(2), dtype="float32")
    SGD().apply_gradients([(None, variable)])
    assert variable.numpy().all()


def test_momentum_outside_its_range_is_named():
    with pytest.raises(ValueError, match="momentum"):
        SGD(momentum=1.5)
