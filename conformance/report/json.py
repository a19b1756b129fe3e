"""The report as one JSON object; its schema is ``schema.json`` beside this file."""

from __future__ import annotations

import importlib.metadata
import json
import platform
from pathlib import Path
from typing import Any

import refimpl
from conformance.judging.verdict import Record
from conformance.report.files import write_file
from conformance.report.summary import Report
from conformance.spec.json_text import parse_json
from conformance.spec.text import to_printable

SCHEMA = Path(__file__).with_name("schema.json")
SCHEMA_VERSION = 1

# A name in the report, and the distributions that may provide it.
_DISTRIBUTIONS = {
    "numpy": ("numpy",),
    "torch": ("torch",),
    "tensorflow": ("tensorflow", "tensorflow-cpu", "tensorflow-intel", "tf-nightly"),
    "keras": ("keras",),
    "ml_dtypes": ("ml_dtypes",),
    "pytest": ("pytest",),
}


def installed_versions() -> dict[str, str | None]:
    """
    Return the versions of what a run uses, without importing any of it.

    Returns
    -------
    dict
        Version by name; None for what is not installed.
    """
    found: dict[str, str | None] = {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "refimpl": refimpl.__version__,
    }
    for name, distributions in _DISTRIBUTIONS.items():
        found[name] = next(filter(None, map(_installed_version, distributions)), None)
    return found


def _installed_version(distribution: str) -> str | None:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def to_json(report: Report) -> dict[str, Any]:
    """
    Turn a report into plain JSON values.

    Parameters
    ----------
    report : Report
        The run.

    Returns
    -------
    dict
        Follows ``schema.json``; holds no times, so that equal runs are equal.
    """
    return {
        "schema_version": SCHEMA_VERSION,
        "claims_planned": report.planned,
        "claims_checked": report.checked,
        "versions": installed_versions(),
        "records": [record.to_json() for record in report.records],
    }


def read_report(path: Path) -> tuple[Report, dict[str, str | None]]:
    """
    Read a report back.

    Parameters
    ----------
    path : Path
        What `write_report` wrote.

    Returns
    -------
    tuple of Report and dict
        The report, and the versions it was made with.

    Raises
    ------
    ValueError
        If the file cannot be read, is not a report, or has another schema.
    """
    try:
        values = parse_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"cannot read {path}: {error.strerror}") from None
    except ValueError as error:  # not JSON, or not text
        raise ValueError(f"{path} is not a JSON file: {error}") from None
    if not isinstance(values, dict) or "records" not in values:
        raise ValueError(f"{path} is not a report of a conformance run: it has no records")
    version = values.get("schema_version")
    if version != SCHEMA_VERSION:
        raise ValueError(
            f"{path} has the schema version {version!r}; this program reads {SCHEMA_VERSION}"
        )
    try:
        report = Report.of(
            map(Record.from_json, values["records"]),
            planned=int(values["claims_planned"]),
            checked=int(values["claims_checked"]),
        )
        if report.checked > len(report.records):
            raise ValueError(f"{report.checked} claims checked, {len(report.records)} records")
        versions = {
            to_printable(str(name)): None if version is None else to_printable(str(version))
            for name, version in dict(values["versions"]).items()
        }
        return report, versions
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} is a damaged report: {type(error).__name__}: {error}") from None


def write_report(report: Report, path: Path) -> None:
    """
    Write the report, whole or not at all.

    Parameters
    ----------
    report : Report
        The run.
    path : Path
        Where it goes; see `conformance.report.files.write_file`.

    Raises
    ------
    ValueError
        If something else than a regular file stands there.
    OSError
        If the file cannot be written.
    """
    text = json.dumps(to_json(report), indent=1, ensure_ascii=False, allow_nan=False)
    write_file(path, text + "\n")
