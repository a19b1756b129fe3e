"""Loads the subjects of a run and runs their calls; what they raise becomes `SubjectRaised`."""

from __future__ import annotations

import functools
from collections.abc import Iterable

from conformance.spec.call import Unsupported
from conformance.spec.library import Library
from conformance.spec.request import Observation, Request
from conformance.spec.text import describe_error, message_of
from conformance.subjects.gap import check_reason
from conformance.subjects.protocol import HasLibrary, Subject, SubjectRaised
from conformance.subjects.reference import where_raised
from conformance.subjects.roster import Roster


class SubjectRunner:
    """The subjects of one run; each is loaded when it is first asked.

    Parameters
    ----------
    roster : mapping
        Name -> entry.
    """

    def __init__(self, roster: Roster) -> None:
        self.roster = roster
        self.subject = functools.cache(self._load)

    def run(self, name: str, request: Request) -> Observation:
        """Run a call.

        Parameters
        ----------
        name : str
            The subject.
        request : Request
            The call and its arrays.

        Returns
        -------
        Observation

        Raises
        ------
        SubjectRaised
            If the subject raises anything but `Unsupported`.
        Unsupported
            If it has no such thing.
        """
        subject = self.subject(name)
        try:
            observation = subject.run(request)
        except (SubjectRaised, KeyboardInterrupt):
            raise
        except Unsupported as answer:
            self._check_reasons(name, [message_of(answer)])
            raise
        except BaseException as error:  # also what would end the run, such as SystemExit
            text = f"{name} raised {describe_error(error)}"
            if not self.roster[name].built_in:  # its author wants to know where
                text += where_raised(error)
            raise SubjectRaised(text) from error
        if isinstance(observation, Observation):
            self._check_reasons(name, observation.lacking.values())
        return observation

    def library(self, name: str) -> Library:
        """The namespace of a subject.

        Parameters
        ----------
        name : str
            The subject.

        Returns
        -------
        Library

        Raises
        ------
        Unsupported
            If it shows none.
        """
        subject = self.subject(name)
        if not isinstance(subject, HasLibrary):
            raise Unsupported("no library(), which the chapter's programs need")
        return subject.library()

    def seed(self, name: str, seed: int) -> None:
        """Seed the subject's generators, if it shows them.

        Parameters
        ----------
        name : str
            The subject.
        seed : int
            The seed.
        """
        subject = self.subject(name)
        if isinstance(subject, HasLibrary):
            subject.library().seed(seed)

    def _load(self, name: str) -> Subject:
        try:
            return self.roster[name].load()
        except (SubjectRaised, KeyboardInterrupt):
            raise
        except BaseException as error:
            raise SubjectRaised(
                f"the subject {name} cannot be loaded: {message_of(error)} (install what it"
                " needs, or leave it out: --subject names the subjects to check)"
            ) from error

    def _check_reasons(self, name: str, reasons: Iterable[str]) -> None:
        """Refuse a reason in other words; what the suite itself says of a dialect has its own."""
        if self.roster[name].built_in:
            return
        for reason in reasons:
            try:
                check_reason(str(reason))
            except ValueError as error:
                raise SubjectRaised(f"{name}: {error}") from None
