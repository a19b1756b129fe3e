"""Writes the whole capsule: a docstring about the failure, and a program that shows it."""

from __future__ import annotations

import contextlib
import math
import platform
import re
import shlex
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version

from conformance.judging.requests import build_request
from conformance.spec.request import Request
from conformance.subjects.observation import mask_seed
from conformance.subjects.roster import RosterEntry
from conformance.tools.reproducer import bad_call_program as badcall
from conformance.tools.reproducer.codegen import (
    BUILT_IN,
    Codegen,
    batch_variable,
    codegen_for_reference,
    cotangent_variable,
)
from conformance.tools.reproducer.comparison import write_comparison
from conformance.tools.reproducer.failure import Failure, NoCapsule

_WIDTH = 96
_PACKAGES = {"torch": ("torch",), "tensorflow": ("tensorflow", "tensorflow-cpu", "keras")}
# What stands in a program -> what it must import.
_IMPORT_OF = {
    ", bfloat16)": "from ml_dtypes import bfloat16",
    "laid_out(": "from conformance.spec.request import laid_out",
}


def codegen_of(entry: RosterEntry) -> Codegen:
    """Find the code generator for a subject's programs.

    Parameters
    ----------
    entry : RosterEntry
        The subject.

    Returns
    -------
    Codegen

    Raises
    ------
    NoCapsule
        If the subject is an object that no file could import.
    """
    words = BUILT_IN.get(entry.name) if entry.built_in else None
    if words is not None:
        return words
    if entry.reference is None:
        raise NoCapsule(
            f"{entry.name} was handed over as an object, which no file could import: give"
            " FILE.py:Name, package.module:Name, or a class that stands in a file"
        )
    return codegen_for_reference(entry.reference)


def write_program(
    failure: Failure, claim: str, arithmetic: str = "", remarks: Sequence[str] = ()
) -> str:
    """Write a capsule.

    Parameters
    ----------
    failure : Failure
        What it shows.
    claim : str
        The claim's aspect and id.
    arithmetic : str
        How the expected value is computed.
    remarks : sequence of str
        What else is to be said of it.

    Returns
    -------
    str
        A Python program.

    Raises
    ------
    NoCapsule
        If the subject is an object that no file could import.
    """
    entry = failure.session.roster[failure.tried.subject]
    words = codegen_of(entry)
    arrays: list[str] = []
    if failure.aspect == "errors":
        lines = badcall.write_bad_call(failure, words)
    else:
        arrays, lines = _arrays_and_call(failure, words, arithmetic)
    command = ["conformance", "capsule", claim]
    command += [] if entry.built_in else ["--subject", str(entry.reference)]
    told = [
        f"{_headline(failure)}",
        "",
        *textwrap.wrap(_sentence(failure, words), _WIDTH, break_long_words=False),
        *(line for remark in remarks for line in textwrap.wrap(remark, _WIDTH)),
        "",
        f"Written by: {shlex.join(command)}",
        f"Seen with: {_versions(failure.tried.subject)}",
    ]
    document = "\n".join(told).replace("\\", "\\\\").replace('"""', "'''")
    head = [f'"""{document}', '"""', "", "import sys", *_list_imports([*arrays, *lines], words), ""]
    return "\n".join([*head, *arrays, *([""] if arrays else []), *words.begin, *lines, ""])


def _arrays_and_call(
    failure: Failure, words: Codegen, arithmetic: str
) -> tuple[list[str], list[str]]:
    """The lines that define the arrays, and those that use them."""
    request = _request(failure)
    lines = words.program(failure, request)
    if failure.drawn:
        lines = [*words.seed.format(seed=mask_seed(failure.trial.case)).splitlines(), *lines]
    used = "\n".join([*words.begin, *lines])
    arrays = [
        f"{name} = {text}"
        for name, text in _format_arrays(failure, request, words).items()
        if re.search(rf"\b{name}\b", used)
    ]
    if failure.raised:
        call = [line for line in lines if not line.startswith("found = ")]
        return arrays, [*_catch_exception(call), words.versions, *_PRINT_ANSWER]
    told = [f"# {line}".rstrip() for line in arithmetic.splitlines()]
    return arrays, [*lines, "", *told, words.versions, *write_comparison(failure, words)]


