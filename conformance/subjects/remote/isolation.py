"""Loads the subjects of a run, each in a process of its own."""

from __future__ import annotations

from conformance.spec.text import message_of
from conformance.subjects.protocol import CallRaised, SubjectRaised
from conformance.subjects.remote.link import Link
from conformance.subjects.remote.subject import RemoteSubject, connect
from conformance.subjects.sandbox import Limits


class Isolation:
    """The processes of a run's subjects.

    Parameters
    ----------
    limits : Limits, optional
        What each may cost.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._links: list[Link] = []

    def load(self, reference: str) -> RemoteSubject:
        """Load a subject in a process of its own.

        Parameters
        ----------
        reference : str
            'FILE.py:Name', 'package.module:Name', or the name of an entry point.

        Returns
        -------
        RemoteSubject

        Raises
        ------
        ValueError, TypeError, ImportError
            If it cannot be loaded. An exception of another class than these, which the user's own
            code raised, is an ImportError that says so.
        """
        link = Link(reference, self._limits)
        try:
            subject = connect(link)
        except CallRaised as error:
            link.close()
            raise _like(error) from None
        except SubjectRaised as error:
            link.close()
            raise ImportError(f"{message_of(error)} while it was loaded") from None
        self._links.append(link)
        return subject

    def close(self) -> None:
        """End the processes; a subject that is asked again gets a new one."""
        for link in self._links:
            link.close()


def _like(error: CallRaised) -> Exception:
    words = f"{error.message}{error.place}"
    for kind in (ValueError, TypeError):
        if error.error_class == kind.__name__:
            return kind(words)
    if error.error_class in ("ImportError", "ModuleNotFoundError"):
        return ImportError(words)
    return ImportError(f"it {error.sentence}")
