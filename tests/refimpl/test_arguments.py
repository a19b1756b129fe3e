"""What readers take and return, and what their refusals say."""

from __future__ import annotations

import re

import numpy as np
import pytest

from refimpl import _arguments as arguments

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
