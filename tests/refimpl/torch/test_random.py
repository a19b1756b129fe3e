"""Draws are byte-identical to torch's, for every kind of array on both sides of every branch."""

from __future__ import annotations

import numpy as np
import pytest

import refimpl.torch
from refimpl.ops.random import cephes
from refimpl.torch import nn
from refimpl.torch._src import random

SEEDS = range(-2, 98)


def flat(n):
    return lambda zeros: zeros((n,))


LAYOUTS = {
    **{str(n): flat(n) for n in (0, 1, 15, 16, 17, 31, 32, 1000)},
    "slice": lambda zeros: zeros((40, 3))[::2],
    "transposed": lambda zeros: zeros((6, 7)).T,
    "channels_last": lambda zeros: zeros((2, 4, 5, 3)).transpose(0, 3, 1, 2),
    "gaps": lambda zeros: zeros((6, 9, 7))[:, ::3].transpose(2, 0, 1),
}
DRAWS = {
    "uniform": lambda a, t: (random.uniform_(a, -0.1, 0.7), t.uniform_(-0.1, 0.7)),
    "normal": lambda a, t: (random.normal_(a), t.normal_()),
    "normal mean std": lambda a, t: (random.normal_(a, 0.5, 2.5), t.normal_(0.5, 2.5)),
    "bernoulli": lambda a, t: (random.bernoulli_(a, 0.3), t.bernoulli_(0.3)),
    "integers": lambda a, t: (random.random_(a, -100, 100), t.random_(-100, 100)),
}


@pytest.fixture
def torch_kernels(torch):
    capability = torch.backends.cpu.get_cpu_capability()
    if capability not in ("AVX2", "AVX512"):
        pytest.skip(f"torch runs its {capability} kernels here, which are not modelled")
    return torch


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_draws_and_state_are_torch_s(torch_kernels, dtype):
    torch = torch_kernels
    for seed in SEEDS:
        torch.manual_seed(seed)
        refimpl.torch.manual_seed(seed)
        for layout, make in LAYOUTS.items():
            array = make(lambda shape: np.zeros(shape, dtype))
            theirs = make(lambda shape: np.zeros(shape, dtype))
            for what, draw in DRAWS.items():
                draw(array, torch.from_numpy(theirs))
                assert array.tobytes() == theirs.tobytes(), (seed, layout, what)
        assert refimpl.torch.get_rng_state().tobytes() == torch.get_rng_state().numpy().tobytes()


def test_permutations_are_torch_s(torch):
    for seed in SEEDS:
        torch.manual_seed(seed)
        refimpl.torch.manual_seed(seed)
        for n in (0, 1, 2, 3, 17, 1000):
            assert (random.permutation(n) == torch.randperm(n).numpy()).all(), (seed, n)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "make",
    [
        "Linear(3, 4)",
        "Conv1d(4, 6, 3, groups=2)",
        "Conv2d(3, 8, 3)",
        "Conv3d(2, 3, 2)",
        "Linear(3, 4, bias=False)",
    ],
)
def test_layers_begin_as_torch_s(torch_kernels, make, dtype):
    torch = torch_kernels
    for seed in SEEDS:
        torch.manual_seed(seed)
        refimpl.torch.manual_seed(seed)
        theirs = (
            eval(f"torch.nn.{make}.to()", {"torch": torch})
            if dtype == "float32"
            else eval(f"torch.nn.{make[:-1]}, dtype=torch.float64)", {"torch": torch})
        )
        ours = eval(f"nn.{make[:-1]}, dtype='{dtype}')", {"nn": nn})
        for (name, got), expected in zip(ours.named_parameters(), theirs.parameters(), strict=True):
            assert got.data.tobytes() == expected.detach().numpy().tobytes(), (seed, name)


@pytest.mark.parametrize("p", [0.0, 0.3, 0.5, 1.0])
@pytest.mark.parametrize("name", ["Dropout", "Dropout1d", "Dropout2d", "Dropout3d"])
def test_dropout_is_torch_s(torch, name, p):
    shape = (2, 3, 4, 5, 2)[: {"Dropout1d": 3, "Dropout3d": 5}.get(name, 4)]
    for last in (False, True):
        x = np.ones(shape, np.float32)
        if last:  # channels_last
            x = np.moveaxis(np.ascontiguousarray(np.moveaxis(x, 1, -1)), -1, 1)
        for seed in SEEDS:
            torch.manual_seed(seed)
            refimpl.torch.manual_seed(seed)
            expected = getattr(torch.nn, name)(p)(torch.from_numpy(x)).numpy()
            assert getattr(nn, name)(p)(x).tobytes() == expected.tobytes(), seed
            assert (
                refimpl.torch.get_rng_state().tobytes() == torch.get_rng_state().numpy().tobytes()
            )


def test_the_comparison_sees_another_seed_and_other_kernels(torch_kernels, monkeypatch):
    torch = torch_kernels
    torch.manual_seed(0)
    theirs = torch.randn(10_000).numpy()

    def ours(seed=0):
        refimpl.torch.manual_seed(seed)
        return random.normal_(np.empty(10_000, np.float32))

    assert ours().tobytes() == theirs.tobytes()
    assert ours(1).tobytes() != theirs.tobytes()
    with monkeypatch.context() as patch:
        patch.setattr("refimpl.ops.random.cephes.log_float32", np.log)
        assert ours().tobytes() != theirs.tobytes()
    with monkeypatch.context() as patch:  # no fused multiply-add
        rounded = cephes._round
        patch.setattr(cephes, "_fma", lambda x, y, z: rounded(rounded(np.asarray(x * y)) + z))
        assert ours().tobytes() != theirs.tobytes()


def test_states_are_numpy_s_and_torch_s(torch):
    generator = refimpl.torch.Generator().manual_seed(3)
    random.normal_(np.empty(3), generator=generator)
    state = generator.get_state()
    first = random.normal_(np.empty(20), generator=generator)
    generator.set_state(state)
    assert random.normal_(np.empty(20), generator=generator).tobytes() == first.tobytes()
    plain = np.random.RandomState()
    plain.set_state(state)
    generator.set_state(state)
    expected = plain.randint(0, 2**32, 9, np.uint32)
    np.testing.assert_array_equal(generator.engine.words(9), expected)
    torch.manual_seed(8)
    torch.empty(3).normal_()
    refimpl.torch.set_rng_state(torch.get_rng_state().numpy())
    assert (
        random.normal_(np.empty(3)).tobytes() == torch.empty(3).double().normal_().numpy().tobytes()
    )
