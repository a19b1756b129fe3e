"""What is known beforehand: the user's file is read strictly, and divergences are not inherited."""

from __future__ import annotations

import pytest

import conformance
from conformance import Gap, Verdict
from conformance.judging.expectations import ExpectedFailure, match_nothing, read_expected_failures
from conformance.subjects.refimpl import RefimplTorch


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[expected]]\ncase = ", "FILE is not a TOML file: Invalid value"),
        ("[[expcted]]\ncase = 'x'", r"FILE must hold tables \[\[expected\]\] and nothing else"),
        ("[expected]\ncase = 'x'", r"FILE must hold tables \[\[expected\]\] and nothing else"),
        ("[[expected]]\nreason = 'x'", "FILE, entry 1: needs a case"),
        ("[[expected]]\ncase = 'x'", "FILE, entry 1: needs a reason"),
        ("[[expected]]\ncase = 1\nreason = 'x'", "FILE, entry 1: case must be a string; got 1"),
        (
            "[[expected]]\ncase = 'x'\nreason = 'y'\n[[expected]]\ncsae = 'x'",
            r"FILE, entry 2: 'csae' \(did you mean 'case'\?\) is none of case, reason, aspect",
        ),
    ],
)
def test_a_file_that_says_something_else_is_refused(tmp_path, text, message):
    file = tmp_path / "expected.toml"
    file.write_text(text)
    with pytest.raises(ValueError, match=message.replace("FILE", str(file))):
        read_expected_failures(file)


@pytest.mark.parametrize(
    "text", ["a = " + "[" * 100_000, "[[expected]]\ncase" + ".a" * 5_000 + " = 1"]
)
def test_a_file_that_is_nested_too_deeply_is_refused(tmp_path, text):
    file = tmp_path / "expected.toml"
    file.write_text(text)
    with pytest.raises(ValueError, match=f"{file} is not a TOML file: .*more than 100"):
        read_expected_failures(file)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"none\.toml is missing"):
        conformance.check("refimpl.torch", expected_failures=tmp_path / "none.toml")


def test_an_entry_that_matches_nothing_is_named(tmp_path):
    file = tmp_path / "expected.toml"
    file.write_text("[[expected]]\ncase = 'conv9d-*'\naspect = 'output'\nreason = 'No.'\n")
    message = "stale: the entry with case = 'conv9d-\\*', aspect = 'output' matches no claim"
    with pytest.raises(ValueError, match=message):
        conformance.check("refimpl.torch", case="tanh-*", expected_failures=file)


def test_entries_about_subjects_that_are_left_out_may_rest():
    entries = (ExpectedFailure("conv9d-*", "No.", subject="torch"),)
    assert match_nothing(entries, [("relu", "output", "mine", "class")], ["mine"]) == []
    assert match_nothing(entries, [("relu", "output", "torch", "class")], ["torch"]) == [*entries]


def test_what_is_unsupported_does_not_fail_as_expected(tmp_path):
    file = tmp_path / "expected.toml"
    file.write_text("[[expected]]\ncase = 'tanh-*'\naspect = 'output'\nreason = 'No.'\n")
    subject = conformance.FunctionSubject("none", "torch")
    found = conformance.check(subject, case="tanh-*", aspect="output", expected_failures=file)
    assert {record.verdict for record in found} == {Verdict.STALE}
    assert found[0].message.startswith("expected to fail, but it is unsupported: No.\nagain     ")


class Alike(RefimplTorch):
    """refimpl under another name: foreign, and the dialect's in every way."""

    name = "alike"


class Permissive(Alike):
    """Answers for padding='same' with a stride, as if it had none."""

    name = "permissive"

    def run(self, request):
        from dataclasses import replace

        arguments = dict(request.call.arguments)
        if arguments.get("padding") == "same":
            arguments["stride"] = tuple(1 for _ in arguments["stride"])
        return super().run(replace(request, call=replace(request.call, arguments=arguments)))


SAME = {"case": "conv1d-*stride2*same*", "aspect": "output"}


def test_what_the_dialect_refuses_may_be_refused_by_whoever_speaks_it():
    found = conformance.check(Alike, **SAME)
    assert {record.verdict for record in found} == {Verdict.EXPECTED}
    assert {record.divergence for record in found} == {"padding='same' is refused with a stride."}


def test_neither_refusing_nor_answering_is_stale_there():
    from conformance.judging.claim import Claim
    from conformance.judging.expectations import expectations_for
    from conformance.layers.dialects import DIALECTS
    from conformance.programs import all_cases
    from conformance.subjects.roster import roster_of

    id = "conv1d-stride2-same-normal-float16"
    case = next(case for case in all_cases() if case.id == id)
    call = DIALECTS["torch"].translate(case, "class")
    for subject, strict in ((Alike, False), ("torch", True)):
        entries = list(roster_of([subject]).values())
        claim = Claim.about(case, "output", entries[0].name, "class")
        [known] = expectations_for(claim, entries, [call], ())
        assert known.strict is strict


def test_what_answers_there_is_judged_like_anything_else():
    records = conformance.check(Permissive, **SAME)
    assert {record.verdict for record in records} == {Verdict.FAIL}


def test_the_frameworks_own_records_are_not_inherited():
    from conformance.judging.divergences import find_records, find_records_of_dialect
    from conformance.judging.planning import plan

    theirs = own = 0
    for claim in plan(["torch", "tensorflow"]):
        dialect = {"torch": "torch", "tensorflow": "tf"}.get(claim.subject)
        if dialect is not None:
            theirs += len(find_records(claim.case, claim.aspect, claim.subject, *claim.forms))
            own += len(find_records_of_dialect(claim.case, claim.aspect, dialect, *claim.forms))
    assert 0 < own < theirs / 2


def test_a_pattern_that_would_take_for_ever_is_refused(tmp_path):
    path = tmp_path / "expected.toml"
    path.write_text(f'[[expected]]\ncase = "{"[" * 100_000}"\nreason = "No."\n')
    with pytest.raises(ValueError, match=r"entry 1: case must have at most 1,000 characters; got"):
        read_expected_failures(path)
    with pytest.raises(ValueError, match=r"target of a Gap must have at most 1,000 characters"):
        Gap("[" * 100_000, "not implemented")
