"""The interface for Python: a function that returns records, and a decorator for tests.

pytest's plugin and the command line are the other two. All of them plan, select and judge with
what stands here and in `conformance.judging.claims`, and so come to the same verdicts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance.frontends.outcome import end_test
from conformance.judging.claim import Claim
from conformance.judging.expectations import load_expected_failures
from conformance.judging.judge import judge
from conformance.judging.naming import MistakeNamer
from conformance.judging.planning import plan, reseed_claims
from conformance.judging.selection import ASPECTS
from conformance.judging.session import Session
from conformance.judging.verdict import Record
from conformance.report.results import Results
from conformance.subjects.function import make_function_subject
from conformance.subjects.remote import Isolation
from conformance.subjects.roster import SubjectLike, roster_of
from conformance.subjects.sandbox import Limits

if TYPE_CHECKING:
    import pytest


def check(
    *subjects: SubjectLike,
    case: str = "*",
    aspect: str = "*",
    claims: Iterable[str] = (),
    expected_failures: Path | str | None = None,
    isolate: bool | Limits = False,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Results:
    """
    Judge some subjects.

    Parameters
    ----------
    *subjects : str, Subject or callable
        Each a built-in subject's name, a reference such as 'my_adapter.py:Mine', a subject, or a
        class or function that makes one.
    case, aspect : str
        Patterns, as in a shell, of the cases and aspects to look at.
    claims : iterable of str
        If given, look at these claims alone; each is ASPECT/ID, as a failure's last line has it.
    expected_failures : Path or str, optional
        A TOML file of expected failures.
    isolate : bool or Limits
        Whether what is not built in runs in a process of its own, as it does from the command
        line: True, or what it may cost there. Then one that crashes or hangs costs the claims it
        died of.
    seed : int
        What the inputs are drawn from, not negative; 0 draws those of the published matrix.
    progress : callable, optional
        Told how many claims have been judged, of how many, after each.

    Returns
    -------
    Results
        A list of records, one for each claim in the order of the plan, with views: `failures`,
        `worst`, `str()` for the table, `to_frame()`, `to_json()`.

    Raises
    ------
    ValueError, TypeError, ImportError
        If a subject cannot be found or is none, an argument selects nothing, or a subject that
        was handed over as an object is to run where no object can get.

    Examples
    --------
    >>> import conformance
    >>> records = conformance.check("refimpl.torch", case="softsign-normal-float32")
    >>> {record.verdict.value for record in records}
    {'pass'}
    """
    plans = CheckRun(subjects, case, aspect, claims, expected_failures, isolate, seed)
    records = Results()
    try:
        for claim in plans.claims:
            records.append(plans.judge(claim))
            if progress is not None:
                progress(len(records), len(plans.claims))
    finally:
        plans.close()
    return records


def check_function(
    name: str,
    function: Callable[..., Any],
    arrays: str = "numpy",
    *,
    case: str = "*",
    aspect: str = "*",
    seed: int = 0,
) -> Results:
    """
    Judge one function on all cases of the framework's function of some name.

    Parameters
    ----------
    name : str
        What it is judged as, such as 'torch.nn.functional.softmax' or 'tf.nn.relu'.
    function : callable
        Takes the arguments of the framework's function of that name.
    arrays : {'numpy', 'torch', 'tensorflow', 'jax'}
        Whose arrays it takes and gives; with a framework's, its gradients are judged, too.
    case, aspect, seed
        As for `check`.

    Returns
    -------
    Results
        One record for each claim; nothing is claimed of what it is not.

    Raises
    ------
    ValueError, TypeError
        As for `check`, and if the suite has no cases of a function of that name.

    Examples
    --------
    >>> import conformance
    >>> def softsign(input):
    ...     return input / (1 + abs(input))
    >>> records = conformance.check_function(
    ...     "torch.nn.functional.softsign", softsign, case="softsign-normal-*", aspect="output"
    ... )
    >>> sorted({record.verdict.value for record in records})
    ['pass']
    """
    return check(make_function_subject(function, name, arrays), case=case, aspect=aspect, seed=seed)


def parametrize_with_checks(
    *subjects: SubjectLike,
    case: str = "*",
    aspect: str = "*",
    expected_failures: Path | str | None = None,
    isolate: bool | Limits = False,
) -> pytest.MarkDecorator:
    """
    Parametrize a test with a check for each claim about some subjects.

    The test has an argument `check`, and calls it. What is unsupported is skipped, what is
    expected is an expected failure (xfail), and what fails says how.

    Parameters
    ----------
    *subjects, case, aspect, expected_failures, isolate
        As for `check`.

    Returns
    -------
    pytest.MarkDecorator

    Examples
    --------
    >>> import conformance
    >>> @conformance.parametrize_with_checks("refimpl.torch", case="softsign-*")
    ... def test_conformance(check):
    ...     check()
    """
    import pytest

    plans = CheckRun(subjects, case, aspect, (), expected_failures, isolate)
    checks = [ClaimCheck(claim, plans) for claim in plans.claims]
    return pytest.mark.parametrize("check", checks, ids=map(str, checks))


class ClaimCheck:
    """
    One claim, to be called in a test.

    Parameters
    ----------
    claim : Claim
        What is claimed.
    plans : CheckRun
        What it is a part of.
    """

    def __init__(self, claim: Claim, plans: CheckRun) -> None:
        self.claim = claim
        self._plans = plans

    def __str__(self) -> str:
        """Its readable name."""
        return self.claim.name

    def judge(self) -> Record:
        """
        Judge the claim.

        Returns
        -------
        Record
        """
        return self._plans.judge(self.claim)

    def __call__(self) -> None:
        """Judge the claim, and end the test as its verdict says."""
        end_test(self.judge())


class CheckRun:
    """
    What a door was asked to look at, and the memory for it.

    Parameters
    ----------
    subjects, case, aspect, claims, expected_failures, isolate, seed
        As for `check`.
    """

    def __init__(
        self,
        subjects: Iterable[SubjectLike],
        case: str,
        aspect: str,
        claims: Iterable[str],
        expected_failures: Path | str | None,
        isolate: bool | Limits,
        seed: int = 0,
    ) -> None:
        if not isinstance(seed, int) or isinstance(seed, bool) or seed < 0:
            raise ValueError(f"seed must be an integer that is not negative; got {seed!r}")
        if not isinstance(isolate, bool | Limits):
            raise TypeError(f"isolate must be True, False or Limits; got {isolate!r}")
        self._isolation = Isolation(isolate if isinstance(isolate, Limits) else None)
        try:
            selected = self._plan(
                subjects, case, aspect, claims, expected_failures, isolate is not False
            )
        except BaseException:
            self.close()
            raise
        self.claims = reseed_claims(selected, seed)

    def _plan(
        self,
        subjects: Iterable[SubjectLike],
        case: str,
        aspect: str,
        claims: Iterable[str],
        expected_failures: Path | str | None,
        isolate: bool,
    ) -> list[Claim]:
        roster = roster_of(subjects, self._isolation if isolate else None)
        if not roster:
            raise TypeError("at least one subject is needed; got none")
        unguarded = [name for name, entry in roster.items() if entry.unguarded]
        if isolate and unguarded:
            raise TypeError(
                f"isolate: {unguarded[0]} was handed over as an object, which no other process can"
                " load; give FILE.py:Name, package.module:Name, or its class"
            )
        planned = plan(roster)
        self.expected = load_expected_failures(expected_failures, planned, roster)
        self._session = Session(roster=roster, name_mistake=MistakeNamer().name)
        return select_claims(planned, case, aspect, claims)

    def judge(self, claim: Claim) -> Record:
        """
        Judge a claim.

        Parameters
        ----------
        claim : Claim
            One of the plan.

        Returns
        -------
        Record
        """
        return judge(claim, self._session, self.expected)

    def close(self) -> None:
        """End the processes of the subjects."""
        self._isolation.close()


def select_claims(
    planned: Sequence[Claim], case: str = "*", aspect: str = "*", claims: Iterable[str] = ()
) -> list[Claim]:
    """
    Choose among the planned claims.

    Parameters
    ----------
    planned : sequence of Claim
        The plan.
    case, aspect : str
        Patterns.
    claims : iterable of str
        Names of claims, if only these are wanted.

    Returns
    -------
    list of Claim

    Raises
    ------
    ValueError
        If a pattern or name matches nothing.
    """
    wanted = [claims] if isinstance(claims, str) else list(claims)
    names = {claim.name for claim in planned}
    for name in wanted:
        if name not in names:
            raise ValueError(f"claims: the plan has no claim {name!r}")
    if not any(fnmatchcase(each, aspect) for each in ASPECTS):
        raise ValueError(f"aspect must match one of {', '.join(ASPECTS)}; got {aspect!r}")
    chosen = [
        claim
        for claim in planned
        if fnmatchcase(claim.case.id, case)
        and fnmatchcase(claim.aspect, aspect)
        and (not wanted or claim.name in wanted)
    ]
    if not chosen:
        raise ValueError(f"no claim matches case {case!r} and aspect {aspect!r}")
    return chosen
