"""What the functions do beyond what the layers show."""

from __future__ import annotations

from contextlib import nullcontext

import numpy as np
import pytest

import refimpl.torch
from refimpl.torch import nn
from refimpl.torch.nn import Parameter, functional

PADS = [
    ((2, 3, 4, 5), (1, 2), "constant", None),
    ((2, 3, 4, 5), (1, 2, -1, 3, 0, 1), "constant", 1.5),
    ((2, 3, 4, 5), (-2, -2, -1, -2), "constant", None),
    ((3,), (-3, 0), "constant", None),
    ((2, 3, 4, 5), (), "constant", None),
    ((2, 3, 4, 5), (4, 2, 1, 3), "reflect", None),
    ((3, 4, 5), (4, 2, 1, 3), "reflect", None),
    ((4, 5), (4, 2), "reflect", None),
    ((3, 4, 5), (4, 2), "replicate", None),
    ((2, 3, 4, 5), (7, 0, 1, 9), "replicate", None),
    ((2, 3, 4, 5), (5, 5, 0, 4), "circular", None),
    ((2, 2, 3, 4, 5), (5, 0, 1, 0, 2, 3), "circular", None),
    ((2, 3, 4, 5), (1, 1, 1, 1), "circular", 0.0),
]


@pytest.mark.parametrize(("shape", "pad", "mode", "value"), PADS)
def test_pad_is_torch_s(torch, assert_close, shape, pad, mode, value):
    rng = np.random.default_rng(0)
    x = rng.standard_normal(shape)
    tensor = torch.from_numpy(x).requires_grad_()
    output, vjp = functional.pad.with_vjp(x, pad, mode, value)
    expected = torch.nn.functional.pad(tensor, pad, mode, value)
    np.testing.assert_array_equal(output, expected.detach())
    cotangent = rng.standard_normal(output.shape)
    expected.backward(torch.from_numpy(cotangent))
    assert_close(vjp(cotangent)[0], tensor.grad)


@pytest.mark.parametrize("name", ["batch_norm", "instance_norm"])
@pytest.mark.parametrize("learn", [True, False])
@pytest.mark.parametrize("affine", [(True, True), (True, False), (False, True), (False, False)])
def test_norms_update_the_statistics_they_are_given(torch, assert_close, name, learn, affine):
    rng = np.random.default_rng(0)
    x = rng.standard_normal((3, 2, 5))
    running = [rng.uniform(0.5, 2.0, 2) for _ in range(2)]
    tensors = [torch.from_numpy(array.copy()) for array in running]
    weights = [rng.standard_normal(2) if present else None for present in affine]
    weight_tensors = [None if w is None else torch.from_numpy(w) for w in weights]
    for tensor in weight_tensors:
        if tensor is not None:
            tensor.requires_grad_()
    tensor = torch.from_numpy(x).requires_grad_()
    output, vjp = getattr(functional, name).with_vjp(x, *running, *weights, learn, 0.3, 1e-3)
    expected = getattr(torch.nn.functional, name)(
        tensor, *tensors, *weight_tensors, learn, 0.3, 1e-3
    )
    assert_close(output, expected.detach())
    for got, wanted in zip(running, tensors, strict=True):
        assert_close(got, wanted)
    cotangent = rng.standard_normal(x.shape)
    expected.backward(torch.from_numpy(cotangent))
    bars = vjp(cotangent)
    assert bars[1:3] == (None, None)
    assert_close(bars[0], tensor.grad)
    for bar, wanted in zip(bars[3:], weight_tensors, strict=True):
        if wanted is None:
            assert bar is None
        else:
            assert_close(bar, wanted.grad)


