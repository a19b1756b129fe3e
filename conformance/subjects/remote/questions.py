"""What is asked of the process of a subject, and the kinds of its answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from conformance.spec.call import Call
from conformance.spec.request import Request


@dataclass(frozen=True)
class Describe:
    """Load the subject, and say what it says of itself."""


@dataclass(frozen=True)
class Run:
    """Run a call."""

    request: Request


@dataclass(frozen=True)
class Covers:
    """Whether a gap's own condition covers a call."""

    gap: int
    call: Call


@dataclass(frozen=True)
class OpenLibrary:
    """Show the namespace anew: what was found in it before is forgotten."""


@dataclass(frozen=True)
class UseLibrary:
    """Call a method of the library; 'root' is its namespace."""

    method: str
    arguments: tuple[Any, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class UseObject:
    """Do something with an object that was found in the namespace."""

    number: int
    how: str
    arguments: tuple[Any, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Handle:
    """An object of that process among the arguments."""

    number: int


# 'value': it answered; 'raised': with class, message and place; 'unsupported': with the reason;
# 'unreadable': what it answered is nothing that can be looked at, and why.
Kind = Literal["value", "raised", "unsupported", "unreadable"]
