"""Members: parameters, buffers and children, registered by name and walked through.

A name stands for one of them, and is the attribute's; None in its place keeps the name free. A name
that is taken, is empty or has a dot is a KeyError, and a member of another kind a TypeError.

Names of members of members have dots, and begin with the `prefix`. With `recurse` one walks through
the children too, and with `remove_duplicate` a member shared by several is named once. A dotted
name is also a `target`, the module itself being ''; it is an AttributeError if there is none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, Generic, TypeVar, cast

import numpy as np

from refimpl._arguments import read_flag
from refimpl._show import show
from refimpl.ops.array import Array
from refimpl.torch._src.parameter import Parameter

M = TypeVar("M", bound="Members[Any]")


class Members(Generic[M]):
    """The members of a module, whose children are of the class `M`."""

    training: bool
    _parameters: dict[str, Parameter | None]
    _buffers: dict[str, Array | None]
    _modules: dict[str, M | None]
    _non_persistent_buffers_set: set[str]

    def __init__(self) -> None:
        put = super().__setattr__
        put("training", True)
        put("_parameters", {})
        put("_buffers", {})
        put("_non_persistent_buffers_set", set())
        put("_modules", {})

    # Registration

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Add a parameter.

        Parameters
        ----------
        name : str
            Its name.
        param : Parameter or None
            The parameter.
        """
        self._check_name(name, "parameter", self._parameters)
        if param is not None and not isinstance(param, Parameter):
            raise TypeError(
                f"param must be a Parameter or None for parameter '{name}'; got {_describe(param)}"
            )
        self._parameters[name] = param

    def register_buffer(self, name: str, tensor: Array | None, persistent: bool = True) -> None:
        """Add a buffer: an array that belongs to the state but is not learned.

        Parameters
        ----------
        name : str
            Its name.
        tensor : array or None
            The buffer.
        persistent : bool, default True
            Whether it is part of the `state_dict`.
        """
        read_flag(persistent, "persistent")
        self._check_name(name, "buffer", self._buffers)
        if tensor is not None and not isinstance(tensor, np.ndarray):
            raise TypeError(
                f"tensor must be a NumPy array or None for buffer '{name}'; got {_describe(tensor)}"
            )
        self._buffers[name] = tensor
        if persistent:
            self._non_persistent_buffers_set.discard(name)
        else:
            self._non_persistent_buffers_set.add(name)

    def add_module(self, name: str, module: M | None) -> None:
        """Add a child.

        Parameters
        ----------
        name : str
            Its name.
        module : Module or None
            The child.
        """
        if module is not None and not isinstance(module, Members):
            raise TypeError(
                f"module must be a Module; got {show(module)} of type {type(module).__name__}"
            )
        self._check_name(name, "module", self._modules)
        self._modules[name] = module

    def register_module(self, name: str, module: M | None) -> None:
        """Add a child; see `add_module`."""
        self.add_module(name, module)

    def _check_name(self, name: object, kind: str, members: Collection[str]) -> None:
        """Refuse a name under which no member of a kind can be registered."""
        if not isinstance(name, str):
            raise TypeError(f"{kind} name should be a string; got {type(name).__name__}")
        if len(name) > 1000:
            raise ValueError(f"name must have at most 1000 characters; got {len(name)}")
        if "." in name:
            raise KeyError(f'{kind} name can\'t contain "."; got {show(name)}')
        if name == "":
            raise KeyError(f'{kind} name can\'t be empty string ""')
        if hasattr(self, name) and name not in members:
            raise KeyError(f"attribute '{name}' already exists")

    def __getattr__(self, name: str) -> Any:
        for kind in ("_parameters", "_buffers", "_modules"):
            members = self.__dict__.get(kind)
            if members is not None and name in members:
                return members[name]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __setattr__(self, name: str, value: Any) -> None:
        if "_modules" not in self.__dict__:
            if isinstance(value, Parameter | Members):
                raise AttributeError(f"cannot assign '{name}' before Module.__init__() call")
            super().__setattr__(name, value)
        elif isinstance(value, Parameter):
            self._free_name(name, self._parameters)
            self.register_parameter(name, value)
        elif name in self._parameters:
            if value is not None:
                raise TypeError(
                    f"cannot assign {_describe(value)} as parameter '{name}' "
                    "(Parameter or None expected)"
                )
            self._parameters[name] = None
        elif isinstance(value, Members):
            self._free_name(name, self._modules)
            self._modules[name] = cast("M", value)
        elif name in self._modules:
            if value is not None:
                raise TypeError(
                    f"cannot assign {_describe(value)} as child module '{name}' "
                    "(Module or None expected)"
                )
            self._modules[name] = None
        elif name in self._buffers:
            if value is not None and not isinstance(value, np.ndarray):
                raise TypeError(
                    f"cannot assign {_describe(value)} as buffer '{name}' "
                    "(NumPy array or None expected)"
                )
            self._buffers[name] = value
        else:
            super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        for members in (self._parameters, self._buffers, self._modules):
            if name in members:
                del members[name]
                self._non_persistent_buffers_set.discard(name)
                return
        super().__delattr__(name)

    def _free_name(self, name: str, keep: object) -> None:
        """Free a name that another kind of member has."""
        self.__dict__.pop(name, None)
        for members in (self._parameters, self._buffers, self._modules):
            if members is not keep:
                members.pop(name, None)

    # Walking through the members

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """Return an iterator over the parameters with their names."""
        _check_walk(prefix, recurse=recurse, remove_duplicate=remove_duplicate)
        return self._iterate_named("_parameters", prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """Return an iterator over the parameters."""
        return (parameter for _, parameter in self.named_parameters(recurse=recurse))

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Array]]:
        """Return an iterator over the buffers with their names."""
        _check_walk(prefix, recurse=recurse, remove_duplicate=remove_duplicate)
        return self._iterate_named("_buffers", prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Array]:
        """Return an iterator over the buffers."""
        return (buffer for _, buffer in self.named_buffers(recurse=recurse))

    def named_modules(
        self, memo: set[M] | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, M]]:
        """Return an iterator over this module and all below it, with their names.

        Parameters
        ----------
        memo : set of Module, optional
            Those that are left out; the others are added to it.
        """
        if memo is not None and not isinstance(memo, set):
            raise TypeError(f"memo must be a set; got {show(memo)}")
        _check_walk(prefix, remove_duplicate=remove_duplicate)
        return self._walk(set() if memo is None else memo, prefix, remove_duplicate)

    def modules(self, remove_duplicate: bool = True) -> Iterator[M]:
        """Return an iterator over this module and all below it."""
        return (m for _, m in self.named_modules(remove_duplicate=remove_duplicate))

    def named_children(self) -> Iterator[tuple[str, M]]:
        """Return an iterator over the children with their names, a shared one once."""
        first = {id(child): name for name, child in reversed(self._modules.items())}
        return (
            (name, child)
            for name, child in list(self._modules.items())
            if child is not None and first[id(child)] == name
        )

    def children(self) -> Iterator[M]:
        """Return an iterator over the children, a shared one once."""
        return (child for _, child in self.named_children())

    def _walk(self, seen: set[M], prefix: str, remove_duplicate: bool) -> Iterator[tuple[str, M]]:
        this = cast("M", self)
        if this in seen:
            return
        if remove_duplicate:
            seen.add(this)
        yield prefix, this
        for name, child in self._modules.items():
            if child is not None:
                below = f"{prefix}.{name}" if prefix else name
                yield from child.named_modules(seen, below, remove_duplicate)

    def get_submodule(self, target: str) -> M:
        """Return the module of a dotted name."""
        _check_target(target)
        found = cast("M", self)
        for name in target.split(".") if target else ():
            child = found._modules.get(name)
            if child is None:
                raise AttributeError(f"{type(found).__name__} has no module `{name}`")
            found = child
        return found

    def get_parameter(self, target: str) -> Parameter:
        """Return the parameter of a dotted name."""
        found: Parameter = self._get_member("_parameters", "parameter", target)
        return found

    def get_buffer(self, target: str) -> Array:
        """Return the buffer of a dotted name."""
        found: Array = self._get_member("_buffers", "buffer", target)
        return found

    def _get_member(self, kind: str, word: str, target: str) -> Any:
        _check_target(target)
        path, _, name = target.rpartition(".")
        found = getattr(self.get_submodule(path), kind).get(name)
        if found is None:
            raise AttributeError(f"`{target}` is no {word} of {type(self).__name__}")
        return found

    def _iterate_named(
        self, kind: str, prefix: str, recurse: bool, remove_duplicate: bool
    ) -> Iterator[tuple[str, Any]]:
        seen = set()
        owners = (
            self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate)
            if recurse
            else [(prefix, cast("M", self))]
        )
        for path, module in owners:
            for name, member in getattr(module, kind).items():
                if member is None or id(member) in seen:
                    continue
                if remove_duplicate:
                    seen.add(id(member))
                yield (f"{path}.{name}" if path else name), member


def _check_walk(prefix: object, **flags: object) -> None:
    if not isinstance(prefix, str):
        raise TypeError(f"prefix must be a string; got {show(prefix)}")
    for name, flag in flags.items():
        read_flag(flag, name)


def _check_target(target: object) -> None:
    if not isinstance(target, str):
        raise TypeError(f"target must be a dotted name; got {show(target)}")


def _describe(value: object) -> str:
    """Return the type of a value in quotes, an array's with its dtype."""
    if isinstance(value, np.ndarray):
        return f"'numpy.ndarray of {value.dtype.name}'"
    return f"'{type(value).__name__}'"
