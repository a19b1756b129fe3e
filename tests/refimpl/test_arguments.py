"""What readers take and return, and what their refusals say."""

from __future__ import annotations

import re

import numpy as np
import pytest

import refimpl.tf
import refimpl.torch
from refimpl import _arguments as arguments
from refimpl._show import show

HUGE = 2**63


@pytest.mark.parametrize("value", [2, np.int64(2), np.uint8(2), np.array(2)])
def test_every_integer_is_read_as_python_s(value):
    read = (
        arguments.read_integer(value, "n"),
        *arguments.read_sizes(value, "n", 1),
        *arguments.read_sizes([value], "n", 1),
        *arguments.read_integers((value,), "n"),
        *arguments.read_pairs(((value, value),), "n", 1)[0],
    )
    assert read == (2,) * 6
    assert all(type(entry) is int for entry in read)


def test_sizes():
    assert arguments.read_sizes(3, "stride", 2) == (3, 3)
    assert arguments.read_sizes((1, 2), "stride", 2) == (1, 2)
    assert arguments.read_sizes(np.array([1, 2]), "stride", 2) == (1, 2)
    assert arguments.read_sizes((3,), "stride", 2, repeat=True) == (3, 3)
    assert arguments.read_axis(-1, "dim", 3) == 2
    assert arguments.read_integers(7, "axis") == (7,)


@pytest.mark.parametrize("value", [0.5, np.float32(0.5), np.float16(0.5), np.array(0.5)])
def test_every_number_is_read_as_python_s(value):
    found = arguments.read_number(value, "p", least=0, most=1)
    assert found == 0.5
    assert type(found) is float


def test_flags_and_choices():
    assert arguments.read_flag(np.bool_(True), "flag") is True
    assert arguments.read_flag(False, "flag") is False
    assert arguments.read_choice("a", "mode", ("a", "b")) == "a"


REFUSALS = [
    (lambda: arguments.read_integer(HUGE, "n"), ValueError, "n must be at most 922.*; got 922"),
    (lambda: arguments.read_integer(True, "n"), TypeError, "n must be an integer; got True"),
    (lambda: arguments.read_integer(2.0, "n"), TypeError, "n must be an integer; got 2.0"),
    (lambda: arguments.read_integer(0, "n", least=1), ValueError, "n must be at least 1; got 0"),
    (lambda: arguments.read_sizes(HUGE, "n", 2), ValueError, "n must be at most 2147483647; got"),
    (
        lambda: arguments.read_sizes((1, HUGE), "n", 2),
        ValueError,
        "n must be at most 21.*got (1,",
    ),
    (lambda: arguments.read_sizes((1,), "n", 2), ValueError, "tuple of 2 integers; got (1,)"),
    (lambda: arguments.read_sizes((), "n", 2), ValueError, "tuple of 2 integers; got ()"),
    (lambda: arguments.read_sizes("12", "n", 2), TypeError, "n must be .* integers; got '12'"),
    (lambda: arguments.read_sizes((1, None), "n", 2), TypeError, "n must be .* got (1, None)"),
    (lambda: arguments.read_pairs(((0, 2**62),), "n", 1), ValueError, "n must be at most 21"),
    (lambda: arguments.read_pairs(((0, -1),), "n", 1), ValueError, "n must be at least 0; got"),
    (lambda: arguments.read_pairs(((0,),), "n", 1), ValueError, "pairs of integers.*got ((0,),)"),
    (lambda: arguments.read_pairs(((0, 1),), "n", 2), ValueError, "tuple of 2 .*got ((0, 1),)"),
    (lambda: arguments.read_pairs(3, "n", 2), TypeError, "n must be a tuple of 2 .*got 3"),
    (lambda: arguments.read_pairs(((0, 1.5),), "n", 1), TypeError, "n must be .*got ((0, 1.5),)"),
    (lambda: arguments.read_axis(3, "dim", 3), ValueError, "dim must be in [-3, 3).*got 3"),
    (lambda: arguments.read_axis(-HUGE, "dim", 3), ValueError, "dim must be in .*got -922"),
    (lambda: arguments.read_number("1", "p"), TypeError, "p must be a number; got '1'"),
    (lambda: arguments.read_number(True, "p"), TypeError, "p must be a number; got True"),
    (lambda: arguments.read_number(1j, "p"), TypeError, "p must be a number; got 1j"),
    (lambda: arguments.read_number(np.ones(2), "p"), TypeError, "p must be a number; got array"),
    (lambda: arguments.read_number(10**400, "p"), ValueError, "within the range of float64; got 1"),
    (
        lambda: arguments.read_number(np.nan, "p", least=0, most=1),
        ValueError,
        "p must be in [0, 1]; got nan",
    ),
    (lambda: arguments.read_number(-1, "p", least=0), ValueError, "p must be at least 0; got -1"),
    (lambda: arguments.read_number(0, "p", above=0), ValueError, "p must be above 0; got 0"),
    (lambda: arguments.read_flag(1, "flag"), TypeError, "flag must be True or False; got 1"),
    (lambda: arguments.read_choice("c", "mode", "ab"), ValueError, "one of 'a', 'b'; got 'c'"),
    (lambda: arguments.read_choice(np.ones(2), "mode", "ab"), ValueError, "got array"),
]


