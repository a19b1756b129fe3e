"""Bad calls are refused before any work, and the error names what is wrong."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from conformance.checks.finding import Finding
from conformance.judging.session import SubjectRaised, Trial
from conformance.programs.bad_calls import Bad, Dies, Values
from conformance.spec.call import Unsupported
from conformance.spec.library import Library
from conformance.subjects import sandbox
from conformance.subjects.protocol import resolve

# What a call may cost that kills its process, or hangs in it.
_PATIENCE = sandbox.Limits(30.0)


@dataclass(frozen=True)
class Outcome:
    """What came of a bad call.

    Attributes
    ----------
    raised : str
        The class of the exception; for a class, ' at call' follows if its construction passed.
        Empty if nothing was raised.
    message : str
        The exception's words.
    """

    raised: str = ""
    message: str = ""


def check_bad_call_is_refused(trial: Trial) -> Sequence[Finding]:
    """The call raises the exception that the table has; refimpl's names the argument.

    Of implementations that are neither refimpl nor its framework only an exception is asked.

    Parameters
    ----------
    trial : Trial
        Its case carries the call.

    Returns
    -------
    sequence of Finding
    """
    bad: Bad = trial.case.config["bad"]
    library = trial.session.library(trial.subject)
    if trial.subject.startswith("refimpl."):
        outcome = attempt(library, bad)
        return [_raised(outcome, bad.refuses), _named(bad, outcome)]
    if not trial.session.roster[trial.subject].built_in:
        return [_raised(attempt(library, bad))]
    if isinstance(bad.framework, str):
        return [_raised(attempt(library, bad), bad.framework)]
    if not bad.deadly:
        return [_raised(attempt(library, bad))]
    return [_raised_apart(trial.subject, library, bad)]


def attempt(library: Library, bad: Bad) -> Outcome:
    """Make a bad call.

    Parameters
    ----------
    library : Library
        Whose.
    bad : Bad
        The call.

    Returns
    -------
    Outcome
    """
    target = resolve(library.root, bad.target)
    arguments = {name: _made(value, library.array) for name, value in bad.arguments.items()}
    calls = [[_made(value, library.array) for value in call] for call in bad.calls]
    stage = ""
    try:
        made = target(**arguments)
        stage = " at call"
        for call in calls:
            made(*call)
    except Exception as error:
        return Outcome(type(error).__name__ + stage, str(error))
    return Outcome()


def _raised_apart(subject: str, library: Library, bad: Bad) -> Finding:
    """Make a call that kills its process, or whose answer is better not touched, in a copy."""
    if not sandbox.AVAILABLE:
        raise Unsupported("the call may kill its process, and this system cannot copy one")
    try:
        return _raised(sandbox.run_in_fork(lambda: attempt(library, bad), _PATIENCE))
    except sandbox.ProcessDeath as died:
        signals = bad.framework.signals if isinstance(bad.framework, Dies) else ()
        if signals and died.signal not in signals:  # it dies otherwise than is on record
            return Finding("the end", math.inf, "value", died.how, " or ".join(signals), "none")
        raise SubjectRaised(f"{subject} {died}") from None


def _raised(outcome: Outcome, wanted: str = "an exception") -> Finding:
    if not outcome.raised:
        return Finding("the call", math.inf, "answer", "accepted", wanted, "none")
    if wanted in (outcome.raised, "an exception"):
        return Finding("the exception", 0.0)
    got = f"{outcome.raised}: {outcome.message}"
    return Finding("the exception", math.inf, "value", got, wanted, "none")


def _named(bad: Bad, outcome: Outcome) -> Finding:
    """The message names the argument, says what was got, and nothing is left to guess."""
    named = re.search(rf"(?<!\w){re.escape(bad.names)}(?!\w)", outcome.message)
    if named and re.search(r"\bgot\b|\bboth\b", outcome.message):
        return Finding("the message", 0.0)
    wanted = f"it names {bad.names!r} and says what it got"
    return Finding("the message", math.inf, "value", outcome.message, wanted, "none")


def _made(value: Any, array: Callable[[Any], Any]) -> Any:
    if isinstance(value, Values):
        return array(value.array())
    if isinstance(value, list | tuple):
        return type(value)(_made(each, array) for each in value)
    return value
