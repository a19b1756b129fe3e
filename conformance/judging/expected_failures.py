"""The user's file of expected failures, checked against the plan of a run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.judging.expectations import ExpectedFailure, match_nothing, read_expected_failures
from conformance.subjects.roster import Roster

if TYPE_CHECKING:
    from conformance.judging.claims import Claim


def load_expected_failures(
    path: Path | str | None, planned: Sequence[Claim], roster: Roster
) -> tuple[ExpectedFailure, ...]:
    """
    Read a file of expected failures, and check that each entry matches a claim of the plan.

    Parameters
    ----------
    path : Path, str or None
        The file.
    planned : sequence of Claim
        The whole plan, before anything is left out of it.
    roster : mapping
        The subjects.

    Returns
    -------
    tuple of ExpectedFailure

    Raises
    ------
    ValueError
        If it cannot be read, or has an entry that matches no claim.
    """
    if path is None:
        return ()
    expected = read_expected_failures(path)
    coordinates = [(each.case.id, each.aspect, each.subject, each.form) for each in planned]
    for entry in match_nothing(expected, coordinates, roster):
        raise ValueError(f"{path}: stale: the entry with {entry} matches no claim of the plan")
    return expected
