"""The file: what is off and by how much, then a program that shows it and says so by its exit."""

from __future__ import annotations

import contextlib
import math
import platform
import re
import shlex
import textwrap
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from conformance.bounds import LIMIT
from conformance.capsule.failure import Failure, NoCapsule
from conformance.capsule.words import BUILT_IN, Words, batch, cotangent, of_reference
from conformance.subjects.base import Request

_WIDTH = 96
_PACKAGES = {"torch": ("torch",), "tensorflow": ("tensorflow", "tensorflow-cpu", "keras")}


def write(failure: Failure, claim: str, arithmetic: str = "", remark: str = "") -> str:
    """Write a capsule.

    Parameters
    ----------
    failure : Failure
        What it shows.
    claim : str
        The claim's aspect and id.
    arithmetic : str
        How the expected value comes about.
    remark : str
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
    entry = failure.trial.session.roster[failure.trial.subject]
    words = BUILT_IN.get(entry.name) if entry.built_in else None
    if words is None:
        if entry.reference is None:
            raise NoCapsule(f"{entry.name} is an object: no file could import it")
        words = of_reference(entry.reference)
    request = _request(failure)
    arrays = _arrays(failure, request, words)
    command = ["conformance", "capsule", claim]
    command += [] if entry.built_in else ["--subject", str(entry.reference)]
    told = [
        _headline(failure),
        "",
        *textwrap.wrap(_sentence(failure, words), _WIDTH, break_long_words=False),
        *(textwrap.wrap(remark, _WIDTH) if remark else []),
        "",
        f"Written by: {shlex.join(command)}",
        f"Seen with: {_versions(failure.trial.subject)}",
    ]
    return "\n".join(
        [
            f'"""{told[0]}',
            *told[1:],
            '"""',
            "",
            "import sys",
            *_imports(arrays, words),
            "",
            *arrays,
            "",
            *words.program(failure, request),
            "",
            *_comparison(failure, words, arithmetic),
            "",
        ]
    )


def _request(failure: Failure) -> Request:
    trial = failure.trial
    return trial.session.request(trial, steps=failure.steps, gradients=failure.kind == "gradient")


def _headline(failure: Failure) -> str:
    call, what = failure.trial.call, failure.finding.what
    root = {"torch": "torch", "tensorflow": "tf"}.get(failure.trial.subject, failure.trial.subject)
    return f"{root}.{call.target}, {failure.trial.case.dtype}: the {what} is wrong."


def _sentence(failure: Failure, words: Words) -> str:
    finding = failure.finding
    k = "" if math.isinf(finding.k) else f" K, the error in units of the bound, is {finding.k:.3g}."
    return (
        f"Got {finding.got}, expected {finding.expected}.{k} Exits 1 if the failure is there,"
        f" 0 if not. Needs {words.needs}."
    )


def _versions(subject: str) -> str:
    """Say with which versions the failure was seen; the program prints those it meets."""
    found = [f"Python {platform.python_version()}"]
    for package in ("numpy", *_PACKAGES.get(subject, ())):
        with contextlib.suppress(PackageNotFoundError):
            found.append(f"{package} {version(package)}")
    return ", ".join(found)


def _arrays(failure: Failure, request: Request, words: Words) -> list[str]:
    named = {slot.name: request.arrays[slot.name] for slot in failure.trial.call.slots}
    named |= {batch(step): array for step, array in enumerate(request.further, 1)}
    bars = zip(failure.trial.call.results, request.cotangents, strict=False)
    named |= {cotangent(result.name): bar for result, bar in bars if bar is not None}
    return [f"{name} = {words.array(array)}" for name, array in named.items()]


def _imports(arrays: Sequence[str], words: Words) -> list[str]:
    text = "\n".join(arrays)
    special = [name for name in ("inf", "nan") if re.search(rf"\b{name}\b", text)]
    lines = [f"from math import {', '.join(special)}"] if special else []
    lines += words.imports
    return [*lines, "from ml_dtypes import bfloat16"] if ", bfloat16)" in text else lines


def _comparison(failure: Failure, words: Words, arithmetic: str) -> list[str]:
    place = failure.place
    lines = [f"# {line}".rstrip() for line in arithmetic.splitlines()]
    lines.append(words.versions)
    if place is None:  # the shape is wrong
        shape = failure.expected.shape
        moved = shape if failure.move is None else failure.move.to(np.zeros(shape)).shape
        return [
            *lines,
            f"got, expected = tuple(found.shape), {tuple(moved)}",
            'print("got the shape", got, "expected", expected)',
            "sys.exit(got != expected)",
        ]
    element = f"found[{', '.join(map(str, place))}]" if place else "found"
    lines += [
        f"got = float({element})",
        f"expected = {_float(failure.value)}",
    ]
    if failure.bound and math.isfinite(failure.value):
        return [
            *lines,
            f"bound, limit = {failure.bound:.4g}, {LIMIT:g}  # of an honest rounding; of K",
            "error = abs(got - expected)",
            'print(f"got {got!r}, expected {expected!r}, off by {error:.4g}, bound {bound}, "',
            '      f"K {error / bound:.4g} (limit {limit})")',
            "sys.exit(not error <= limit * bound)",
        ]
    right = "got != got" if math.isnan(failure.value) else "got == expected"
    return [
        *lines,
        'print(f"got {got!r}, expected exactly {expected!r}")',
        f"sys.exit(not {right})",
    ]


def _float(value: float) -> str:
    return repr(value) if math.isfinite(value) else f'float("{value}")'