_PRINT_ANSWER = ('print("it answers" if raised is None else f"{type(raised).__name__}: {raised}")',
             "sys.exit(raised is not None)")  # fmt: skip


def _catch_exception(lines: Sequence[str]) -> list[str]:
    return [
        "raised = None",
        "try:",
        *(f"    {line}" for line in lines),
        "except BaseException as error:",
        "    raised = error",
        "",
    ]


def _request(failure: Failure) -> Request:
    trial = failure.trial
    cotangents = failure.session.answers.cotangents(trial) if failure.kind == "gradient" else None
    request = build_request(trial, cotangents, memory=failure.memory, steps=failure.steps)
    return replace(request, fresh=failure.kind == "owned")


def _headline(failure: Failure) -> str:
    subject = failure.tried.subject
    root = {"torch": "torch", "tensorflow": "tf"}.get(subject, subject)
    if failure.aspect == "errors":
        called = f"{root}.{badcall.bad_call_target(failure)}"
    else:
        called = f"{root}.{failure.trial.call.target}, {failure.trial.case.dtype}"
    if failure.is_death:
        return f"{called}: the process {failure.raised}."
    if failure.raised:
        return f"{called}: it raises {failure.raised}."
    if failure.aspect == "errors":
        return f"{called}: {badcall.describe_outcome(failure)}"
    what = failure.finding.what.removeprefix("the ")
    if failure.facet in ("same", "trainable"):
        return f"{called}: {what}, {failure.finding.got}."
    return f"{called}: the {what} {'are' if failure.facet == 'names' else 'is'} wrong."


def _sentence(failure: Failure, words: Codegen) -> str:
    finding = failure.finding
    k = "" if math.isinf(finding.k) else f" K, the error in units of the bound, is {finding.k:.3g}."
    if failure.is_death:
        end = "Exits 0 if the failure is gone."
        if failure.aspect != "errors":
            end = "Says 'it answers' and exits 0 if the failure is gone."
        told = f"The process {finding.got}, in place of {finding.expected}."
        return f"{told} {end} Needs {words.needs}."
    end = "Exits 1 if the failure is there, 0 if not."
    return f"Got {finding.got}, expected {finding.expected}.{k} {end} Needs {words.needs}."


def _versions(subject: str) -> str:
    """Return the versions with which the failure was seen."""
    found = [f"Python {platform.python_version()}"]
    for package in ("numpy", *_PACKAGES.get(subject, ())):
        with contextlib.suppress(PackageNotFoundError):
            found.append(f"{package} {version(package)}")
    return ", ".join(found)


def _format_arrays(failure: Failure, request: Request, words: Codegen) -> Mapping[str, str]:
    named = {slot.name: request.arrays[slot.name] for slot in failure.trial.call.slots}
    named |= {batch_variable(step): array for step, array in enumerate(request.further, 1)}
    bars = zip(failure.trial.call.results, request.cotangents, strict=False)
    named |= {cotangent_variable(result.name): bar for result, bar in bars if bar is not None}
    return {name: words.array(array) for name, array in named.items()}


def _list_imports(lines: Sequence[str], words: Codegen) -> list[str]:
    text = "\n".join(line for line in lines if not line.startswith("#"))
    special = [name for name in ("inf", "nan") if re.search(rf"(?<!\")\b{name}\b", text)]
    found = ["import re"] if "re.search(" in text else []
    found += [f"from math import {', '.join(special)}"] if special else []
    return [*found, *words.imports, *(line for word, line in _IMPORT_OF.items() if word in text)]
