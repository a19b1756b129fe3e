"""Module, Parameter, Sequential: registration, states, modes, and the way back."""

from __future__ import annotations

import copy
import operator
import pickle
from collections import OrderedDict

import numpy as np
import pytest

from refimpl.torch import nn
from refimpl.torch.nn import Parameter


def net(library):
    return library.Sequential(
        library.Conv2d(1, 2, 3), library.BatchNorm2d(2), library.Flatten(), library.Linear(8, 3)
    )


def arrays(torch_state):
    return {name: value.numpy().copy() for name, value in torch_state.items()}


class Residual(nn.Module):
    """A module of one's own, with its own way back."""

    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(3, 3)
        self.register_buffer("seen", np.zeros((), np.int64), persistent=False)

    def forward(self, input):
        self.seen[...] += 1
        return input + self.inner(input)

    def backward(self, grad_output=None):
        return grad_output + self.inner.backward(grad_output)


def test_members_are_registered_in_order():
    module = nn.Module()
    module.b = Parameter(np.ones(2))
    module.a = Parameter(np.ones(3))
    module.child = nn.ReLU()
    module.register_buffer("count", np.zeros(()))
    module.plain = np.ones(2)
    assert [name for name, _ in module.named_parameters()] == ["b", "a"]
    assert [name for name, _ in module.named_buffers()] == ["count"]
    assert list(module.state_dict()) == ["b", "a", "count"]
    assert {"a", "b", "child", "count", "plain"} <= set(dir(module))
    module.a = None
    assert module.a is None
    assert [name for name, _ in module.named_parameters()] == ["b"]
    module.count = np.ones(())
    assert module.get_buffer("count") == 1.0
    module.child = None
    assert list(module.children()) == []
    module.b = nn.Tanh() if False else None
    del module.count
    assert not hasattr(module, "count")
    del module.plain
    assert not hasattr(module, "plain")
    module.plain = Parameter(np.ones(1))
    assert "plain" in module._parameters


def test_a_shared_member_is_named_once_unless_asked_for():
    shared = nn.Linear(2, 2)
    both = nn.Sequential(shared, shared)
    assert [name for name, _ in both.named_parameters()] == ["0.weight", "0.bias"]
    twice = [name for name, _ in both.named_parameters(remove_duplicate=False)]
    assert twice == ["0.weight", "0.bias", "1.weight", "1.bias"]
    assert [name for name, _ in both.named_modules()] == ["", "0"]
    assert list(both.state_dict()) == twice
    assert len(list(both.parameters())) == 2
    assert [name for name, _ in both.named_parameters("net")] == ["net.0.weight", "net.0.bias"]
    assert list(both.named_parameters(recurse=False)) == []


def test_members_are_found_by_dotted_names():
    module = nn.Sequential(net(nn))
    assert module.get_submodule("0.1") is module[0][1]
    assert module.get_submodule("") is module
    assert module.get_parameter("0.3.bias").shape == (3,)
    assert module.get_buffer("0.1.running_mean").shape == (2,)
    for ask in ("get_submodule", "get_parameter", "get_buffer"):
        with pytest.raises(AttributeError, match="7"):
            getattr(module, ask)("0.7")


def test_state_goes_around():
    one, other = net(nn), net(nn)
    x = np.random.default_rng(0).standard_normal((4, 1, 4, 4)).astype(np.float32)
    one(x)
    result = other.load_state_dict(one.state_dict())
    assert repr(result) == "<All keys matched successfully>"
    np.testing.assert_array_equal(other.eval()(x), one.eval()(x))
    other[3].weight.data[...] = 0.0
    assert one[3].weight.data.any()
    assert one.state_dict()["3.weight"] is one[3].weight.data
    assert one.state_dict(keep_vars=True)["3.weight"] is one[3].weight


def test_state_comes_from_torch_and_goes_there(torch, assert_close):
    ours, theirs = net(nn).double(), net(torch.nn).double()
    x = np.random.default_rng(0).standard_normal((4, 1, 4, 4))
    theirs(torch.from_numpy(x))
    ours.load_state_dict(arrays(theirs.state_dict()))
    assert_close(ours.eval()(x), theirs.eval()(torch.from_numpy(x)).detach())
    back = {name: torch.from_numpy(np.array(v)) for name, v in ours.state_dict().items()}
    assert not theirs.load_state_dict(back).missing_keys
    assert ours.state_dict()._metadata == theirs.state_dict()._metadata


