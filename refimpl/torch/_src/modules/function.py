"""FunctionModule: a module that is one function of `functional` with its options."""

from __future__ import annotations

from typing import Any, ClassVar

from refimpl.differentiable import Differentiable
from refimpl.ops.array import Array
from refimpl.torch._src.modules.module import Module


class FunctionModule(Module):
    """A module whose output is that of a function for its input, members and options."""

    _function: ClassVar[Differentiable[..., Any]]
    # The members that follow the input, and the attributes passed by name.
    _arguments: ClassVar[tuple[str, ...]] = ()
    _options: ClassVar[tuple[str, ...]] = ()
    # The attributes in the repr.
    _shown: ClassVar[tuple[str, ...]] = ()

    def forward(self, input: Array) -> Any:
        """Return what the function of the same name returns.

        Parameters
        ----------
        input : array
            Floats, in the dtype of the parameters if there are any, of a shape that suits the
            function; see there.
        """
        members = [getattr(self, name) for name in self._arguments]
        options = {name: getattr(self, name) for name in self._options}
        return self._run(type(self)._function, input, *members, **options)

    def extra_repr(self) -> str:
        """Return what stands between the parentheses of the repr."""
        return ", ".join(f"{name}={getattr(self, name)}" for name in self._shown)
