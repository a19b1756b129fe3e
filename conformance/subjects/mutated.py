"""A subject that makes one mistake."""

from __future__ import annotations

from conformance.spec.library import Library
from conformance.spec.mutant import Mutant
from conformance.spec.request import Observation, Request
from conformance.subjects.patching import apply_patches, resolve_target
from conformance.subjects.protocol import HasLibrary, Subject


class MutatedSubject:
    """A subject that makes one mistake.

    Parameters
    ----------
    original : Subject
        What it is made of.
    mutant : Mutant
        The mistake.

    Attributes
    ----------
    mutant : Mutant
        The mistake.
    called : set of str
        The targets of the mutant's patches that have been called.
    """

    def __init__(self, original: Subject, mutant: Mutant) -> None:
        self.name, self.dialect = original.name, original.dialect
        self.mutant = mutant
        self.called: set[str] = set()
        self._original = original
        for target in mutant.patches:
            resolve_target(target)  # one that does not exist is an error before anything runs

    def run(self, request: Request) -> Observation:
        """Run a call wrongly; see `Subject.run`."""
        with apply_patches(self.mutant.patches, self.called):
            observation = self._original.run(self.mutant.before(request))
        return self.mutant.after(request, observation)

    def library(self) -> Library:
        """The namespace with the mistake in it; see `Library`."""
        assert isinstance(self._original, HasLibrary)
        return self.mutant.library(self._original.library())