@pytest.mark.parametrize("name", ["batch_norm", "instance_norm"])
def test_norms_leave_statistics_alone_for_an_empty_batch(name):
    running = np.array([2.0]), np.array([3.0])
    output, vjp = getattr(functional, name).with_vjp(
        np.ones((0, 1, 4)), *running, np.ones(1), np.ones(1), True
    )
    assert output.shape == (0, 1, 4)
    assert running == (2.0, 3.0)
    bars = vjp(output)
    assert bars[0].shape == (0, 1, 4)
    assert bars[3] == bars[4] == 0.0


@pytest.mark.parametrize("half", ["float16", "bfloat16"])
def test_norm_of_halves_takes_float32_parameters(torch, half):
    dtype = np.dtype(half) if half == "float16" else pytest.importorskip("ml_dtypes").bfloat16
    x = np.arange(24.0).reshape(4, 2, 3).astype(dtype)
    running = np.zeros(2, np.float32), np.ones(2, np.float32)
    weights = np.full(2, 2.0, np.float32), np.ones(2, np.float32)
    output, vjp = functional.batch_norm.with_vjp(x, *running, *weights, True)
    tensors = [torch.zeros(2), torch.ones(2), torch.full((2,), 2.0), torch.ones(2)]
    expected = torch.nn.functional.batch_norm(
        torch.arange(24.0).reshape(4, 2, 3).to(getattr(torch, half)), *tensors, True
    )
    assert output.dtype == x.dtype
    assert expected.dtype == getattr(torch, half)
    # One unit in the last place of a half: both round a float32 result once.
    unit = 2.0**-10 if half == "float16" else 2.0**-7
    np.testing.assert_allclose(output.astype(float), expected.double(), rtol=unit)
    np.testing.assert_allclose(running[0], tensors[0], rtol=2.0**-22)
    np.testing.assert_allclose(running[1], tensors[1], rtol=2.0**-22)
    bars = vjp(np.ones(x.shape, dtype))
    assert bars[0].dtype == x.dtype
    assert bars[3].dtype == bars[4].dtype == np.float32


def test_linear_takes_a_vector_as_weight(torch, assert_close):
    rng = np.random.default_rng(0)
    x, w, b = rng.standard_normal((2, 3, 4)), rng.standard_normal(4), np.asarray(0.5)
    tensors = [torch.from_numpy(array).requires_grad_() for array in (x, w, b)]
    output, vjp = functional.linear.with_vjp(x, w, b)
    expected = torch.nn.functional.linear(*tensors)
    assert_close(output, expected.detach())
    cotangent = rng.standard_normal((2, 3))
    expected.backward(torch.from_numpy(cotangent))
    for bar, tensor in zip(vjp(cotangent), tensors, strict=True):
        assert_close(bar, tensor.grad)


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_softmax_casts_first(torch, assert_close, name):
    x = np.array([[1.0, 2.0, 4.0]], np.float32)
    output, vjp = getattr(functional, name).with_vjp(x, 1, dtype="float64")
    assert output.dtype == np.float64
    assert_close(output, getattr(torch.nn.functional, name)(torch.tensor(x), 1, dtype=torch.double))
    assert vjp(output)[0].dtype == np.float32


@pytest.mark.parametrize("ndim", [1, 2, 3, 4])
def test_softmax_without_dim_warns_and_takes_torch_s_axis(ndim):
    x = np.random.default_rng(0).standard_normal((2, 3, 4, 5)[:ndim])
    with pytest.warns(UserWarning, match="dim") as caught:
        output = functional.softmax(x)
    assert caught[0].filename == __file__
    sums = output.sum(axis=0 if ndim in (1, 3) else 1)
    np.testing.assert_allclose(sums, 1.0, rtol=4e-16)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("conv2d", ((1, 2, 5, 5), (3, 2, 3, 3), (3,))),
        ("linear", ((2, 3), (4, 3), (4,))),
        ("batch_norm", ((4, 2), (2,), (2,), (2,), (2,))),
        ("prelu", ((4, 2), (2,))),
    ],
)
def test_functions_take_parameters_for_arrays(name, arguments):
    arrays = [np.ones(shape) for shape in arguments]
    function = getattr(functional, name)
    wrapped = [Parameter(array) if array.ndim != 1 else array for array in arrays]
    np.testing.assert_array_equal(function(*arrays), function(*wrapped))


