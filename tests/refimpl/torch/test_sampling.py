"""`refimpl.torch`'s functions that draw tensors give torch's bytes, call after call."""

from __future__ import annotations

import numpy as np
import pytest

import refimpl.torch

SEEDS = range(100)
SIZES = (0, 1, 15, 16, 17, 40)

# Programs in torch's words: root is torch or refimpl.torch, `own` makes the root's arrays.
PROGRAMS = {
    "rand": lambda root, own, g: [root.rand(n, generator=g) for n in SIZES],
    "rand float64": lambda root, own, g: [root.rand(3, n, dtype=root.float64) for n in SIZES],
    "rand list": lambda root, own, g: [root.rand([2, 3], generator=g)],
    "randn": lambda root, own, g: [root.randn(n, generator=g) for n in SIZES],
    "randn float64": lambda root, own, g: [root.randn((n, 2), dtype=root.float64) for n in SIZES],
    "randn float16": lambda root, own, g: [root.randn(n, dtype=root.float16) for n in SIZES],
    "randint": lambda root, own, g: [
        root.randint(10, (30,), generator=g),
        root.randint(-5, 7, [3, 5], generator=g),
        root.randint(-5, 2**40, (5,)),
        root.randint(high=9, size=(7,)),
        root.randint(3, high=9, size=(7,)),
        root.randint(low=3, high=9, size=(7,)),
        root.randint(9, size=(7,)),
        root.randint(3, 9, size=(7,)),
        root.randint(0, 2**28, (4,)),
        root.randint(0, 2**28 - 1, (4,)),
        root.randint(-9, 9, (7,), dtype=root.float32),
        root.randint(0, 2, (7,), generator=g),
    ],
    "randperm": lambda root, own, g: [
        root.randperm(n, generator=h) for n in SIZES for h in (g, None)
    ],
    "randperm float64": lambda root, own, g: [root.randperm(5, dtype=root.float64)],
    "bernoulli": lambda root, own, g: [
        root.bernoulli(own(RATES[:n]), generator=g) for n in (0, 1, 16, 60)
    ],
    "bernoulli float64": lambda root, own, g: [root.bernoulli(own(RATES.astype(np.float64)))],
    "bernoulli float16": lambda root, own, g: [root.bernoulli(own(RATES.astype(np.float16)))],
    "bernoulli transposed": lambda root, own, g: [root.bernoulli(own(RATES.reshape(6, 10)).T)],
    "normal": lambda root, own, g: [
        root.normal(0.5, 2.0, (n,), generator=h) for n in SIZES for h in (g, None)
    ],
    "normal float64": lambda root, own, g: [root.normal(0.5, 2.0, (20,), dtype=root.float64)],
    "normal, size by name": lambda root, own, g: [root.normal(mean=0.5, std=2.0, size=(3, 7))],
    "normal, means": lambda root, own, g: [
        root.normal(own(MEANS), generator=g),
        root.normal(own(MEANS), 2.5),
        root.normal(own(MEANS[:3]), 2.5),
    ],
    "normal, deviations": lambda root, own, g: [root.normal(1.5, own(np.abs(MEANS)), generator=g)],
    "normal, both": lambda root, own, g: [
        root.normal(own(MEANS), own(np.abs(MEANS))),
        root.normal(own(MEANS.reshape(3, 7)), own(np.abs(MEANS[:7]))),
        root.normal(own(MEANS.astype(np.float64)), own(np.abs(MEANS.astype(np.float64)))),
    ],
}
RATES = np.linspace(0.0, 1.0, 60, dtype=np.float32)
MEANS = np.linspace(-3.0, 5.0, 21, dtype=np.float32)


@pytest.fixture
def torch_kernels(torch):
    capability = torch.backends.cpu.get_cpu_capability()
    if capability not in ("AVX2", "AVX512"):
        pytest.skip(f"torch runs its {capability} kernels here, which are not modelled")
    return torch


def run(program, root, own, seed):
    root.manual_seed(seed)
    return program(root, own, root.Generator().manual_seed(seed + 1))


