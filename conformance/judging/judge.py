"""Judges a claim: looks, compares, and only then asks what was expected."""

from __future__ import annotations

from collections.abc import Container, Sequence

from conformance.checks import CHECKS, COMPARISONS, PAIRS, PROGRAM_CHECKS
from conformance.checks.finding import Finding, NothingCompared
from conformance.judging.claim import Claim
from conformance.judging.expectations import Expectation, ExpectedFailure, expectations_for
from conformance.judging.messages import failure_message, rerun_line
from conformance.judging.session import Session
from conformance.judging.settings import describe_setting
from conformance.judging.verdict import Record, Verdict
from conformance.oracle.bounds import LIMIT
from conformance.spec.call import Unsupported
from conformance.spec.case import Case
from conformance.spec.program import Program
from conformance.spec.text import describe_error
from conformance.subjects.protocol import SubjectRaised

_UNHEALTHY = (Verdict.FAIL, Verdict.STALE, Verdict.ERROR)


def judge(claim: Claim, session: Session, expected: Sequence[ExpectedFailure] = ()) -> Record:
    """Check one claim; whatever happens becomes a record.

    Parameters
    ----------
    claim : Claim
        What to check.
    session : Session
        The run's memory.
    expected : sequence of ExpectedFailure
        What the user expects to fail.

    Returns
    -------
    Record
    """
    try:
        return _judge(claim, session, expected)
    except SubjectRaised as error:  # asked what it lacks, it raised
        return crash_record(claim, session, str(error))


def find(claim: Claim, session: Session, *, half_sums: bool = False) -> Sequence[Finding]:
    """Run the check of a claim's aspect.

    Parameters
    ----------
    claim : Claim
        What to check.
    session : Session
        The run's memory.
    half_sums : bool
        Whether sums may accumulate in a half type; see `Divergence`.

    Returns
    -------
    sequence of Finding
    """
    case = claim.case
    if isinstance(case, Program):
        (target,) = claim.targets
        trial = session.program_trial(case, target.subject)
        return PROGRAM_CHECKS[claim.aspect](trial, session.answers)
    trials = [session.trial(case, *target, half_sums=half_sums) for target in claim.targets]
    if len(trials) == 2:
        first, second = trials
        return COMPARISONS[claim.aspect](first, second, session.answers)
    return CHECKS[claim.aspect](trials[0], session.answers)


def crash_record(claim: Claim, session: Session, text: str) -> Record:
    """Make the record of a claim whose judgement did not come to its end.

    Parameters
    ----------
    claim : Claim
        The claim.
    session : Session
        The run's memory.
    text : str
        What happened to the process, or to the suite in it.

    Returns
    -------
    Record
    """
    return _record(claim, Verdict.ERROR, None, f"{text}\n{_rerun_line(claim, session)}")


def slot_shape(case: Case, array: str) -> tuple[int, ...]:
    """The neutral shape of one of a case's arrays.

    Parameters
    ----------
    case : Case
        The case.
    array : str
        The array.

    Returns
    -------
    tuple of int
    """
    return case.shapes.get(array, ())


def _judge(claim: Claim, session: Session, expected: Sequence[ExpectedFailure]) -> Record:
    try:
        findings = find(claim, session)
        if not findings:
            raise NothingCompared("the check found nothing to look at")
    except Unsupported as answer:
        return _judge_refusal(claim, str(answer), session, expected)
    except SubjectRaised as error:
        return _judge_raise(claim, str(error), session, expected)
    except NothingCompared as error:
        return _record(claim, Verdict.ERROR, None, f"the suite compares nothing: {error}")
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # the harness broke: told apart from a subject that did
        text = f"the suite itself raised {describe_error(error)}"
        return crash_record(claim, session, text)
    worst = max(findings, key=lambda finding: finding.k)
    expectations = _expectations(claim, session, expected)
    if worst.k <= LIMIT:
        remarks = "\n".join(finding.remark for finding in findings if finding.remark)
        for each in expectations:
            if each.strict:
                lines = (f"{each.stale}: {each.sentence}", remarks, _rerun_line(claim, session))
                text = "\n".join(line for line in lines if line)
                return _record(claim, Verdict.STALE, worst.k, text, each.sentence)
        return _record(claim, Verdict.PASS, worst.k, remarks)
    for each in expectations:
        if each.kind in ("differs", "either") and _is_explained(claim, session, each, findings):
            return _expected_record(claim, worst.k, each.sentence, each)
    return _record(claim, Verdict.FAIL, worst.k, _message(claim, session, worst))


