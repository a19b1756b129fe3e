"""Alpha dropout beside torch's: the same bytes, masks and gradients, and what it is for."""

from __future__ import annotations

import numpy as np
import pytest

import refimpl.torch
from refimpl.torch import nn

FUNCTIONS = {"alpha_dropout": "AlphaDropout", "feature_alpha_dropout": "FeatureAlphaDropout"}
SHAPES = ((4, 5), (3, 4, 17), (2, 3, 4, 5), (2, 0, 3), (2, 3, 0))


def both_ways(root_function, x, cotangent, p):
    output, vjp = root_function.with_vjp(x, p, True)
    return output, vjp(cotangent)[0]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_outputs_gradients_and_state_are_torch_s(torch, name, dtype):
    for seed in range(100):
        torch.manual_seed(seed)
        refimpl.torch.manual_seed(seed)
        draws = np.random.default_rng(seed)
        for shape in SHAPES:
            for p in (0.0, 0.3, 0.5, 1.0):
                x = draws.standard_normal(shape).astype(dtype)
                if seed % 2:  # drawn in memory order
                    x = x.swapaxes(1, -1)
                cotangent = draws.standard_normal(x.shape).astype(dtype)
                theirs = torch.from_numpy(x).requires_grad_()
                expected = getattr(torch.nn.functional, name)(theirs, p, True)
                expected.backward(torch.from_numpy(cotangent))
                output, bar = both_ways(getattr(nn.functional, name), x, cotangent, p)
                assert output.dtype == bar.dtype == dtype
                assert output.tobytes() == expected.detach().numpy().tobytes(), (seed, shape, p)
                assert bar.tobytes() == theirs.grad.numpy().tobytes(), (seed, shape, p)
        mine, its = refimpl.torch.get_rng_state(), torch.get_rng_state().numpy()
        assert mine.tobytes() == its.tobytes()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_half_types_differ_from_torch_s_by_its_roundings(torch, name):
    torch.manual_seed(0)
    refimpl.torch.manual_seed(0)
    x = np.random.default_rng(0).standard_normal((8, 9, 5)).astype(np.float16)
    expected = getattr(torch.nn.functional, name)(torch.from_numpy(x), 0.3, True).numpy()
    got = getattr(nn.functional, name)(x, 0.3, True)
    assert got.dtype == np.float16
    # torch rounds five times, numbers up to 4.
    np.testing.assert_allclose(got, expected, rtol=0.0, atol=5 * 4 * np.finfo(np.float16).eps)


@pytest.mark.parametrize("name", FUNCTIONS.values())
def test_layers_are_torch_s(torch, name):
    x = np.random.default_rng(0).standard_normal((6, 5, 3)).astype(np.float32)
    torch.manual_seed(3)
    refimpl.torch.manual_seed(3)
    layer, theirs = getattr(nn, name)(0.4), getattr(torch.nn, name)(0.4)
    assert repr(layer) == repr(theirs)
    assert layer(x).tobytes() == theirs(torch.from_numpy(x)).numpy().tobytes()
    assert layer.backward(np.ones_like(x)).shape == x.shape
    layer.eval()
    assert layer(x) is x


@pytest.mark.parametrize("name", FUNCTIONS)
def test_in_place_forms_write_over_the_input(name):
    x = np.random.default_rng(0).standard_normal((4, 6))
    keep = np.random.default_rng(1).random((4, 6)) < 0.5
    expected = getattr(nn.functional, name)(x.copy(), 0.5, True, keep=keep)
    for function in (
        lambda y: getattr(nn.functional, name)(y, 0.5, True, True, keep=keep),
        lambda y: getattr(refimpl.torch, name + "_")(y, 0.5, True, keep=keep),
    ):
        y = x.copy()
        assert function(y) is y
        np.testing.assert_array_equal(y, expected)


def test_mean_and_variance_stay():
    x = np.random.default_rng(0).standard_normal(200_000)
    for p in (0.1, 0.5, 0.9):
        y = nn.functional.alpha_dropout(x, p, True, generator=np.random.default_rng(1))
        # Six deviations of the mean, and more of the variance, of so many independent elements.
        assert abs(y.mean()) < 6 / np.sqrt(y.size)
        assert abs(y.var() - 1.0) < 20 / np.sqrt(y.size)


def test_whole_channels_are_dropped():
    x = np.ones((30, 20, 4, 2))
    y = nn.functional.feature_alpha_dropout(x, 0.5, True, generator=np.random.default_rng(0))
    assert len(np.unique(y)) == 2
    assert (np.ptp(y, axis=(2, 3)) == 0.0).all()
    assert (np.ptp(y, axis=1) > 0.0).any()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_wrong_arguments_are_named(name):
    function = getattr(nn.functional, name)
    x = np.ones((2, 3))
    with pytest.raises(ValueError, match="p must"):
        function(x, 1.5, True)
    with pytest.raises(TypeError, match="keep"):
        function(x, 0.5, True, keep=np.ones((2, 3)))
    with pytest.raises(ValueError, match="keep"):
        function(x, 0.5, True, keep=np.ones((2, 4), bool))
    with pytest.raises(TypeError, match="training"):
        function(x, 0.5, 1.0)
    with pytest.raises(TypeError, match="input"):
        function(np.ones((2, 3), int))
    with pytest.raises(ValueError, match="input"):
        nn.functional.feature_alpha_dropout(np.ones(3), 0.5, True)
