"""A program of its own for each bug of a survey: what one would paste into a report."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from conformance.survey.column import Column, Finding


def write_capsules(
    columns: Iterable[Column],
    folder: Path,
    jobs: int = 1,
    write: Callable[[Finding, Path], str] | None = None,
) -> list[str]:
    """Bring a folder of capsules up to date with the bugs of a survey.

    A capsule that is there is kept, since making one small takes its time; one of a bug that is
    no more is taken away.

    Parameters
    ----------
    columns : iterable of Column
        The implementations.
    folder : Path
        Where to; made if it is not there.
    jobs : int
        How many to write at a time.
    write : callable, optional
        Writes one, and returns why it could not or an empty word; by default the command
        ``conformance capsule`` in a process of its own, as the judging is.

    Returns
    -------
    list of str
        A line for each that was written, taken away, or cannot be.
    """
    folder.mkdir(parents=True, exist_ok=True)
    wanted: dict[str, Finding] = {}
    for column in columns:
        for finding in column.findings("bug"):
            wanted.setdefault(finding.capsule, finding)
    lines = []
    for file in sorted(set(folder.glob("*.py")) - {folder / name for name in wanted}):
        file.unlink()
        lines.append(f"taken away: {file}")
    lacking = {name: each for name, each in wanted.items() if not (folder / name).exists()}
    with ThreadPoolExecutor(jobs) as pool:
        files = [folder / name for name in lacking]
        reasons = list(pool.map(write or _write, lacking.values(), files))
    for (name, finding), why in zip(lacking.items(), reasons, strict=True):
        lines.append(f"no capsule of {finding.claim}: {why}" if why else f"capsule: {name}")
    return lines


def _write(finding: Finding, file: Path) -> str:
    command = [sys.executable, "-m", "conformance", "capsule", finding.claim]
    it = finding.implementation
    done = subprocess.run(
        [*command, "--subject", it.reference, "-o", str(file)],
        env=os.environ | {"OMP_NUM_THREADS": "1"} | dict(it.environment),
        capture_output=True,
        text=True,
        check=False,
    )
    last = (done.stderr.strip().splitlines() or ["it ended without a word"])[-1]
    return last.removeprefix("conformance capsule: ") if done.returncode else ""