def _judge_refusal(
    claim: Claim, answer: str, session: Session, expected: Sequence[ExpectedFailure]
) -> Record:
    expectations = _expectations(claim, session, expected)
    for each in expectations:
        if each.excuse:
            text = f"expected to fail, but it is unsupported: {each.sentence}"
            text += f"\n{_rerun_line(claim, session)}"
            return _record(claim, Verdict.STALE, None, text, each.sentence)
    declared = [each.sentence for each in expectations if each.verdict is Verdict.UNSUPPORTED]
    return _record(claim, Verdict.UNSUPPORTED, None, declared[0] if declared else answer)


def _judge_raise(
    claim: Claim, error: str, session: Session, expected: Sequence[ExpectedFailure]
) -> Record:
    for each in _expectations(claim, session, expected):
        if each.kind in ("raises", "either"):
            return _expected_record(claim, None, error, each)
    return crash_record(claim, session, error)


def _expectations(
    claim: Claim, session: Session, expected: Sequence[ExpectedFailure]
) -> Sequence[Expectation]:
    try:
        calls = [session.call(claim.case, *target) for target in claim.targets]
    except Unsupported:
        calls = []
    entries = [session.roster[name] for name in claim.subjects]
    return expectations_for(claim, entries, calls, expected)


def _expected_record(claim: Claim, k: float | None, text: str, expectation: Expectation) -> Record:
    if expectation.verdict is Verdict.UNSUPPORTED:
        return _record(claim, Verdict.UNSUPPORTED, None, expectation.sentence)
    return _record(claim, expectation.verdict, k, text, expectation.sentence)


def _is_explained(
    claim: Claim, session: Session, expectation: Expectation, findings: Sequence[Finding]
) -> bool:
    """Whether a recorded deviation is as large as its record explains, and no larger."""
    if not expectation.half_sums:
        return True
    excessive = {finding.what for finding in findings if finding.k > LIMIT}
    try:
        explained = _find_with_half_sums(claim, session, excessive)
    except NothingCompared:
        return False  # a bound that is infinite explains nothing
    return max(finding.k for finding in explained) <= LIMIT


def _find_with_half_sums(
    claim: Claim, session: Session, excessive: Container[str]
) -> Sequence[Finding]:
    """Compare what is too far off again, within the bounds of sums in a half type.

    Those bounds are wider for every array, so the others need not be looked at again.
    """
    if claim.aspect not in PAIRS or isinstance(claim.case, Program):
        return find(claim, session, half_sums=True)
    (target,) = claim.targets
    trial = session.trial(claim.case, *target, half_sums=True)
    pairs = PAIRS[claim.aspect](trial, session.answers)
    return [pair.finding() for pair in pairs if pair.what in excessive]


def _message(claim: Claim, session: Session, worst: Finding) -> str:
    case = claim.case
    call = session.call(case, *claim.targets[0])
    arguments = ", ".join(f"{name}={value!r}" for name, value in call.arguments.items())
    shown = f"{call.target}({arguments})\non "
    if isinstance(case, Case):
        shown += ", ".join(
            f"{slot.name}: {slot.role} {case.dtype}{list(slot_shape(case, slot.array))}"
            for slot in call.slots
        )
    return failure_message(
        f"{shown}\nwrong: {worst.what}",
        worst.index,
        worst.got,
        worst.expected,
        worst.bound,
        worst.k,
        LIMIT,
        session.rerun(claim),
        session.name_mistake(claim, session),
    )


def _rerun_line(claim: Claim, session: Session) -> str:
    return rerun_line(session.rerun(claim))


def _record(
    claim: Claim, verdict: Verdict, k: float | None, message: str, divergence: str | None = None
) -> Record:
    if verdict in _UNHEALTHY and (setting := describe_setting(claim.subjects)):
        message = f"{message}\nsetting   {setting}"
    return Record(
        case=claim.case.id,
        layer=claim.case.layer,
        aspect=claim.aspect,
        subject=claim.subject,
        form=claim.form,
        verdict=verdict,
        k=k,
        limit=LIMIT,
        seed=f"{claim.case.seed}/{claim.case.id}",
        message=message,
        divergence=divergence,
    )
