"""Initial values: the documented distributions, their bounds and moments."""

from __future__ import annotations

import math

import numpy as np
import pytest

import refimpl.torch
from refimpl.torch import nn
from refimpl.torch.nn import init


@pytest.mark.parametrize(
    ("make", "fan_in"),
    [
        (lambda: nn.Linear(50, 80), 50),
        (lambda: nn.Conv1d(8, 40, 5, groups=2), 20),
        (lambda: nn.Conv2d(4, 90, 3), 36),
        (lambda: nn.Conv3d(2, 90, 3), 54),
    ],
)
def test_default_weights_are_uniform_within_one_over_the_root_of_fan_in(make, fan_in):
    refimpl.torch.manual_seed(0)
    layer = make()
    bound = 1 / math.sqrt(fan_in)
    for parameter in (layer.weight, layer.bias):
        values = parameter.data.astype(float) / bound
        n = values.size
        assert np.abs(values).max() <= 1 + 1e-6
        # A uniform variable on [-1, 1] has variance 1/3, its square 4/45; six deviations.
        assert abs(values.mean()) < 6 * math.sqrt(1 / 3 / n)
        assert abs((values**2).mean() - 1 / 3) < 6 * math.sqrt(4 / 45 / n)


def test_the_seed_decides():
    refimpl.torch.manual_seed(7)
    first = nn.Linear(3, 4).weight.data
    refimpl.torch.manual_seed(7)
    np.testing.assert_array_equal(nn.Linear(3, 4).weight.data, first)
    assert (nn.Linear(3, 4).weight.data != first).any()
    refimpl.torch.manual_seed(-1)
    with pytest.raises(TypeError, match="seed"):
        refimpl.torch.manual_seed(0.5)


@pytest.mark.parametrize(
    "name", ["uniform_", "normal_", "kaiming_uniform_", "kaiming_normal_", "xavier_uniform_"]
)
def test_an_initialiser_s_spread_is_torch_s(torch, name):
    array = np.empty((40, 20, 5))
    assert getattr(init, name)(array, generator=np.random.default_rng(0)) is array
    torch.manual_seed(0)
    theirs = getattr(torch.nn.init, name)(torch.empty(40, 20, 5).double()).numpy()
    # Two samples of 4000; a sample's deviation is off by about 1/90 of it.
    assert array.std() == pytest.approx(theirs.std(), rel=0.07)
    assert array.mean() == pytest.approx(theirs.mean(), abs=0.1 * theirs.std())


def test_xavier_normal_and_modes(torch):
    array = np.empty((40, 20, 5))
    init.xavier_normal_(array, gain=2.0, generator=np.random.default_rng(0))
    assert array.std() == pytest.approx(2.0 * math.sqrt(2 / 300), rel=0.07)
    init.kaiming_uniform_(array, mode="fan_out", nonlinearity="relu")
    assert np.abs(array).max() == pytest.approx(math.sqrt(6 / 200), rel=0.01)


def test_constants():
    layer = nn.Linear(2, 2)
    assert init.constant_(layer.weight, 3.0) is layer.weight
    assert (layer.weight.data == 3.0).all()
    assert (init.ones_(layer.weight).data == 1.0).all()
    assert (init.zeros_(np.ones(3)) == 0.0).all()


def test_gains_are_torch_s(torch):
    for name in ("linear", "conv1d", "conv_transpose3d", "sigmoid", "tanh", "relu", "selu"):
        assert init.calculate_gain(name) == torch.nn.init.calculate_gain(name)
    for slope in (None, 0, 0.3, math.sqrt(5)):
        ours = init.calculate_gain("leaky_relu", slope)
        assert ours == torch.nn.init.calculate_gain("leaky_relu", slope)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_parameters_are_drawn_in_their_dtype(dtype):
    layer = nn.Linear(4, 3, dtype=dtype)
    assert layer.weight.dtype == dtype
    assert len(np.unique(layer.weight.data)) > 6
    x = np.ones((2, 4), dtype)
    assert layer(x).dtype == dtype


def test_wrong_arguments_are_named():
    with pytest.raises(ValueError, match="nonlinearity"):
        init.calculate_gain("swish")
    with pytest.raises(ValueError, match="param"):
        init.calculate_gain("leaky_relu", "x")
    with pytest.raises(ValueError, match="mode"):
        init.kaiming_normal_(np.ones((2, 2)), mode="fan_up")
    with pytest.raises(ValueError, match="tensor"):
        init.xavier_uniform_(np.ones(2))
    with pytest.raises(TypeError, match="tensor"):
        init.zeros_([1.0])


def test_layers_without_features_have_nothing_to_draw():
    assert nn.Linear(0, 3).bias.data.tolist() == [0.0, 0.0, 0.0]
    assert nn.Linear(3, 0).weight.shape == (0, 3)
