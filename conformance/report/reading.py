"""Reads a report back, or the journal of a run that did not come to its end."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from conformance.judging.verdict import Record, Verdict
from conformance.report.journal import journal_of
from conformance.report.json import SCHEMA_VERSION
from conformance.report.summary import Report
from conformance.spec.files import FileError, read_file
from conformance.spec.json_text import parse_json
from conformance.spec.text import shorten, to_printable

_TEXTS = ("case", "layer", "aspect", "subject", "form", "seed", "message")
_MOST = 10**12  # claims; more than any run has


def read_report(path: Path) -> tuple[Report, dict[str, str | None]]:
    """
    Read a report back.

    Parameters
    ----------
    path : Path
        What `write_report` wrote, or a `Journal`.

    Returns
    -------
    tuple of Report and dict
        The report, and the versions it was made with. That of a journal did not come to its end; a
        last line that is torn is left out.

    Raises
    ------
    ValueError
        If the file cannot be read, is neither, has another schema, or is older than the journal of
        a run that would have replaced it; the message names it.
    """
    journal = _find_journal(path)
    try:
        data = read_file(path)
    except FileError as error:
        there = f" ({journal} has what was judged so far)" if journal is not None else ""
        raise FileError(f"{error}{there}") from None
    if journal is not None and journal.stat().st_mtime_ns > path.stat().st_mtime_ns:
        raise FileError(
            f"{path} is older than {journal}, the journal of a run that did not come to its end;"
            " read that, or delete it"
        )
    lines = data.split(b"\n")
    head = _parse_head(lines[0])
    try:
        return _read_report(path, data) if head is None else _read_journal(path, head, lines)
    except FileError:
        raise
    except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise FileError(
            f"{path} is a damaged report: {type(error).__name__}: {shorten(error)}"
        ) from None


def _find_journal(path: Path) -> Path | None:
    """Return the journal beside a report, if there is one."""
    with contextlib.suppress(OSError, ValueError):
        journal = journal_of(path)
        if journal.is_file():
            return journal
    return None


def _parse_head(line: bytes) -> Mapping[str, Any] | None:
    """Parse the first line of a journal; None if it is not one."""
    try:
        values = parse_json(line.decode())
    except ValueError:
        return None
    return values if isinstance(values, dict) and "journal" in values else None


def _read_report(path: Path, data: bytes) -> tuple[Report, dict[str, str | None]]:
    try:
        values = parse_json(data.decode())
    except ValueError as error:  # not JSON, or not text
        raise FileError(f"{path} is not a JSON file: {shorten(error)}") from None
    if not isinstance(values, dict) or "records" not in values:
        raise FileError(f"{path} is not a report of a conformance run: it has no records")
    _check_version(path, values.get("schema_version"))
    records = [_read_record(each) for each in _read_list(values["records"])]
    planned, checked = _read_count(values, "claims_planned"), _read_count(values, "claims_checked")
    if not checked <= len(records) <= planned:
        raise ValueError(f"{planned} claims planned, {checked} checked, {len(records)} records")
    if len({record.key for record in records}) < len(records):
        raise ValueError("a claim is recorded twice")
    report = Report.of(
        records,
        planned=planned,
        checked=checked,
        unguarded=_read_names(values.get("unguarded", [])),
    )
    return report, _read_versions(values["versions"])


def _read_names(values: Any) -> list[str]:
    if not all(isinstance(name, str) for name in _read_list(values)):
        raise ValueError("a subject's name must be text")
    return [to_printable(name) for name in values]


def _read_journal(
    path: Path, head: Mapping[str, Any], lines: Iterable[bytes]
) -> tuple[Report, dict[str, str | None]]:
    _check_version(path, head["journal"])
    _, *whole, _ = lines  # what follows the last line feed is torn, if it is anything
    records = {}
    for number, line in enumerate(whole, 2):
        try:
            record = _read_record(parse_json(line.decode()))
        except (ArithmeticError, KeyError, TypeError, ValueError) as error:
            raise FileError(
                f"{path} is a damaged journal: line {number}: {shorten(error)}"
            ) from None
        records[record.key] = record  # a claim that was judged again counts as it was at last
    report = Report.of(records.values(), planned=_read_count(head, "claims_planned"), ended=False)
    return report, _read_versions(head["versions"])


def _check_version(path: Path, version: Any) -> None:
    if type(version) is not int or version != SCHEMA_VERSION:
        raise FileError(
            f"{path} has the schema version {shorten(version)}; this program reads {SCHEMA_VERSION}"
        )


def _read_record(values: Any) -> Record:
    if not isinstance(values, dict):
        raise TypeError("a record must be an object")
    for name in _TEXTS:
        if not isinstance(values[name], str):
            raise TypeError(f"{name} must be a string")
    if values["divergence"] is not None and not isinstance(values["divergence"], str):
        raise TypeError("divergence must be a string or null")
    for name in ("k", "limit"):
        value = values[name]
        number = type(value) in (int, float) and value >= 0
        if not number and value is not None and (name, value) != ("k", "inf"):
            raise ValueError(f"{name} must be a number that is not negative, or null")
    record = Record.from_json(values)
    told = record.divergence if record.verdict is Verdict.EXPECTED else record.message
    if not told and record.verdict is not Verdict.PASS:
        raise ValueError(f"a claim is {record.verdict.value} without a word about it")
    return record


def _read_list(values: Any) -> list[Any]:
    if not isinstance(values, list):
        raise TypeError("records must be a list")
    return values


def _read_count(values: Mapping[str, Any], name: str) -> int:
    count = values[name]
    if type(count) is not int or not 0 <= count < _MOST:
        raise ValueError(f"{name} must be a number of claims")
    return count


def _read_versions(values: Any) -> dict[str, str | None]:
    if not isinstance(values, dict):
        raise TypeError("versions must be an object")
    for value in values.values():
        if value is not None and not isinstance(value, str):
            raise TypeError("a version must be a string or null")
    return {
        to_printable(name): None if version is None else to_printable(version)
        for name, version in values.items()
    }
