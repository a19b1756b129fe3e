"""Exchanges public functions of refimpl for wrong ones, for as long as a mutant runs."""

from __future__ import annotations

import contextlib
import functools
import importlib
import sys
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

from conformance.spec.mutant import Patches

_PACKAGE = "refimpl."


def resolve_target(target: str) -> tuple[Any, str]:
    """Find the owner of a target, and the name that it has there.

    Parameters
    ----------
    target : str
        'module:function' or 'module:Class.attribute'.

    Returns
    -------
    (object, str)

    Raises
    ------
    ModuleNotFoundError, AttributeError
        If there is no such target.
    """
    module, dotted = target.split(":")
    *outer, attribute = dotted.split(".")
    owner = functools.reduce(getattr, outer, importlib.import_module(module))
    getattr(owner, attribute)
    return owner, attribute


@contextlib.contextmanager
def apply_patches(patches: Patches, called: set[str]) -> Iterator[None]:
    """Exchange functions for wrong ones, until the block ends in whatever way.

    A function is exchanged wherever refimpl has imported it: how a module imports what it calls
    does not matter.

    Parameters
    ----------
    patches : mapping
        Target -> what makes a wrong function of the right one.
    called : set of str
        Where the targets that are called are noted.
    """
    with contextlib.ExitStack() as stack:
        for target, change in patches.items():
            owner, attribute = resolve_target(target)
            original = getattr(owner, attribute)
            wrong = _note_calls(change(original), target, called)
            stack.enter_context(mock.patch.object(owner, attribute, wrong))
            for module, name in _imports_of(original):
                stack.enter_context(mock.patch.object(module, name, wrong))
        yield


def _note_calls(function: Callable[..., Any], target: str, called: set[str]) -> Callable[..., Any]:
    def call(*args: Any, **options: Any) -> Any:
        called.add(target)
        return function(*args, **options)

    return call


def _imports_of(function: Any) -> list[tuple[Any, str]]:
    return [
        (module, name)
        for path, module in list(sys.modules.items())
        if path.startswith(_PACKAGE)
        for name, value in list(vars(module).items())
        if value is function
    ]
