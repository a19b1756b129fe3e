"""Every layer, forward and backward, in float64 beside torch's."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from refimpl.torch import nn

SIMPLE = [
    *("ReLU", "ReLU6", "LeakyReLU", "PReLU", "ELU", "SELU", "CELU", "GELU", "SiLU", "Mish"),
    *("Sigmoid", "LogSigmoid", "Tanh", "Softplus", "Softsign", "Hardtanh", "Hardswish"),
    *("Softmax", "LogSoftmax", "Identity", "Flatten"),
]
LAYERS = [
    ("nn.Conv1d(4, 6, 3, padding='same', padding_mode='reflect')", (4, 9)),
    ("nn.Conv1d(4, 6, 4, padding='same', dilation=3)", (2, 4, 20)),
    ("nn.Conv1d(4, 6, 3, padding='valid', padding_mode='circular')", (2, 4, 9)),
    ("nn.Conv2d(4, 6, 3, 2, 1, 2, 2)", (2, 4, 9, 8)),
    ("nn.Conv2d(4, 6, 3, 2, 1, 2, 2)", (4, 9, 8)),
    ("nn.Conv2d(4, 4, (3, 2), padding=(1, 2), padding_mode='circular', groups=4)", (2, 4, 9, 8)),
    ("nn.Conv2d(3, 2, (3, 4), padding='same', padding_mode='replicate')", (2, 3, 9, 8)),
    ("nn.Conv2d(4, 6, 3)", (0, 4, 9, 8)),
    ("nn.Conv3d(2, 2, 2, padding=1, padding_mode='replicate', bias=False)", (2, 2, 4, 3, 3)),
    ("nn.Conv3d(2, 2, 2)", (2, 4, 3, 3)),
    ("nn.AvgPool1d(2)", (3, 8)),
    ("nn.AvgPool1d(3, 2, 1, True)", (2, 3, 8)),
    ("nn.AvgPool2d(3, 2, 1, True, False)", (2, 3, 8, 7)),
    ("nn.AvgPool2d((2, 3), divisor_override=-4)", (3, 8, 7)),
    ("nn.AvgPool3d(2, divisor_override=3)", (2, 3, 4, 4, 5)),
    ("nn.MaxPool1d(3)", (2, 9)),
    ("nn.MaxPool2d(3, 2, 1, 2, ceil_mode=True)", (2, 3, 8, 9)),
    ("nn.MaxPool2d((2, 3), 1)", (3, 8, 9)),
    ("nn.MaxPool3d(2, 1, 1)", (2, 2, 4, 4, 4)),
    ("nn.Linear(3, 4)", (2, 5, 3)),
    ("nn.Linear(3, 4)", (3,)),
    ("nn.Linear(3, 4, bias=False)", (0, 3)),
    ("nn.BatchNorm1d(4)", (5, 4)),
    ("nn.BatchNorm1d(4)", (0, 4)),
    ("nn.BatchNorm1d(4, bias=False)", (5, 4, 3)),
    ("nn.BatchNorm1d(4).eval()", (1, 4)),
    ("nn.BatchNorm2d(4, momentum=None)", (5, 4, 2, 3)),
    ("nn.BatchNorm2d(4, track_running_stats=False).eval()", (5, 4, 2, 3)),
    ("nn.BatchNorm3d(4, affine=False).eval()", (2, 4, 2, 3, 2)),
    ("nn.InstanceNorm1d(4)", (4, 3)),
    ("nn.InstanceNorm2d(4, affine=True, track_running_stats=True)", (2, 4, 3, 3)),
    ("nn.InstanceNorm2d(4, affine=True, track_running_stats=True).eval()", (2, 4, 3, 3)),
    ("nn.InstanceNorm2d(4, momentum=None, track_running_stats=True)", (2, 4, 3, 3)),
    ("nn.InstanceNorm3d(4).eval()", (2, 4, 3, 3, 2)),
    ("nn.Dropout().eval()", (2, 3)),
    ("nn.Dropout(0.0)", (2, 3)),
    ("nn.Dropout(1.0)", (2, 3)),
    ("nn.Dropout1d(1.0)", (2, 3)),
    ("nn.Dropout2d(1.0)", (2, 3, 4, 4)),
    ("nn.Dropout3d(1.0)", (3, 4, 4, 2)),
    *((f"nn.{name}()", (3, 4, 5)) for name in SIMPLE),
    ("nn.PReLU(4)", (3, 4, 5)),
    ("nn.PReLU()", (4,)),
    ("nn.GELU('tanh')", (3, 4)),
    ("nn.Softplus(2.0, 1.0)", (3, 4)),
    ("nn.Softmax(0)", ()),
    ("nn.LogSoftmax(-2)", (3, 4, 5)),
    ("nn.Softmax()", (3, 4)),
    ("nn.Flatten(0, 1)", (2, 3, 4)),
    ("nn.Flatten(0)", ()),
    ("nn.Sequential()", (2,)),
    (
        "nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(inplace=True), "
        "nn.MaxPool2d(2), nn.Flatten(), nn.Linear(8, 3), nn.Tanh())",
        (3, 1, 6, 6),
    ),
]


def pair(torch, call, shape, seed=0):
    """Make our layer and torch's in float64 with the same random state, and an input."""
    rng = np.random.default_rng(seed)
    ours = eval(call, {"nn": nn}).double()
    theirs = eval(call, {"nn": torch.nn}).double()
    state = {
        name: rng.uniform(0.5, 2.0, value.shape) if value.dtype.kind == "f" else value
        for name, value in ours.state_dict().items()
    }
    ours.load_state_dict(state)
    theirs.load_state_dict({k: torch.from_numpy(np.array(v)) for k, v in state.items()})
    return ours, theirs, rng.standard_normal(shape), rng


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(("call", "shape"), LAYERS)
def test_layer_is_torch_s(torch, assert_close, call, shape):
    ours, theirs, x, rng = pair(torch, call, shape)
    tensor = torch.from_numpy(x.copy()).requires_grad_()
    before = x.copy()
    for step in range(2):
        output, expected = ours(x), theirs(tensor)
        assert_close(output, expected.detach(), f"output {step}")
    np.testing.assert_array_equal(x, before)
    cotangent = rng.standard_normal(output.shape)
    expected.backward(torch.from_numpy(cotangent))
    assert_close(ours.backward(cotangent), tensor.grad, "input")
    for (name, got), wanted in zip(ours.named_parameters(), theirs.parameters(), strict=True):
        assert_close(got.grad, wanted.grad, name)
    for (name, got), wanted in zip(ours.named_buffers(), theirs.buffers(), strict=True):
        assert_close(got, wanted, name)


