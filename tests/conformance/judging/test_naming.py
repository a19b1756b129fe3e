"""A wrong answer is held against known mistakes; the name of the one that fits is said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import conformance
from conformance import Verdict
from conformance.judging.naming import MistakeNamer
from conformance.judging.session import Session
from conformance.programs import all_mutants
from conformance.studies.kill_matrix.harness import load_originals
from conformance.studies.naming.command import main, render_page
from conformance.studies.naming.run import Naming, _name  # one of them, not all
from conformance.subjects.refimpl import RefimplTorch


class Wrong(RefimplTorch):
    """A layer norm written anew, with eps outside of the root."""

    name = "wrong"

    def run(self, request):
        observation = super().run(request)
        if request.call.target != "nn.functional.layer_norm":
            return observation
        return replace(observation, outputs=(self.normalise(request),))

    def normalise(self, request):
        x = request.arrays["input"].astype(np.float64)
        places = request.call.arguments["normalized_shape"]
        axes = tuple(range(x.ndim - len(places), x.ndim))
        deviation = np.sqrt(x.var(axes, keepdims=True))
        y = (x - x.mean(axes, keepdims=True)) / (
            deviation + request.call.arguments.get("eps", 1e-5)
        )
        y = y * request.arrays.get("weight", 1) + request.arrays.get("bias", 0)
        return y.astype(request.arrays["input"].dtype)


class Unheard(Wrong):
    """One with a mistake that is not on file."""

    name = "unheard"

    def normalise(self, request):
        return (super().normalise(request) * np.sqrt(2)).astype(request.arrays["input"].dtype)


NARROW = {"case": "layer_norm-*", "aspect": "output"}
SAID = "eps is added to the deviation, not to the variance."


def failures(subject):
    records = conformance.check(subject, **NARROW)
    return [record for record in records if record.verdict is Verdict.FAIL]


def test_a_mistake_that_is_on_file_is_named():
    found = [record for record in failures(Wrong) if record.form == "function"]
    assert len(found) > 20
    said = [
        f"\nmistake   These are the numbers of this one: {SAID}" in each.message for each in found
    ]
    assert sum(said) > 0.9 * len(found)


def test_one_that_is_not_on_file_is_not_named():
    found = failures(Unheard)
    assert found
    assert not any("mistake" in record.message for record in found)


def test_what_was_sought_in_vain_is_not_sought_for_ever(monkeypatch):
    asked = []
    original = MistakeNamer._search

    def count(self, claim, *others):
        asked.append(claim.name)
        return original(self, claim, *others)

    monkeypatch.setattr(MistakeNamer, "_search", count)
    assert len(failures(Unheard)) > 10
    assert len(asked) == 3


def test_time_is_limited(monkeypatch):
    monkeypatch.setattr("conformance.judging.naming._SECONDS", 0.0)
    assert not any("mistake" in record.message for record in failures(Wrong))


NAMED = {mutant.id: mutant for mutant in all_mutants()}


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("conv2d: SAME padding at the wrong side (refimpl.tf)", "among others"),
        ("batch_norm2d: batches not counted (refimpl.torch)", "silent"),
    ],
)
def test_mutants_are_named_or_not(name, outcome):
    found = _name(NAMED[name], Session(load_originals()))
    assert found.outcome == outcome
    page = render_page([found])
    assert NAMED[name].name in page


def test_the_page_counts():
    first, second, third = all_mutants()[:3]
    page = " ".join(
        render_page(
            [
                Naming(first, "right"),
                Naming(second, "wrong", ("another",)),
                Naming(third, "no numbers"),
            ]
        ).split()
    )
    assert "each of the 3 is judged" in page
    assert "2 of them have wrong numbers" in page
    assert "1 are named at the first failure (50 %)" in page
    assert "1 are given another's name" in page


def test_the_command_fails_where_one_is_given_anothers_name(monkeypatch, capsys, tmp_path):
    first, second = all_mutants()[:2]
    found = [Naming(first, "right"), Naming(second, "wrong", ("another",))]
    monkeypatch.setattr("conformance.studies.naming.command.name_all", lambda: found)
    assert main(["--docs", str(tmp_path)]) == 1
    assert (tmp_path / "mistakes.md").read_text() in capsys.readouterr().out
    monkeypatch.setattr("conformance.studies.naming.command.name_all", lambda: found[:1])
    assert main([]) == 0
