"""Writes a bad call as a program that shows what was raised, or that the call is accepted."""

from __future__ import annotations

import re
from typing import Any

from conformance.spec.bad_call import BadCall, Values
from conformance.subjects.loading import is_reference
from conformance.tools.reproducer.codegen import Codegen
from conformance.tools.reproducer.codegen.base import Lines, format_keywords
from conformance.tools.reproducer.failure import Failure


def bad_call_target(failure: Failure) -> str:
    """The dotted name of what is called.

    Parameters
    ----------
    failure : Failure
        A failure of the aspect `errors`.

    Returns
    -------
    str
    """
    return str(failure.bad_call.target)


def describe_outcome(failure: Failure) -> str:
    """Describe the outcome in a sentence.

    Parameters
    ----------
    failure : Failure
        A failure of the aspect `errors`.

    Returns
    -------
    str
    """
    if failure.finding.got == "accepted":
        return f"a bad {failure.bad_call.names} is accepted."
    return f"a bad {failure.bad_call.names} is refused with another {failure.finding.what[4:]}."


def write_bad_call(failure: Failure, words: Codegen) -> Lines:
    """Write the lines after the imports.

    Parameters
    ----------
    failure : Failure
        A failure of the aspect `errors`.
    words : Codegen
        The library's.

    Returns
    -------
    list of str
    """
    bad_call = failure.bad_call
    arguments = {name: _format_value(value, words) for name, value in bad_call.arguments.items()}
    calls = [
        f"    made({', '.join(_format_value(each, words) for each in call)})"
        for call in bad_call.calls
    ]
    return [
        'got, message, stage = "accepted", "", ""',
        "try:",
        f"    made = {words.library}.{bad_call.target}({format_keywords(arguments)})",
        *(['    stage = " at call"', *calls] if calls else []),
        "except Exception as error:",
        "    got, message = type(error).__name__ + stage, str(error)",
        "",
        words.versions,
        f'print(got, message, "(expected: {failure.finding.expected})")',
        f"sys.exit({_failure_condition(failure, bad_call)})",
    ]


def _failure_condition(failure: Failure, bad_call: BadCall) -> str:
    """What must not be: as `checks.errors` has it."""
    subject = failure.tried.subject
    if is_reference(subject):
        named = rf"(?<!\w){re.escape(bad_call.names)}(?!\w)"
        said = " and ".join(f"re.search({each!r}, message)" for each in (named, r"\b(got|both)\b"))
        return f"got != {bad_call.refuses!r} or not ({said})"
    known = failure.session.roster[subject].built_in and isinstance(bad_call.framework, str)
    return f"got != {bad_call.framework!r}" if known else 'got == "accepted"'


def _format_value(value: Any, words: Codegen) -> str:
    if isinstance(value, Values):
        return words.array(value.array())
    if isinstance(value, list | tuple):
        inner = ", ".join(_format_value(each, words) for each in value)
        comma = "," if isinstance(value, tuple) and len(value) == 1 else ""
        return f"[{inner}]" if isinstance(value, list) else f"({inner}{comma})"
    return repr(value)