def test_hardsigmoid_s_slope_is_one_sixth(torch, assert_close):
    x = np.linspace(-4.0, 4.0, 17)
    layer = nn.Hardsigmoid()
    assert_close(layer(x), torch.nn.Hardsigmoid()(torch.from_numpy(x)))
    # torch multiplies float64 gradients by one sixth rounded to float32, so it is no reference.
    np.testing.assert_array_equal(layer.backward(np.ones(17)), (np.abs(x) < 3) / 6)


INPLACE = [
    "nn.ReLU(True)",
    "nn.ReLU6(True)",
    "nn.LeakyReLU(0.1, True)",
    "nn.ELU(1.5, True)",
    "nn.SELU(True)",
    "nn.CELU(1.5, True)",
    "nn.SiLU(True)",
    "nn.Mish(True)",
    "nn.Hardtanh(-0.5, 1.0, True)",
    "nn.Hardswish(True)",
    "nn.Dropout(1.0, True)",
    "nn.Dropout2d(1.0, True)",
]


@pytest.mark.parametrize("call", INPLACE)
def test_in_place_layer_overwrites_its_input_and_goes_back_right(torch, assert_close, call):
    ours, theirs, x, rng = pair(torch, call, (2, 3, 4, 4))
    tensor = torch.from_numpy(x.copy()).requires_grad_()
    expected = theirs(tensor.clone())
    output = ours(x)
    assert output is x
    assert_close(x, expected.detach())
    cotangent = rng.standard_normal(x.shape)
    expected.backward(torch.from_numpy(cotangent))
    assert_close(ours.backward(cotangent), tensor.grad)


def test_leaky_relu_in_place_with_a_negative_slope_goes_back_right():
    # torch refuses this backward pass, as the output does not tell the branch.
    x = np.array([-2.0, 3.0])
    layer = nn.LeakyReLU(-0.5, inplace=True)
    np.testing.assert_array_equal(layer(x), [1.0, 3.0])
    np.testing.assert_array_equal(layer.backward(np.ones(2)), [-0.5, 1.0])


@pytest.mark.parametrize("n", [1, 2, 3])
def test_max_pooling_returns_torch_s_indices(torch, n):
    x = np.random.default_rng(n).integers(-2, 3, (2, 3, *(7, 6, 5)[:n])).astype(np.float64)
    ours = getattr(nn, f"MaxPool{n}d")(3, 2, 1, return_indices=True)
    theirs = getattr(torch.nn, f"MaxPool{n}d")(3, 2, 1, return_indices=True)
    for batch in (x, x[0]):
        (output, indices) = ours(batch)
        expected, where = theirs(torch.from_numpy(batch))
        np.testing.assert_array_equal(output, expected)
        np.testing.assert_array_equal(indices, where)
        assert indices.dtype == np.int64
        assert ours.backward(np.ones(output.shape)).sum() == output.size
    function = getattr(nn.functional, f"max_pool{n}d_with_indices")
    np.testing.assert_array_equal(function(x, 3, 2, 1)[1], theirs(torch.from_numpy(x))[1])


