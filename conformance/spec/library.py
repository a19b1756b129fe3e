"""A subject's own namespace, for claims that are told as short programs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy.typing as npt

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Step:
    """What one pass forward and backward through a chain of layers gave.

    Attributes
    ----------
    outputs : tuple of ndarray
        The output of each layer.
    loss : ndarray
        The loss.
    input_gradient : ndarray
        Its gradient by the first layer's input.
    gradients : mapping
        Place in the chain and parameter name -> gradient.
    """

    outputs: tuple[Array, ...]
    loss: Array
    input_gradient: Array
    gradients: Mapping[tuple[int, str], Array]


class Library(Protocol):
    """A framework, or something that looks like one.

    Attributes
    ----------
    root : object
        Where its names begin: `root.nn.Conv2d`, `root.keras.layers.Conv2D`.
    """

    root: Any

    def array(self, values: Array) -> Any:
        """Turn a NumPy array into the library's own."""

    def numpy(self, values: Any) -> Array:
        """Turn the library's array or parameter into NumPy's."""

    def assign(self, layer: Any, name: str, values: Array) -> None:
        """Give a layer's parameter a value."""

    def list_owned(self, layer: Any) -> tuple[list[str], list[str]]:
        """The names of a layer's trainable parameters, and of what else it keeps."""

    def call(self, layer: Any, *inputs: Array, training: bool | None = None) -> Array:
        """Call a layer or function in a mode."""

    def seed(self, seed: int) -> None:
        """Seed everything that is drawn from here on."""

    def seed_python(self, seed: int) -> None:
        """Seed Python's own generator, in the process of the library."""

    def order(self, count: int, seed: int) -> Array:
        """Draw an order of so many examples, from a generator of its own."""

    def optimizer(self, layers: Sequence[Any], config: Mapping[str, Any]) -> Callable[[], None]:
        """Make gradient descent for the parameters of a chain: a function that takes a step."""

    def step(self, layers: Sequence[Any], loss: Any, inputs: Array, labels: Array) -> Step:
        """Go forward and backward through a chain of layers in training."""
