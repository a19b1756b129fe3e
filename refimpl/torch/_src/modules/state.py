"""Loading the state of a module, with torch's rules about what is missing or too much."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from refimpl.dtypes import is_float
from refimpl.torch._src.parameter import Parameter


class StateDict(OrderedDict[str, Any]):
    """An OrderedDict of arrays that also holds, as torch's does, the modules' versions."""

    _metadata: OrderedDict[str, dict[str, Any]]


class IncompatibleKeys(NamedTuple):
    """The names that were missing, and those that belong to nothing."""

    missing_keys: list[str]
    unexpected_keys: list[str]

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return (
            f"_IncompatibleKeys(missing_keys={self.missing_keys}, "
            f"unexpected_keys={self.unexpected_keys})"
        )


def load_state(module: Any, state_dict: Any, strict: bool, assign: bool) -> IncompatibleKeys:
    """Copy a state into a module; see `Module.load_state_dict`."""
    if not isinstance(state_dict, Mapping):
        raise TypeError(f"state_dict must be dict-like; got {type(state_dict).__name__}")
    metadata = getattr(state_dict, "_metadata", {})
    missing: list[str] = []
    errors: list[str] = []
    known = set()
    for prefix, owner, name, member in _members(module):
        key = prefix + name
        known.add(key)
        if key not in state_dict:
            if not owner._may_lack(metadata.get(prefix[:-1], {}), name):
                missing.append(key)
            continue
        problem = _copy(owner, name, member, state_dict[key], key, assign)
        if problem:
            errors.append(problem)
    unexpected = [key for key in state_dict if key not in known]
    if strict:
        if unexpected:
            errors.insert(0, f"Unexpected key(s) in state_dict: {_quote(unexpected)}. ")
        if missing:
            errors.insert(0, f"Missing key(s) in state_dict: {_quote(missing)}. ")
    if errors:
        raise RuntimeError(
            "Error(s) in loading state_dict for {}:\n\t{}".format(
                type(module).__name__, "\n\t".join(errors)
            )
        )
    return IncompatibleKeys(missing, unexpected)


def _members(module: Any) -> Iterator[tuple[str, Any, str, Any]]:
    """Go through what the state of a module consists of, shared modules as often as named."""
    for path, owner in module.named_modules(remove_duplicate=False):
        prefix = f"{path}." if path else ""
        for name, parameter in owner._parameters.items():
            if parameter is not None:
                yield prefix, owner, name, parameter
        for name, buffer in owner._buffers.items():
            if buffer is not None and name not in owner._non_persistent_buffers_set:
                yield prefix, owner, name, buffer


def _copy(owner: Any, name: str, member: Any, value: Any, key: str, assign: bool) -> str | None:
    """Copy one value into one member, or say why not."""
    value = value.data if isinstance(value, Parameter) else value
    value = np.asarray(value) if isinstance(value, np.generic) else value
    if not isinstance(value, np.ndarray):
        return (
            f'While copying the parameter named "{key}", expected a NumPy array from checkpoint '
            f"but received {type(value)}"
        )
    if value.shape != member.shape:
        return (
            f"size mismatch for {key}: copying a param with shape {value.shape} from checkpoint, "
            f"the shape in current model is {member.shape}."
        )
    if isinstance(member, Parameter):
        if not assign:
            member.data[...] = value
        elif is_float(value.dtype):
            member.data = value
        else:
            return f'While assigning "{key}", expected floats but received {value.dtype.name}'
    elif assign:
        owner._buffers[name] = value
    else:
        member[...] = value
    return None


def _quote(keys: list[str]) -> str:
    return ", ".join(f'"{key}"' for key in keys)
