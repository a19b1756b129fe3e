"""The service in a subject's own process: asks the subject, and answers with values alone."""

from __future__ import annotations

import operator
import random as python_random
from collections.abc import Callable, Mapping
from typing import Any

from conformance.spec.call import Call, Unsupported
from conformance.spec.library import Library, Step
from conformance.spec.request import Request
from conformance.spec.text import message_of
from conformance.subjects import loading
from conformance.subjects.checking import check_subject
from conformance.subjects.observation import AnswerError, check_answer
from conformance.subjects.protocol import HasLibrary
from conformance.subjects.reference import where_raised
from conformance.subjects.remote import observations, questions
from conformance.subjects.remote.questions import Handle, Kind
from conformance.subjects.remote.values import encode
from conformance.subjects.sandbox import Frame

# What can be done with an object that is not at hand.
_WAYS: Mapping[str, Callable[..., Any]] = {
    "get": getattr,
    "set": setattr,
    "call": lambda made, *arguments, **options: made(*arguments, **options),
    "item": operator.getitem,
    "list": list,
    "length": len,
    "is a": lambda kind, made: isinstance(made, kind),
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
}
# Of the library's methods, those whose answers are looked at; the others give objects.
_SHOWN = ("numpy", "list_owned", "call", "order", "step")


def serve(reference: str) -> Callable[[Any], Frame]:
    """Prepare to ask a subject; see `conformance.subjects.sandbox.guard`.

    Parameters
    ----------
    reference : str
        What `loading.load` takes.

    Returns
    -------
    callable
        Takes one of the `questions`, returns the answer.
    """
    return _Service(reference).answer


class _Service:
    def __init__(self, reference: str) -> None:
        self._reference = reference
        self._subject: Any = None
        self._library: Any = None
        self._objects: list[Any] = []
        self._numbers: dict[int, int] = {}
        self._ways: Mapping[type, Callable[[Any], Any]] = {
            questions.Describe: lambda question: self._describe(),
            questions.Run: lambda question: self._run(question.request),
            questions.Covers: lambda question: self._covers(question.gap, question.call),
            questions.OpenLibrary: lambda question: self._open_library(),
            questions.UseLibrary: self._use_library,
            questions.UseObject: self._use_object,
        }

    def answer(self, question: Any) -> Frame:
        """Answer, whatever the subject does."""
        blocks: list[Any] = []
        try:
            found = self._ways[type(question)](question)
        except Unsupported as error:
            return _frame("unsupported", message_of(error))
        except AnswerError as error:
            return _frame("unreadable", message_of(error))
        except BaseException as error:  # also what would end the process, such as SystemExit
            return _frame("raised", type(error).__name__, message_of(error), where_raised(error))
        in_library = isinstance(question, questions.UseObject) or (
            isinstance(question, questions.UseLibrary) and question.method not in _SHOWN
        )
        try:
            return Frame(
                ["value", encode(found, blocks, self._keep if in_library else None)], blocks
            )
        except Exception as error:
            return _frame("unreadable", message_of(error))

    def _load(self) -> Any:
        if self._subject is None:
            subject = loading.load(self._reference)
            check_subject(subject, self._reference)
            self._subject = subject
        return self._subject

    def _describe(self) -> dict[str, Any]:
        subject = self._load()
        return {
            "name": getattr(subject, "name", "") or type(subject).__name__,
            "dialect": subject.dialect,
            "functions": tuple(map(str, getattr(subject, "functions", ()))),
            "gaps": tuple(
                (gap.target, gap.status, gap.reason, tuple(gap.aspects), tuple(gap.dtypes))
                for gap in getattr(subject, "lacks", ())
            ),
            "only": tuple(map(str, getattr(subject, "only", ()))),
            "library": isinstance(subject, HasLibrary),
        }

    def _run(self, request: Request) -> dict[str, Any]:
        observation = self._load().run(request)
        if not request.fresh:
            check_answer(observation, request.call)
        return observations.from_observation(observation)

    def _covers(self, gap: int, call: Call) -> bool:
        return bool(self._load().lacks[gap].when(call))

    def _open_library(self) -> None:
        self._objects, self._numbers = [], {}
        self._library = self._load().library()

    def _use_library(self, question: questions.UseLibrary) -> Any:
        library: Library = self._library
        if question.method == "root":
            return library.root
        if question.method == "seed_python":
            return python_random.seed(*question.arguments)
        arguments, options = self._find(question.arguments), self._find(question.options)
        found = getattr(library, question.method)(*arguments, **options)
        return observations.from_step(found) if isinstance(found, Step) else found

    def _use_object(self, question: questions.UseObject) -> Any:
        arguments, options = self._find(question.arguments), self._find(question.options)
        return _WAYS[question.how](self._objects[question.number], *arguments, **options)

    def _keep(self, found: Any) -> int:
        """Number an object; the same one has the same number, for it is never let go."""
        if id(found) not in self._numbers:
            self._numbers[id(found)] = len(self._objects)
            self._objects.append(found)
        return self._numbers[id(found)]

    def _find(self, value: Any) -> Any:
        """Put objects in the places of their handles."""
        if isinstance(value, Handle):
            return self._objects[value.number]
        if isinstance(value, list | tuple):
            return type(value)(map(self._find, value))
        if isinstance(value, Mapping):
            return {key: self._find(each) for key, each in value.items()}
        return value


def _frame(kind: Kind, *words: str) -> Frame:
    return Frame([kind, *words])