@pytest.mark.parametrize(("call", "error", "message"), REFUSALS)
def test_a_refusal_names_what_was_got_and_what_is_allowed(call, error, message):
    pattern = ".*".join(map(re.escape, message.split(".*")))
    with pytest.raises(error, match=pattern):
        call()


NOT_FLOATS = [
    np.ones(2, ">f4"),
    np.ones(2, np.longdouble),
    np.ones(2, [("a", "f4")]),
    np.array([None, 1.0]),
    np.array(["1.0"]),
    np.ones(2, np.complex64),
    np.ones(2, np.int64),
    np.ones(2, bool),
]


@pytest.mark.parametrize("array", NOT_FLOATS, ids=lambda array: str(array.dtype))
def test_an_array_of_anything_but_native_floats_is_refused_in_one_sentence(array):
    with pytest.raises(TypeError, match=r"^input must be .*; got dtype .*$"):
        arguments.check_float(array, "input")


@pytest.mark.parametrize("array", NOT_FLOATS[1:6], ids=lambda array: str(array.dtype))
def test_an_array_that_only_numpy_has_holds_no_numbers(array):
    with pytest.raises(TypeError, match="input must be an array of numbers; got dtype"):
        arguments.check_numeric(array, "input")


def test_another_byte_order_becomes_this_machine_s():
    array = np.array([1.0, 2.0], ">f4")
    native = arguments.to_native(array)
    assert native.dtype == np.float32
    assert native.dtype.isnative
    np.testing.assert_array_equal(native, array)
    assert arguments.to_native(native) is native


@pytest.mark.parametrize(
    ("shape", "target", "fits"),
    [((3,), (2, 3), True), ((2, 1), (2, 3), True), ((), (2,), True), ((2,), (3,), False),
     ((1, 2, 3), (2, 3), False), ((0,), (1,), False), ((1,), (0,), True)],
)  # fmt: skip
def test_broadcasting(shape, target, fits):
    assert arguments.broadcasts_to(shape, target) == fits
    if fits:
        bar = arguments.sum_to(np.ones(target), shape)
        assert bar.shape == shape
        assert bar.sum() == np.ones(target).sum()


class Broken:
    """An object whose methods all fail."""

    def fail(self, *args):
        raise KeyError("broken")

    __repr__ = __float__ = __index__ = __len__ = __iter__ = __array__ = __eq__ = fail
    __hash__ = object.__hash__


NESTED = []
NESTED.append(NESTED)


@pytest.mark.parametrize(
    "value",
    [Broken(), NESTED, 10**5000, "x" * 10**6, np.ones((99, 99))],
    ids=["broken", "nested", "long integer", "long word", "array"],
)
@pytest.mark.parametrize(
    "read",
    [
        lambda value: arguments.read_integer(value, "n", most=9),
        lambda value: arguments.read_number(value, "n", most=9),
        lambda value: arguments.read_flag(value, "n"),
        lambda value: arguments.read_choice(value, "n", ("a",)),
        lambda value: arguments.read_sizes(value, "n", 2),
        lambda value: arguments.read_pairs(value, "n", 2),
        lambda value: arguments.read_axis(value, "n", 2),
        lambda value: arguments.read_entries(value, "n", "a pair", 2),
    ],
)
def test_whatever_was_got_is_shown_in_a_line_or_two(read, value):
    with pytest.raises((TypeError, ValueError), match=r"^n must .*got ") as caught:
        read(value)
    assert len(str(caught.value)) < 400


