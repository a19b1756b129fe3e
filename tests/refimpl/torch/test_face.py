"""The public face is torch's: names, signatures, defaults, attributes, reprs, states."""

from __future__ import annotations

import ast
import inspect
import warnings
from pathlib import Path

import numpy as np
import pytest

import refimpl.torch
from refimpl.torch import nn

CONSTRUCTIONS = [
    "nn.Conv1d(2, 4, 3)",
    "nn.Conv1d(2, 4, 3, padding='valid')",
    "nn.Conv2d(2, 4, 3)",
    "nn.Conv2d(2, 4, (3, 2), stride=2, padding=1, dilation=2, groups=2, bias=False)",
    "nn.Conv2d(2, 4, 3, padding='same', padding_mode='circular')",
    "nn.Conv2d(2, 4, 3, padding=(0, 1), padding_mode='reflect')",
    "nn.Conv3d(2, 4, 3, (1, 2, 1), (1, 0, 0), 1, 1, True, 'replicate')",
    "nn.AvgPool1d(2)",
    "nn.AvgPool1d(3, stride=2, padding=1, ceil_mode=True, count_include_pad=False)",
    "nn.AvgPool2d(2)",
    "nn.AvgPool2d(2, 2)",
    "nn.AvgPool2d((2, 3), 1, (1, 1), True, False, 3)",
    "nn.AvgPool3d(2, divisor_override=5)",
    "nn.MaxPool1d(2)",
    "nn.MaxPool2d(2, 1, 1, 2, True, True)",
    "nn.MaxPool2d((2, 3), return_indices=True)",
    "nn.MaxPool3d(2, ceil_mode=True)",
    "nn.Linear(3, 4)",
    "nn.Linear(3, 4, bias=False)",
    "nn.BatchNorm1d(4)",
    "nn.BatchNorm1d(4, eps=0.1, momentum=None, affine=False)",
    "nn.BatchNorm2d(4, track_running_stats=False)",
    "nn.BatchNorm3d(4, 1e-3, 0.2, True, True, bias=False)",
    "nn.InstanceNorm1d(3)",
    "nn.InstanceNorm2d(3, affine=True, track_running_stats=True)",
    "nn.InstanceNorm3d(3, affine=True, bias=False)",
    "nn.Dropout()",
    "nn.Dropout(0.2, True)",
    "nn.Dropout1d()",
    "nn.Dropout2d(p=1)",
    "nn.Dropout3d(0)",
    "nn.ReLU()",
    "nn.ReLU(inplace=True)",
    "nn.ReLU6()",
    "nn.ReLU6(True)",
    "nn.LeakyReLU()",
    "nn.LeakyReLU(0.2, inplace=True)",
    "nn.PReLU()",
    "nn.PReLU(3, 0.1)",
    "nn.ELU()",
    "nn.ELU(2.0, True)",
    "nn.SELU()",
    "nn.SELU(True)",
    "nn.CELU()",
    "nn.CELU(alpha=2, inplace=True)",
    "nn.GELU()",
    "nn.GELU('tanh')",
    "nn.SiLU()",
    "nn.SiLU(True)",
    "nn.Mish()",
    "nn.Mish(True)",
    "nn.Sigmoid()",
    "nn.LogSigmoid()",
    "nn.Tanh()",
    "nn.Softplus()",
    "nn.Softplus(2, 10)",
    "nn.Softsign()",
    "nn.Hardtanh()",
    "nn.Hardtanh(-2, 2, True)",
    "nn.Hardsigmoid()",
    "nn.Hardsigmoid(True)",
    "nn.Hardswish()",
    "nn.Hardswish(inplace=True)",
    "nn.Softmax()",
    "nn.Softmax(dim=1)",
    "nn.LogSoftmax(-1)",
    "nn.CrossEntropyLoss()",
    "nn.CrossEntropyLoss(ignore_index=3, reduction='sum', label_smoothing=0.1)",
    "nn.NLLLoss()",
    "nn.NLLLoss(reduction='none')",
    "nn.Identity(3, unused=1)",
    "nn.Flatten()",
    "nn.Flatten(0, 2)",
    "nn.Sequential()",
    "nn.Sequential(nn.Linear(2, 3), nn.Sequential(nn.BatchNorm1d(3), nn.ReLU()), nn.Dropout())",
    "nn.Module()",
]

