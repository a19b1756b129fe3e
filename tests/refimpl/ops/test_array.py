"""What carries a bound is asked, wherever it stands among the arguments, and never written over."""

from __future__ import annotations

import numpy as np
import pytest

from refimpl.ops.array import overwrite, primitive


class Bounded:
    """Overrides NumPy's functions, and says that it was asked."""

    def __array_function__(self, function, types, args, kwargs):
        return "asked"


class Tagged(np.ndarray):
    """An array of NumPy's that calls itself otherwise, as np.memmap does."""

    def __array_function__(self, function, types, args, kwargs):
        raise AssertionError("asked")


@primitive("linear", arguments=2)
def product(first, second, third=None):
    return first * second


@pytest.mark.parametrize("arguments", [(Bounded(), 2.0), (np.ones(2), Bounded())])
def test_whichever_argument_overrides_it_is_asked(arguments):
    assert product(*arguments) == "asked"


def test_a_later_argument_is_not():
    assert (product(np.ones(2), np.full(2, 3.0), Bounded()) == 3.0).all()


def test_a_subclass_of_ndarray_is_an_array():
    assert (product(np.ones(2).view(Tagged), np.full(2, 3.0)) == 3.0).all()


class Traced:
    """Overrides NumPy's operators; nothing of it may be written over."""

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        assert not kwargs
        return "asked"


@pytest.mark.parametrize("arguments", [(Traced(), 2.0), (np.ones(2), Traced())])
def test_only_plain_arrays_are_overwritten(arguments):
    assert overwrite(np.add, *arguments) == "asked"
    first = np.ones(2)
    assert overwrite(np.add, first, 2.0) is first
