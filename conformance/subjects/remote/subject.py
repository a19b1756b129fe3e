"""A subject in a process of its own, seen from the judge's."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from conformance.spec.call import Call
from conformance.spec.request import Observation, Request
from conformance.subjects.gap import Gap, Status
from conformance.subjects.protocol import SubjectRaised
from conformance.subjects.remote import observations, questions
from conformance.subjects.remote.library import RemoteLibrary
from conformance.subjects.remote.link import Link


class RemoteSubject:
    """A subject that is asked in a process of its own; see `connect`.

    Parameters
    ----------
    link : Link
        The connection to it.
    name, dialect : str
        As of any subject.
    functions : sequence of str
        The names of its functions.
    lacks : sequence of Gap
        What it does not do.
    only : tuple of str
        The targets that it is asked about; empty for all.
    """

    def __init__(
        self,
        link: Link,
        name: str,
        dialect: str,
        functions: tuple[str, ...],
        lacks: tuple[Gap, ...],
        only: tuple[str, ...] = (),
    ) -> None:
        self._link = link
        self.name, self.dialect, self.lacks, self.only = name, dialect, lacks, only
        self.functions = dict.fromkeys(functions)

    def run(self, request: Request) -> Observation:
        """Run a call; see `Subject.run`."""
        values = self._link.ask(questions.Run(request))
        try:
            return observations.to_observation(values)
        except ValueError as error:
            raise SubjectRaised(
                f"{self.name} gave an answer that cannot be read: {error}"
            ) from None


class RemoteSubjectWithLibrary(RemoteSubject):
    """One that shows its namespace, too."""

    def library(self) -> RemoteLibrary:
        """The namespace; what was found in it before is forgotten."""
        return RemoteLibrary(self._link)


def connect(link: Link) -> RemoteSubject:
    """Load the subject at the other end of a link.

    Parameters
    ----------
    link : Link
        The connection to its process.

    Returns
    -------
    RemoteSubject

    Raises
    ------
    SubjectRaised
        If it cannot be loaded, or says of itself what cannot be.
    """
    described = link.ask(questions.Describe())
    try:
        name, dialect = described["name"], described["dialect"]
        functions, gaps = described["functions"], described["gaps"]
        only = tuple(described["only"])
        words = all(isinstance(each, str) for each in (name, dialect, *functions, *only))
        if not words or not isinstance(described["library"], bool):
            raise TypeError("a name is no word")
        lacks = tuple(_make_gap(link, number, *gap) for number, gap in enumerate(gaps))
    except (KeyError, TypeError, ValueError) as error:
        raise SubjectRaised(f"{link.name} cannot be understood: {error}") from None
    link.name = name
    kind = RemoteSubjectWithLibrary if described["library"] else RemoteSubject
    return kind(link, name, dialect, tuple(functions), lacks, only)


def _make_gap(
    link: Link,
    number: int,
    target: str,
    status: str,
    reason: str,
    aspects: tuple[str, ...],
    dtypes: tuple[str, ...],
) -> Gap:
    if not all(isinstance(each, str) for each in (target, reason, *aspects, *dtypes)):
        raise TypeError("a gap must be described in words")
    return Gap(target, cast(Status, status), reason, aspects, dtypes, _ask_gap(link, number))


def _ask_gap(link: Link, number: int) -> Callable[[Call], bool]:
    """The condition of a gap is a function of the author's, and asked where it belongs."""
    return lambda call: link.ask(questions.Covers(number, call)) is True
