"""Mutants are killed, and wrong only while they run; what falls short makes the command fail."""

from __future__ import annotations

import json
import math
import re
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from conformance.judging.selection import ASPECTS
from conformance.judging.session import Session
from conformance.layers.registry import FAMILIES
from conformance.programs import all_mutants
from conformance.programs import mutants as programs
from conformance.spec.mutant import MISTAKE_KINDS, Mutant
from conformance.spec.request import Request
from conformance.spec.transforms import change_outputs
from conformance.studies.kill_matrix import command as kill_matrix
from conformance.studies.kill_matrix import coverage as rows
from conformance.studies.kill_matrix import page as report
from conformance.studies.kill_matrix import run as matrix
from conformance.studies.kill_matrix import waivers
from conformance.subjects.loading import load
from conformance.subjects.mutated import MutatedSubject
from conformance.subjects.patching import apply_patches, resolve_target
from refimpl.ops import primitives, windows

DOCS = Path(__file__).parents[3] / "docs"
NAMED = {mutant.id: mutant for mutant in all_mutants()}
BIAS = NAMED["linear: bias forgotten (refimpl.torch)"]
PATCHED = [mutant for mutant in all_mutants() if mutant.patches]
HEALTHY = Mutant("none", "Nothing is wrong.", "linear", "output")


@pytest.mark.parametrize("mutant", all_mutants(), ids=lambda mutant: mutant.id)
def test_its_aspect_kills_it(mutant):
    kill = matrix.find_killing_claim(mutant)
    assert kill is not None, f"no claim of aspect {mutant.aspect} sees that {mutant.description}"
    assert kill.aspect == mutant.aspect
    assert kill.k > 4


def test_there_are_enough_and_no_two_are_named_alike():
    assert len(all_mutants()) >= 120
    assert len({mutant.name for mutant in all_mutants()}) >= 120
    assert len(NAMED) == len(all_mutants())


def test_each_is_described_in_a_sentence():
    for mutant in all_mutants():
        assert mutant.description.endswith("."), mutant.id
        assert len(mutant.description) > 15, mutant.id


def test_every_layer_has_mutants():
    layers = {claim.case.layer for claim in matrix.plan(matrix.SUBJECTS)} | {"seeded"}
    counts = Counter(mutant.layer for mutant in all_mutants())
    assert [f"{layer} has no mutants" for layer in sorted(layers) if not counts[layer]] == []
    assert [f"no cases of {layer}" for layer in counts if layer not in layers] == []


def test_every_aspect_subject_and_kind_of_mistake_has_mutants():
    assert {mutant.aspect for mutant in all_mutants()} == set(ASPECTS) - {"agreement"}
    assert {mutant.subject for mutant in all_mutants()} == set(matrix.SUBJECTS)
    assert {mutant.kind for mutant in all_mutants()} == set(MISTAKE_KINDS)


def test_no_mutant_is_left_out():
    tables = [*(family.mutants for family in FAMILIES), programs.MUTANTS]
    assert sum(map(len, tables)) == len(all_mutants())


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_every_layer_of_a_family_has_mutants_there(family):
    counts = Counter(mutant.layer for mutant in family.mutants)
    names = [layer.name for layer in family.layers]
    assert [f"{name} has no mutants" for name in names if not counts[name]] == []
    assert set(counts) <= set(names)


def test_nothing_survives_of_a_patch():
    mutant = NAMED["conv2d: one window too few (refimpl.torch)"]
    right = windows.output_size
    seen = []

    def broken():
        with apply_patches(mutant.patches, set()):
            seen.append(windows.output_size)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken()
    assert seen[0] is not right
    assert windows.output_size is right


def test_a_patch_is_gone_when_the_subject_has_answered():
    mutant = NAMED["conv2d: one window too few (refimpl.torch)"]
    right = windows.output_size
    assert matrix.find_killing_claim(mutant)
    assert windows.output_size is right


