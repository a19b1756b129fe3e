"""Bad calls are refused before any work, and the error names what is wrong."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from conformance.checks.finding import Finding
from conformance.checks.trial import Answers, ProgramTrial
from conformance.oracle.bounds import LIMIT, Unit
from conformance.spec.bad_call import Accepts, BadCall, Dies, ReturnedArray, Values
from conformance.spec.call import Unsupported
from conformance.spec.library import Library
from conformance.spec.text import message_of
from conformance.subjects import sandbox
from conformance.subjects.loading import is_reference
from conformance.subjects.protocol import CallRaised, SubjectRaised, resolve

# What a call may cost that kills its process, or hangs in it.
_PATIENCE = sandbox.Limits(30.0)


@dataclass(frozen=True)
class CallOutcome:
    """What came of a bad call.

    Attributes
    ----------
    raised : str
        The class of the exception; for a class, ' at call' follows if its construction passed.
        Empty if nothing was raised.
    message : str
        The exception's words.
    answer : object
        What was returned, if nothing was raised.
    """

    raised: str = ""
    message: str = ""
    answer: Any = None


def check_bad_call_is_refused(trial: ProgramTrial, answers: Answers) -> Sequence[Finding]:
    """The call raises the exception that the table has; refimpl's names the argument.

    Of implementations that are neither refimpl nor its framework only an exception is asked.

    Parameters
    ----------
    trial : ProgramTrial
        Its case carries the call.
    answers : Answers
        What subjects and the oracle answer.

    Returns
    -------
    sequence of Finding
    """
    bad_call: BadCall = trial.program.content
    library = answers.library(trial.subject)
    if is_reference(trial.subject):
        outcome = attempt(library, bad_call)
        return [_compare_exception(outcome, bad_call.refuses), _check_message(bad_call, outcome)]
    if not answers.is_built_in(trial.subject):
        return [_compare_exception(attempt(library, bad_call))]
    if isinstance(bad_call.framework, str):
        return [_compare_exception(attempt(library, bad_call), bad_call.framework)]
    compare = functools.partial(_compare_with_record, library, bad_call)
    if not bad_call.isolated:
        return [compare()]
    return [_run_isolated(trial.subject, compare, bad_call)]


def attempt(library: Library, bad_call: BadCall) -> CallOutcome:
    """Make a bad call.

    Parameters
    ----------
    library : Library
        Whose.
    bad_call : BadCall
        The call.

    Returns
    -------
    CallOutcome
    """
    target = resolve(library.root, bad_call.target)
    arguments = {name: _convert(value, library.array) for name, value in bad_call.arguments.items()}
    calls = [[_convert(value, library.array) for value in call] for call in bad_call.calls]
    stage = ""
    try:
        answer = instance = target(**arguments)
        stage = " at call"
        for call in calls:
            answer = instance(*call)
    except CallRaised as error:
        return CallOutcome(error.error_class + stage, error.message)
    except SubjectRaised:  # its process ended: that is no refusal
        raise
    except Exception as error:
        return CallOutcome(type(error).__name__ + stage, message_of(error))
    return CallOutcome(answer=answer)


def describe_change(library: Library, answer: Any, recorded: Accepts) -> str:
    """Say how an answer is another than the one on record.

    Parameters
    ----------
    library : Library
        Whose answer.
    answer : object
        What was returned.
    recorded : Accepts
        The record.

    Returns
    -------
    str
        Empty if it is the one on record.
    """
    arrays = tuple(answer) if isinstance(answer, tuple | list) else (answer,)
    if len(arrays) != len(recorded.arrays):
        return f"{len(arrays)} arrays are returned, and {len(recorded.arrays)} are on record"
    for got, expected in zip(arrays, recorded.arrays, strict=True):
        if not (hasattr(got, "shape") and hasattr(got, "dtype")):
            return f"what is returned is not an array: {got!r}"
        # Not by way of NumPy: what was never written is not to be read.
        dtype = getattr(got.dtype, "name", None) or str(got.dtype).rpartition(".")[2]
        if (tuple(got.shape), dtype) != (expected.shape, expected.dtype):
            seen, known = (tuple(got.shape), dtype), (expected.shape, expected.dtype)
            return f"shape and dtype are {seen}, and {known} are on record"
        if not (expected.varies or 0 in expected.shape):
            change = _compare_elements(library.numpy(got).astype(np.float64), expected)
            if change:
                return change
    return ""


def _compare_elements(got: Any, expected: ReturnedArray) -> str:
    if expected.total is not None:
        total = float(np.sum(got))
        return f"the sum is {total}, not {expected.total}" if total != expected.total else ""
    assert expected.each is not None
    room = 0.0
    if expected.dtype.startswith("float"):
        room = LIMIT * Unit.of(expected.dtype).rounding * abs(expected.each)
    close = np.isclose(got, expected.each, rtol=0, atol=np.nan_to_num(room), equal_nan=True)
    wrong = got[~close]
    return f"an element is {wrong.flat[0]}, not {expected.each}" if wrong.size else ""


def _compare_with_record(library: Library, bad_call: BadCall) -> Finding:
    """Find that the framework does as is on record, or that nothing is left of what is."""
    outcome = attempt(library, bad_call)
    if outcome.raised or not isinstance(bad_call.framework, Accepts):
        return _compare_exception(outcome)
    change = describe_change(library, outcome.answer, bad_call.framework)
    # The record is about this answer alone, so that another one makes it stale.
    return Finding("the answer", 0.0, remark=change) if change else _compare_exception(outcome)


def _run_isolated(subject: str, compare: Callable[[], Finding], bad_call: BadCall) -> Finding:
    """Make a call that kills its process, or whose answer is better not touched, in a copy."""
    if not sandbox.AVAILABLE:
        raise Unsupported("the call may kill its process, and this system cannot copy one")
    try:
        return sandbox.run_in_fork(compare, _PATIENCE)
    except sandbox.ProcessDeath as died:
        signals = bad_call.framework.signals if isinstance(bad_call.framework, Dies) else ()
        if signals and died.signal not in signals:  # it dies otherwise than is on record
            return Finding("the end", math.inf, "value", died.how, " or ".join(signals), "none")
        raise SubjectRaised(f"{subject} {died}") from None


def _compare_exception(outcome: CallOutcome, expected: str = "an exception") -> Finding:
    if not outcome.raised:
        return Finding("the call", math.inf, "answer", "accepted", expected, "none")
    if expected in (outcome.raised, "an exception"):
        return Finding("the exception", 0.0)
    got = f"{outcome.raised}: {outcome.message}"
    return Finding("the exception", math.inf, "value", got, expected, "none")


def _check_message(bad_call: BadCall, outcome: CallOutcome) -> Finding:
    """The message names the argument, says what was got, and nothing is left to guess."""
    named = re.search(rf"(?<!\w){re.escape(bad_call.names)}(?!\w)", outcome.message)
    if named and re.search(r"\bgot\b|\bboth\b", outcome.message):
        return Finding("the message", 0.0)
    expected = f"it names {bad_call.names!r} and says what it got"
    return Finding("the message", math.inf, "value", outcome.message, expected, "none")


def _convert(value: Any, array: Callable[[Any], Any]) -> Any:
    if isinstance(value, Values):
        return array(value.array())
    if isinstance(value, list | tuple):
        return type(value)(_convert(each, array) for each in value)
    return value
