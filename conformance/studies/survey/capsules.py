"""Capsules: a short program for each bug of a survey, to paste into a bug report."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeAlias

from conformance.judging.planning import plan
from conformance.judging.session import Session
from conformance.report.files import write_file
from conformance.spec.text import message_of
from conformance.studies.survey.implementation import Implementation
from conformance.studies.survey.results import SurveyColumn
from conformance.subjects.roster import roster_of
from conformance.tools.reproducer import NoCapsule, make_capsule

# A program that is longer than this, in characters, is not readable.
LONGEST = 5000

# Writes capsules of one implementation, file -> claim, and gives why some could not be written.
CapsuleWriter: TypeAlias = "Callable[[Implementation, Mapping[str, str]], Mapping[str, str]]"


def write_capsules(
    columns: Iterable[SurveyColumn], folder: Path, jobs: int = 1, write: CapsuleWriter | None = None
) -> list[str]:
    """Bring a folder of capsules up to date with the bugs of a survey.

    A capsule that exists is kept, since making one small takes time; a capsule of a bug that is
    gone is deleted.

    Parameters
    ----------
    columns : iterable of SurveyColumn
        The implementations.
    folder : Path
        Where they go; created if it does not exist.
    jobs : int
        How many implementations at a time.
    write : callable, optional
        Writes them; by default in a separate process for each implementation.

    Returns
    -------
    list of str
        A line for each that was written, was taken away, or cannot be.
    """
    folder.mkdir(parents=True, exist_ok=True)
    wanted: dict[str, str] = {}
    tasks: list[tuple[Implementation, dict[str, str]]] = []
    for column in columns:
        found = {
            str(folder / each.capsule): each.claim for each in reversed(column.findings("bug"))
        }
        wanted |= found
        lacking = {file: claim for file, claim in found.items() if not Path(file).exists()}
        if lacking:
            tasks.append((column.implementation, lacking))
    lines = []
    for there in sorted(folder.glob("*.py")):
        if str(there) not in wanted:
            there.unlink()
            lines.append(f"taken away: {there.name}")
    with ThreadPoolExecutor(jobs) as pool:
        answers = list(pool.map(lambda task: (write or _write_in_process)(*task), tasks))
    for (_, lacking), reasons in zip(tasks, answers, strict=True):
        for file, claim in sorted(lacking.items()):
            why = reasons.get(file)
            lines.append(f"no capsule of {claim}: {why}" if why else f"capsule: {Path(file).name}")
    return lines


def _write_in_process(
    implementation: Implementation, lacking: Mapping[str, str]
) -> Mapping[str, str]:
    done = subprocess.run(
        [sys.executable, "-m", __name__, implementation.reference, json.dumps(dict(lacking))],
        env=os.environ | {"OMP_NUM_THREADS": "1"} | dict(implementation.environment),
        capture_output=True,
        encoding="utf-8",
        errors="backslashreplace",
        check=False,
    )
    try:
        reasons: dict[str, str] = dict(json.loads(done.stdout.splitlines()[-1]))
    except (IndexError, TypeError, ValueError):
        last = (done.stderr.splitlines() or [f"it ended with {done.returncode}"])[-1]
        reasons = {file: last for file in lacking if not Path(file).exists()}
    return reasons


def main(reference: str, wanted: Mapping[str, str]) -> dict[str, str]:
    """Write capsules of one subject in this process.

    Parameters
    ----------
    reference : str
        The subject, as for ``--subject``.
    wanted : mapping
        File -> claim.

    Returns
    -------
    dict
        File -> why it could not be written.
    """
    roster = roster_of([reference])
    session, reasons = Session(roster=roster), dict[str, str]()
    claims = {f"{claim.aspect}/{claim.id}": claim for claim in plan(roster)}
    for file, name in wanted.items():
        try:
            text = make_capsule(claims[name], session).text
            if len(text) > LONGEST:
                raise NoCapsule(f"it would have {len(text)} characters")
            write_file(Path(file), text)
        except (NoCapsule, KeyError, OSError, ValueError) as error:
            reasons[file] = message_of(error)
    return reasons


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], json.loads(sys.argv[2]))))