@pytest.mark.parametrize("mutant", PATCHED, ids=lambda mutant: mutant.id)
def test_patches_are_of_public_functions(mutant):
    for target in mutant.patches:
        module, dotted = target.split(":")
        assert not any(part.startswith("_") for part in (*module.split("."), *dotted.split(".")))
        assert module.startswith(("refimpl.ops.", "refimpl.torch", "refimpl.tf")), target
        owner, name = resolve_target(target)
        right = getattr(owner, name)
        # Where it is defined, or in the package that shows it, not where it is imported.
        assert right.__module__ == module or right.__module__.startswith(f"{module}."), target


@pytest.mark.parametrize(
    ("target", "error"),
    [
        ("refimpl.ops.windows:no_such_function", AttributeError),
        ("refimpl.ops.windows:Window.no_such_method", AttributeError),
        ("refimpl.ops.no_such_module:output_size", ModuleNotFoundError),
    ],
)
def test_a_patch_of_what_does_not_exist_is_an_error(target, error):
    mutant = Mutant("none", "None.", "linear", "output", patches={target: lambda right: right})
    with pytest.raises(error, match="no_such"):
        MutatedSubject(load("refimpl.torch"), mutant)


def test_a_patch_that_nothing_calls_is_reported(monkeypatch):
    targets = "refimpl.ops.loss:nll_loss", "refimpl.ops.linear:linear"
    patches = dict.fromkeys(targets, lambda right: lambda *a, **k: right(*a, **k))
    idle = Mutant("idle", "Nothing is wrong.", "linear", "output", patches=patches)
    monkeypatch.setattr(matrix, "MUTANTS", (idle,))
    found = matrix.run((idle,))
    assert found.results[0].uncalled == targets[:1]
    assert f"nothing calls the patched {targets[0]}: {idle.id}" in report.shortcomings(found)


def test_a_patch_reaches_every_import_of_its_function():
    right, called = primitives.window_max_and_argmax, set()
    target = "refimpl.ops.primitives:window_max_and_argmax"

    def users():
        modules = [each for name, each in sys.modules.items() if name.startswith("refimpl.")]
        return [each for each in modules if any(value is right for value in vars(each).values())]

    assert len(before := users()) >= 3  # where it is defined, where it is shown, where it is used
    with apply_patches({target: lambda function: lambda *args: "wrong"}, called):
        assert users() == []
        assert called == set()
        assert primitives.window_max_and_argmax() == "wrong"
    assert called == {target}
    assert users() == before


def test_a_mutant_without_a_mistake_survives_and_is_reported(monkeypatch):
    monkeypatch.setattr(matrix, "MUTANTS", (HEALTHY,))
    found = matrix.run((HEALTHY,))
    assert found.results[0].kills == ()
    assert list(report.shortcomings(found, whole=False)) == ["survives: " + HEALTHY.id]


def test_a_healthy_subject_that_is_rejected_is_reported(monkeypatch):
    originals = matrix.load_originals()
    wrong = Mutant("off", "Off.", "softsign", "output", after=change_outputs(lambda y: y + y))
    rejected = {name: MutatedSubject(subject, wrong) for name, subject in originals.items()}
    monkeypatch.setattr(matrix, "load_originals", lambda: rejected)
    monkeypatch.setattr(matrix, "MUTANTS", (wrong,))
    found = matrix.run((wrong,))
    assert found.rejected
    # What rejects it kills nothing; that the two differ by their mistake is another claim.
    assert found.results[0].aspects == ("agreement",)
    assert any("healthy" in line for line in report.shortcomings(found, whole=False))


def test_processes_do_not_change_the_result():
    chosen = [mutant for mutant in all_mutants() if mutant.layer in ("softsign", "moments")]
    one, two = matrix.run(chosen, 1), matrix.run(chosen, 2)
    assert report.to_json(one) == report.to_json(two)
    assert [each.kills for each in one.results] == [each.kills for each in two.results]


def result(mutant, *kills):
    return matrix.MutantResult(mutant, tuple(kills))


def kill(row, k=math.inf, aspect="output"):
    return matrix.Kill(f"{aspect}/a claim", aspect, "a case", row, "normal", k)


