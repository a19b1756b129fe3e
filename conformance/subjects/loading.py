"""The built-in subjects, and the loading of any subject by its name or reference."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from conformance.subjects.function import AS, make_function_subject, split_reference
from conformance.subjects.protocol import Subject
from conformance.subjects.reference import find_reference

# Column order: each framework beside refimpl's dialect of it.
BUILT_IN: Mapping[str, str] = {
    "refimpl.torch": "conformance.subjects.refimpl:RefimplTorch",
    "torch": "conformance.subjects.torch:Torch",
    "refimpl.tf": "conformance.subjects.refimpl:RefimplTf",
    "tensorflow": "conformance.subjects.tensorflow:TensorFlow",
}
SUBJECTS: tuple[str, ...] = tuple(BUILT_IN)
REFERENCES = frozenset(("refimpl.torch", "refimpl.tf"))
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
        One of `SUBJECTS`, 'package.module:Name' or 'FILE.py:Name' of your own, the name of an
        entry point in the group 'conformance.subjects', or 'FILE.py:function as NAME' for one
        function that is judged as the framework's of that name; see `function.split_reference`.

    Returns
    -------
    Subject

    Raises
    ------
    ValueError
        If it is none of these.
    ImportError
        If its module, or the framework it stands for, cannot be imported.
    """
    if AS in name:
        reference, target, arrays = split_reference(name)
        return make_function_subject(find_reference(reference, SUBJECTS), target, arrays)
    subject: Subject = instantiate(find_reference(BUILT_IN.get(name, name), SUBJECTS))
    return subject


def instantiate(given: Any) -> Any:
    """Return the subject that a class or function makes; a subject is returned as it is.

    Parameters
    ----------
    given : object
        A subject, or a class or function that makes one if called without arguments.

    Returns
    -------
    object
        The subject.
    """
    makes = inspect.isclass(given) or inspect.isroutine(given)
    return given() if makes else given


def is_reference(name: str) -> bool:
    """Whether a subject is refimpl, which others are compared with.

    Parameters
    ----------
    name : str
        The subject's name.

    Returns
    -------
    bool
    """
    return name in REFERENCES


def dialect_of(name: str) -> str:
    """Return a subject's dialect, without importing the framework of a built-in one.

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
