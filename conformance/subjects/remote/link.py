"""The judge's end: asks the process of a subject, and makes of its answers what others give."""

from __future__ import annotations

import builtins
import pickle
from collections.abc import Callable
from typing import Any

from conformance.spec.call import Unsupported
from conformance.spec.text import message_of
from conformance.subjects.protocol import CallRaised, SubjectRaised
from conformance.subjects.remote.values import decode
from conformance.subjects.sandbox import (
    FrameError,
    GuardedProcess,
    Limits,
    ProcessDeath,
)

_SERVICE = "conformance.subjects.remote.service:serve"


class Link:
    """The connection to the process of one subject.

    Parameters
    ----------
    reference : str
        By which the subject is loaded there.
    limits : Limits
        What it may cost.

    Attributes
    ----------
    name : str
        What the subject is called in messages.
    """

    def __init__(self, reference: str, limits: Limits) -> None:
        self.name = reference
        self._process = GuardedProcess(_SERVICE, reference, limits)

    def ask(self, question: Any, find: Callable[[int], Any] | None = None) -> Any:
        """Ask.

        Parameters
        ----------
        question : object
            One of the `questions`.
        find : callable, optional
            As for `values.decode`.

        Returns
        -------
        object
            A value.

        Raises
        ------
        CallRaised
            If the subject raised; the exception is also one of the class that was raised, if that
            is one of Python's own.
        SubjectRaised
            If its process ended, or its answer cannot be read.
        Unsupported
            If the subject raised that, or the question cannot travel.
        """
        try:
            frame = self._process.ask(question)
        except ProcessDeath as died:
            raise SubjectRaised(f"{self.name} {died}") from None
        except FrameError as error:
            raise self._unreadable(error) from None
        except (AttributeError, TypeError, pickle.PicklingError) as error:
            raise Unsupported(
                f"what is asked cannot be handed to another process: {message_of(error)}"
            ) from None
        try:
            kind, *content = frame.value
            if kind == "value":
                (value,) = content
                return decode(value, frame.blocks, find)
            if not all(isinstance(each, str) for each in content):
                raise ValueError("its words are none")
            if kind == "raised":
                answer: Exception = make_call_raised(self.name, *content)
            elif kind == "unsupported":
                (reason,) = content
                answer = Unsupported(reason)
            else:
                (reason,) = content
                answer = self._unreadable(ValueError(reason))
        except (TypeError, ValueError, OverflowError) as error:
            answer = self._unreadable(error)
        raise answer

    def close(self) -> None:
        """End the process; a further question begins a new one."""
        self._process.close()

    def _unreadable(self, error: Exception) -> SubjectRaised:
        return SubjectRaised(f"{self.name} gave an answer that cannot be read: {message_of(error)}")


def make_call_raised(subject: str, error_class: str, message: str, place: str) -> CallRaised:
    """Make the exception for one that a subject raised in its own process.

    Parameters
    ----------
    subject : str
        The subject's name.
    error_class : str
        The name of the exception's class.
    message : str
        Its message.
    place : str
        Where it was raised; may be empty.

    Returns
    -------
    CallRaised
        Also one of the class of that name, so that who asks can tell it apart.
    """
    theirs = getattr(builtins, error_class, None)
    bases: tuple[type, ...] = (CallRaised,)
    if theirs in (AttributeError, TypeError, ValueError, RuntimeError, ImportError):
        bases = (CallRaised, theirs)
    made: CallRaised = type("CallRaised", bases, {})(subject, error_class, message, place)
    return made