@pytest.mark.parametrize("name", PROGRAMS)
def test_bytes_are_torch_s(torch_kernels, name):
    for seed in SEEDS:
        theirs = run(PROGRAMS[name], torch_kernels, torch_kernels.from_numpy, seed)
        ours = run(PROGRAMS[name], refimpl.torch, np.asarray, seed)
        for call, (got, tensor) in enumerate(zip(ours, theirs, strict=True)):
            expected = tensor.numpy()
            assert (got.dtype, got.shape) == (expected.dtype, expected.shape), (seed, call)
            assert got.strides == expected.strides or got.size < 2, (seed, call)
            assert got.tobytes() == expected.tobytes(), (seed, call)
        mine, its = refimpl.torch.get_rng_state(), torch_kernels.get_rng_state().numpy()
        assert mine.tobytes() == its.tobytes(), seed


def test_another_seed_gives_other_bytes():
    first, second = (run(PROGRAMS["randint"], refimpl.torch, None, seed) for seed in (0, 1))
    assert first[0].tobytes() != second[0].tobytes()


@pytest.mark.parametrize("dtype", ["uint8", "int8", "int16", "int32", "int64", "bool"])
def test_integers_of_every_width_are_torch_s(torch, dtype):
    for seed in SEEDS:
        own, its = (root.Generator().manual_seed(seed) for root in (refimpl.torch, torch))
        got = refimpl.torch.randint(0, 2, (9,), generator=own, dtype=dtype)
        expected = torch.randint(0, 2, (9,), generator=its, dtype=getattr(torch, dtype)).numpy()
        assert got.dtype == expected.dtype
        assert got.tobytes() == expected.tobytes()
        if dtype != "bool":
            got = refimpl.torch.randperm(9, generator=own, dtype=dtype)
            expected = torch.randperm(9, generator=its, dtype=getattr(torch, dtype)).numpy()
            assert got.tobytes() == expected.tobytes()


def test_integer_dtypes_have_torch_s_names(torch):
    for name in ("bool", "int", "int16", "int32", "int64", "int8", "long", "short", "uint8"):
        assert name in dir(refimpl.torch)
        theirs = str(getattr(torch, name)).removeprefix("torch.")
        assert getattr(refimpl.torch, name).name == theirs
        drawn = refimpl.torch.randint(0, 2, (3,), dtype=getattr(refimpl.torch, name))
        assert drawn.dtype.name == theirs


def test_numpy_s_generators_draw_too():
    def draws():
        g = np.random.default_rng(3)
        root = refimpl.torch
        return [
            root.rand(3, generator=g),
            root.randn(3, generator=g),
            root.randint(0, 9, (3,), generator=g),
            root.randperm(5, generator=g),
            root.bernoulli(np.full(4, 0.5), generator=g),
            root.normal(np.zeros(4), np.ones(4), generator=g),
        ]

    for first, second in zip(draws(), draws(), strict=True):
        np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize(
    ("error", "words", "call"),
    [
        (TypeError, "size", lambda t: t.randint(3)),
        (TypeError, "by place", lambda t: t.randint(0, 3, (2,), 5)),
        (TypeError, "by place", lambda t: t.randint(0, 3, (2,), low=0)),
        (TypeError, "size", lambda t: t.randint(0, 3, 2)),
        (TypeError, "high", lambda t: t.randint(0, 3.5, (2,))),
        (ValueError, "high", lambda t: t.randint(3, 3, (2,))),
        (ValueError, "uint8", lambda t: t.randint(0, 300, (2,), dtype="uint8")),
        (TypeError, "n must", lambda t: t.randperm(2.0)),
        (ValueError, "n must", lambda t: t.randperm(-1)),
        (TypeError, "input", lambda t: t.bernoulli(np.ones(3, int))),
        (ValueError, "input must", lambda t: t.bernoulli(np.full(3, 1.5))),
        (TypeError, "size", lambda t: t.normal(0.0, 1.0)),
        (TypeError, "size", lambda t: t.normal(np.zeros(3), 1.0, (3,))),
        (TypeError, "dtype", lambda t: t.normal(np.zeros(3), 1.0, dtype="float32")),
        (ValueError, "std", lambda t: t.normal(np.zeros(3), -np.ones(3))),
        (ValueError, "std", lambda t: t.normal(0.0, -1.0, (3,))),
        (TypeError, "generator", lambda t: t.rand(3, generator=7)),
    ],
)
def test_wrong_arguments_are_named(error, words, call):
    with pytest.raises(error, match=words):
        call(refimpl.torch)
