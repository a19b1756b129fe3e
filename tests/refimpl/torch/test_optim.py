"""SGD against torch's, step by step, and against its definition in exact numbers."""

from __future__ import annotations

import numpy as np
import pytest

from refimpl.torch import nn, optim

OPTIONS = {
    "plain": {},
    "momentum": {"momentum": 0.875},
    "dampened": {"momentum": 0.5, "dampening": 0.25},
    "decay": {"weight_decay": 0.125},
    "nesterov": {"momentum": 0.75, "nesterov": True, "weight_decay": 0.0625},
    "maximize": {"momentum": 0.5, "maximize": True},
}


def gradients():
    rng = np.random.default_rng(3)
    return [rng.standard_normal((3, 2)) for _ in range(6)]


@pytest.mark.parametrize("options", OPTIONS.values(), ids=list(OPTIONS))
def test_every_step_is_torchs(options):
    torch = pytest.importorskip("torch")
    start = np.linspace(-1, 1, 6).reshape(3, 2)
    theirs = torch.nn.Parameter(torch.tensor(start))
    ours = nn.Parameter(start.copy())
    reference = torch.optim.SGD([theirs], lr=0.25, **options)
    optimizer = optim.SGD([ours], lr=0.25, **options)
    for gradient in gradients():
        theirs.grad = torch.tensor(gradient)
        ours.grad = gradient.copy()
        reference.step()
        optimizer.step()
        # A handful of roundings each step, of numbers no larger than a few units.
        np.testing.assert_allclose(ours.data, theirs.detach().numpy(), rtol=0, atol=1e-14)


def test_the_buffer_starts_as_the_gradient_undampened():
    parameter = nn.Parameter(np.array([1.0]))
    optimizer = optim.SGD([parameter], lr=1.0, momentum=0.5, dampening=0.5)
    for expected in (0.0, -1.0):
        parameter.grad = np.array([1.0])
        optimizer.step()
        assert parameter.data[0] == expected


def test_groups_have_options_of_their_own():
    first, second = nn.Parameter(np.ones(2)), nn.Parameter(np.ones(2))
    optimizer = optim.SGD([{"params": [first]}, {"params": [second], "lr": 0.5}], lr=0.25)
    first.grad = second.grad = np.ones(2)
    optimizer.step()
    assert first.data[0] == 0.75
    assert second.data[0] == 0.5


def test_gradients_are_forgotten_or_zeroed_and_none_is_skipped():
    parameter = nn.Parameter(np.ones(2))
    optimizer = optim.SGD([parameter], lr=1.0)
    parameter.grad = np.ones(2)
    optimizer.zero_grad(set_to_none=False)
    assert not parameter.grad.any()
    optimizer.zero_grad()
    assert parameter.grad is None
    optimizer.step()
    assert parameter.data.all()


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"lr": -1.0}, "lr"),
        ({"momentum": -0.5}, "momentum"),
        ({"weight_decay": -0.5}, "weight_decay"),
        ({"nesterov": True}, "nesterov"),
        ({"nesterov": True, "momentum": 0.5, "dampening": 0.5}, "nesterov"),
    ],
)
def test_bad_options_are_named(options, name):
    with pytest.raises(ValueError, match=name):
        optim.SGD([nn.Parameter(np.ones(1))], **options)


def test_no_parameters_are_refused():
    with pytest.raises(ValueError, match="params"):
        optim.SGD([])
