"""Judges one implementation in a process of its own, since frameworks clash in one process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from conformance.report.reading import read_report
from conformance.report.summary import Report
from conformance.studies.survey.implementation import Implementation


def judge_implementation(
    implementation: Implementation, report: Path, extra: tuple[str, ...] = ()
) -> Report:
    """Run the matrix on an implementation.

    Parameters
    ----------
    implementation : Implementation
        Which one.
    report : Path
        Where its JSON report goes.
    extra : tuple of str
        Further options of ``conformance run``.

    Returns
    -------
    Report

    Raises
    ------
    RuntimeError
        If there is no report; the message holds the end of what the process printed.
    ValueError
        If the run was not whole.
    """
    command = [sys.executable, "-m", "conformance", "run", "--subject", implementation.reference]
    command += ["--report-json", str(report)]
    if implementation.select:
        command += ["-k", implementation.select]
    if implementation.findings:
        command += ["--expected-failures", str(implementation.folder / implementation.findings)]
    report.unlink(missing_ok=True)
    done = subprocess.run(
        [*command, *extra],
        env=os.environ | {"OMP_NUM_THREADS": "1"} | dict(implementation.environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="backslashreplace",
        check=False,
    )
    try:
        found, _ = read_report(report)
    except ValueError:
        end = "\n".join(done.stdout.splitlines()[-15:])
        raise RuntimeError(f"{implementation.name} was not judged:\n{end}") from None
    check_whole(found, report)
    return found


def check_whole(report: Report, path: Path) -> None:
    """
    Refuse the report of a run that was not whole: nothing can be said about what it lacks.

    Parameters
    ----------
    report : Report
        The report.
    path : Path
        Where it stands.

    Raises
    ------
    ValueError
        If not every planned claim was checked.
    """
    if not report.complete:
        raise ValueError(
            f"{path} is the report of an incomplete run: {report.checked} of {report.planned}"
            " planned claims were checked"
        )