@pytest.mark.parametrize(
    "name", ["relu", "leaky_relu", "elu", "selu", "celu", "hardtanh", "sigmoid", "tanh"]
)
def test_functions_named_with_an_underscore_overwrite(torch, assert_close, name):
    home = functional if hasattr(functional, name + "_") else refimpl.torch
    x = np.random.default_rng(0).standard_normal((3, 4))
    tensor = torch.from_numpy(x.copy()).requires_grad_()
    expected = getattr(torch.nn.functional, name)(tensor)
    output, vjp = getattr(home, name + "_").with_vjp(x)
    assert output is x
    assert_close(x, expected.detach())
    expected.sum().backward()
    assert_close(vjp(np.ones(x.shape))[0], tensor.grad)


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "bfloat16"])
@pytest.mark.parametrize(
    ("name", "shapes"),
    [
        ("conv1d", ((2, 2, 5), (4, 2, 3), (4,))),
        ("conv2d", ((2, 2, 5, 5), (4, 2, 3, 3))),
        ("conv3d", ((2, 2, 3, 3, 3), (4, 2, 2, 2, 2))),
        ("linear", ((2, 3), (4, 3), (4,))),
        ("avg_pool2d", ((2, 3, 4, 4), 2)),
        ("max_pool2d", ((2, 3, 4, 4), 2)),
        ("batch_norm", ((4, 3, 2), (3,), (3,), (3,), (3,), True)),
        ("instance_norm", ((4, 3, 2), (3,), (3,), (3,), (3,))),
        ("dropout", ((4, 3),)),
        ("prelu", ((4, 3), (3,))),
        ("softmax", ((4, 3), 1)),
        ("log_softmax", ((4, 3), 1)),
        ("gelu", ((4, 3),)),
        ("softplus", ((4, 3),)),
        ("hardswish", ((4, 3),)),
        ("selu", ((4, 3),)),
        ("pad", ((4, 3), (1, 1))),
    ],
)
def test_dtype_out_is_dtype_in(torch, dtype, name, shapes):
    if dtype == "bfloat16":
        dtype = pytest.importorskip("ml_dtypes").bfloat16
    pad = name == "pad"
    arrays = [
        np.ones(s, dtype) if isinstance(s, tuple) and not (pad and s == (1, 1)) else s
        for s in shapes
    ]
    output, vjp = getattr(functional, name).with_vjp(*arrays)
    assert output.dtype == dtype
    for bar in vjp(output):
        assert bar is None or bar.dtype == dtype
    tensors = [
        torch.ones(a.shape, dtype=getattr(torch, np.dtype(dtype).name))
        if isinstance(a, np.ndarray)
        else a
        for a in arrays
    ]
    expected = getattr(torch.nn.functional, name)(*tensors)
    assert str(expected.dtype).removeprefix("torch.") == output.dtype.name


def test_labels_may_be_bytes_as_in_torch(torch):
    scores = np.array([[1.0, 2.0], [0.5, 0.0]])
    labels = np.array([1, 0], np.uint8)
    got = functional.cross_entropy(scores, labels)
    assert got == functional.cross_entropy(scores, labels.astype(np.int64))
    assert got == pytest.approx(
        float(torch.nn.functional.cross_entropy(torch.tensor(scores), torch.tensor(labels))),
        rel=1e-15,
    )


