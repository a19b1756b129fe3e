"""What a run will check, and the judgement of each claim.

One generator makes the claims; a plain loop, a list of records and pytest's parameters all come
from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from conformance.checks import CHECKS, COMPARISONS
from conformance.checks.finding import Finding, NothingCompared
from conformance.judging.divergences import recorded
from conformance.judging.expectations import ExpectedFailure, Known, known_of
from conformance.judging.selection import ASPECTS, Selection
from conformance.judging.session import Session, SubjectRaised
from conformance.judging.verdict import Record, Verdict, again, failure_message
from conformance.layers.dialects import DIALECTS
from conformance.oracle.bounds import LIMIT
from conformance.programs import all_cases
from conformance.spec.call import Call, Unsupported
from conformance.spec.case import Case
from conformance.subjects.protocol import HasLibrary
from conformance.subjects.roster import Roster, RosterEntry, SubjectLike, roster_of

__all__ = ["ASPECTS", "Claim", "Session", "judge", "plan"]


@dataclass(frozen=True)
class Claim:
    """One cell: a case, looked at under one aspect, in one form of one subject.

    Attributes
    ----------
    case : Case
        The case.
    aspect : str
        One of `ASPECTS`.
    subject : str
        A subject's name; two joined by '+' for their agreement.
    form : str
        The form of the dialect.
    """

    case: Case
    aspect: str
    subject: str
    form: str

    @property
    def id(self) -> str:
        """Its readable name."""
        return f"{self.case.id}-{self.subject}-{self.form}"


def plan(given: Roster | Iterable[SubjectLike], aspects: Sequence[str] = ASPECTS) -> list[Claim]:
    """List the claims about some subjects, loading none of the built-in ones.

    Parameters
    ----------
    given : mapping or iterable
        A roster, or what `roster_of` makes one of.
    aspects : sequence of str
        Aspects.

    Returns
    -------
    list of Claim
        Case by case, so that what one case needs is in memory when it is needed again.
    """
    wanted = frozenset(aspects)
    roster = given if isinstance(given, Mapping) else roster_of(given)
    return [claim for claim in _plan(roster) if claim.aspect in wanted]


def _plan(roster: Roster) -> Iterator[Claim]:
    selection = Selection()
    for case in all_cases():
        spoken: dict[str, list[tuple[str, Call]]] = {}
        for name, entry in roster.items():
            if _is_nothing_to_claim(case, entry, selection):
                continue
            dialect = DIALECTS[entry.dialect]
            spoken[name] = []
            for form in dialect.forms[case.layer]:
                try:
                    spoken[name].append((form, dialect.translate(case, form)))
                except Unsupported as answer:
                    if selection.is_news(name, case.layer, form, str(answer)):
                        yield Claim(case, selection.main_aspect(case), name, form)
        for name, forms in spoken.items():
            answers = [form for form, _ in forms if not _refuses(case, name, form)]
            enough = selection.in_enough_formats(case, name, answers)
            answering = [(form, call) for form, call in forms if form in enough]
            for form, call in forms:
                if form in answers and form not in enough:
                    continue
                for chosen, aspect, how in selection.aspects(case, name, form, call, answering):
                    yield Claim(chosen, aspect, name, how)
            spoken[name] = answering
        yield from _agreements(case, tuple(roster), spoken, selection)


def _is_nothing_to_claim(case: Case, entry: RosterEntry, selection: Selection) -> bool:
    if entry.built_in and entry.name.startswith("refimpl."):
        # Its own draws are what the others are held against.
        return case.layer == "seeded" or bool(case.config.get("free", False))
    if entry.built_in or case.layer != "errors" or case.config["dialect"] != entry.dialect:
        return False
    if not isinstance(case.config["bad"].framework, str):
        return True  # others need not refuse what the framework does not
    # Without a namespace there is one thing to say of all bad calls.
    mute = not isinstance(entry.load(), HasLibrary)
    return mute and not selection.is_news(entry.name, "errors", "call", "no library")


def _refuses(case: Case, subject: str, form: str) -> bool:
    """Whether it is on record that the subject refuses a case: one claim about that is enough."""
    return any(known.kind == "raises" for known in recorded(case, "output", subject, form))


def _agreements(
    case: Case,
    names: Sequence[str],
    spoken: dict[str, list[tuple[str, Call]]],
    selection: Selection,
) -> Iterator[Claim]:
    """Pair the subjects of the two dialects: real with real, refimpl's with each other.

    Where one of them is on record to deviate from the oracle, there is nothing to agree on.
    """
    if not case.shapes:  # a program, not a layer
        return
    aspect = selection.main_aspect(case)
    for first, second in (("refimpl.torch", "refimpl.tf"), ("torch", "tensorflow")):
        if first not in names or second not in names or not spoken[first]:
            continue
        form, call = spoken[first][-1]
        if recorded(case, aspect, first, form):
            continue
        for other, theirs in spoken[second]:
            if selection.comparable(case, call, theirs) and not recorded(
                case, aspect, second, other
            ):
                yield Claim(case, "agreement", f"{first}+{second}", f"{form}+{other}")


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
    repeat = _again(claim, session)
    known = _known(claim, session, expected)
    try:
        findings = _findings(claim, session)
    except Unsupported as answer:
        return _unsupported(claim, str(answer), known, repeat)
    except SubjectRaised as error:
        for each in known:
            if each.kind in ("raises", "either"):
                return _recognised(claim, None, str(error), each)
        return _record(claim, Verdict.ERROR, None, f"{error}\n{repeat}")
    except NothingCompared as error:
        return _record(claim, Verdict.ERROR, None, f"the suite compares nothing: {error}")
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # the harness broke: told apart from a subject that did
        text = f"the suite itself raised {type(error).__name__}: {error}\n{repeat}"
        return _record(claim, Verdict.ERROR, None, text)
    if not findings:
        text = "the suite compares nothing: the check found nothing to look at"
        return _record(claim, Verdict.ERROR, None, text)
    worst = max(findings, key=lambda finding: finding.k)
    if worst.k <= LIMIT:
        for each in known:
            if each.strict:
                text = f"{each.stale}: {each.sentence}\n{repeat}"
                return _record(claim, Verdict.STALE, worst.k, text, each.sentence)
        remarks = "\n".join(finding.remark for finding in findings if finding.remark)
        return _record(claim, Verdict.PASS, worst.k, remarks)
    for each in known:
        if each.kind in ("differs", "either") and _explained(claim, session, each):
            return _recognised(claim, worst.k, each.sentence, each)
    return _record(claim, Verdict.FAIL, worst.k, _message(claim, session, worst))


def accident(claim: Claim, session: Session, words: str) -> Record:
    """Make the record of a claim whose judgement the process did not survive.

    Parameters
    ----------
    claim : Claim
        The claim.
    session : Session
        The run's memory.
    words : str
        What became of the process.

    Returns
    -------
    Record
    """
    return _record(claim, Verdict.ERROR, None, f"{words}\n{_again(claim, session)}")


def _known(claim: Claim, session: Session, expected: Sequence[ExpectedFailure]) -> Sequence[Known]:
    subjects = claim.subject.split("+")
    try:
        calls = [session.call(claim.case, name, form) for name, form in _pairs(claim)]
    except Unsupported:
        calls = []
    entries = [session.roster[name] for name in subjects]
    return known_of(claim.case, claim.aspect, claim.form, entries, calls, expected)


def _unsupported(claim: Claim, answer: str, known: Sequence[Known], repeat: str) -> Record:
    for each in known:
        if each.excuse:
            text = f"expected to fail, but it is unsupported: {each.sentence}\n{repeat}"
            return _record(claim, Verdict.STALE, None, text, each.sentence)
    declared = [each.sentence for each in known if each.verdict is Verdict.UNSUPPORTED]
    return _record(claim, Verdict.UNSUPPORTED, None, declared[0] if declared else answer)


def _recognised(claim: Claim, k: float | None, text: str, known: Known) -> Record:
    if known.verdict is Verdict.UNSUPPORTED:
        return _record(claim, Verdict.UNSUPPORTED, None, known.sentence)
    return _record(claim, known.verdict, k, text, known.sentence)


def _explained(claim: Claim, session: Session, known: Known) -> bool:
    """Tell whether a recorded deviation is as large as its record explains, and no larger."""
    if not known.half_sums:
        return True
    findings = _findings(claim, session, half_sums=True)
    return max(finding.k for finding in findings) <= LIMIT


def _pairs(claim: Claim) -> list[tuple[str, str]]:
    """Two forms of one subject, or one form of each of two subjects, or one of one."""
    forms = claim.form.split("+")
    names = claim.subject.split("+") * (1 if "+" in claim.subject else len(forms))
    return list(zip(names, forms, strict=True))


def _findings(claim: Claim, session: Session, *, half_sums: bool = False) -> Sequence[Finding]:
    trials = [
        session.trial(claim.case, name, form, half_sums=half_sums) for name, form in _pairs(claim)
    ]
    if len(trials) == 2:
        return COMPARISONS[claim.aspect](*trials)
    return CHECKS[claim.aspect](trials[0])


def _message(claim: Claim, session: Session, worst: Finding) -> str:
    subject, form = claim.subject.split("+")[0], claim.form.split("+")[0]
    call = session.call(claim.case, subject, form)
    arguments = ", ".join(f"{name}={value!r}" for name, value in call.arguments.items())
    arrays = ", ".join(
        f"{slot.name}: {slot.role} {claim.case.dtype}{list(slot_shape(claim.case, slot.array))}"
        for slot in call.slots
    )
    shown = f"{call.target}({arguments})\non {arrays}\nwrong: {worst.what}"
    return failure_message(
        shown,
        worst.index,
        worst.got,
        worst.expected,
        worst.bound,
        worst.k,
        LIMIT,
        session.rerun(claim.aspect, claim.id, claim.subject),
    )


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


def _again(claim: Claim, session: Session) -> str:
    return again(session.rerun(claim.aspect, claim.id, claim.subject))


def _record(
    claim: Claim, verdict: Verdict, k: float | None, message: str, known: str | None = None
) -> Record:
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
        divergence=known,
    )