LOSSES = [
    ("CrossEntropyLoss", {}, (5, 3), (5,)),
    ("CrossEntropyLoss", {"reduction": "sum", "label_smoothing": 0.2}, (5, 3), (5,)),
    ("CrossEntropyLoss", {"reduction": "none", "ignore_index": 1}, (5, 3, 2, 2), (5, 2, 2)),
    ("CrossEntropyLoss", {"weighted": True, "ignore_index": 2}, (5, 3, 2), (5, 2)),
    ("CrossEntropyLoss", {"weighted": True, "label_smoothing": 0.2}, (5, 3), (5, 3)),
    ("CrossEntropyLoss", {"reduction": "none"}, (5, 3, 2), (5, 3, 2)),
    ("CrossEntropyLoss", {}, (3,), ()),
    ("CrossEntropyLoss", {}, (3,), (3,)),
    ("NLLLoss", {}, (5, 3), (5,)),
    ("NLLLoss", {"weighted": True}, (3,), ()),
    ("NLLLoss", {"weighted": True, "reduction": "sum", "ignore_index": 0}, (5, 3, 2), (5, 2)),
    ("NLLLoss", {"reduction": "none"}, (5, 3, 2, 2), (5, 2, 2)),
]


@pytest.mark.parametrize(("name", "options", "shape", "target_shape"), LOSSES)
def test_loss_is_torch_s(torch, assert_close, name, options, shape, target_shape):
    rng = np.random.default_rng(3)
    scores = rng.standard_normal(shape)
    soft = target_shape == shape
    target = rng.uniform(size=shape) if soft else np.asarray(rng.integers(0, 3, target_shape))
    options = dict(options)
    weight = rng.uniform(0.5, 2.0, 3) if options.pop("weighted", False) else None
    ours = getattr(nn, name)(weight, **options)
    wanted = None if weight is None else torch.from_numpy(weight)
    theirs = getattr(torch.nn, name)(wanted, **options)
    score_tensor = torch.from_numpy(scores).requires_grad_()
    target_tensor = torch.from_numpy(target)
    if soft:
        target_tensor.requires_grad_()
    output, expected = ours(scores, target), theirs(score_tensor, target_tensor)
    assert isinstance(output, np.ndarray)
    assert_close(output, expected.detach())
    cotangent = rng.standard_normal(output.shape)
    expected.backward(torch.from_numpy(np.asarray(cotangent)))
    gradients = ours.backward(cotangent)
    if soft:
        assert_close(gradients[0], score_tensor.grad)
        assert_close(gradients[1], target_tensor.grad)
    else:
        assert_close(gradients, score_tensor.grad)


def test_deprecated_reductions_are_torch_s(torch):
    for average in (None, True, False):
        for reduce in (None, True, False):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                ours = nn.CrossEntropyLoss(size_average=average, reduce=reduce)
                theirs = torch.nn.CrossEntropyLoss(size_average=average, reduce=reduce)
            assert ours.reduction == theirs.reduction
    with pytest.warns(UserWarning, match="reduction='sum'") as caught:
        nn.NLLLoss(size_average=False)
    assert caught[0].filename == __file__
    with pytest.warns(UserWarning, match="reduction='none'") as caught:
        nn.functional.cross_entropy(np.ones((1, 2)), np.array([1]), reduce=False)
    assert caught[0].filename == __file__


@pytest.mark.parametrize("name", ["Dropout", "Dropout1d", "Dropout2d", "Dropout3d"])
def test_dropout_keeps_what_it_is_told_to(name):
    shape = (3, 5, 2, 2, 2)[: {"Dropout1d": 3, "Dropout2d": 4}.get(name, 5)]
    layer = getattr(nn, name)(0.25)
    mask_shape = shape if name == "Dropout" else (*shape[:2], *(1,) * (len(shape) - 2))
    layer.keep = np.random.default_rng(0).random(mask_shape) < 0.75
    x = np.random.default_rng(1).standard_normal(shape)
    np.testing.assert_array_equal(layer(x), x * (layer.keep / 0.75))
    np.testing.assert_array_equal(layer.backward(x), x * (layer.keep / 0.75))
    assert "keep" not in repr(layer)


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("ndim", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("name", ["dropout", "dropout1d", "dropout2d", "dropout3d"])
def test_dropout_drops_the_planes_torch_drops(torch, name, ndim):
    x = np.ones((32, 8, 6, 3, 2)[:ndim])  # so many that no axis is constant by chance
    torch.manual_seed(0)
    try:
        expected = getattr(torch.nn.functional, name)(torch.from_numpy(x), 0.5)
    except RuntimeError:
        with pytest.raises(ValueError, match="input"):
            getattr(nn.functional, name)(x, 0.5)
        return
    got = getattr(nn.functional, name)(x, 0.5, generator=np.random.default_rng(0))
    assert set(np.unique(got)) <= {0.0, 2.0}
    for axis in range(ndim):
        constant = [(np.ptp(array, axis=axis) == 0).all() for array in (got, expected.numpy())]
        assert constant[0] == constant[1], axis


def test_dropout_draws_from_the_default_generator():
    import refimpl.torch

    refimpl.torch.manual_seed(5)
    first = nn.functional.dropout(np.ones(1000))
    refimpl.torch.manual_seed(5)
    np.testing.assert_array_equal(nn.Dropout()(np.ones(1000)), first)
    # Binomial(1000, 1/2): seven standard deviations are 111.
    assert abs(np.count_nonzero(first) - 500) < 111
