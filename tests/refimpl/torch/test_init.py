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
    with pytest.raises(TypeError, match="param"):
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


# Initialisers with their arguments and the shapes that suit them; drawn one after another.
DRAWN = {
    "uniform_": ((), (-2.0, 3.0)),
    "normal_": ((), (1.0, 2.0)),
    "xavier_uniform_": ((), (2.0,)),
    "xavier_normal_": ((), (2.0,)),
    "kaiming_uniform_": ((), (0.3,), (0, "fan_out"), (0, "fan_in", "relu")),
    "kaiming_normal_": ((), (0.3,), (0, "fan_out"), (0, "fan_in", "relu")),
    # Both ways of rejecting, with a mean inside and outside of the interval.
    "trunc_normal_": ((), (0.0, 0.02), (1.0, 2.0, -1.0, 3.0), (0.3, 1.3, 2.0, 3.0), (0, 1, 1, 4)),
    "sparse_": ((0.3,), (0.0, 2.0), (1.0,)),
}


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("name", DRAWN)
def test_draws_are_torch_s(torch, name, dtype):
    capability = torch.backends.cpu.get_cpu_capability()
    if capability not in ("AVX2", "AVX512"):
        pytest.skip(f"torch runs its {capability} kernels here, which are not modelled")
    shapes = ((3, 2), (7, 5)) if name == "sparse_" else ((3, 2), (6, 5), (5, 3, 2, 2))
    for seed in range(20 if dtype == "float16" else 100):
        torch.manual_seed(seed)
        refimpl.torch.manual_seed(seed)
        for shape in shapes:
            for arguments in DRAWN[name]:
                array, theirs = np.zeros(shape, dtype), np.zeros(shape, dtype)
                getattr(init, name)(array, *arguments)
                getattr(torch.nn.init, name)(torch.from_numpy(theirs), *arguments)
                assert array.tobytes() == theirs.tobytes(), (seed, shape, arguments)


@pytest.mark.parametrize("interval", [(), (0.0, 1.0, 2.0, 4.0)])
def test_truncated_draws_fill_memory_in_torch_s_order(torch, interval):
    for seed in range(20):
        torch.manual_seed(seed)
        refimpl.torch.manual_seed(seed)
        array, theirs = (np.zeros((5, 9), np.float32).T for _ in range(2))
        init.trunc_normal_(array, *interval)
        torch.nn.init.trunc_normal_(torch.from_numpy(theirs), *interval)
        np.testing.assert_array_equal(array, theirs)


def test_a_far_mean_is_warned_of(torch):
    with pytest.warns(UserWarning, match="2 std"):
        drawn = init.trunc_normal_(np.zeros(500), 5.0, 1.0, -2.0, 2.0)
    assert (drawn >= -2.0).all()
    assert (drawn <= 2.0).all()
    # Close to the end with the greatest density: there the density falls by exp(-3 x).
    assert drawn.mean() > 1.6
    assert (init.trunc_normal_(np.zeros(3), 0.0, 1.0, 1.0, 1.0) == 1.0).all()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_orthogonal_is_torch_s_up_to_rounding(torch, dtype):
    for seed in range(10):
        torch.manual_seed(seed)
        refimpl.torch.manual_seed(seed)
        for shape in ((7, 5), (5, 7), (4, 3, 2), (3, 3, 3), (1, 1)):
            array, theirs = np.zeros(shape, dtype), np.zeros(shape, dtype)
            assert init.orthogonal_(array, 2.0) is array
            torch.nn.init.orthogonal_(torch.from_numpy(theirs), 2.0)
            # LAPACK's QR is stable: off by a small multiple of the condition number, up to some
            # hundreds for a square normal matrix of this size.
            limit = 1000 * np.finfo(dtype).eps
            np.testing.assert_allclose(array, theirs, rtol=0.0, atol=limit)
            matrix = array.reshape(shape[0], -1) / 2.0
            fewer = matrix @ matrix.T if len(matrix) <= matrix.shape[1] else matrix.T @ matrix
            np.testing.assert_allclose(fewer, np.eye(len(fewer)), atol=64 * np.finfo(dtype).eps)
    assert init.orthogonal_(np.zeros((0, 3))).shape == (0, 3)


def test_identities_are_torch_s(torch):
    cases = [("eye_", (3, 5), ()), ("eye_", (4, 4), ())]
    for groups in (1, 2, 3):
        for shape in ((6, 2, 3), (6, 4, 2, 3), (6, 3, 1, 2, 4), (6, 1, 5)):
            cases.append(("dirac_", shape, (groups,)))
    for name, shape, arguments in cases:
        array, theirs = np.ones(shape, np.float32), torch.ones(shape)
        getattr(init, name)(array, *arguments)
        getattr(torch.nn.init, name)(theirs, *arguments)
        np.testing.assert_array_equal(array, theirs.numpy(), f"{name} {shape} {arguments}")


def test_dirac_lets_channels_through():
    layer = nn.Conv2d(3, 3, 3, padding=1, bias=False)
    init.dirac_(layer.weight)
    x = np.random.default_rng(0).standard_normal((2, 3, 5, 5)).astype(np.float32)
    np.testing.assert_array_equal(layer(x), x)


@pytest.mark.parametrize(
    ("error", "words", "call"),
    [
        (ValueError, "std", lambda: init.trunc_normal_(np.zeros(3), 0.0, 0.0)),
        (ValueError, "b must", lambda: init.trunc_normal_(np.zeros(3), 0.0, 1.0, 2.0, -2.0)),
        (TypeError, "tensor", lambda: init.trunc_normal_([0.0])),
        (ValueError, "two axes", lambda: init.eye_(np.zeros(3))),
        (ValueError, "three to five", lambda: init.dirac_(np.zeros((3, 3)))),
        (ValueError, "groups", lambda: init.dirac_(np.zeros((3, 3, 3)), 2)),
        (ValueError, "groups", lambda: init.dirac_(np.zeros((3, 3, 3)), 0)),
        (ValueError, "two axes or more", lambda: init.orthogonal_(np.zeros(3))),
        (TypeError, "float16", lambda: init.orthogonal_(np.zeros((3, 3), np.float16))),
        (ValueError, "two axes", lambda: init.sparse_(np.zeros((3, 3, 3)), 0.5)),
        (ValueError, "sparsity", lambda: init.sparse_(np.zeros((3, 3)), 1.5)),
    ],
)
def test_wrong_arguments_of_the_others_are_named(error, words, call):
    with pytest.raises(error, match=words):
        call()


@pytest.mark.parametrize("name", ["xavier_uniform_", "xavier_normal_"])
def test_a_tensor_without_fans_is_refused(name):
    function = getattr(init, name)
    with pytest.raises(ValueError, match=r"tensor must have an axis .*; got shape \(0, 0\)"):
        function(np.zeros((0, 0), np.float32))
    assert function(np.zeros((0, 3), np.float32)).shape == (0, 3)  # as torch does
