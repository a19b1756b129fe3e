"""A subject's namespace, seen from the judge's process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import numpy.typing as npt

from conformance.spec.library import Step
from conformance.subjects.protocol import SubjectRaised
from conformance.subjects.remote import observations, questions
from conformance.subjects.remote.link import Link
from conformance.subjects.remote.questions import Handle

Array = npt.NDArray[Any]
_Read = TypeVar("_Read")


class RemoteLibrary:
    """A library in the process of its subject; see `Library`.

    Parameters
    ----------
    link : Link
        The connection to it.

    Attributes
    ----------
    root : RemoteObject
        Where its names begin.
    """

    def __init__(self, link: Link) -> None:
        self._link = link
        self._objects: dict[int, RemoteObject] = {}
        link.ask(questions.OpenLibrary())
        self.root: Any = self._use("root")

    def array(self, values: Array) -> Any:
        """Turn a NumPy array into the library's own."""
        return self._use("array", values)

    def numpy(self, values: Any) -> Array:
        """Turn the library's array or parameter into NumPy's."""
        return self._show("numpy", observations.read_array, values)

    def assign(self, layer: Any, name: str, values: Array) -> None:
        """Give a layer's parameter a value."""
        self._use("assign", layer, name, values)

    def list_owned(self, layer: Any) -> tuple[list[str], list[str]]:
        """The names of a layer's trainable parameters, and of what else it keeps."""
        return self._show("list_owned", observations.read_names, layer)

    def call(self, layer: Any, *inputs: Array, training: bool | None = None) -> Array:
        """Call a layer or function in a mode."""
        return self._show("call", observations.read_array, layer, *inputs, training=training)

    def seed(self, seed: int) -> None:
        """Seed everything that is drawn from here on."""
        self._use("seed", seed)

    def seed_python(self, seed: int) -> None:
        """Seed Python's own generator there."""
        self._use("seed_python", seed)

    def order(self, count: int, seed: int) -> Array:
        """Draw an order of so many examples, from a generator of its own."""
        return self._show("order", observations.read_array, count, seed)

    def optimizer(self, layers: Sequence[Any], config: Mapping[str, Any]) -> Callable[[], None]:
        """Make gradient descent for the parameters of a chain: a function that takes a step."""
        descend: Callable[[], None] = self._use("optimizer", list(layers), dict(config))
        return descend

    def step(self, layers: Sequence[Any], loss: Any, inputs: Array, labels: Array) -> Step:
        """Go forward and backward through a chain of layers in training."""
        return self._show("step", observations.to_step, list(layers), loss, inputs, labels)

    def _use(self, method: str, *arguments: Any) -> Any:
        return self._link.ask(questions.UseLibrary(method, arguments), self._find)

    def _show(
        self, method: str, read: Callable[[Any], _Read], *arguments: Any, **options: Any
    ) -> _Read:
        found = self._link.ask(questions.UseLibrary(method, arguments, options), self._find)
        try:
            return read(found)
        except ValueError as error:
            raise SubjectRaised(
                f"{self._link.name} gave an answer to {method}() that cannot be read: {error}"
            ) from None

    def _find(self, number: int) -> RemoteObject:
        """The same object stands for the same object."""
        return self._objects.setdefault(number, RemoteObject(self._link, self._find, number))


class RemoteObject:
    """An object of a subject's process: what is done with it is done there."""

    __slots__ = ("_find", "_link", "_number")

    def __init__(self, link: Link, find: Callable[[int], RemoteObject], number: int) -> None:
        for name, value in {"_link": link, "_find": find, "_number": number}.items():
            object.__setattr__(self, name, value)

    def __reduce__(self) -> Any:
        """Travel as a handle."""
        return Handle, (self._number,)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # what Python and NumPy ask any object for
            raise AttributeError(name)
        return self._use("get", name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._use("set", name, value)

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        """Call the object there."""
        return self._use("call", *arguments, **options)

    def __getitem__(self, place: Any) -> Any:
        return self._use("item", place)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._use("list"))

    def __len__(self) -> int:
        return int(self._use("length"))

    def __instancecheck__(self, instance: Any) -> bool:
        return bool(self._use("is a", instance))

    def __add__(self, other: Any) -> Any:
        return self._use("add", other)

    def __sub__(self, other: Any) -> Any:
        return self._use("subtract", other)

    def __mul__(self, other: Any) -> Any:
        return self._use("multiply", other)

    def _use(self, how: str, *arguments: Any, **options: Any) -> Any:
        return self._link.ask(
            questions.UseObject(self._number, how, arguments, options), self._find
        )