CLASSES = [name for name in nn.__all__ if inspect.isclass(getattr(nn, name))]
FUNCTIONS = [name for name in nn.functional.__all__ if not name.endswith("_")]


def public(module):
    return {name: value for name, value in vars(module).items() if not name.startswith("_")}


@pytest.mark.parametrize("call", CONSTRUCTIONS)
def test_construction_is_torch_s(torch, call):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ours, theirs = eval(call, {"nn": nn}), eval(call, {"nn": torch.nn})
    assert repr(ours) == repr(theirs)
    assert public(ours) == public(theirs)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    for kind in ("named_parameters", "named_buffers", "named_modules", "named_children"):
        ours_named, theirs_named = list(getattr(ours, kind)()), list(getattr(theirs, kind)())
        assert [name for name, _ in ours_named] == [name for name, _ in theirs_named]
    for name, value in theirs.state_dict().items():
        assert ours.state_dict()[name].shape == tuple(value.shape)
        assert ours.state_dict()[name].dtype.name == str(value.dtype).removeprefix("torch.")
    for name in ("weight", "bias", "running_mean", "running_var", "num_batches_tracked"):
        assert hasattr(ours, name) == hasattr(theirs, name)


@pytest.mark.parametrize("name", CLASSES)
def test_class_signature_is_torch_s(torch, name):
    if name in ("Module", "Parameter", "Sequential", "Identity"):
        assert hasattr(torch.nn, name)
        return
    ours = inspect.signature(getattr(nn, name).__init__).parameters
    theirs = inspect.signature(getattr(torch.nn, name).__init__).parameters
    if list(theirs) == ["self", "args", "kwargs"]:
        assert list(ours) == ["self"]
        return
    assert list(ours) == list(theirs)
    for parameter in ours:
        assert ours[parameter].default == theirs[parameter].default, parameter
        assert ours[parameter].kind == theirs[parameter].kind, parameter


