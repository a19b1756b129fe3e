"""The subjects. Only here are frameworks imported, and only when a subject is loaded."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

from conformance.subjects.base import Subject

# Column order: each framework beside refimpl's dialect of it.
BUILT_IN: Mapping[str, str] = {
    "refimpl.torch": "conformance.subjects.refimpl:RefimplTorch",
    "torch": "conformance.subjects.torch:Torch",
    "refimpl.tf": "conformance.subjects.refimpl:RefimplTf",
    "tensorflow": "conformance.subjects.tensorflow:TensorFlow",
}
SUBJECTS: tuple[str, ...] = tuple(BUILT_IN)
DIALECT_OF: Mapping[str, str] = {
    "refimpl.torch": "torch",
    "torch": "torch",
    "refimpl.tf": "tf",
    "tensorflow": "tf",
}


def load(name: str) -> Subject:
    """Load a subject.

    Parameters
    ----------
    name : str
        One of `SUBJECTS`, or 'module:Class' of your own.

    Returns
    -------
    Subject

    Raises
    ------
    ValueError
        If it is neither.
    ImportError
        If its module, or the framework it stands for, cannot be imported.
    """
    path = BUILT_IN.get(name, name)
    module, separator, attribute = path.partition(":")
    if not separator:
        known = ", ".join(SUBJECTS)
        raise ValueError(f"subject must be one of {known}, or module:Class; got {name!r}")
    subject: Subject = getattr(importlib.import_module(module), attribute)()
    return subject


def dialect_of(name: str) -> str:
    """Name a subject's dialect without loading the framework it stands for.

    Parameters
    ----------
    name : str
        As for `load`.

    Returns
    -------
    str
    """
    if name in DIALECT_OF:
        return DIALECT_OF[name]
    return load(name).dialect