def test_state_is_cast_unless_assigned():
    layer = nn.Linear(2, 2)
    doubles = {"weight": np.full((2, 2), 0.1), "bias": np.ones(2)}
    layer.load_state_dict(doubles)
    assert layer.weight.dtype == np.float32
    layer.load_state_dict(doubles, assign=True)
    assert layer.weight.data is doubles["weight"]


def test_wrong_states_are_refused_as_torch_refuses_them(torch):
    ours, theirs = nn.Sequential(nn.Linear(2, 3)), torch.nn.Sequential(torch.nn.Linear(2, 3))
    good = arrays(theirs.state_dict())
    bad = [
        {},
        {**good, "x": np.ones(1)},
        {"0.weight": good["0.weight"], "x": np.ones(1)},
        {**good, "0.weight": np.ones((1, 2), np.float32)},
    ]
    for state in bad:
        with pytest.raises(RuntimeError) as got:
            ours.load_state_dict(state)
        with pytest.raises(RuntimeError) as expected:
            theirs.load_state_dict({k: torch.from_numpy(v) for k, v in state.items()})
        assert str(got.value) == str(expected.value).replace(
            "torch.Size([1, 2])", "(1, 2)"
        ).replace("torch.Size([3, 2])", "(3, 2)")
    result = ours.load_state_dict({"x": np.ones(1), "0.weight": good["0.weight"]}, strict=False)
    assert result.missing_keys == ["0.bias"]
    assert result.unexpected_keys == ["x"]
    assert "x" in repr(result)
    with pytest.raises(RuntimeError, match=r"0\.weight"):
        ours.load_state_dict({**good, "0.weight": 3.0})
    with pytest.raises(RuntimeError, match="floats"):
        ours.load_state_dict({**good, "0.weight": np.ones((3, 2), int)}, assign=True)
    with pytest.raises(TypeError, match="state_dict"):
        ours.load_state_dict([1])


def test_an_old_state_has_no_counter(torch):
    ours, theirs = nn.BatchNorm1d(2), torch.nn.BatchNorm1d(2)
    old = arrays(theirs.state_dict())
    del old["num_batches_tracked"]
    assert not ours.load_state_dict(old).missing_keys
    new = ours.state_dict()
    del new["num_batches_tracked"]
    with pytest.raises(RuntimeError, match="num_batches_tracked"):
        ours.load_state_dict(new)


def test_modes_reach_every_module():
    module = nn.Sequential(nn.Dropout(), nn.Sequential(nn.BatchNorm1d(2)))
    assert module.eval() is module
    assert not any(m.training for m in module.modules())
    module.train()
    assert all(m.training for m in module.modules())
    with pytest.raises(ValueError, match="mode"):
        module.train(3)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "bfloat16"])
def test_casting_reaches_parameters_gradients_and_float_buffers(dtype):
    if dtype == "bfloat16":
        pytest.importorskip("ml_dtypes")
    module = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    module(np.ones((3, 2), np.float32))
    module.backward(np.ones((3, 2), np.float32))
    assert module.to(dtype) is module
    kinds = {name: value.dtype.name for name, value in module.state_dict().items()}
    assert kinds.pop("1.num_batches_tracked") == "int64"
    assert set(kinds.values()) == {dtype}
    assert {p.grad.dtype.name for p in module.parameters()} == {dtype}
    layer = nn.Conv1d(1, 1, 1, dtype=dtype)
    assert layer.weight.dtype.name == layer.bias.dtype.name == dtype


def test_casting_has_torch_s_short_names():
    layer = nn.Linear(1, 1)
    assert layer.double().weight.dtype == np.float64
    assert layer.float().weight.dtype == np.float32
    assert layer.half().weight.dtype == np.float16
    assert layer.to("cpu").cpu().to(device="cpu", dtype=np.float64).weight.dtype == np.float64
    assert layer.to("cpu", np.float32).weight.dtype == np.float32
    with pytest.raises(ValueError, match="device"):
        layer.to("cuda:0")
    with pytest.raises(TypeError, match="dtype"):
        layer.to(np.int64)


def test_gradients_accumulate_and_are_forgotten():
    layer = nn.Linear(2, 1)
    x = np.ones((1, 2), np.float32)
    for times in (1, 2):
        layer(x)
        layer.backward(np.ones((1, 1), np.float32))
        np.testing.assert_array_equal(layer.weight.grad, [[times, times]])
    layer.zero_grad(set_to_none=False)
    np.testing.assert_array_equal(layer.bias.grad, [0.0])
    layer.zero_grad()
    assert layer.weight.grad is None
    layer.requires_grad_(False)
    layer(x)
    layer.backward(np.ones((1, 1), np.float32))
    assert layer.weight.grad is None
    layer.weight.requires_grad_()
    layer.backward(np.ones((1, 1)))  # cast to the output's dtype, as torch does
    assert layer.weight.grad.dtype == np.float32
    assert layer.bias.grad is None


