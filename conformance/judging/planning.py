"""What a run will check: one generator makes the claims for every way to reach the suite."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from conformance.judging.claim import Claim, Target
from conformance.judging.divergences import find_records
from conformance.judging.selection import ASPECTS, Coverage, main_aspect
from conformance.layers.dialects import forms_of, translate
from conformance.programs import all_cases
from conformance.spec.call import Call, Unsupported
from conformance.spec.case import Case
from conformance.spec.program import Program
from conformance.subjects.loading import is_reference
from conformance.subjects.protocol import HasLibrary
from conformance.subjects.roster import Roster, RosterEntry, SubjectLike, roster_of

_Forms = list[tuple[str, Call]]


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


def reseed_claims(claims: Iterable[Claim], seed: int) -> list[Claim]:
    """Make the same claims about inputs that are drawn from another seed.

    Parameters
    ----------
    claims : iterable of Claim
        Claims.
    seed : int
        The seed; 0 is the published matrix.

    Returns
    -------
    list of Claim
        Claims about one case are about one case again.
    """
    cases: dict[int, Case | Program] = {}
    return [
        replace(
            claim,
            case=cases.setdefault(id(claim.case), replace(claim.case, seed=seed)),
        )
        for claim in claims
    ]


def _plan(roster: Roster) -> Iterator[Claim]:
    coverage = Coverage()
    for case in all_cases():
        if isinstance(case, Program):
            yield from _plan_program(case, roster, coverage)
        else:
            yield from plan_case(case, roster, coverage)


def _plan_program(program: Program, roster: Roster, coverage: Coverage) -> Iterator[Claim]:
    for name, entry in roster.items():
        if entry.only or _is_left_out(program, entry, coverage):
            continue
        try:
            program.translate(entry.dialect)
        except Unsupported as answer:
            if not coverage.first_time(name, program.kind, program.form, str(answer)):
                continue
        yield Claim.about(program, program.kind, name, program.form)


def _is_left_out(program: Program, entry: RosterEntry, coverage: Coverage) -> bool:
    """Whether there is nothing to ask a subject by a program."""
    if entry.built_in and is_reference(entry.name):
        # Its own draws are what the others are held against.
        return program.compared_with_refimpl
    if entry.built_in or program.kind != "errors" or entry.dialect not in program.dialects:
        return False
    if not program.content.is_refused_by_framework:
        return True  # others need not refuse what the framework does not
    # Without a namespace there is one thing to say of all bad calls.
    mute = not isinstance(entry.load(), HasLibrary)
    return mute and not coverage.first_time(entry.name, "errors", "call", "no library")


def plan_case(case: Case, roster: Roster, coverage: Coverage) -> Iterator[Claim]:
    """List the claims about one case.

    Parameters
    ----------
    case : Case
        The case.
    roster : mapping
        The subjects.
    coverage : Coverage
        What has been chosen of the cases before.

    Yields
    ------
    Claim
    """
    calls: dict[str, _Forms] = {}
    for name, entry in roster.items():
        calls[name] = []
        for form in forms_of(case, entry.dialect):
            try:
                call = translate(case, entry.dialect, form)
                if not entry.only or call.target in entry.only:
                    calls[name].append((form, call))
            except Unsupported as answer:
                if not entry.only and coverage.first_time(name, case.layer, form, str(answer)):
                    yield Claim.about(case, main_aspect(case), name, form)
    for name, forms in calls.items():
        answers = [form for form, _ in forms if not _is_refused(case, name, form)]
        chosen = coverage.select_formats(case, name, answers)
        answering = [(form, call) for form, call in forms if form in chosen]
        for form, call in forms:
            if form in answers and form not in chosen:
                continue
            for varied, aspect, several in coverage.aspects(case, name, form, call, answering):
                yield Claim.about(varied, aspect, name, *several)
        calls[name] = answering
    yield from _agreements(case, roster, calls, coverage)


def _is_refused(case: Case, subject: str, form: str) -> bool:
    """Whether it is on record that the subject refuses a case: one claim about that is enough."""
    return any(known.kind == "raises" for known in find_records(case, "output", subject, form))


def _agreements(
    case: Case, roster: Roster, calls: Mapping[str, _Forms], coverage: Coverage
) -> Iterator[Claim]:
    """Pair the subjects of the two dialects: real with real, refimpl's with each other.

    Where one of them is on record to deviate from the oracle, there is nothing to agree on.
    """
    aspect = main_aspect(case)
    for first, second in (("refimpl.torch", "refimpl.tf"), ("torch", "tensorflow")):
        if first not in roster or second not in roster or not calls[first]:
            continue
        form, call = calls[first][-1]
        if find_records(case, aspect, first, form):
            continue
        for other, theirs in calls[second]:
            if coverage.comparable(case, call, theirs) and not find_records(
                case, aspect, second, other
            ):
                yield Claim(case, "agreement", (Target(first, form), Target(second, other)))
