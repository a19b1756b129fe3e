"""The report as one JSON object; its schema is ``schema.json`` beside this file."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import tempfile
from pathlib import Path
from typing import Any

import refimpl
from conformance.judging.verdict import Record
from conformance.report.summary import Report
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
        values = json.loads(path.read_text(encoding="utf-8"))
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
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} is a damaged report: {type(error).__name__}: {error}") from None


def check_destination(path: Path) -> None:
    """
    Raise an error for a report file that could not be written, before any work is done.

    Parameters
    ----------
    path : Path
        Where the report shall go.

    Raises
    ------
    ValueError
        If `path` is a directory, or its directory does not exist or cannot be written to.
    """
    folder = path.absolute().parent
    if path.is_dir():
        raise ValueError(f"{path} is a directory; give the name of a file")
    if not folder.is_dir():
        raise ValueError(f"{path}: there is no directory {folder}")
    if not os.access(folder, os.W_OK):
        raise ValueError(f"{path}: cannot write to the directory {folder}")


def write_report(report: Report, path: Path) -> None:
    """
    Write the report, whole or not at all.

    Parameters
    ----------
    report : Report
        The run.
    path : Path
        Where it goes; what stands there is replaced.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    path = path.absolute()
    text = json.dumps(to_json(report), indent=1, ensure_ascii=False, allow_nan=False)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text + "\n")
        # mkstemp makes the file private; a report is as readable as the umask allows.
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
