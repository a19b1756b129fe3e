"""What a check is given: a trial, and where it asks for answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from conformance.oracle import Expected
from conformance.spec.call import Call
from conformance.spec.case import Case
from conformance.spec.library import Library
from conformance.spec.program import Program
from conformance.spec.request import Memory, Observation


@dataclass(frozen=True)
class Trial:
    """One case in one form of one subject.

    Attributes
    ----------
    case : Case
        The case.
    subject, form : str
        Who runs it and how.
    call : Call
        The case in the dialect's words.
    half_sums : bool
        Whether sums may accumulate in a half type; see `Divergence`.
    """

    case: Case
    subject: str
    form: str
    call: Call = field(compare=False)
    half_sums: bool = field(default=False, compare=False)

    @property
    def used_case(self) -> Case:
        """The case without the arrays that the form has no slot for."""
        return self.case.restricted_to(self.call.arrays)


@dataclass(frozen=True)
class ProgramTrial:
    """One program on one subject's namespace.

    Attributes
    ----------
    program : Program
        The program.
    subject : str
        Whose namespace.
    dialect : str
        'torch' or 'tf'.
    """

    program: Program
    subject: str
    dialect: str


class Answers(Protocol):
    """What subjects and the oracle answer to a trial."""

    def observe(
        self,
        trial: Trial,
        *,
        memory: Memory = "contiguous",
        steps: int = 1,
        gradients: bool = False,
    ) -> Observation:
        """What the subject answers, in the neutral layout; outputs and gradients by neutral name.

        Parameters
        ----------
        trial : Trial
            Of a layer.
        memory : {'contiguous', 'strided', 'channels_last'}
            How the input lies in memory.
        steps : int
            How many batches it is called with.
        gradients : bool
            Whether gradients are needed. They come along anyway where the subject has them; one
            that can only go forward still answers for its outputs.

        Returns
        -------
        Observation

        Raises
        ------
        SubjectRaised
            If the subject raised.
        Unsupported
            If gradients are needed and the subject gives none.
        """

    def inspect(self, trial: Trial) -> Observation:
        """What a newly constructed instance owns.

        Parameters
        ----------
        trial : Trial
            Of a class.

        Returns
        -------
        Observation
            Its `owned` alone; shapes in the dialect's layout.
        """

    def expected(self, trial: Trial) -> Expected:
        """What the oracle says, given the mask where one was drawn.

        Parameters
        ----------
        trial : Trial
            Of a layer.

        Returns
        -------
        Expected
        """

    def library(self, subject: str) -> Library:
        """The namespace of a subject.

        Parameters
        ----------
        subject : str
            Its name.

        Returns
        -------
        Library

        Raises
        ------
        Unsupported
            If it shows none.
        """

    def is_built_in(self, subject: str) -> bool:
        """Whether a subject is one of the suite's own: those are what its records speak about.

        Parameters
        ----------
        subject : str
            Its name.

        Returns
        -------
        bool
        """
