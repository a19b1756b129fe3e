"""Checks of arguments: each raises before any work and names what it got and what it allows."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any


def must(condition: bool, name: str, allowed: str, got: object) -> None:
    """Raise ValueError unless `condition` holds.

    Parameters
    ----------
    condition : bool
        What must hold.
    name : str
        The argument's name as the caller wrote it.
    allowed : str
        What the argument may be, to complete "`name` must be …".
    got : object
        What was given.

    Raises
    ------
    ValueError
        If `condition` is false.
    """
    if not condition:
        raise ValueError(f"{name} must be {allowed}; got {got!r}")


def must_be_type(value: object, name: str, types: type | tuple[type, ...], allowed: str) -> None:
    """Raise TypeError unless `value` is an instance of `types`.

    Parameters
    ----------
    value : object
        The argument.
    name : str
        Its name as the caller wrote it.
    types : type or tuple of type
        The types it may have.
    allowed : str
        The types in words, to complete "`name` must be …".

    Raises
    ------
    TypeError
        If `value` has another type.
    """
    if not isinstance(value, types):
        raise TypeError(f"{name} must be {allowed}; got {value!r} of type {type(value).__name__}")


def must_be_one_of(value: object, name: str, allowed: Collection[Any]) -> None:
    """Raise ValueError unless `value` is one of `allowed`.

    Parameters
    ----------
    value : object
        The argument.
    name : str
        Its name as the caller wrote it.
    allowed : collection
        The values it may take.

    Raises
    ------
    ValueError
        If `value` is not among them.
    """
    if value not in allowed:
        words = ", ".join(repr(choice) for choice in allowed)
        raise ValueError(f"{name} must be one of {words}; got {value!r}")
