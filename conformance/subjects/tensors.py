"""A base class for libraries with tensors of their own and automatic differentiation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from conformance.spec.call import Unsupported
from conformance.subjects.adapter import Array, FunctionSubject, Operation


class TensorSubject(FunctionSubject):
    """A subject whose functions take and give the library's own tensors.

    `tensor` and `array` are the way in and out, and `pull` is the way back. A function is given
    its first tensor by position, since libraries do not agree how to call it, and the others by
    keyword. What it writes into a tensor, such as running statistics, is copied back.

    Attributes
    ----------
    words : mapping
        The dialect's keyword -> the library's, where all functions agree on it.
    """

    words: Mapping[str, str] = MappingProxyType({})

    def tensor(self, array: Array) -> Any:
        """Make a tensor.

        Parameters
        ----------
        array : ndarray
            A copy, which the tensor may keep.

        Returns
        -------
        object
            A tensor of the library.
        """
        raise NotImplementedError

    def array(self, tensor: Any) -> Array:
        """Read a tensor; by default as `numpy.asarray` does.

        Parameters
        ----------
        tensor : object
            What a function gave.

        Returns
        -------
        ndarray
        """
        return np.asarray(tensor)

    def pull(
        self, function: Callable[..., Any], tensors: Mapping[str, Any], cotangents: tuple[Any, ...]
    ) -> Mapping[str, Any]:
        """Pull cotangents back through a function.

        Parameters
        ----------
        function : callable
            Of tensors by keyword.
        tensors : mapping
            Where: those of floats, by keyword.
        cotangents : tuple of tensor or None
            One for each result; None where none flows in.

        Returns
        -------
        mapping
            Keyword -> gradient, a tensor; None where there is none.
        """
        raise Unsupported("not implemented: the subject has no pull()")

    def call(
        self,
        function: Callable[..., Any],
        arrays: Mapping[str, Array],
        arguments: Mapping[str, Any],
    ) -> Any:
        """Call a function on tensors; see `Adapter.call`."""
        tensors = {name: self.tensor(array) for name, array in arrays.items()}
        first, *_ = tensors
        others = {name: each for name, each in tensors.items() if name != first}
        results = function(tensors[first], **others, **self._translate_arguments(arguments))
        for name, array in arrays.items():
            array[...] = self.array(tensors[name])
        if isinstance(results, tuple | list):
            return tuple(map(self.array, results))
        return self.array(results)

    def backward(self, instance: Any, cotangents: tuple[Array | None, ...]) -> Mapping[str, Array]:
        """Go backward through a call by `pull`; see `Adapter.backward`."""
        assert isinstance(instance, Operation)
        function, arguments = (
            self.functions[instance.name],
            self._translate_arguments(instance.arguments),
        )
        first, *_ = instance.arrays
        tensors = {name: self.tensor(array) for name, array in instance.arrays.items()}
        given = {
            name: tensors.pop(name)
            for name, array in instance.arrays.items()
            if array.dtype.kind not in "biu"
        }
        found = self.pull(
            lambda **floats: function(floats.pop(first), **floats, **tensors, **arguments),
            given,
            tuple(None if each is None else self.tensor(each) for each in cotangents),
        )
        return {name: self.array(each) for name, each in found.items() if each is not None}

    def _translate_arguments(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        given = dict(arguments)
        if given.pop("inplace", False):
            raise Unsupported("not implemented: the tensors are copies, so nothing is in place")
        return {self.words.get(name, name): value for name, value in given.items()}
