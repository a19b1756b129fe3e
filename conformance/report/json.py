"""The report as one JSON object; its schema is ``schema.json`` beside this file."""

from __future__ import annotations

import importlib.metadata
import json
import platform
from pathlib import Path
from typing import Any

import refimpl
from conformance.report.files import write_file
from conformance.report.journal import Journal
from conformance.report.summary import Report
from conformance.spec.text import message_of, to_printable

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
        "unguarded": list(report.unguarded),
        "records": [record.to_json() for record in report.records],
    }


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


def finish_report(report: Report, path: Path, journal: Journal) -> list[str]:
    """
    Write the report of a run whose results are shown in any case, and end its journal.

    Parameters
    ----------
    report : Report
        The run.
    path : Path
        Where it goes.
    journal : Journal
        Its journal, which stays if the report cannot be written.

    Returns
    -------
    list of str
        A sentence for each thing that went wrong.
    """
    troubles = [journal.trouble] if journal.trouble else []
    try:
        write_report(report, path)
    except (OSError, ValueError) as error:
        kept = f"; {journal.path} has the records" if not journal.trouble else ""
        troubles.append(to_printable(f"the report could not be written: {message_of(error)}{kept}"))
        journal.end(written=False)
    else:
        journal.end(written=True)
    return troubles
