"""Bounded arrays behave as arrays do, on both sides of an operator, and never lose their bound."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from conformance.oracle.bounds import Bounded, Unit, exact

F64, F32 = Unit.of("float64"), Unit.of("float32")
DRAW = np.random.default_rng(0)
VALUE = DRAW.standard_normal((2, 3, 4))
BOUND = DRAW.random((2, 3, 4)) / 1024
names = pytest.mark.parametrize


def sample():
    return Bounded(VALUE, BOUND, F64)


MOVES = {
    "reshape": lambda x: np.reshape(x, (4, 6)),
    "reshape method": lambda x: x.reshape(4, -1),
    "reshape method with a tuple": lambda x: x.reshape((4, 6)),
    "ravel": np.ravel,
    "ravel method": lambda x: x.ravel(),
    "transpose": lambda x: np.transpose(x, (2, 0, 1)),
    "transpose method": lambda x: x.transpose(2, 0, 1),
    "transpose method with a tuple": lambda x: x.transpose((2, 0, 1)),
    "reverse the axes": lambda x: x.transpose(),
    "T": lambda x: x.T,
    "moveaxis": lambda x: np.moveaxis(x, 0, -1),
    "swapaxes": lambda x: np.swapaxes(x, 0, 1),
    "swapaxes method": lambda x: x.swapaxes(0, 1),
    "broadcast_to": lambda x: np.broadcast_to(x, (5, 2, 3, 4)),
    "expand_dims": lambda x: np.expand_dims(x, 1),
    "squeeze": lambda x: np.squeeze(x[:, :, :1], 2),
    "squeeze method": lambda x: x[:, :, :1].squeeze(2),
    "take": lambda x: np.take(x, [0, 2], axis=1),
    "take method": lambda x: x.take([0, 2], axis=1),
    "take_along_axis": lambda x: np.take_along_axis(x, np.ones((2, 1, 4), int), axis=1),
    "flip": lambda x: np.flip(x, 1),
    "copy": np.copy,
    "copy method": lambda x: x.copy(),
    "one element": lambda x: x[1, 2, 3],
    "slices": lambda x: x[:, ::-1, None, 1:],
    "ellipsis": lambda x: x[..., 0],
    "fancy": lambda x: x[[0, 1], [2, 0]],
    "mask": lambda x: x[VALUE > 0],
    "concatenate": lambda x: np.concatenate([x, x[:1]], axis=0),
    "stack": lambda x: np.stack([x, x], axis=1),
    "where": lambda x: np.where(VALUE > 0, x, x[:1]),
    "astype": lambda x: x.astype(np.float32) if isinstance(x, Bounded) else x,
    "windows": lambda x: np.lib.stride_tricks.sliding_window_view(x, 2, axis=1),
}


@names("move", MOVES.values(), ids=MOVES)
def test_moving_elements_moves_their_bounds(move):
    moved = move(sample())
    assert isinstance(moved, Bounded)
    assert np.array_equal(moved.value, move(VALUE))
    assert np.array_equal(moved.bound, move(BOUND))
    assert not move(exact(VALUE, F64)).bound.any()


OPERATIONS = {
    "+": lambda x, y: x + y,
    "-": lambda x, y: x - y,
    "*": lambda x, y: x * y,
    "/": lambda x, y: x / y,
    "maximum": np.maximum,
    "minimum": np.minimum,
}
PARTNERS = {
    "float": 2.5,
    "int": 3,
    "bool": True,
    "float64 scalar": np.float64(2.5),
    "float32 scalar": np.float32(2.5),
    "int64 scalar": np.int64(3),
    "array": np.abs(VALUE) + 1.0,
    "float32 array": np.full(4, 2.5, np.float32),
    "int array": np.arange(1, 5),
    "bool array": np.ones(4, bool),
    "column": np.full((3, 1), 1.5),
    "bounded": Bounded(np.abs(VALUE) + 1.0, BOUND, F64),
}


@names("operation", OPERATIONS.values(), ids=OPERATIONS)
@names("partner", PARTNERS.values(), ids=PARTNERS)
@names("swapped", [False, True])
def test_operators_work_from_either_side(operation, partner, swapped):
    def apply(x, y):
        return operation(y, x) if swapped else operation(x, y)

    plain = partner.value if isinstance(partner, Bounded) else partner
    result = apply(sample(), partner)
    assert isinstance(result, Bounded)
    assert result.unit is F64
    assert np.allclose(result.value, apply(VALUE, plain), rtol=1e-15)
    assert result.bound.shape == result.value.shape
    assert (result.bound >= 0).all()


def test_matrix_products_work_from_either_side():
    plain = DRAW.standard_normal((4, 5))
    assert np.allclose((sample() @ plain).value, VALUE @ plain)
    assert np.allclose((plain.T @ sample().T[:, :, 0]).value, plain.T @ VALUE.T[:, :, 0])


COMPARISONS = [
    lambda x: x > 0,
    lambda x: x >= 0.5,
    lambda x: np.less(0, x),
    lambda x: x <= np.float64(0),
    lambda x: x == 0,
    lambda x: x != VALUE,
    lambda x: np.less(VALUE, x),
    np.isnan,
    np.isfinite,
    np.isinf,
    np.signbit,
    np.argmax,
    lambda x: np.argmax(x, axis=1),
    np.any,
    np.count_nonzero,
    np.shape,
    np.ndim,
    np.size,
    len,
]


@names("question", COMPARISONS)
def test_questions_are_answered_by_value(question):
    answer = question(sample())
    assert not isinstance(answer, Bounded)
    assert np.array_equal(answer, question(VALUE))


def test_it_tells_what_arrays_tell():
    x = sample()
    assert (x.shape, x.ndim, x.size, x.dtype) == ((2, 3, 4), 3, 24, np.float64)
    assert x.astype(np.int64).dtype == np.int64
    assert "float64" in repr(x)


@names("name", ["sum", "mean", "max", "min"])
@names("axis", [None, 0, -1, (0, 2), (0, -1)])
@names("keepdims", [False, True])
def test_reductions_have_numpys_shapes_in_every_form(name, axis, keepdims):
    function, x = getattr(np, name), sample()
    plain = function(VALUE, axis=axis, keepdims=keepdims)
    for result in (
        function(x, axis=axis, keepdims=keepdims),
        getattr(x, name)(axis=axis, keepdims=keepdims),
        function(x, axis, keepdims=keepdims),
    ):
        assert isinstance(result, Bounded)
        assert result.shape == result.bound.shape == plain.shape
        assert np.allclose(result.value, plain, rtol=1e-15)


DEFAULTS = {
    "sum": np.sum,
    "mean": np.mean,
    "max": np.max,
    "min": np.min,
    "sum over an axis": lambda x: np.sum(x, axis=1),
    "mean over an axis": lambda x: np.mean(x, axis=1),
    "max over an axis": lambda x: np.max(x, axis=1),
    "min over an axis": lambda x: np.min(x, axis=1),
    "sum method": lambda x: x.sum(1),
    "mean method": lambda x: x.mean(1),
    "max method": lambda x: x.max(1),
    "min method": lambda x: x.min(1),
    "concatenate": lambda x: np.concatenate([x, x]),
    "stack": lambda x: np.stack([x, x]),
    "tensordot": lambda x: np.tensordot(x, VALUE.transpose(1, 2, 0)),
}


@names("function", DEFAULTS.values(), ids=DEFAULTS)
def test_what_is_left_out_is_what_numpy_takes(function):
    plain, result = function(VALUE), function(sample())
    assert isinstance(result, Bounded)
    assert result.shape == result.bound.shape == plain.shape
    assert np.allclose(result.value, plain, rtol=1e-14)


def test_ufunc_reductions():
    x = sample()
    assert np.array_equal(np.add.reduce(x, axis=1).value, np.sum(VALUE, axis=1))
    assert np.add.reduce(x).shape == (3, 4)
    assert np.array_equal(np.maximum.reduce(x, axis=2).value, VALUE.max(axis=2))
    assert np.array_equal(np.minimum.reduce(x, axis=2).value, VALUE.min(axis=2))


def test_arrays_like_it_are_exact():
    x = sample()
    for like, value in [(np.zeros_like(x), 0), (np.ones_like(x), 1), (np.full_like(x, 0.5), 0.5)]:
        assert isinstance(like, Bounded)
        assert like.shape == x.shape
        assert (like.value == value).all()
        assert not like.bound.any()
    assert np.full_like(exact(VALUE, F32), 0.1).bound.all()


REFUSED = {
    "sin": (np.sin, "sin"),
    "cumsum": (np.cumsum, "cumsum"),
    "sort": (np.sort, "sort"),
    "add.accumulate": (np.add.accumulate, r"add\.accumulate"),
    "multiply.reduce": (np.multiply.reduce, r"multiply\.reduce"),
    "multiply.outer": (lambda x: np.multiply.outer(x, x), r"multiply\.outer"),
    "floor_divide": (lambda x: x // 2, "floor_divide"),
    "power of arrays": (lambda x: x ** np.ones(4), "power"),
    "sum with dtype": (lambda x: np.sum(x, dtype=np.float32), r"sum.*dtype"),
    "sum with where": (lambda x: np.sum(x, where=VALUE > 0), r"sum.*where"),
    "add with where": (lambda x: np.add(x, 1.0, where=VALUE > 0), r"add.*where"),
    "add with dtype": (lambda x: np.add(x, 1.0, dtype=np.float32), r"add.*dtype"),
    "out": (lambda x: np.add(x, x, out=np.zeros(x.shape)), r"add.*out"),
    "in place": (lambda x: x.__iadd__(1.0), r"add.*out"),
    "in place into a plain array": (lambda x: np.zeros(x.shape).__iadd__(x), r"add.*out"),
    "complex": (lambda x: x + 1j, "real"),
    "text": (lambda x: x + np.array("a"), "real"),
}


@names(("call", "message"), REFUSED.values(), ids=REFUSED)
def test_what_has_no_rule_is_refused_by_name(call, message):
    with pytest.raises(TypeError, match=message):
        call(sample())


LOSSES = {
    "asarray": np.asarray,
    "array": np.array,
    "ascontiguousarray": np.ascontiguousarray,
    "write": lambda x: np.zeros(x.shape).__setitem__(..., x),
    "float": lambda x: float(x[0, 0, 0]),
    "bool": lambda x: bool(x[0, 0, 0]),
    "item assignment": lambda x: x.__setitem__(0, 1.0),
}


@names("call", LOSSES.values(), ids=LOSSES)
def test_a_bound_is_never_dropped(call):
    with pytest.raises((TypeError, AttributeError)):
        call(sample())


def test_two_units_do_not_mix():
    with pytest.raises(TypeError, match="float32, float64"):
        exact(1.0, F32) + exact(1.0, F64)


def test_negative_bounds_are_refused():
    for bad in (-1.0, np.nan):
        with pytest.raises(ValueError, match="non-negative"):
            Bounded([1.0], bad, F64)


def test_units_are_known_by_name():
    assert Unit.of("float32") is F32
    with pytest.raises(ValueError, match="float8"):
        Unit.of("float8")


@names(
    ("dtype", "rounding", "accumulation"),
    [("float64", -53, -53), ("float32", -24, -24), ("float16", -11, -24), ("bfloat16", -8, -24)],
)
def test_units_agree_with_their_dtype(dtype, rounding, accumulation):
    from ml_dtypes import finfo

    unit, info = Unit.of(dtype), finfo(unit_dtype(dtype))
    assert (unit.rounding, unit.accumulation) == (2.0**rounding, 2.0**accumulation)
    assert unit.rounding == float(info.eps) / 2
    assert unit.overflow == float(info.max)
    assert unit.smallest == float(info.smallest_normal)
    least = float(info.smallest_subnormal) / 2 if dtype == "float16" else unit.smallest
    assert unit.underflow == least
    wide = np.finfo(np.float64 if dtype == "float64" else np.float32)
    assert unit.accumulation_overflow == float(wide.max)
    assert unit.flush == float(wide.smallest_normal)


def unit_dtype(name):
    return Unit.of(name).storage


def test_no_warning_leaks():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        x = exact(np.array([0.0, np.inf, np.nan, 1e300, -1.0, 3e38]), F32)
        for call in (np.exp, np.log, np.sqrt, np.square, np.reciprocal, np.tanh, np.log1p, np.sum):
            call(x)
            call(x * 0.1)
        _ = x / x, x * 1e-300, x - x, x @ x, x.mean(), x.max(), x**-0.5, x > 0, x * np.array(0.1)
