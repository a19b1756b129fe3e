"""What is public: every function, class and method that the faces of both dialects show."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import refimpl.tf
import refimpl.torch


def walk(module: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    """Yield each callable below a module with its dotted name."""
    for name in sorted(module.__all__):
        value = getattr(module, name)
        if inspect.ismodule(value):
            yield from walk(value, f"{prefix}.{name}")
        elif callable(value) and not isinstance(value, type(refimpl.torch.float32)):
            yield f"{prefix}.{name}", value


def public_callables() -> dict[str, Any]:
    """Return functions and classes by name; what is shown at several places once."""
    found: dict[str, Any] = {}
    seen: set[int] = set()
    for face, prefix in ((refimpl.torch, "torch"), (refimpl.tf, "tf")):
        for name, value in walk(face, prefix):
            if id(value) not in seen and value not in (getattr(face, "float32", None),):
                seen.add(id(value))
                found[name] = value
    return found


def public_methods(callables: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Return (class, method) by name for all methods that take arguments; inherited ones once."""
    found: dict[str, tuple[str, str]] = {}
    seen: set[int] = set()
    classes = [(name, value) for name, value in callables.items() if inspect.isclass(value)]
    for name, value in sorted(classes, key=lambda each: len(each[1].__mro__)):  # bases first
        for method in sorted(vars_of(value)):
            function = vars_of(value)[method]
            plain = getattr(function, "__func__", function)
            if method.startswith("_") or not inspect.isfunction(plain) or id(plain) in seen:
                continue
            seen.add(id(plain))
            if len(inspect.signature(plain).parameters) > 1:
                found[f"{name}.{method}"] = (name, method)
    return found


def vars_of(kind: type) -> dict[str, Any]:
    """Return the attributes of a class and its bases, without Python's own."""
    merged: dict[str, Any] = {}
    for base in reversed([each for each in kind.__mro__ if each.__module__.startswith("refimpl")]):
        merged |= vars(base)
    return merged


def parameters_of(value: Any) -> dict[str, inspect.Parameter]:
    """Return the parameters of a call; `**kwargs` are none."""
    return {
        name: parameter
        for name, parameter in inspect.signature(value).parameters.items()
        if parameter.kind is not inspect.Parameter.VAR_KEYWORD
    }
