"""A claim: a case, looked at under one aspect, in one form of one subject, or of two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from conformance.spec.case import Case
from conformance.spec.program import Program


class Target(NamedTuple):
    """One form of one subject.

    Attributes
    ----------
    subject : str
        The subject's name.
    form : str
        One of the forms of its dialect.
    """

    subject: str
    form: str


@dataclass(frozen=True)
class Claim:
    """One cell of the matrix.

    Attributes
    ----------
    case : Case or Program
        What is asked.
    aspect : str
        What is looked at; one of `conformance.judging.selection.ASPECTS`.
    targets : tuple of Target
        Whom it is about: one form of one subject, two forms of one that are compared with each
        other, or one form of each of two subjects.
    """

    case: Case | Program
    aspect: str
    targets: tuple[Target, ...]

    @classmethod
    def about(cls, case: Case | Program, aspect: str, subject: str, *forms: str) -> Claim:
        """Make a claim about one subject.

        Parameters
        ----------
        case : Case or Program
            What is asked.
        aspect : str
            What is looked at.
        subject : str
            The subject's name.
        *forms : str
            One form, or two that are compared with each other.

        Returns
        -------
        Claim
        """
        return cls(case, aspect, tuple(Target(subject, form) for form in forms))

    @property
    def subjects(self) -> tuple[str, ...]:
        """The names of its subjects, each once."""
        return tuple(dict.fromkeys(target.subject for target in self.targets))

    @property
    def forms(self) -> tuple[str, ...]:
        """The forms, in the order of its targets."""
        return tuple(target.form for target in self.targets)

    @property
    def subject(self) -> str:
        """Its column in a report: the subject, or two joined by '+'."""
        return "+".join(self.subjects)

    @property
    def form(self) -> str:
        """Its form in a report: the form, or two joined by '+'."""
        return "+".join(self.forms)

    @property
    def id(self) -> str:
        """Its readable name."""
        return f"{self.case.id}-{self.subject}-{self.form}"

    @property
    def name(self) -> str:
        """Its readable name with the aspect, by which a command repeats it."""
        return f"{self.aspect}/{self.id}"
