"""What is expected of a claim: the suite's records, the author's gaps, the user's file."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from conformance.judging.claim import Claim
from conformance.judging.divergences import find_records, find_records_of_dialect
from conformance.judging.verdict import Verdict
from conformance.spec.call import Call
from conformance.spec.divergence import Kind
from conformance.spec.documents import read_toml
from conformance.spec.text import check_pattern, describe_error, shorten
from conformance.subjects.gap import Gap
from conformance.subjects.protocol import SubjectRaised
from conformance.subjects.roster import Roster, RosterEntry


@dataclass(frozen=True)
class Expectation:
    """A deviation that is expected.

    Attributes
    ----------
    sentence : str
        What is expected.
    verdict : Verdict
        What becomes of a claim that shows it: expected, or unsupported.
    kind : {'raises', 'differs', 'either'}
        How it shows.
    strict : bool
        Whether the claim is stale if it does not show.
    half_sums : bool
        Whether it must be one that summing in a half type explains; see `Divergence`.
    excuse : bool
        Whether it excuses a failure, so that it is stale, too, where there is nothing to judge.
    """

    sentence: str
    verdict: Verdict = Verdict.EXPECTED
    kind: Kind = "either"
    strict: bool = True
    half_sums: bool = False
    excuse: bool = False

    @property
    def stale(self) -> str:
        """What is said where it does not show."""
        if self.excuse:
            return "expected to fail, but it passes"
        if self.verdict is Verdict.UNSUPPORTED:
            return "declared as lacking, but it works"
        return "recorded, but it no longer happens"


@dataclass(frozen=True)
class ExpectedFailure:
    """One entry of a file of expected failures.

    Attributes
    ----------
    case : str
        Pattern of the ids of cases, such as 'conv2d-*dilation2*'.
    reason : str
        Why they fail; a sentence.
    aspect, subject, form : str
        Patterns of the claims' other coordinates.
    link : str
        Where more is said.
    """

    case: str
    reason: str
    aspect: str = "*"
    subject: str = "*"
    form: str = "*"
    link: str = ""

    @property
    def sentence(self) -> str:
        """The reason and the link."""
        return f"{self.reason} ({self.link})" if self.link else self.reason

    def covers(self, case: str, aspect: str, subject: str, form: str) -> bool:
        """Whether it speaks about a claim.

        Parameters
        ----------
        case, aspect, subject, form : str
            The claim's coordinates.

        Returns
        -------
        bool
        """
        pairs = (
            (case, self.case),
            (aspect, self.aspect),
            (subject, self.subject),
            (form, self.form),
        )
        return all(fnmatchcase(name, pattern) for name, pattern in pairs)

    def __str__(self) -> str:
        """The patterns that were given."""
        names = ("case", "aspect", "subject", "form")
        patterns = {name: getattr(self, name) for name in names}
        return ", ".join(f"{name} = {value!r}" for name, value in patterns.items() if value != "*")


def read_expected_failures(path: Path | str) -> tuple[ExpectedFailure, ...]:
    """Read a file of expected failures.

    Parameters
    ----------
    path : Path or str
        A TOML file with tables ``[[expected]]``.

    Returns
    -------
    tuple of ExpectedFailure

    Raises
    ------
    ValueError
        If it cannot be read or says something else; the message names the entry.
    """
    values = read_toml(Path(path))
    entries = values.pop("expected", [])
    if values or not isinstance(entries, list):
        others = shorten(", ".join(values)) if values else "something else"
        raise ValueError(f"{path} must hold tables [[expected]] and nothing else; got {others}")
    return tuple(_entry(each, f"{path}, entry {n}") for n, each in enumerate(entries, 1))


def _entry(values: Any, where: str) -> ExpectedFailure:
    allowed = [field.name for field in fields(ExpectedFailure)]
    if not isinstance(values, dict):
        raise ValueError(f"{where}: must be a table; got {shorten(values)}")
    for name, value in values.items():
        if name not in allowed:
            near = difflib.get_close_matches(name, allowed, n=1)
            meant = f" (did you mean {near[0]!r}?)" if near else ""
            raise ValueError(f"{where}: {shorten(name)}{meant} is none of {', '.join(allowed)}")
        if not isinstance(value, str):
            raise ValueError(f"{where}: {name} must be a string; got {shorten(value)}")
    for name in ("case", "aspect", "subject", "form"):
        try:
            check_pattern(values.get(name, ""), name)
        except ValueError as error:
            raise ValueError(f"{where}: {error}") from None
    for name in ("case", "reason"):
        if not values.get(name):
            raise ValueError(f"{where}: needs a {name}")
    return ExpectedFailure(**values)


def match_nothing(
    expected: Sequence[ExpectedFailure],
    planned: Sequence[tuple[str, str, str, str]],
    subjects: Iterable[str],
) -> list[ExpectedFailure]:
    """Find the entries that match no claim, but for those about subjects that are left out.

    Parameters
    ----------
    expected : sequence of ExpectedFailure
        The entries.
    planned : sequence of tuple
        Case, aspect, subject and form of every claim of the plan.
    subjects : iterable of str
        The subjects of the run.

    Returns
    -------
    list of ExpectedFailure
    """
    names = list(subjects)
    return [
        each
        for each in expected
        if any(fnmatchcase(name, each.subject) for name in names)
        and not any(each.covers(*claim) for claim in planned)
    ]


def load_expected_failures(
    path: Path | str | None, planned: Sequence[Claim], roster: Roster
) -> tuple[ExpectedFailure, ...]:
    """
    Read a file of expected failures, and compare it with the plan.

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


