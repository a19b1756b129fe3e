"""A mutant: refimpl with one mistake, run through the same protocol as any foreign subject."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal, get_args

from conformance.spec.library import Library
from conformance.spec.request import Observation, Request

Before = Callable[[Request], Request]
After = Callable[[Request, Observation], Observation]
# 'module:attribute' -> what makes a wrong one of the right one.
Patches = Mapping[str, Callable[[Any], Any]]
MistakeKind = Literal[
    "geometry",
    "pooling",
    "linear",
    "statistics",
    "gradients",
    "losses",
    "dropout",
    "activations",
    "parameters",
    "dtypes",
    "purity",
    "numerics",
    "programs",
]
# In the order of the pages.
MISTAKE_KINDS: tuple[MistakeKind, ...] = get_args(MistakeKind)


@dataclass(frozen=True, eq=False)
class Mutant:
    """One mistake, where it is made, and what must notice it.

    A mistake changes what the original subject is asked, what it answers, or one function that it
    is made of.

    Attributes
    ----------
    name : str
        A few words, unlike those of any other mutant of its layer and subject.
    description : str
        The mistake in a sentence.
    layer : str
        The layer that makes it.
    aspect : str
        The aspect that is there to notice it.
    before : callable
        Changes the request.
    after : callable
        Changes the observation.
    patches : mapping
        Public functions that are wrong while the mutant runs, and only then: the oracle uses the
        same.
    library : callable
        Changes the namespace that the subject shows to whole programs.
    subject : str
        Whose dialect it speaks, and what it is made of.
    form : str
        A form that shows it; a hint where to look first.
    word : str
        A word of the cases that show it; another hint.
    kind : str
        The kind of mistake, by which the pages group mutants; `of_kind` sets it.
    """

    name: str
    description: str
    layer: str
    aspect: str
    before: Before = lambda request: request
    after: After = lambda request, observation: observation
    patches: Patches = field(default_factory=lambda: MappingProxyType({}))
    library: Callable[[Library], Library] = lambda library: library
    subject: str = "refimpl.torch"
    form: str = ""
    word: str = ""
    kind: MistakeKind | None = None

    @property
    def id(self) -> str:
        """Its name among all mutants."""
        return f"{self.layer}: {self.name} ({self.subject})"


def of_kind(kind: MistakeKind, *mutants: Mutant) -> tuple[Mutant, ...]:
    """Give mutants their kind of mistake.

    Parameters
    ----------
    kind : str
        One of `MISTAKE_KINDS`.
    *mutants : Mutant
        Mutants without a kind.

    Returns
    -------
    tuple of Mutant
    """
    return tuple(replace(mutant, kind=kind) for mutant in mutants)
