"""Mutants are killed, and wrong only while they run; what falls short makes the command fail."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import numpy as np
import pytest

from conformance.judging.selection import ASPECTS
from conformance.judging.session import Session
from conformance.spec.mutant import patched
from conformance.spec.request import Request
from conformance.spec.transforms import all_outputs
from conformance.studies.kill_matrix import command as kill_matrix
from conformance.studies.kill_matrix import coverage as rows
from conformance.studies.kill_matrix import page as report
from conformance.studies.kill_matrix import run as matrix
from conformance.studies.kill_matrix import waivers as excuses
from conformance.studies.kill_matrix.mutants import MUTANTS, Mutant, Spoiled
from conformance.subjects.loading import load
from refimpl.ops import windows

DOCS = Path(__file__).parents[3] / "docs"
NAMED = {mutant.id: mutant for mutant in MUTANTS}
BIAS = NAMED["linear: bias forgotten (refimpl.torch)"]
HEALTHY = Mutant("none", "Nothing is wrong.", "linear", "output")


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.id)
def test_its_aspect_kills_it(mutant):
    kill = matrix.killing_claim(mutant)
    assert kill is not None, f"no claim of aspect {mutant.aspect} sees that {mutant.sin}"
    assert kill.aspect == mutant.aspect
    assert kill.k > 4


def test_there_are_enough_and_no_two_are_named_alike():
    assert len(MUTANTS) >= 120
    assert len({mutant.name for mutant in MUTANTS}) >= 120
    assert len(NAMED) == len(MUTANTS)


def test_each_is_described_in_a_sentence():
    for mutant in MUTANTS:
        assert mutant.sin.endswith("."), mutant.id
        assert len(mutant.sin) > 15, mutant.id


def test_every_layer_and_aspect_has_one_in_every_dialect_that_has_the_layer():
    layers = {claim.case.layer for claim in matrix.plan(matrix.SUBJECTS)} | {"seeded"}
    assert {mutant.layer for mutant in MUTANTS} == layers
    assert {mutant.aspect for mutant in MUTANTS} == set(ASPECTS) - {"agreement"}
    assert {mutant.subject for mutant in MUTANTS} == set(matrix.SUBJECTS)


def test_nothing_survives_of_a_patch():
    mutant = NAMED["conv2d: one window too few (refimpl.torch)"]
    right = windows.output_size
    seen = []

    def broken():
        with patched(mutant.patches):
            seen.append(windows.output_size)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken()
    assert seen[0] is not right
    assert windows.output_size is right


def test_a_patch_is_gone_when_the_subject_has_answered():
    mutant = NAMED["conv2d: one window too few (refimpl.torch)"]
    right = windows.output_size
    assert matrix.killing_claim(mutant)
    assert windows.output_size is right


def test_a_mutant_without_a_mistake_survives_and_is_reported(monkeypatch):
    monkeypatch.setattr(matrix, "MUTANTS", (HEALTHY,))
    found = matrix.run((HEALTHY,))
    assert found.outcomes[0].kills == ()
    assert list(report.shortcomings(found, whole=False)) == ["survives: " + HEALTHY.id]


def test_a_healthy_subject_that_is_rejected_is_reported(monkeypatch):
    honest = matrix.honest()
    wrong = Mutant("off", "Off.", "softsign", "output", after=all_outputs(lambda y: y + y))
    rejected = {name: Spoiled(subject, wrong) for name, subject in honest.items()}
    monkeypatch.setattr(matrix, "honest", lambda: rejected)
    monkeypatch.setattr(matrix, "MUTANTS", (wrong,))
    found = matrix.run((wrong,))
    assert found.rejected
    # What rejects it kills nothing; that the two differ by their mistake is another claim.
    assert found.outcomes[0].aspects == ("agreement",)
    assert any("healthy" in line for line in report.shortcomings(found, whole=False))


def test_processes_do_not_change_the_result():
    chosen = [mutant for mutant in MUTANTS if mutant.layer in ("softsign", "moments")]
    one, two = matrix.run(chosen, 1), matrix.run(chosen, 2)
    assert report.to_json(one) == report.to_json(two)
    assert [o.kills for o in one.outcomes] == [o.kills for o in two.outcomes]


def outcome(mutant, *kills):
    return matrix.Outcome(mutant, tuple(kills))


def kill(row, k=math.inf, aspect="output"):
    return matrix.Kill(f"{aspect}/a claim", aspect, "a case", row, "normal", k)


def test_a_row_that_is_not_needed_is_reported():
    first, second = rows.all_rows()[:2]
    found = matrix.Found((outcome(BIAS, kill(first), kill(second)),), 2, ())
    lines = list(report.shortcomings(found))
    assert f"kills nothing that another row does not kill: {first}" in lines
    assert "the aspect gradient kills nothing" in lines
    assert "the regime wide kills nothing" in lines
    assert not {"the aspect output kills nothing", "the regime normal kills nothing"} & set(lines)
    alone = matrix.Found((outcome(BIAS, kill(first)),), 1, ())
    assert report.only_killers(alone)[first] == 1
    assert not any(first in line for line in report.shortcomings(alone))


def test_a_narrow_margin_is_reported_unless_it_is_excused():
    found = matrix.Found((outcome(BIAS, kill("linear", 12.0)),), 1, ())
    assert found.outcomes[0].margin == 3
    assert any("margin 3 " in line for line in report.shortcomings(found, whole=False))
    excused = NAMED[next(iter(excuses.MARGINS))]
    aspect = excused.aspect
    narrow = matrix.Found((outcome(excused, kill("linear", 12.0, aspect)),), 1, ())
    assert not list(report.shortcomings(narrow, whole=False))
    wide = matrix.Found((outcome(excused, kill("linear", math.inf, aspect)),), 1, ())
    assert any("needs no excuse" in line for line in report.shortcomings(wide, whole=False))


def test_every_excuse_is_about_something_and_says_why():
    assert set(excuses.MARGINS) <= set(NAMED)
    assert set(excuses.ROWS) <= set(rows.all_rows())
    for sentence in (*excuses.MARGINS.values(), *excuses.ROWS.values()):
        assert len(sentence) > 40


def test_every_planned_case_has_a_row():
    for claim in matrix.plan(matrix.SUBJECTS, ("empty", "mask", "parameters")):
        assert rows.row_of(claim.case).split()[-1] == claim.case.layer


def test_the_command_writes_json_and_exits_0(tmp_path, capsys):
    target = tmp_path / "kills.json"
    assert kill_matrix.main(["-n", "1", "-k", "by the square", "--report-json", str(target)]) == 0
    values = json.loads(target.read_text(encoding="utf-8"))
    (mutant,) = values["mutants"]
    assert mutant["name"] == "softsign: softsign by the square (refimpl.torch)"
    assert mutant["killed_by"] >= mutant["cases"] > 0
    assert mutant["first"].startswith("output/softsign-")
    assert mutant["aspect"] == "output"
    assert mutant["margin"] == mutant["k"] / values["limit"]
    assert "1 of 1 mutants are killed" in capsys.readouterr().out


def test_the_command_exits_1_when_a_mutant_survives(monkeypatch, capsys):
    for module in (matrix, kill_matrix):
        monkeypatch.setattr(module, "MUTANTS", (HEALTHY,))
    assert kill_matrix.main(["-n", "1", "-k", "none"]) == 1
    assert "survives: linear: none" in capsys.readouterr().out


def test_the_page_needs_a_whole_run(tmp_path, capsys):
    assert kill_matrix.main(["-k", "softsign", "--docs", str(tmp_path)]) == 2
    assert kill_matrix.main(["-k", "no such mutant"]) == 2
    assert "no mutant" in capsys.readouterr().out


def test_the_page_has_a_line_for_every_mutant():
    found = matrix.Found(tuple(outcome(mutant, kill("linear")) for mutant in MUTANTS), 1, ())
    page = report.page(found)
    for mutant in MUTANTS:
        assert mutant.sin.replace("|", "\\|") in page
    assert "∞" in page


def test_the_page_says_what_another_limit_would_lose():
    mutants = MUTANTS[:4]
    reached = [math.inf, 5.0, 20.0, 2000.0]
    outcomes = (
        outcome(mutant, kill("linear", k)) for mutant, k in zip(mutants, reached, strict=True)
    )
    page = report.page(matrix.Found(tuple(outcomes), 1, ()))
    lost = [f"{mutant.layer}: {mutant.name}" for mutant in mutants]
    assert "| 4 | 4 | none |" in page
    assert f"| 8 | 3 | {lost[1]} |" in page
    assert f"| 32 | 2 | {lost[2]} |" in page
    assert "| 1,024 | 2 | none |" in page


def test_the_documents_speak_of_these_mutants():
    written = (DOCS / "kill-matrix.md").read_text(encoding="utf-8")
    for mutant in MUTANTS:
        assert f"| `{mutant.layer}` | {mutant.name} | `{mutant.subject}` | {mutant.sin}" in written
    readme = (DOCS.parent / "README.md").read_text(encoding="utf-8")
    (figure,) = re.findall(r"\*\*(.*)\*\*", written)
    assert figure.startswith(f"{len(MUTANTS)} of {len(MUTANTS)} mutants are killed")
    assert figure in " ".join(readme.split())


def test_a_mutant_writes_into_nothing_that_it_is_given():
    claim = next(claim for claim in matrix.claims_of("linear") if claim.aspect == "output")
    call = Session().call(claim.case, claim.subject, claim.form)
    arrays = {slot.name: slot.move.to(claim.case.draw(slot.array)) for slot in call.slots}
    before = {name: array.copy() for name, array in arrays.items()}
    for mutant in MUTANTS:
        if mutant.layer == "linear" and mutant.subject == claim.subject:
            Spoiled(load(claim.subject), mutant).run(Request(call, arrays))
    assert all(np.array_equal(arrays[name], before[name]) for name in before)