def expectations_for(
    claim: Claim,
    entries: Sequence[RosterEntry],
    calls: Iterable[Call],
    expected: Sequence[ExpectedFailure],
) -> list[Expectation]:
    """Gather what is expected of a claim.

    Parameters
    ----------
    claim : Claim
        The claim.
    entries : sequence of RosterEntry
        Its subject, or both.
    calls : iterable of Call
        Its calls; empty if the dialect cannot say the case.
    expected : sequence of ExpectedFailure
        What the user expects.

    Returns
    -------
    list of Expectation
        The suite's own records come first.

    Raises
    ------
    SubjectRaised
        If the condition of a gap does.
    """
    case, aspect, subject, forms = claim.case, claim.aspect, claim.subject, claim.forms
    expectations = []
    if all(entry.built_in for entry in entries):
        for each in find_records(case, aspect, subject, *forms):
            strict = each.must_show_at(case, aspect, subject, *forms)
            expectations.append(
                Expectation(each.sentence, Verdict.EXPECTED, each.kind, strict, each.half_sums)
            )
    else:
        # The suite's records about a framework do not hold for other subjects. But what the
        # dialect itself refuses or says otherwise, they may do in either way.
        for entry in entries:
            for each in find_records_of_dialect(case, aspect, entry.dialect, *forms):
                expectations.append(
                    Expectation(each.sentence, Verdict.EXPECTED, each.kind, strict=False)
                )
    gaps = [
        gap
        for entry in entries
        for gap in entry.lacks
        if any(_covers(entry.name, gap, call, aspect, case.dtype) for call in calls)
    ]
    expectations += [Expectation(gap.sentence, Verdict.UNSUPPORTED) for gap in gaps]
    expectations += [
        Expectation(each.sentence, excuse=True)
        for each in expected
        if each.covers(case.id, aspect, subject, claim.form)
    ]
    return expectations


def _covers(subject: str, gap: Gap, call: Call, aspect: str, dtype: str) -> bool:
    try:
        return gap.covers(call, aspect, dtype)
    except SubjectRaised:
        raise
    except Exception as error:
        text = f"{subject} raised {describe_error(error)} in the condition of a Gap"
        raise SubjectRaised(text) from error
