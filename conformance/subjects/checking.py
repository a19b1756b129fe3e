"""Refuses what cannot be a subject, wherever it is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.subjects.gap import Gap


def check_subject(subject: Any, shown: str) -> None:
    """Raise an error for what cannot be asked.

    Parameters
    ----------
    subject : object
        What is to be a subject.
    shown : str
        What it is called in an error.

    Raises
    ------
    TypeError
        If it has not what a subject has.
    """
    for attribute in ("dialect", "run"):
        if not hasattr(subject, attribute):
            raise TypeError(
                f"{shown} is not a subject: it has no {attribute!r}; derive it from"
                " conformance.LayerSubject or conformance.FunctionSubject"
            )
    functions: object = getattr(subject, "functions", {})
    if not isinstance(functions, Mapping):
        kind = type(functions).__name__
        raise TypeError(f"functions of {shown} must be a mapping of names to callables; got {kind}")
    lacks: Any = getattr(subject, "lacks", ())
    if isinstance(lacks, Gap) or any(not isinstance(each, Gap) for each in lacks):
        raise TypeError(f"lacks of {shown} must be a sequence of conformance.Gap; got {lacks!r}")