def test_long_and_broken_things_have_short_reprs():
    assert show(10**5000) == "10**5000 or so"
    assert show(-(10**400)) == "-10**400 or so"
    assert show(np.ones((2, 5))) == "an array of shape (2, 5) and dtype float64"
    assert show(np.ones(2)) == "array([1., 1.])"
    assert show((0, 1.5, "a", None)) == "(0, 1.5, 'a', None)"


class Endless:
    """A sequence for NumPy, which never ends."""

    def __len__(self):
        return 2

    def __getitem__(self, index):
        return 1.0


@pytest.mark.parametrize(
    "value",
    [Endless(), NESTED, Broken(), [[1.0], 2.0], "12", {1: 2}, int],
    ids=["endless", "nested", "broken", "ragged", "word", "dict", "class"],
)
def test_what_is_no_array_of_numbers_is_refused_and_does_not_hang(value):
    with pytest.raises(TypeError, match="x must be an array of numbers; got "):
        arguments.as_array(value, "x")


def test_arrays_are_of_numpy_s_own_class():
    assert type(arguments.as_array(np.ones((2, 2)).view(np.matrix), "x")) is np.ndarray
    assert arguments.as_array([[1, 2]], "x").shape == (1, 2)
    assert arguments.as_array(2.5, "x").shape == ()


def test_a_cotangent_has_the_output_s_shape_and_is_cast():
    found = arguments.read_cotangent([1, 2.0], "g", (2,), np.dtype(np.float32))
    assert found.dtype == np.float32
    with pytest.raises(ValueError, match=r"g must have the output's shape \(2,\); got \(3,\)"):
        arguments.read_cotangent(np.ones(3), "g", (2,), np.dtype(np.float64))
    with pytest.raises(TypeError, match="g must be an array of floats; got dtype complex128"):
        arguments.read_cotangent(np.ones(2, complex), "g", (2,), np.dtype(np.float64))


def test_more_than_memory_holds_is_refused_before_it_is_asked_for():
    with pytest.raises(ValueError, match="size must make no more than 2147483647 elements; got"):
        arguments.new_array((2**20, 2**20), np.float32, "size")
    view = np.broadcast_to(np.float32(1), (2**20, 2**20))
    with pytest.raises(ValueError, match="input must have at most 2147483647 elements; got shape"):
        refimpl.torch.nn.functional.relu(view)


def test_a_window_that_memory_does_not_hold_names_all_that_makes_it():
    conv2d = refimpl.torch.nn.functional.conv2d
    x, w = np.ones((1, 1, 4, 4)), np.ones((1, 1, 3, 3))
    with pytest.raises(ValueError, match="input, weight, padding must need no more memory than"):
        conv2d(x, w, padding=2**31 - 1)


def test_another_byte_order_is_said_to_be_one():
    big, ones = np.ones((2, 3), ">f4"), np.ones(3, ">f4")
    torch = refimpl.torch.nn
    for call in (lambda: torch.functional.gelu(big), lambda: torch.Softplus()(big)):
        with pytest.raises(TypeError, match="input must be in the byte order of this machine"):
            call()
    with pytest.raises(TypeError, match="weight must be in the byte order of this machine; got"):
        torch.functional.batch_norm(big.astype("f4"), None, None, ones, training=True)


@pytest.mark.parametrize("stride", [np.int64(2), np.array(2), np.array([2, 2]), (np.uint8(2), 2)])
def test_every_integer_is_a_stride(stride):
    pool = refimpl.torch.nn.AvgPool2d(2, stride)
    assert pool(np.ones((1, 1, 6, 6))).shape == (1, 1, 3, 3)
    if np.ndim(stride) == 0:
        assert refimpl.torch.nn.AvgPool1d(2, stride)(np.ones((1, 1, 6))).shape == (1, 1, 3)


def test_a_wrong_generator_is_named():
    with pytest.raises(TypeError, match="seed must be an integer; got"):
        refimpl.tf.keras.layers.Dropout(0.5, seed=np.random.default_rng(0))
    with pytest.raises(TypeError, match=r"generator must be a numpy\.random\.Generator; got 7"):
        refimpl.tf.nn.dropout(np.ones(2, np.float32), 0.5, generator=7)
