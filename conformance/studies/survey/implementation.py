"""The implementations of a survey, read from a TOML file."""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from conformance.judging.expectations import ExpectedFailure, read_expected_failures
from conformance.spec.documents import read_toml
from conformance.spec.text import shorten

_KINDS_OF_VALUES = {str: "a string", list: "a list of strings", dict: "a table of strings"}
# A name is that of a column and of files; a link stands in a page.
_PATTERNS = {
    "name": (r"[A-Za-z0-9_][A-Za-z0-9_.-]*", "a word of letters, digits, dots and hyphens"),
    "link": (r"|https?://[^\s()<>|`]+", "an address that begins with http:// or https://"),
}

# What an explained failure may be; the reason of each entry begins with one of these words.
KINDS = ("bug", "difference")


@dataclass(frozen=True)
class Implementation:
    """One column of a survey.

    Attributes
    ----------
    name : str
        The subject's name, and the column's.
    title : str
        What it is, in a few words.
    subject : str
        The adapter, as ``FILE.py:Class``, beside the survey's file.
    distributions : tuple of str
        The packages whose versions are reported.
    select : str
        Which claims are looked at, as for ``-k``; empty for all.
    findings : str
        The file of explained failures, beside the survey's file; empty if there are none.
    environment : mapping
        Variables of its process.
    link : str
        Its home page.
    folder : Path
        Where the survey's file is.
    """

    name: str
    title: str
    subject: str
    distributions: tuple[str, ...]
    select: str = ""
    findings: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    link: str = ""
    folder: Path = Path()

    @property
    def reference(self) -> str:
        """What ``--subject`` takes for it."""
        return str(self.folder / self.subject)

    @functools.cached_property
    def explanations(self) -> tuple[ExpectedFailure, ...]:
        """Its explained failures.

        Raises
        ------
        ValueError
            If the file cannot be read, or a reason does not say of which kind it is.
        """
        if not self.findings:
            return ()
        path = self.folder / self.findings
        found = read_expected_failures(path)
        for each in found:
            kind, _, sentence = each.reason.partition(": ")
            if kind not in KINDS or not sentence:
                allowed = " or ".join(f"'{word}: '" for word in KINDS)
                raise ValueError(f"{path}: a reason must begin with {allowed}; got {each.reason!r}")
        return found


def read_implementations(path: Path) -> tuple[Implementation, ...]:
    """Read a survey's file.

    Parameters
    ----------
    path : Path
        A TOML file with tables ``[[implementation]]``.

    Returns
    -------
    tuple of Implementation

    Raises
    ------
    ValueError
        If it cannot be read or says something else; the message names the entry.
    """
    values = read_toml(path)
    entries = values.pop("implementation", [])
    if values or not isinstance(entries, list) or not entries:
        raise ValueError(f"{path} must hold tables [[implementation]] and nothing else")
    found = tuple(_parse_entry(each, path, n) for n, each in enumerate(entries, 1))
    names = [each.name for each in found]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"{path}: two implementations are named {name!r}")
    return found


def _parse_entry(values: Any, path: Path, n: int) -> Implementation:
    where = f"{path}, implementation {n}"
    if not isinstance(values, dict):
        raise ValueError(f"{where}: must be a table; got {shorten(values)}")
    allowed = {each.name: each for each in fields(Implementation) if each.name != "folder"}
    for name, value in values.items():
        if name not in allowed:
            near = difflib.get_close_matches(name, allowed, n=1)
            meant = f" (did you mean {near[0]!r}?)" if near else ""
            raise ValueError(f"{where}: {shorten(name)}{meant} is none of {', '.join(allowed)}")
        wanted = {"distributions": list, "environment": dict}.get(name, str)
        if not isinstance(value, wanted):
            kind = _KINDS_OF_VALUES[wanted]
            raise ValueError(f"{where}: {name} must be {kind}; got {shorten(value)}")
        if wanted is not str:
            _check_strings(value, f"{where}: {name}")
        elif "\0" in value:
            raise ValueError(f"{where}: {name} has a character in it that no name can have")
    for name in ("name", "title", "subject", "distributions"):
        if not values.get(name):
            raise ValueError(f"{where}: needs a {name}")
    for name, (pattern, kind) in _PATTERNS.items():
        if not re.fullmatch(pattern, values.get(name, "")):
            raise ValueError(f"{where}: {name} must be {kind}; got {shorten(values[name])}")
    given = {**values, "distributions": tuple(values["distributions"]), "folder": path.parent}
    return Implementation(**given)


def _check_strings(values: Any, where: str) -> None:
    pairs = values.items() if isinstance(values, dict) else enumerate(values, 1)
    for name, value in pairs:
        if not isinstance(value, str) or "\0" in value:
            raise ValueError(f"{where}: {name!r} must be a string; got {shorten(value)}")
        if isinstance(name, str) and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            raise ValueError(f"{where}: no variable can be called {shorten(name)}")
