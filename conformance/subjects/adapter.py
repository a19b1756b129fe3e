"""Base classes for subjects: an author says how to build, load and call, and these do the rest."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from conformance.spec.call import Owned, Role, Unsupported
from conformance.spec.request import Observation, Request
from conformance.subjects.gap import Gap
from conformance.subjects.observation import AnswerError, check_array
from conformance.subjects.protocol import constant

Array = npt.NDArray[Any]
Functions = Mapping[str, Callable[..., Any]]


@dataclass(frozen=True)
class Operation:
    """One call of a function: what `backward` gets in the place of a layer.

    Attributes
    ----------
    name : str
        The function's dotted name in the dialect, such as 'nn.functional.conv2d'.
    arguments : mapping
        Its keyword arguments that are no arrays.
    arrays : mapping
        Its arrays by keyword.
    """

    name: str
    arguments: Mapping[str, Any]
    arrays: Mapping[str, Array]


class Adapter:
    """A subject that is asked step by step; derive from `LayerSubject` or `FunctionSubject`.

    Attributes
    ----------
    name : str
        The column in the matrix; the class's own name if it is left empty.
    dialect : {'torch', 'tf'}
        In whose words, layouts and defaults the subject is asked.
    functions : mapping
        Operation -> callable, for what is a function in the dialect. It is called with keywords.
    lacks : sequence of Gap
        What the subject does not do. Each gap is tried; see `Gap`.
    only : tuple of str
        The targets that it is asked about, if it is not to be asked about all: what it has not is
        not even listed then.
    """

    name: str = ""
    dialect: str = ""
    functions: Functions = MappingProxyType({})
    lacks: Sequence[Gap] = ()
    only: tuple[str, ...] = ()

    def build(self, target: str, arguments: Mapping[str, Any]) -> Any:
        """Make a layer.

        Parameters
        ----------
        target : str
            Its dotted name in the dialect, such as 'nn.Conv2d' or 'keras.layers.Conv2D'.
        arguments : mapping
            The constructor's keyword arguments; a dtype is a word such as 'float32'.

        Returns
        -------
        object
            Whatever the other methods take as `instance`.

        Raises
        ------
        Unsupported
            For what the subject does not have.
        """
        raise Unsupported("not implemented: the subject has functions only")

    def load(self, instance: Any, arrays: Mapping[str, Array]) -> None:
        """Give a layer its parameters and buffers.

        Parameters
        ----------
        instance : object
            What `build` made.
        arrays : mapping
            By name and in the layout of the dialect; empty for a layer that owns nothing. They
            are copies, and may be kept.
        """
        raise NotImplementedError

    def forward(self, instance: Any, *inputs: Array, training: bool | None) -> Any:
        """Call a layer.

        Parameters
        ----------
        instance : object
            What `build` made.
        *inputs : ndarray
            In the order of the dialect's call.
        training : bool or None
            The mode; None where the layer has none.

        Returns
        -------
        ndarray or tuple of ndarray
        """
        raise NotImplementedError

    def backward(self, instance: Any, cotangents: tuple[Array | None, ...]) -> Mapping[str, Array]:
        """Go backward through the last call.

        Parameters
        ----------
        instance : object
            What `build` made; for a function, the `Operation`.
        cotangents : tuple of ndarray or None
            One for each result; None where none flows in.

        Returns
        -------
        mapping
            The gradients of inputs and parameters, by their names in the dialect.
        """
        raise Unsupported("not implemented: the subject has no backward()")

    def parameters(self, instance: Any) -> Mapping[str, Array]:
        """List what a layer trains.

        Parameters
        ----------
        instance : object
            What `build` made.

        Returns
        -------
        mapping
            Name -> value, in the dialect's order.
        """
        raise Unsupported("not implemented: the subject has no parameters()")

    def buffers(self, instance: Any) -> Mapping[str, Array]:
        """List what a layer keeps and does not train, such as running statistics.

        Parameters
        ----------
        instance : object
            What `build` made.

        Returns
        -------
        mapping
            Name -> value, in the dialect's order.
        """
        raise Unsupported("not implemented: the subject has no buffers()")

    def call(
        self,
        function: Callable[..., Any],
        arrays: Mapping[str, Array],
        arguments: Mapping[str, Any],
    ) -> Any:
        """Call one of `functions`.

        Parameters
        ----------
        function : callable
            Which one.
        arrays : mapping
            What it takes, by keyword; what it writes into running statistics is seen here.
        arguments : mapping
            Its other keyword arguments.

        Returns
        -------
        ndarray or tuple of ndarray
        """
        return function(**arrays, **arguments)

    def run(self, request: Request) -> Observation:
        """Run a call; see `Subject.run`."""
        call = request.call
        if call.kind == "function":
            return self._run_function(request)
        instance = self.build(call.target, {**call.arguments, **_copy_arrays(request, "constant")})
        if request.fresh:
            return Observation((), owned=self._list_owned(instance, request))
        self.load(instance, _copy_arrays(request, "parameter", "buffer"))

        def forward(*inputs: Array) -> Any:
            return self.forward(instance, *inputs, training=call.training)

        inputs = _copy_arrays(request, "input")
        return self._observe(request, instance, inputs, forward, lambda: self.buffers(instance))

    def _run_function(self, request: Request) -> Observation:
        call = request.call
        if call.target not in self.functions:
            raise Unsupported("not implemented: it is not among the subject's functions")
        function, arrays = self.functions[call.target], _copy_arrays(request)
        inputs = {slot.name: arrays[slot.name] for slot in call.slots if slot.role == "input"}
        buffers = {slot.name: arrays[slot.name] for slot in call.slots if slot.role == "buffer"}

        def forward(*given: Array) -> Any:
            taken = arrays | dict(zip(inputs, given, strict=True))
            return self.call(function, taken, call.arguments)

        operation = Operation(call.target, call.arguments, _copy_arrays(request))
        return self._observe(request, operation, inputs, forward, lambda: buffers)

    def _observe(
        self,
        request: Request,
        instance: Any,
        inputs: dict[str, Array],
        forward: Callable[..., Any],
        buffers: Callable[[], Mapping[str, Array]],
    ) -> Observation:
        first, *others = inputs.values()
        results = _as_tuple(forward(first, *others))
        outputs = tuple(
            _as_array(f"result {n} of forward()", each) for n, each in enumerate(results)
        )
        lacking: dict[str, str] = {}

        def ask(part: str, question: Callable[[], Mapping[str, Array]]) -> dict[str, Array]:
            try:
                return _as_arrays(part, question())
            except Unsupported as answer:
                lacking[part] = str(answer)
                return {}

        gradients: Mapping[str, Array] = {}
        if request.cotangents:
            cotangents = tuple(None if c is None else c.copy() for c in request.cotangents)
            gradients = ask("gradients", lambda: self.backward(instance, cotangents))
        for array in request.further:
            forward(array.copy(), *others)
        has_state = any(slot.role == "buffer" for slot in request.call.slots)
        state = ask("state", buffers) if has_state else {}
        same = bool(results) and results[0] is first
        return Observation(outputs, gradients, state, inputs, (), same, lacking)

    def _list_owned(self, instance: Any, request: Request) -> tuple[Owned, ...]:
        found = [
            (*each, True) for each in _as_arrays("parameters()", self.parameters(instance)).items()
        ]
        if any(not owned.trainable for owned in request.call.owned):
            buffers = _as_arrays("buffers()", self.buffers(instance))
            found += [(*each, False) for each in buffers.items()]
        return tuple(
            Owned(name, array.shape, array.dtype.name, trainable, constant(array))
            for name, array, trainable in found
        )


class LayerSubject(Adapter, ABC):
    """A subject with layers that are built, given parameters, and called.

    `build`, `load` and `forward` must be given. What else is not given is reported as unsupported:
    `backward` (gradients), `parameters` (what a new layer trains), `buffers` (running statistics),
    `functions`. So is what `build` raises `Unsupported` for.
    """

    @abstractmethod
    def build(self, target: str, arguments: Mapping[str, Any]) -> Any:
        """Make a layer; see `Adapter.build`."""

    @abstractmethod
    def load(self, instance: Any, arrays: Mapping[str, Array]) -> None:
        """Give a layer its parameters and buffers; see `Adapter.load`."""

    @abstractmethod
    def forward(self, instance: Any, *inputs: Array, training: bool | None) -> Any:
        """Call a layer; see `Adapter.forward`."""


class FunctionSubject(Adapter):
    """A subject that is a mapping from operations to functions.

    `backward` may be given in a class derived from this one.

    Parameters
    ----------
    name, dialect, functions, lacks : optional
        As the attributes of the same names, for a subject that needs no class of its own.
    """

    def __init__(
        self,
        name: str | None = None,
        dialect: str | None = None,
        functions: Functions | None = None,
        lacks: Sequence[Gap] | None = None,
    ) -> None:
        self.name = self.name if name is None else name
        self.dialect = self.dialect if dialect is None else dialect
        self.functions = self.functions if functions is None else functions
        self.lacks = self.lacks if lacks is None else lacks


def _copy_arrays(request: Request, *roles: Role) -> dict[str, Array]:
    """Copy what is lent, as it lies in memory; without a role, everything."""
    return {
        slot.name: np.array(request.arrays[slot.name], order="K")
        for slot in request.call.slots
        if slot.role in roles or not roles
    }


def _as_tuple(results: Any) -> tuple[Any, ...]:
    return tuple(results) if isinstance(results, tuple | list) else (results,)


def _as_array(what: str, value: Any) -> Array:
    check_array(what, value)
    return np.array(value)


def _as_arrays(what: str, arrays: Any) -> dict[str, Array]:
    if not isinstance(arrays, Mapping):
        raise AnswerError(f"{what} must be a mapping of names to arrays; got {arrays!r}")
    return {
        name: _as_array(f"{name!r} of {what}", array)
        for name, array in arrays.items()
        if array is not None
    }
