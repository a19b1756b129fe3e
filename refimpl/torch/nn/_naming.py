"""Names of a module's members, and how members are shown."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np


def check_name(module: Any, name: object, kind: str, members: Collection[str]) -> None:
    """Refuse a name under which no member can be registered.

    Parameters
    ----------
    module : Module
        The owner.
    name : object
        The name.
    kind : str
        What is registered, for the message.
    members : collection of str
        The names of that kind, which may be registered again.

    Raises
    ------
    TypeError
        If the name is no string.
    KeyError
        If it is taken, empty or has a dot.
    """
    if not isinstance(name, str):
        raise TypeError(f"{kind} name should be a string; got {type(name).__name__}")
    if "." in name:
        raise KeyError(f'{kind} name can\'t contain "."; got {name!r}')
    if name == "":
        raise KeyError(f'{kind} name can\'t be empty string ""')
    if hasattr(module, name) and name not in members:
        raise KeyError(f"attribute '{name}' already exists")


def describe(value: object) -> str:
    """Return the type of a value in quotes, an array's with its dtype."""
    if isinstance(value, np.ndarray):
        return f"'numpy.ndarray of {value.dtype.name}'"
    return f"'{type(value).__name__}'"


def indented(text: str) -> str:
    """Indent all lines but the first by two spaces."""
    return text.replace("\n", "\n  ")
