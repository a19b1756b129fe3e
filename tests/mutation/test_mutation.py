"""The data of mutation testing fits the code it speaks of, and processes end as they should."""

from __future__ import annotations

import importlib
import os
import time

import pytest

from mutation import page
from mutation.breaking import import_anew
from mutation.forks import Died, all_of, alone
from mutation.targets import ROOT, targets

# It holds names and nothing to break.
LEFT_OUT = {"refimpl/ops/activation.py"}


def test_every_module_of_the_mathematics_and_of_the_judgement_is_mutated():
    found = {target.file for target in targets()}
    for folder in (
        "refimpl/ops",
        *(f"conformance/{name}" for name in ("bounds", "oracle", "checks")),
    ):
        for path in (ROOT / folder).rglob("*.py"):
            name = path.relative_to(ROOT).as_posix()
            plain = path.name == "__init__.py" and folder != "conformance/oracle"
            assert name in found | LEFT_OUT or plain, name


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