def test_a_row_that_is_not_needed_is_reported():
    first, second = rows.all_rows()[:2]
    found = matrix.KillMatrix((result(BIAS, kill(first), kill(second)),), 2, ())
    lines = list(report.shortcomings(found))
    assert f"kills nothing that another row does not kill: {first}" in lines
    assert "the aspect gradient kills nothing" in lines
    assert "the regime wide kills nothing" in lines
    assert not {"the aspect output kills nothing", "the regime normal kills nothing"} & set(lines)
    alone = matrix.KillMatrix((result(BIAS, kill(first)),), 1, ())
    assert report.only_killers(alone)[first] == 1
    assert not any(first in line for line in report.shortcomings(alone))


def test_a_narrow_margin_is_reported_unless_it_is_waived():
    found = matrix.KillMatrix((result(BIAS, kill("linear", 12.0)),), 1, ())
    assert found.results[0].margin == 3
    assert any("margin 3 " in line for line in report.shortcomings(found, whole=False))
    waived = NAMED[next(iter(waivers.MARGINS))]
    aspect = waived.aspect
    narrow = matrix.KillMatrix((result(waived, kill("linear", 12.0, aspect)),), 1, ())
    assert not list(report.shortcomings(narrow, whole=False))
    wide = matrix.KillMatrix((result(waived, kill("linear", math.inf, aspect)),), 1, ())
    assert any("needs no waiver" in line for line in report.shortcomings(wide, whole=False))


def test_every_waiver_is_about_something_and_says_why():
    assert set(waivers.MARGINS) <= set(NAMED)
    assert set(waivers.ROWS) <= set(rows.all_rows())
    for sentence in (*waivers.MARGINS.values(), *waivers.ROWS.values()):
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
    found = matrix.KillMatrix(
        tuple(result(mutant, kill("linear")) for mutant in all_mutants()), 1, ()
    )
    page = report.page(found)
    for mutant in all_mutants():
        assert mutant.description.replace("|", "\\|") in page
    assert "∞" in page


def test_the_page_says_what_another_limit_would_lose():
    mutants = all_mutants()[:4]
    reached = [math.inf, 5.0, 20.0, 2000.0]
    results = (
        result(mutant, kill("linear", k)) for mutant, k in zip(mutants, reached, strict=True)
    )
    page = report.page(matrix.KillMatrix(tuple(results), 1, ()))
    lost = [f"{mutant.layer}: {mutant.name}" for mutant in mutants]
    assert "| 4 | 4 | none |" in page
    assert f"| 8 | 3 | {lost[1]} |" in page
    assert f"| 32 | 2 | {lost[2]} |" in page
    assert "| 1,024 | 2 | none |" in page


def test_the_documents_speak_of_these_mutants():
    written = (DOCS / "kill-matrix.md").read_text(encoding="utf-8")
    for mutant in all_mutants():
        assert (
            f"| `{mutant.layer}` | {mutant.name} | `{mutant.subject}` | {mutant.description}"
            in written
        )
    readme = (DOCS.parent / "README.md").read_text(encoding="utf-8")
    (figure,) = re.findall(r"\*\*(.*)\*\*", written)
    assert figure.startswith(f"{len(all_mutants())} of {len(all_mutants())} mutants are killed")
    assert figure in " ".join(readme.split())


def test_a_mutant_writes_into_nothing_that_it_is_given():
    claim = next(claim for claim in matrix.claims_of("linear") if claim.aspect == "output")
    call = Session().call(claim.case, claim.subject, claim.form)
    arrays = {slot.name: slot.move.to(claim.case.draw(slot.array)) for slot in call.slots}
    before = {name: array.copy() for name, array in arrays.items()}
    for mutant in all_mutants():
        if mutant.layer == "linear" and mutant.subject == claim.subject:
            MutatedSubject(load(claim.subject), mutant).run(Request(call, arrays))
    assert all(np.array_equal(arrays[name], before[name]) for name in before)