# What torch answers where one might refuse; each is a call on torch or on refimpl.torch.
UNUSUAL = {
    "feature_alpha_dropout 0-d": lambda F, a: F.feature_alpha_dropout(a(2.0), 0.5, False),
    "feature_alpha_dropout 1-d": lambda F, a: F.feature_alpha_dropout(a([1.0, 2.0]), 0.5, False),
    "feature_alpha_dropout p=1": lambda F, a: F.feature_alpha_dropout(a([1.0, 2.0]), 1.0, True),
    "feature_alpha_dropout empty": lambda F, a: F.feature_alpha_dropout(a([]), 0.5, True),
    "dropout2d 0-d": lambda F, a: F.dropout2d(a(2.0), 0.5, False),
    "dropout2d 1-d": lambda F, a: F.dropout2d(a([1.0, 2.0]), 0.0, True),
    "dropout2d p=1": lambda F, a: F.dropout2d(a([1.0, 2.0]), 1.0, True),
    "dropout2d empty": lambda F, a: F.dropout2d(a([]), 0.5, True),
    "dropout3d 0-d": lambda F, a: F.dropout3d(a(2.0), 0.5, False),
    "dropout3d p=1": lambda F, a: F.dropout3d(a(2.0), 1.0, True),
    "batch_norm empty": lambda F, a: F.batch_norm(a([]), None, None, training=True),
    "batch_norm empty eval": lambda F, a: F.batch_norm(a([]), a([]), a([])),
    "celu negative": lambda F, a: F.celu(a(RAMP), -2.0),
    "celu inf": lambda F, a: F.celu(a(RAMP), np.inf),
    "celu nan": lambda F, a: F.celu(a(RAMP), np.nan),
    "elu inf": lambda F, a: F.elu(a(RAMP), np.inf),
    "elu -inf": lambda F, a: F.elu(a(RAMP), -np.inf),
    "softplus negative": lambda F, a: F.softplus(a(RAMP), -2.0),
    "softplus inf": lambda F, a: F.softplus(a(RAMP), np.inf),
    "relu 0-d": lambda F, a: F.relu(a(-1.0)),
    **{
        f"{kind}_pool{n}d stride {stride}": lambda F, a, n=n, kind=kind, stride=stride: getattr(
            F, f"{kind}_pool{n}d"
        )(a(np.arange(1.0, 1.0 + 4**n).reshape(1, 1, *(4,) * n)), 2, stride)
        for kind in ("avg", "max")
        for n in (1, 2, 3)
        for stride in ((), [])
    },
}
RAMP = [-np.inf, -3.0, -0.5, -0.0, 0.0, 0.5, 3.0, np.inf, np.nan] * 4


@pytest.mark.filterwarnings("ignore:dropout")
@pytest.mark.parametrize("what", UNUSUAL)
def test_an_unusual_call_is_answered_as_torch_answers_it(torch, what):
    expected = UNUSUAL[what](torch.nn.functional, lambda v: torch.tensor(v, dtype=torch.float64))
    got = UNUSUAL[what](functional, lambda v: np.array(v, np.float64))
    assert type(got) is np.ndarray
    assert got.shape == tuple(expected.shape)
    np.testing.assert_allclose(got, expected, rtol=1e-13)


@pytest.mark.parametrize("rank", [0, 1])
def test_a_mask_needs_channels(rank):
    x = np.ones((2,) * rank)
    for name in ("dropout2d", "feature_alpha_dropout", *(["dropout3d"] if rank == 0 else [])):
        warns = name.startswith("dropout")
        warned = pytest.warns(UserWarning, match=name) if warns else nullcontext()
        with warned, pytest.raises(ValueError, match="input must have a channel axis"):
            getattr(functional, name)(x, 0.5, True)


