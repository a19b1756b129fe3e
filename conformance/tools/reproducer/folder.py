"""Writes the capsules of a run's first failures into a folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from conformance.judging.claim import Claim
from conformance.judging.session import Session
from conformance.judging.verdict import Record, Verdict
from conformance.report.files import write_file
from conformance.spec.text import message_of
from conformance.subjects.roster import Roster
from conformance.tools.reproducer.failure import NoCapsule
from conformance.tools.reproducer.failure_of import ASPECTS
from conformance.tools.reproducer.writer import SECONDS, make_capsule

# How many distinct failures of a run get a capsule.
FIRST = 5


def write_first(
    records: Iterable[Record],
    claim_of: Callable[[Record], Claim],
    roster: Roster,
    folder: Path,
    seconds: float = SECONDS,
) -> list[str]:
    """Write the capsules of the first distinct failures.

    Parameters
    ----------
    records : iterable of Record
        The run, in the order of its plan.
    claim_of : callable
        Gives a record's claim.
    roster : mapping
        The subjects of the run.
    folder : Path
        Where they go; created if it does not exist.
    seconds : float
        How long to make each smaller.

    Returns
    -------
    list of str
        A line for each: the file, or why there is none.
    """
    lines, seen = [], set[tuple[str, str, str]]()
    for record in records:
        kind = (record.subject, record.layer, record.aspect)
        if record.verdict is Verdict.ERROR:  # one crash shows under many aspects
            kind = (record.subject, record.layer, record.message.splitlines()[0])
        wrong = record.verdict in (Verdict.FAIL, Verdict.ERROR) and record.aspect in ASPECTS
        if not wrong or kind in seen:
            continue
        if len(seen) == FIRST:
            break
        seen.add(kind)
        claim = claim_of(record)
        file = folder / f"{claim.aspect}-{claim.id}.py"
        try:
            made = make_capsule(claim, Session(roster=roster), seconds)
            folder.mkdir(parents=True, exist_ok=True)
            write_file(file, made.text)
        except (NoCapsule, OSError, ValueError) as error:
            lines.append(f"no capsule of {claim.aspect}/{claim.id}: {message_of(error)}")
        else:
            lines.append(f"capsule: {file}{f' ({made.warning})' if made.warning else ''}")
    return lines
