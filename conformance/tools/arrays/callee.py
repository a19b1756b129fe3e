"""Finds what a call names: a function or layer of a framework that the suite knows."""

from __future__ import annotations

import difflib
import functools
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Literal

import refimpl.tf
import refimpl.torch
from conformance.subjects.protocol import resolve
from refimpl.differentiable import Differentiable

# Framework -> refimpl's namespace for it, and where its functions and layers stand.
_ROOTS: dict[str, ModuleType] = {"torch": refimpl.torch, "tf": refimpl.tf}
_PLACES = {
    "torch": ("nn.functional", "nn"),
    "tf": (
        *("nn", "linalg", "math", "compat.v1.nn"),
        *("keras.layers", "keras.activations", "keras.losses"),
    ),
}
_SHORT = {"tensorflow.": "tf.", "keras.": "tf.keras."}


@dataclass(frozen=True)
class Callee:
    """What is called.

    Attributes
    ----------
    name : str
        Its full name in the framework, such as 'torch.nn.functional.conv2d'.
    dialect : {'torch', 'tf'}
        Whose words it takes.
    kind : {'function', 'class'}
        Whether it is called, or made and then called.
    made : object
        refimpl's function or class of that name.
    """

    name: str
    dialect: str
    kind: Literal["function", "class"]
    made: Any


def find_callee(name: str) -> Callee:
    """Find what a name stands for.

    Parameters
    ----------
    name : str
        Such as 'torch.nn.functional.conv2d', 'torch.nn.BatchNorm2d', 'tf.nn.conv2d' or
        'keras.layers.Dense'.

    Returns
    -------
    Callee

    Raises
    ------
    ValueError
        If the suite knows no such function or layer; the message has the nearest names.
    """
    if not isinstance(name, str):
        raise ValueError(f"name must be a function or layer, in words; got {name!r}")
    full = name
    for short, long in _SHORT.items():
        if full.startswith(short):
            full = long + full.removeprefix(short)
    known = known_names()
    if full not in known:
        near = difflib.get_close_matches(full, known, n=3)
        meant = f" (did you mean {' or '.join(map(repr, near))}?)" if near else ""
        raise ValueError(f"there is no function or layer {name!r} that the suite knows{meant}")
    dialect, _, path = full.partition(".")
    made = resolve(_ROOTS[dialect], path)
    return Callee(full, dialect, "class" if inspect.isclass(made) else "function", made)


@functools.cache
def known_names() -> tuple[str, ...]:
    """List every function and layer that can be named.

    Returns
    -------
    tuple of str
        Full names.
    """
    return tuple(
        f"{dialect}.{place}.{name}"
        for dialect, places in _PLACES.items()
        for place in places
        for name in _names_in(resolve(_ROOTS[dialect], place))
    )


def _names_in(module: ModuleType) -> Iterator[str]:
    for name in sorted(dir(module)):
        value = getattr(module, name)
        if name.startswith("_") or name.endswith("_"):
            continue
        if isinstance(value, Differentiable) or (inspect.isclass(value) and _is_layer(value)):
            yield name


def _is_layer(kind: type) -> bool:
    """Whether a class is a layer or loss that can be called and gone back through."""
    abstract = kind.__name__ in ("Module", "Layer", "Loss", "Sequential", "Parameter")
    return hasattr(kind, "backward") and callable(kind) and not abstract