@pytest.mark.parametrize("name", ["size_average", "reduce"])
def test_a_deprecated_reduction_is_a_bool(name):
    arguments = (np.zeros((3, 2)), np.array([0, 1, 0]))
    for function in (functional.cross_entropy, functional.nll_loss):
        with pytest.raises(TypeError, match=f"{name} must be True or False; got ''"):
            function(*arguments, **{name: ""})


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("stride", lambda v: functional.conv1d(np.ones((1, 1, 4)), np.ones((1, 1, 2)), stride=v)),
        ("padding", lambda v: functional.conv1d(np.ones((1, 1, 4)), np.ones((1, 1, 2)), padding=v)),
        ("kernel_size", lambda v: functional.max_pool1d(np.ones((1, 1, 4)), v)),
        ("padding", lambda v: functional.avg_pool1d(np.ones((1, 1, 4)), 2, padding=v)),
        ("pad", lambda v: functional.pad(np.ones(4), (v, 0))),
        ("dim", lambda v: functional.softmax(np.ones(4), v)),
        ("kernel_size", lambda v: nn.Conv1d(1, 1, v)),
        ("num_features", lambda v: nn.BatchNorm1d(2 * v)),
        ("in_features", lambda v: nn.Linear(v // 2, 2)),
        ("size", lambda v: refimpl.torch.zeros(v // 2)),
    ],
)
def test_an_integer_too_large_is_a_value_error(name, call):
    with pytest.raises(ValueError, match=rf"{name} must be .*; got"):
        call(2**63)


def test_numpy_s_integers_are_integers():
    two = np.int64(2)
    x, w = np.ones((1, 2, 4)), np.ones((2, 1, 2))
    expected = functional.conv1d(x, w, None, 2, 2, 2, 2)
    np.testing.assert_array_equal(functional.conv1d(x, w, None, two, two, two, two), expected)
    assert functional.max_pool1d(x, two, two).shape == (1, 2, 2)
    assert nn.Conv1d(two, two, two, groups=two).double()(x).shape == (1, 2, 3)


@pytest.mark.parametrize("dtype", [">f4", np.longdouble, [("a", "f4")], object, "U3"])
def test_an_array_that_torch_does_not_have_is_refused_in_one_sentence(dtype):
    x = np.zeros((1, 1, 4), dtype)
    for call in (
        lambda: functional.relu(x),
        lambda: functional.conv1d(x, np.ones((1, 1, 2), np.float32)),
        lambda: functional.conv1d(np.ones((1, 1, 4), np.float32), x),
        lambda: nn.Linear(4, 2)(x),
    ):
        with pytest.raises(TypeError, match=r"^(input|weight) must be .*; got dtype [^\n]*$"):
            call()


LIMITS = [
    (lambda t, x, low, high: t.clamp(x, low, high), (3, 4), (3, 4)),
    (lambda t, x, low, high: t.clamp(x, low, high), (4,), (3, 1)),
    (lambda t, x, low, high: t.clamp(x, min=low), (2, 3, 4), None),
    (lambda t, x, low, high: t.clamp(x, max=high), None, ()),
]


@pytest.mark.parametrize("row", range(len(LIMITS)))
def test_clamp_takes_arrays_as_torch_does(torch, row):
    call, low_shape, high_shape = LIMITS[row]
    rng = np.random.default_rng(row)
    arrays = [
        None if shape is None else np.array(np.round(rng.standard_normal(shape), 1))
        for shape in ((3, 4), low_shape, high_shape)
    ]
    leaves = [None if a is None else torch.tensor(a, requires_grad=True) for a in arrays]
    expected = call(torch, *leaves)
    got = call(refimpl.torch, *arrays)
    np.testing.assert_array_equal(got, expected.detach())
    bar = rng.standard_normal(got.shape)
    expected.backward(torch.from_numpy(bar))
    _, vjp = refimpl.torch.clamp.with_vjp(*arrays)
    for leaf, cotangent in zip(leaves, vjp(bar), strict=True):
        if leaf is not None:
            np.testing.assert_allclose(cotangent, leaf.grad, rtol=1e-15)


def test_clamp_with_exchanged_limits_gives_the_upper_one(torch):
    x = np.array([-3.0, 0.5, 3.0])
    got = refimpl.torch.clamp(x, 2.0, 1.0)
    np.testing.assert_array_equal(got, torch.clamp(torch.from_numpy(x), 2.0, 1.0))
