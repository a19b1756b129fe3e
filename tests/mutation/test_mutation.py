"""The data of mutation testing fits the code it speaks of, and processes end as they should."""

from __future__ import annotations

import importlib
import os
import sys
import time

import pytest

from conformance.layers.registry import FAMILIES, LAYERS
from mutation import page
from mutation.breaking import import_anew, install
from mutation.forks import Died, all_of, alone
from mutation.targets import EVERY_FAMILY, ROOT, has_functions, layers_of, targets

# The mathematics and the judgement.
PARTS = (
    "refimpl/_arguments.py",
    "refimpl/ops/**/*.py",
    *(f"conformance/{room}/**/*.py" for room in ("checks", "judging", "oracle", "spec")),
    "conformance/layers/*/oracle.py",
)
# No verdict depends on them: what other suites allow, mutants of the kill matrix, and what a
# namespace has to offer.
LEFT_OUT = {
    f"conformance/spec/{name}.py" for name in ("array_changes", "library", "mutant", "tolerance")
}


def test_every_module_of_the_mathematics_and_of_the_judgement_is_mutated():
    paths = [path for part in PARTS for path in ROOT.glob(part) if has_functions(path)]
    names = {path.relative_to(ROOT).as_posix() for path in paths}
    assert names >= LEFT_OUT
    assert names - LEFT_OUT - {target.file for target in targets()} == set()


def test_every_layer_is_a_witness():
    rows = {row for target in targets() for row in target.rows} - {EVERY_FAMILY}
    assert {layer for row in rows for layer in layers_of(row)} >= set(LAYERS)


def test_rows_are_families_layers_or_programs():
    assert layers_of("conv") == ("conv1d", "conv2d", "conv3d")
    assert layers_of("dropout")[:2] == ("dropout", "dropout1d")  # the family, not the layer
    assert layers_of("gelu") == ("gelu",)
    assert layers_of("errors") == ("errors",)
    assert {LAYERS[layer].family for layer in layers_of(EVERY_FAMILY)} == {
        family.name for family in FAMILIES
    }
    with pytest.raises(ValueError, match="'cubic' is no family, layer or program"):
        layers_of("cubic")


def test_an_oracle_is_judged_by_its_own_family():
    oracles = {target.file: target.rows for target in targets() if "/layers/" in target.file}
    assert oracles["conformance/layers/norm/oracle.py"] == ("norm",)


def test_no_module_is_named_twice_and_the_tests_exist():
    found = [target.file for target in targets()]
    assert len(found) == len(set(found))
    assert all((ROOT / test).exists() for target in targets() for test in target.tests)


@pytest.mark.parametrize("target", targets(), ids=lambda target: target.file)
def test_what_is_excused_still_stands_in_the_code(target):
    code = " ".join(target.source.split()).replace("  ", " ")
    for (before, after), reason in page.equivalent(target).items():
        assert before.split(" … ")[0] in code, before
        assert before != after
        assert len(reason.split()) > 3


def test_scores_and_excuses_are_of_modules_that_are_mutated():
    found = {target.file for target in targets()}
    assert {score.file for score in page.scores()} <= found
    assert {row["file"] for row in page.excuses()} <= found


def test_the_page_is_made_of_the_scores():
    assert page.PAGE.read_text() == page.text()


def _busy():
    while True:
        pass


def test_a_process_answers_and_one_that_raises_hangs_or_ends_is_told_apart():
    assert alone(lambda: os.getpid(), 60) != os.getpid()
    with pytest.raises(Died, match="ZeroDivisionError"):
        alone(lambda: 1 / 0, 60)
    with pytest.raises(Died, match="took too long"):
        alone(lambda: time.sleep(60), 0.02)
    with pytest.raises(Died, match="took too long"):
        alone(_busy, 0.2)
    with pytest.raises(Died, match="ended with 3"):
        alone(lambda: os._exit(3), 60)


def test_many_pieces_of_work_all_answer():
    works = ((n, lambda n=n: n * n) for n in range(7))
    assert dict(all_of(works, 3, 60)) == {n: n * n for n in range(7)}


def test_a_package_imported_afresh_knows_its_submodules():
    def attributes():
        name = "refimpl.torch._src.random"
        first = importlib.import_module(name)
        import_anew([name])
        again = importlib.import_module(name)
        return first is not again and hasattr(again, "engine")

    assert alone(attributes, 60)


def test_a_broken_module_is_in_its_place_before_any_test_runs():
    pytest.importorskip("grimp")
    (target,) = (each for each in targets() if each.file == "conformance/judging/planning.py")

    def is_broken():
        install(target, f"{target.source}\nBROKEN = True\n")
        return hasattr(sys.modules[target.module], "BROKEN")

    assert alone(is_broken, 120)
