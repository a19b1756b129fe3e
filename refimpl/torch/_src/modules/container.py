"""Sequential, Identity, Flatten: modules that hold others or only pass on."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import Any, overload

import numpy as np

from refimpl._arguments import read_axis, read_integer
from refimpl._show import show
from refimpl.ops.array import Array
from refimpl.torch._src.arguments import read_array
from refimpl.torch._src.modules.backward import Backward, Chain, Overwritten
from refimpl.torch._src.modules.module import Module

__all__ = ["Flatten", "Identity", "Sequential"]


class Sequential(Module):
    """Modules called one after the other, each on the output of the one before.

    Parameters
    ----------
    *args : Module, or one OrderedDict of str to Module
        The modules, named by their positions or by the keys.

    Raises
    ------
    TypeError
        If one is no Module.
    """

    def __init__(self, *args: Any) -> None:
        super().__init__()
        if len(args) == 1 and isinstance(args[0], OrderedDict):
            for name, module in args[0].items():
                self.add_module(name, module)
        else:
            for position, module in enumerate(args):
                self.add_module(str(position), module)

    def forward(self, input: Any) -> Any:
        """Return the last module's output, after all have been called in turn.

        Parameters
        ----------
        input : array
            The first module's input.
        """
        if not self._items():
            array = read_array(input, "input")
            return self._remember(array, lambda g: (g,), (array,))
        steps: list[Backward] = []
        needed: list[Array] = []
        for module in self:
            before, input = input, module(input)
            # A module called twice remembers its last call only, so the steps are kept here.
            steps.append(module if module._step is None else module._step)
            if getattr(module, "inplace", False) and _overlaps(before, needed):
                steps.append(Overwritten(type(module).__name__))
            if module._needs_output():
                needed.append(input)
        object.__setattr__(self, "_step", Chain(steps))
        return input

    def _items(self) -> list[Module]:
        return [module for module in self._modules.values() if module is not None]

    def _name(self, index: int, name: str = "index") -> str:
        index = read_integer(index, name)
        if not -len(self) <= index < len(self):
            raise IndexError(f"{name} must be in [{-len(self)}, {len(self)}); got {index}")
        return list(self._modules)[index]

    def _renumber(self, modules: Iterable[Module]) -> None:
        self._modules.clear()
        for position, module in enumerate(modules):
            self.add_module(str(position), module)

    @overload
    def __getitem__(self, index: int) -> Module: ...

    @overload
    def __getitem__(self, index: slice) -> Sequential: ...

    def __getitem__(self, index: int | slice) -> Module:
        if isinstance(index, slice):
            return type(self)(OrderedDict(list(self._modules.items())[index]))
        module = self._modules[self._name(index)]
        assert module is not None
        return module

    def __setitem__(self, index: int, module: Module) -> None:
        setattr(self, self._name(index), module)

    def __delitem__(self, index: int | slice) -> None:
        names = list(self._modules)
        for name in names[index] if isinstance(index, slice) else [self._name(index)]:
            del self._modules[name]
        self._renumber(self._items())

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Module]:
        return iter(self._items())

    def __add__(self, other: Sequential) -> Sequential:
        if not isinstance(other, Sequential):
            raise TypeError(f"only a Sequential can be added to one; got {type(other).__name__}")
        return Sequential(*self, *other)

    def append(self, module: Module) -> Sequential:
        """Return this Sequential with a module added at the end.

        Parameters
        ----------
        module : Module
            The module.
        """
        self.add_module(str(len(self)), module)
        return self

    def extend(self, sequential: Iterable[Module]) -> Sequential:
        """Return this Sequential with modules added at the end.

        Parameters
        ----------
        sequential : iterable of Module
            The modules.
        """
        if not isinstance(sequential, Sequential | tuple | list):
            raise TypeError(f"sequential must be a sequence of Modules; got {show(sequential)}")
        for module in sequential:
            if not isinstance(module, Module):
                raise TypeError(
                    f"sequential must be a sequence of Modules; got {show(module)} in it"
                )
        for module in sequential:
            self.append(module)
        return self

    def insert(self, index: int, module: Module) -> Sequential:
        """Return this Sequential with a module put before a position.

        Parameters
        ----------
        index : int
            The position, from minus the length to the length.
        module : Module
            The module.
        """
        if not isinstance(module, Module):
            raise TypeError(f"module must be a Module; got {type(module).__name__}")
        index = read_integer(index, "index")
        if not -len(self) <= index <= len(self):
            raise IndexError(f"index must be in [{-len(self)}, {len(self)}]; got {index}")
        items = self._items()
        items.insert(index, module)
        self._renumber(items)
        return self

    def pop(self, key: int | slice) -> Module:
        """Return the module at a position, which is taken out.

        Parameters
        ----------
        key : int or slice
            The position.
        """
        if not isinstance(key, slice):
            self._name(key, "key")
        found: Module = self[key]
        del self[key]
        return found


def _overlaps(overwritten: Any, needed: list[Array]) -> bool:
    return any(np.may_share_memory(overwritten, array) for array in needed)


class Identity(Module):
    """Passes its input on.

    Parameters
    ----------
    *args, **kwargs
        Of any kind; ignored, as in torch.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

    def forward(self, input: Array) -> Any:
        """Return the input itself.

        Parameters
        ----------
        input : array
            Of any shape.
        """
        array = read_array(input, "input")
        return self._remember(array, lambda g: (g,), (array,))


class Flatten(Module):
    """Makes one axis of several neighbouring ones.

    Parameters
    ----------
    start_dim : int, default 1
        The first of them.
    end_dim : int, default -1
        The last of them.
    """

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim = read_integer(start_dim, "start_dim")
        self.end_dim = read_integer(end_dim, "end_dim")

    def forward(self, input: Array) -> Any:
        """Return the input in its new shape.

        Parameters
        ----------
        input : array
            Of any shape that has these axes.
        """
        x = read_array(input, "input")
        shape = x.shape or (1,)
        start = read_axis(self.start_dim, "start_dim", len(shape), "input")
        end = read_axis(self.end_dim, "end_dim", len(shape), "input")
        if end < start:
            raise ValueError(
                f"end_dim must not come before start_dim {self.start_dim}; got {self.end_dim}"
            )
        flat = (*shape[:start], int(np.prod(shape[start : end + 1])), *shape[end + 1 :])
        return self._remember(x.reshape(flat), lambda g: (g.reshape(x.shape),), (input,))

    def extra_repr(self) -> str:
        """Return what stands between the parentheses of the repr."""
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"
