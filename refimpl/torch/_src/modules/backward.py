"""What a module remembers of a call, to go back through it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from refimpl._arguments import read_cotangent
from refimpl.ops.array import Array
from refimpl.torch._src.parameter import Parameter


class Backward(Protocol):
    """Anything one can go back through."""

    def backward(self, grad_output: Array | None = None) -> Any:
        """Return the gradient of the input."""


@dataclass(frozen=True, slots=True)
class Step:
    """One call of a function.

    `name` says whose call it was; `shape` and `dtype` are the output's; `vjp` turns the output's
    cotangent into those of the first of the function's `arguments`, in their order. Parameters
    among these gather their gradient, the others have theirs returned.
    """

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    vjp: Callable[..., Any]
    arguments: tuple[Any, ...]

    def backward(self, grad_output: Array | None = None) -> Any:
        """Return the gradients of the arguments that are no parameters."""
        cotangent = self._read_gradient(grad_output)
        gradients = []
        for argument, gradient in zip(self.arguments, self.vjp(cotangent), strict=False):
            if gradient is None:
                continue
            if isinstance(argument, Parameter):
                argument._accumulate(np.asarray(gradient))
            else:
                gradients.append(np.asarray(gradient))
        return gradients[0] if len(gradients) == 1 else tuple(gradients)

    def _read_gradient(self, grad_output: Array | None) -> Array:
        if grad_output is None:
            if self.shape:
                raise ValueError(
                    f"grad_output must be given, as the output of {self.name} has shape "
                    f"{self.shape} and is no scalar; got None"
                )
            return np.ones((), self.dtype)
        return read_cotangent(grad_output, "grad_output", self.shape, self.dtype)


@dataclass(frozen=True, slots=True)
class Overwritten:
    """A place that one cannot go back through, as the module overwrote an output needed for it."""

    name: str

    def backward(self, grad_output: Array | None = None) -> Any:
        """Refuse."""
        raise RuntimeError(
            f"{self.name} with inplace=True has overwritten an output that backward needs"
        )


@dataclass(frozen=True, slots=True)
class Chain:
    """Calls of one module after the other, in their order."""

    steps: Sequence[Backward]

    def backward(self, grad_output: Array | None = None) -> Any:
        """Go back through the calls, the last one first."""
        gradient: Any = grad_output
        for step in reversed(self.steps):
            gradient = step.backward(gradient)
        return gradient
