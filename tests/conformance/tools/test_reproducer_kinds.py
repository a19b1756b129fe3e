"""Capsules of every kind: each exits 1 with the wrong subject, and 0 with a healthy one."""

from __future__ import annotations

import contextlib
import io
import re
import subprocess
import sys
import types
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from conformance.judging.claim import Claim
from conformance.judging.planning import plan
from conformance.judging.session import Session
from conformance.oracle.bounds import LIMIT
from conformance.programs import all_cases, all_mutants
from conformance.spec.case import Case
from conformance.spec.mutant import Mutant
from conformance.spec.request import Observation, Request
from conformance.subjects import sandbox
from conformance.subjects.mutated import MutatedSubject
from conformance.subjects.refimpl import RefimplTorch
from conformance.subjects.remote import Isolation
from conformance.subjects.roster import RosterEntry, roster_of
from conformance.tools.reproducer import (
    Capsule,
    NoCapsule,
    find_failure,
    make_capsule,
    shrink,
    writer,
)
from conformance.tools.reproducer.concrete_case import make_concrete
from conformance.tools.reproducer.dimensions import with_values
from conformance.tools.reproducer.program import write_program
from conformance.tools.reproducer.writer import SIZE
from refimpl.dtypes import float_dtype

ROOT = Path(__file__).parents[3]
FAULTY = Path(__file__).parents[1] / "faulty_subjects.py"
HEALTHY = "conformance.subjects.refimpl:RefimplTorch"