def test_gradient_is_not_the_caller_s_array():
    layer = nn.PReLU()
    cotangent = np.ones((1, 2))
    layer = nn.Linear(2, 2, dtype="float64")
    layer(np.ones(2))
    grad = np.ones(2)
    layer.backward(grad)
    grad[...] = 5.0
    np.testing.assert_array_equal(layer.bias.grad, [1.0, 1.0])
    assert cotangent.any()


def test_a_module_called_twice_in_a_chain_goes_back_through_both(torch, assert_close):
    def chain(library):
        shared, act = library.Linear(3, 3), library.Tanh()
        return library.Sequential(shared, act, shared, act)

    ours, theirs = chain(nn).double(), chain(torch.nn).double()
    ours.load_state_dict(arrays(theirs.state_dict()))
    x = np.random.default_rng(0).standard_normal((2, 3))
    tensor = torch.from_numpy(x).requires_grad_()
    assert_close(ours(x), theirs(tensor).detach())
    theirs(tensor).sum().backward()
    assert_close(ours.backward(np.ones((2, 3))), tensor.grad)
    assert_close(ours[0].weight.grad, theirs[0].weight.grad)


def test_a_module_of_one_s_own_may_be_part_of_a_chain():
    module = nn.Sequential(Residual(), nn.ReLU())
    assert list(module.state_dict()) == ["0.inner.weight", "0.inner.bias"]
    assert [name for name, _ in module.named_buffers()] == ["0.seen"]
    module(np.ones((1, 3), np.float32))
    gradient = module.backward(np.ones((1, 3), np.float32))
    assert gradient.shape == (1, 3)
    assert module[0].seen == 1


def test_backward_needs_a_call_and_a_fitting_gradient():
    layer = nn.Linear(2, 2)
    with pytest.raises(RuntimeError, match="call"):
        layer.backward(np.ones(2))
    layer(np.ones(2, np.float32))
    with pytest.raises(ValueError, match="grad_output"):
        layer.backward(np.ones(3))
    with pytest.raises(ValueError, match="grad_output"):
        layer.backward()
    with pytest.raises(TypeError, match="grad_output"):
        layer.backward(np.ones(2, int))
    with pytest.raises(NotImplementedError, match="forward"):
        nn.Module()(1)


def test_names_and_kinds_of_members_are_checked():
    module = nn.Linear(2, 2)
    wrong = [
        (KeyError, '"."', lambda: module.register_parameter("a.b", None)),
        (KeyError, "empty", lambda: module.register_parameter("", None)),
        (KeyError, "training", lambda: module.register_buffer("training", None)),
        (KeyError, "weight", lambda: module.register_buffer("weight", None)),
        (TypeError, "name", lambda: module.register_buffer(3, None)),
        (TypeError, "'z'", lambda: module.register_parameter("z", np.ones(1))),
        (TypeError, "'z'", lambda: module.register_buffer("z", 3)),
        (TypeError, "Module", lambda: module.add_module("z", 3)),
        (TypeError, "Module", lambda: nn.Sequential(3)),
        (TypeError, "weight", lambda: setattr(module, "weight", np.ones(2))),
        (TypeError, "data", lambda: Parameter([1.0])),
        (TypeError, "data", lambda: Parameter(np.ones(1, int))),
        (TypeError, "data", lambda: setattr(module.weight, "data", 3.0)),
        (AttributeError, "foo", lambda: module.foo),
        (AttributeError, "bar", lambda: delattr(module, "bar")),
    ]
    for kind, words, act in wrong:
        with pytest.raises(kind, match=words):
            act()
    container = nn.Sequential(nn.BatchNorm1d(2))
    with pytest.raises(TypeError, match="'0'"):
        setattr(container, "0", 3)
    with pytest.raises(TypeError, match="running_mean"):
        container[0].running_mean = [0.0, 0.0]

    class Hasty(nn.Module):
        def __init__(self):
            self.child = nn.ReLU()

    with pytest.raises(AttributeError, match="before"):
        Hasty()