# torch's functions in C++ have no signature; this is what their documentation says.
WRITTEN_IN_C = {
    "conv1d": "input weight bias=None stride=1 padding=0 dilation=1 groups=1",
    "conv2d": "input weight bias=None stride=1 padding=0 dilation=1 groups=1",
    "conv3d": "input weight bias=None stride=1 padding=0 dilation=1 groups=1",
    "avg_pool1d": "input kernel_size stride=None padding=0 ceil_mode=False count_include_pad=True",
    "avg_pool2d": "input kernel_size stride=None padding=0 ceil_mode=False count_include_pad=True "
    "divisor_override=None",
    "avg_pool3d": "input kernel_size stride=None padding=0 ceil_mode=False count_include_pad=True "
    "divisor_override=None",
    "max_pool1d": "input kernel_size stride=None padding=0 dilation=1 ceil_mode=False "
    "return_indices=False",
    "max_pool2d": "input kernel_size stride=None padding=0 dilation=1 ceil_mode=False "
    "return_indices=False",
    "max_pool3d": "input kernel_size stride=None padding=0 dilation=1 ceil_mode=False "
    "return_indices=False",
    "linear": "input weight bias=None",
    "prelu": "input weight",
    "gelu": "input approximate='none'",
    "logsigmoid": "input",
    "softplus": "input beta=1.0 threshold=20.0",
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_function_signature_is_torch_s(torch, name):
    ours = inspect.signature(getattr(nn.functional, name)).parameters.values()
    shown = [
        p.name if p.default is p.empty else f"{p.name}={p.default!r}"
        for p in ours
        if p.kind is not p.KEYWORD_ONLY
    ]
    if name in WRITTEN_IN_C:
        assert shown == WRITTEN_IN_C[name].split()
        return
    theirs = inspect.signature(getattr(torch.nn.functional, name)).parameters.values()
    assert shown == [p.name if p.default is p.empty else f"{p.name}={p.default!r}" for p in theirs]


@pytest.mark.parametrize("name", [n for n in nn.init.__all__ if n.endswith("_")])
def test_initialiser_signature_is_torch_s(torch, name):
    ours = inspect.signature(getattr(nn.init, name)).parameters
    theirs = inspect.signature(getattr(torch.nn.init, name)).parameters
    assert list(ours) == list(theirs)
    assert [p.default for p in ours.values()] == [p.default for p in theirs.values()]


def faces(module):
    """The public modules, by their names in torch."""
    yield module
    for name in dir(module):
        if not name.startswith("_") and inspect.ismodule(getattr(module, name)):
            yield from faces(getattr(module, name))


def test_the_faces_are_all_public_modules():
    package = Path(refimpl.torch.__file__).parent
    files = {path.relative_to(package) for path in package.rglob("*.py")}
    public = {
        path
        for path in files
        if not any(p.startswith("_") for p in path.with_suffix("").parts[:-1])
    }
    assert {Path(face.__file__).relative_to(package) for face in faces(refimpl.torch)} == public


@pytest.mark.parametrize("face", list(faces(refimpl.torch)), ids=lambda face: face.__name__)
def test_every_name_of_a_face_means_in_torch_what_it_means_here(torch, face):
    theirs = torch
    for part in face.__name__.split(".")[2:]:
        theirs = getattr(theirs, part)
    names = [name for name in dir(face) if not name.startswith("_")]
    assert sorted(names) == sorted({*face.__all__, *names})
    assert set(names) - set(face.__all__) <= {"bfloat16"}
    for name in names:
        assert hasattr(theirs, name), name
        here, there = getattr(face, name), getattr(theirs, name)
        if isinstance(here, np.dtype):
            assert str(there) == f"torch.{here.name}"
        elif inspect.ismodule(here):
            assert inspect.ismodule(there), name
        elif inspect.isclass(here):
            assert inspect.isclass(there), name
            assert here.__name__ == name
        elif isinstance(here, refimpl.torch.Generator):
            assert isinstance(there, torch.Generator)
        else:
            assert callable(here), name
            assert callable(there), name
            assert here.__name__ == name


def test_dtypes_are_found_by_torch_s_names(torch):
    for name in ("float16", "float32", "float64", "bfloat16", "half", "float", "double"):
        assert getattr(refimpl.torch, name).name == str(getattr(torch, name)).removeprefix("torch.")
    with pytest.raises(AttributeError, match="float31"):
        refimpl.torch.float31  # noqa: B018


@pytest.mark.parametrize(
    "call",
    [
        "torch.ones(2, 3)",
        "torch.zeros([2, 3])",
        "torch.full((2, 3), 7)",
        "torch.tensor([[1.0, 2.0]])",
        "torch.tensor([1, 0, 1])",
        "torch.tensor([1, 2], dtype=torch.float64)",
        "torch.arange(5)",
        "torch.arange(0, 1, 0.25)",
        "torch.ones(2, dtype=torch.float16)",
    ],
)
def test_creation_is_torch_s(torch, call):
    ours, theirs = eval(call, {"torch": refimpl.torch}), eval(call, {"torch": torch})
    if call.startswith("torch.full"):
        theirs = theirs.float()  # torch infers int64 from an integer
    assert ours.dtype == theirs.numpy().dtype
    np.testing.assert_array_equal(ours, theirs.numpy())


def test_random_creation_has_torch_s_dtype():
    assert refimpl.torch.rand(2, 3).dtype == np.float32
    assert refimpl.torch.randn((2, 3), dtype=np.float64).shape == (2, 3)
    assert refimpl.torch.empty(2).shape == (2,)
    array = np.ones(2)
    assert refimpl.torch.from_numpy(array) is array


def test_the_mathematics_is_called_through_its_modules():
    # Else a wrong implementation that is put in an op's place would not be reached.
    imported = {
        node.module
        for path in (Path(refimpl.torch.__file__).parent / "_src").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("refimpl.ops.")
    }
    assert imported <= {"refimpl.ops.array", "refimpl.ops.random"}