def executed(text: str) -> int:
    """Run a program in this process, and give its exit status."""
    with contextlib.redirect_stdout(io.StringIO()), pytest.raises(SystemExit) as left:
        exec(compile(text, "capsule", "exec"), {"__name__": "__main__"})
    return int(left.value.code or 0)


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A module from which programs load what is put there as `it`."""
    module: Any = types.ModuleType("shelf")
    monkeypatch.setitem(sys.modules, "shelf", module)
    return module


# A mutant for each way in which something can be off.
MADE_OF = [
    "linear: bias forgotten",
    "linear: input doubled by the call",
    "relu: the input left alone in place",
    "relu: a copy for in place",
    "linear: outputs in float64",
    "linear: gradients in float64",
    "max_pool2d: memory read without its strides",
    "softmax: memory read without its strides",
    "conv2d: parameters in the wrong order",
    "conv2d: kernel owned in torch's layout",
    "conv2d: kernel of another dtype",
    "conv2d: frozen kernel",
    "batch_norm2d: statistics are trainable",
    "batch_norm2d: scale starts at zero",
    "batch_norm2d: batches not counted",
    "batch_norm2d: statistics kept in float64",
    "layer_norm: weight along the wrong axis",
    "avg_pool1d: an empty batch keeps one example",
    "conv2d: NaN gradients of an empty batch",
    "dropout: survivors not rescaled",
    "dropout: gradient of the dropped",
    "dropout2d: elements dropped for channels",
    "errors: a rate of any size",
]


def mutant_called(name: str) -> Mutant:
    return next(mutant for mutant in all_mutants() if mutant.id.startswith(name))


def case_called(name: str) -> Case:
    return next(case for case in all_cases() if case.id == name)


def failing(mutant: Mutant) -> tuple[Claim, MutatedSubject]:
    """The first claim that a mutant fails, and refimpl does not."""
    original = roster_of([mutant.subject])[mutant.subject].load()
    mutated = MutatedSubject(original, mutant)
    wrong, right = Session({mutant.subject: mutated}), Session()
    for claim in plan([mutant.subject], [mutant.aspect]):
        if claim.case.layer == mutant.layer and mutant.word in claim.case.id:
            with contextlib.suppress(NoCapsule):
                if find_failure(claim, wrong).fails and not find_failure(claim, right).fails:
                    return claim, mutated
    raise AssertionError(f"no claim finds {mutant.id}")


@pytest.mark.parametrize("name", MADE_OF)
def test_each_kind_exits_1_with_the_wrong_and_0_with_the_healthy(name: str, shelf: Any) -> None:
    mutant = mutant_called(name)
    claim, mutated = failing(mutant)
    healthy = Session().runner.subject(mutant.subject)
    mine = RosterEntry("mine", healthy.dialect, lambda: mutated, "shelf:it")
    asked = make_capsule(
        Claim.about(claim.case, claim.aspect, "mine", claim.form),
        Session(roster={"mine": mine}),
        seconds=2,
    )
    shelf.it = mutated
    assert executed(asked.text) == 1
    shelf.it = healthy
    assert executed(asked.text) == 0
    own = make_capsule(claim, Session({mutant.subject: mutated}), seconds=2)
    assert executed(own.text) == 0
    assert len(asked.text.encode()) <= SIZE
    assert not own.warning


# The frameworks' own words: what is wrong is put into the framework, and taken out again. -------


def doubled(torch: Any, relu: Any) -> Callable[..., Any]:
    def wrong(input: Any, inplace: bool = False) -> Any:
        output = relu(input.clone())
        input.data.mul_(2)
        return output

    return wrong


def by_memory(torch: Any, relu: Any) -> Callable[..., Any]:
    def wrong(input: Any, inplace: bool = False) -> Any:
        return relu(input.as_strided(input.shape, torch.empty(input.shape).stride()))

    return wrong


def refusing(library: Any, function: Any) -> Callable[..., Any]:
    def wrong(*arguments: Any, **named: Any) -> Any:
        raise RuntimeError("not today")

    return wrong


def widened(library: Any, function: Any) -> Callable[..., Any]:
    def wrong(*arguments: Any, **named: Any) -> Any:
        answer = function(*arguments, **named)
        return answer.double() if hasattr(answer, "double") else library.cast(answer, "float64")

    return wrong


def unscaled(library: Any, dropout: Any) -> Callable[..., Any]:
    def wrong(*arguments: Any, **named: Any) -> Any:
        return dropout(*arguments, **named) * 0.75

    return wrong


def with_more(library: Any, layer: Any) -> Any:
    class Wrong(layer):  # type: ignore[misc]
        def __init__(self, *arguments: Any, **named: Any) -> None:
            super().__init__(*arguments, **named)
            self.more = library.nn.Parameter(library.zeros(1))

    return Wrong


def with_other_start(library: Any, layer: Any) -> Any:
    class Wrong(layer):  # type: ignore[misc]
        def __init__(self, *arguments: Any, **named: Any) -> None:
            super().__init__(*arguments, **(named | {"bias_initializer": "ones"}))

    return Wrong


RELU, DROPOUT = "relu-normal-float32", "dropout-normal-float32"
FRAMEWORKS = [
    ("torch", "purity", RELU, "function", "nn.functional.relu", doubled),
    ("torch", "layout", RELU, "function", "nn.functional.relu", by_memory),
    ("torch", "dtype", RELU, "function", "nn.functional.relu", widened),
    ("torch", "output", RELU, "function", "nn.functional.relu", refusing),
    ("torch", "output", DROPOUT, "function", "nn.functional.dropout", unscaled),
    ("torch", "gradient", DROPOUT, "function", "nn.functional.dropout", unscaled),
    ("torch", "parameters", "linear-normal-float32", "class", "nn.Linear", with_more),
    ("tensorflow", "dtype", RELU, "nn", "nn.relu", widened),
    ("tensorflow", "gradient", RELU, "nn", "nn.relu", refusing),
    ("tensorflow", "output", DROPOUT, "nn", "nn.dropout", unscaled),
    ("tensorflow", "parameters", "linear-normal-float32", "keras", "keras.layers.Dense",
     with_other_start),
]  # fmt: skip


@pytest.mark.parametrize("row", FRAMEWORKS, ids=lambda row: f"{row[0]}-{row[1]}-{row[4]}")
def test_a_frameworks_program_shows_it_without_this_package(
    row: tuple[Any, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    name, aspect, case, form, target, wrong = row
    for needed in ("torch", "tensorflow")[: 1 + (name == "tensorflow")]:
        pytest.importorskip(needed)  # torch first: loaded second, its libraries clash
    session = Session()
    session.runner.subject(name)
    claim = Claim.about(case_called(case), aspect, name, form)
    library = session.runner.library(name).root
    *path, last = target.split(".")
    home = library
    for part in path:
        home = getattr(home, part)
    with monkeypatch.context() as patch:
        patch.setattr(home, last, wrong(library, getattr(home, last)))
        made = make_capsule(claim, session, seconds=2)
        assert executed(made.text) == 1
    assert executed(made.text) == 0
    assert "conformance" not in made.text.replace("conformance capsule", "")
    assert len(made.text.encode()) <= SIZE


# What takes its process along. ------------------------------------------------------------------


def capsule_of(
    name: str, aspect: str = "output", *, limit: float = 5.0, seconds: float = 10
) -> Capsule:
    """The capsule of a claim about a subject that does not answer for softsign."""
    isolation = Isolation(sandbox.Limits(limit))
    try:
        roster = roster_of([f"{FAULTY}:{name}"], isolation)
        claim = Claim.about(
            case_called("softsign-ties-float32"), aspect, next(iter(roster)), "class"
        )
        return make_capsule(claim, Session(roster=roster), seconds=seconds)
    finally:
        isolation.close()


ACCIDENT = [
    ("Raises", "output", "it raises RuntimeError", 1),
    ("Exits", "output", "it raises SystemExit", 1),
    ("Aborts", "output", "the process was killed by SIGABRT", -6),
    ("DiesBackwards", "gradient", "the process was killed by SIGABRT", -6),
]


@pytest.mark.skipif(not sandbox.AVAILABLE, reason="this system cannot fork")
@pytest.mark.parametrize(("name", "aspect", "words", "code"), ACCIDENT)
def test_an_accident_is_made_small_and_shown(
    name: str, aspect: str, words: str, code: int, tmp_path: Path
) -> None:
    made = capsule_of(name, aspect)
    text = made.text
    assert not made.warning
    assert words in text.splitlines()[0]
    assert "input = np.array([[[0.0]]], np.float32)" in text
    (tmp_path / "wrong.py").write_text(text)
    (tmp_path / "right.py").write_text(text.replace(f"{FAULTY}:{name}", HEALTHY))
    ends = [
        subprocess.run(
            [sys.executable, tmp_path / file],
            env={"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        for file in ("wrong.py", "right.py")
    ]
    assert [end.returncode for end in ends] == [code, 0], [end.stderr for end in ends]
    assert ends[1].stdout.endswith("it answers\n")


def test_what_hangs_is_told_in_time() -> None:
    text = capsule_of("Hangs", limit=1.0, seconds=1).text
    assert text.splitlines()[0].endswith("the process did not come back.")


# What a capsule promises. -----------------------------------------------------------------------


def test_the_bound_is_the_suites_to_the_last_bit() -> None:
    claim, mutated = failing(mutant_called("linear: bias forgotten"))
    made = make_capsule(claim, Session({"refimpl.torch": mutated}), seconds=1)
    failure = made.shrunk.failure
    found = re.search(r"^bound, limit = (\S+), (\S+) ", made.text, re.MULTILINE)
    assert found is not None
    assert (float(found[1]), float(found[2])) == (failure.bound, LIMIT)
    for part, code in ((1 - 1e-6, 0), (1 + 1e-6, 1)):
        got = failure.value + part * LIMIT * failure.bound
        assert executed(re.sub(r"got = float\(.*", f"got = {got!r}", made.text)) == code


def test_an_infinity_near_the_largest_number_counts_as_in_the_suite() -> None:
    case, session = case_called("hardswish-all-bfloat16"), Session()
    frozen = make_concrete(case, session.call(case, "refimpl.torch", "class"), 1)
    largest = np.full((1, 1), 3.3e38).astype(float_dtype("bfloat16"))
    frozen = with_values(frozen, {**frozen.values, ("input", 0): largest})
    failure = find_failure(Claim.about(frozen, "output", "refimpl.torch", "class"), session)
    text = write_program(failure, "claim")
    assert "an infinity counts as this" in text
    assert executed(re.sub(r"got = float\(.*", 'got = float("inf")', text)) == 0
    assert executed(re.sub(r"got = float\(.*", 'got = float("-inf")', text)) == 1


class NoZeros(RefimplTorch):
    """A referee that answers wrongly where an input is zero."""

    def run(self, request: Request) -> Observation:
        seen = super().run(request)
        if (request.arrays["input"] != 0).all():
            return seen
        return replace(seen, outputs=tuple(output + 1 for output in seen.outputs))


@pytest.mark.parametrize("strict", [False, True])
def test_a_step_is_taken_only_if_the_reference_passes(
    strict: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim, mutated = failing(mutant_called("linear: bias forgotten"))

    def referee(oracle: Session) -> Session:
        return Session({"refimpl.torch": NoZeros()}, oracle=oracle)

    if strict:
        monkeypatch.setattr(shrink, "Session", referee)
    made = make_capsule(claim, Session({"refimpl.torch": mutated}), seconds=5)
    zeros = made.shrunk.failure.trial.case.draw("input") == 0
    assert zeros.any() != strict


def test_what_the_reference_fails_too_is_not_made_smaller(monkeypatch: pytest.MonkeyPatch) -> None:
    claim, mutated = failing(mutant_called("linear: bias forgotten"))
    wrong = {"refimpl.torch": mutated}
    monkeypatch.setattr(shrink, "Session", lambda oracle: Session(wrong, oracle=oracle))
    made = make_capsule(claim, Session(wrong))
    assert "refimpl does not pass this case, either: it was not made smaller." in made.text
    assert made.shrunk.failure.trial.case.shapes == claim.case.shapes


def test_one_that_stays_large_says_so_and_one_too_large_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    claim, mutated = failing(mutant_called("conv2d: bias forgotten"))
    session = Session({"refimpl.torch": mutated})
    made = make_capsule(claim, session, seconds=0)
    assert len(made.text) > SIZE
    assert made.warning == f"{len(made.text)} bytes, more than {SIZE}"
    assert f"larger than {SIZE} bytes: these arrays could not be made smaller" in made.text
    monkeypatch.setattr(writer, "MAX_SIZE", SIZE)
    with pytest.raises(NoCapsule, match=f"bytes, more than {SIZE}, since these arrays could not"):
        make_capsule(claim, session, seconds=0)


def test_many_elements_are_made_plain_first() -> None:
    claim, mutated = failing(mutant_called("softmax: rows left over"))
    made = make_capsule(claim, Session({"refimpl.torch": mutated}), seconds=2)
    assert not made.warning


KINDS = ("forms", "agreement", "mask", "chapter", "seeded", "trajectory")


@pytest.fixture(scope="module")
def planned() -> dict[str, Claim]:
    return {claim.aspect: claim for claim in plan(["refimpl.torch", "refimpl.tf"])}


@pytest.mark.parametrize("aspect", KINDS)
def test_a_kind_without_capsules_is_named_with_the_reason(
    aspect: str, planned: dict[str, Claim]
) -> None:
    claim = planned.get(aspect) or replace(planned["output"], aspect=aspect)
    with pytest.raises(NoCapsule, match=f"there is no capsule of '{aspect}': it "):
        make_capsule(claim, Session())


def test_an_object_that_was_handed_over_is_told_how_to_be_given() -> None:
    session = Session({"mine": RefimplTorch()})
    case = case_called("softsign-ties-float32")
    with pytest.raises(NoCapsule, match=r"handed over as an object.*: give FILE\.py:Name"):
        make_capsule(Claim.about(case, "output", "mine", "class"), session)