def test_sequential_is_a_list_of_modules(torch):
    def steps(library):
        module = library.Sequential(
            OrderedDict([("first", library.Linear(2, 3)), ("second", library.ReLU())])
        )
        yield module
        yield module[:1]
        yield module[-1]
        module.append(library.Tanh())
        yield module
        module[0] = library.Identity()
        yield module
        module = library.Sequential(*module)
        module.insert(1, library.Sigmoid())
        yield module
        yield module.pop(0)
        del module[0]
        yield module
        module.extend([library.SELU(), library.GELU()])
        del module[1:]
        yield module + library.Sequential(library.Mish())
        yield library.Sequential(*module, *module)

    for ours, theirs in zip(steps(nn), steps(torch.nn), strict=True):
        assert repr(ours) == repr(theirs)
    assert len(nn.Sequential(nn.ReLU(), nn.ReLU())) == 2
    with pytest.raises(IndexError, match="5"):
        nn.Sequential(nn.ReLU())[5]
    with pytest.raises(IndexError, match="2"):
        nn.Sequential(nn.ReLU()).insert(2, nn.ReLU())
    with pytest.raises(TypeError, match="module"):
        nn.Sequential().insert(0, 3)
    with pytest.raises(TypeError, match="index"):
        nn.Sequential(nn.ReLU())["0"]
    with pytest.raises(TypeError, match="Sequential"):
        operator.add(nn.Sequential(), [nn.ReLU()])


@pytest.mark.parametrize("first", ["Sigmoid()", "Tanh()", "Softmax(1)", "ReLU(True)"])
@pytest.mark.parametrize("second", ["ELU(inplace=True)", "Dropout(0.5, True)", "ELU()"])
def test_no_way_back_through_what_was_overwritten(torch, first, second):
    x = np.ones((2, 3))
    failed = []
    for library, value in ((nn, x), (torch.nn, torch.from_numpy(x).requires_grad_())):
        linear = library.Linear(3, 3).double()
        chain = library.Sequential(
            *(linear, eval(f"library.{first}"), library.Flatten(), eval(f"library.{second}"))
        )
        output = chain(value)
        try:
            chain.backward(x) if library is nn else output.sum().backward()
        except RuntimeError as error:
            failed.append("inplace" in str(error))
    assert failed == ([] if second == "ELU()" else [True, True])


def test_functions_that_need_their_output_are_known():
    x = np.random.default_rng(0).standard_normal((3, 4))
    for name in nn.__all__:
        kind = getattr(nn, name)
        if not hasattr(kind, "_keeps_output") or name in ("Softmax", "LogSoftmax"):
            continue
        layer = kind()
        output = layer(x)
        before = layer.backward(x)
        output[...] = 7.0
        assert layer._needs_output() == bool((layer.backward(x) != before).any()), name


def test_apply_visits_children_first():
    seen = []
    module = nn.Sequential(nn.ReLU(), nn.Tanh())
    assert module.apply(lambda m: seen.append(type(m).__name__)) is module
    assert seen == ["ReLU", "Tanh", "Sequential"]


def test_copies_are_independent():
    module = nn.Linear(2, 2)
    module(np.ones(2, np.float32))
    for twin in (copy.deepcopy(module), pickle.loads(pickle.dumps(module))):
        twin.weight.data[...] = 0.0
        assert module.weight.data.all()
        assert twin(np.ones(2, np.float32)).shape == (2,)


def test_parameter_behaves_like_its_array():
    parameter = Parameter(np.arange(6.0).reshape(2, 3))
    assert parameter.shape == parameter.size() == (2, 3)
    assert parameter.size(1) == 3
    assert parameter.numel() == 6
    assert parameter.dim() == parameter.ndim == 2
    assert len(parameter) == 2
    np.testing.assert_array_equal(parameter[1], [3.0, 4.0, 5.0])
    np.testing.assert_array_equal(np.add(parameter, 1.0), parameter.numpy() + 1.0)
    assert repr(parameter).startswith("Parameter containing:\n")
    assert Parameter(parameter).data is parameter.data


def test_batch_norm_without_tracking_uses_and_changes_no_loaded_statistics(torch, assert_close):
    # Made with statistics, then told not to track: only evaluation looks at them.
    layers = nn.BatchNorm1d(2).double(), torch.nn.BatchNorm1d(2).double()
    x = np.array([[1.0, 2.0], [3.0, 5.0]])
    for layer in layers:
        layer.track_running_stats = False
    assert_close(layers[0](x), layers[1](torch.from_numpy(x)).detach())
    assert_close(layers[0].eval()(x), layers[1].eval()(torch.from_numpy(x)).detach())
    assert layers[0].num_batches_tracked == layers[1].num_batches_tracked == 0
