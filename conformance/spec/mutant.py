"""A mutant: refimpl with one mistake, run through the same protocol as any foreign subject."""

from __future__ import annotations

import contextlib
import functools
import importlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from unittest import mock

from conformance.spec.library import Library
from conformance.spec.request import Observation, Request
from conformance.subjects.protocol import HasLibrary, Subject

Before = Callable[[Request], Request]
After = Callable[[Request, Observation], Observation]
# 'module:attribute' -> what makes a wrong one of the right one.
Patches = Mapping[str, Callable[[Any], Any]]


@dataclass(frozen=True, eq=False)
class Mutant:
    """One mistake, where it is made, and what must notice it.

    A mistake changes what the honest subject is asked, what it answers, or one function that it is
    made of.

    Attributes
    ----------
    name : str
        A few words, unlike those of any other mutant of its layer and subject.
    sin : str
        The mistake in a sentence.
    layer : str
        The layer that commits it.
    aspect : str
        The aspect that is there to notice it.
    before : callable
        Changes the request.
    after : callable
        Changes the observation.
    patches : mapping
        Functions that are wrong while the mutant runs, and only then: the oracle uses the same.
    library : callable
        Changes the namespace that the subject shows to whole programs.
    subject : str
        Whose dialect it speaks, and what it is made of.
    form : str
        A form that shows it; a hint where to look first.
    word : str
        A word of the cases that show it; another hint.
    """

    name: str
    sin: str
    layer: str
    aspect: str
    before: Before = lambda request: request
    after: After = lambda request, observation: observation
    patches: Patches = field(default_factory=lambda: MappingProxyType({}))
    library: Callable[[Library], Library] = lambda library: library
    subject: str = "refimpl.torch"
    form: str = ""
    word: str = ""

    @property
    def id(self) -> str:
        """Its name among all mutants."""
        return f"{self.layer}: {self.name} ({self.subject})"


class Spoiled:
    """An honest subject that makes one mistake.

    Parameters
    ----------
    honest : Subject
        What it is made of.
    mutant : Mutant
        The mistake.
    """

    def __init__(self, honest: Subject, mutant: Mutant) -> None:
        self.name, self.dialect = honest.name, honest.dialect
        self._honest, self._mutant = honest, mutant

    def run(self, request: Request) -> Observation:
        """Run a call wrongly; see `Subject.run`."""
        with patched(self._mutant.patches):
            observation = self._honest.run(self._mutant.before(request))
        return self._mutant.after(request, observation)

    def library(self) -> Library:
        """The namespace, spoiled; see `Library`."""
        assert isinstance(self._honest, HasLibrary)
        return self._mutant.library(self._honest.library())


@contextlib.contextmanager
def patched(patches: Patches) -> Iterator[None]:
    """Exchange functions for wrong ones, until the block ends however it ends."""
    with contextlib.ExitStack() as stack:
        for path, spoil in patches.items():
            module, dotted = path.split(":")
            *outer, attribute = dotted.split(".")
            owner = functools.reduce(getattr, outer, importlib.import_module(module))
            wrong = spoil(getattr(owner, attribute))
            stack.enter_context(mock.patch.object(owner, attribute, wrong))
        yield
