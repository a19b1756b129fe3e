"""Capsules: programs of their own that show one failure, and say so by their exit."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from conformance.judging.claim import Claim
from conformance.judging.planning import plan
from conformance.judging.session import Session
from conformance.layers.dialects import DIALECTS
from conformance.programs import all_cases, all_mutants
from conformance.spec.call import Unsupported
from conformance.spec.mutant import Mutant
from conformance.subjects.loading import dialect_of
from conformance.subjects.mutated import MutatedSubject
from conformance.subjects.roster import roster_of
from conformance.tools.reproducer import ASPECTS, NoCapsule, command, find_failure, make_capsule
from conformance.tools.reproducer.concrete_case import make_concrete
from conformance.tools.reproducer.explanation import explain_value
from conformance.tools.reproducer.literals import format_nested, format_number, uniform_value
from conformance.tools.reproducer.program import write_program
from conformance.tools.reproducer.writer import SIZE
from refimpl.dtypes import float_dtype

ROOT = Path(__file__).parents[3]
SAMPLED = ("conv2d", "max_pool2d", "batch_norm2d", "cross_entropy", "linear", "hardswish")
DEVIATION = "gradient/hardsigmoid-normal-float64-torch-function"


def claim(aspect: str, words: str, subject: str, form: str) -> Claim:
    """The first claim whose case has these words; the first of them is the layer."""
    layer, *others = words.split()
    for case in all_cases():
        if aspect == "state" and not case.config.get("track"):
            continue
        if case.layer == layer and set(others) <= {*case.words, case.regime, case.dtype}:
            with contextlib.suppress(Unsupported):
                DIALECTS[dialect_of(subject)].translate(case, form)
                return Claim.about(case, aspect, subject, form)
    raise AssertionError(f"no case of {words}")


def executed(text: str) -> int:
    """Run a program in this process, and give its exit status."""
    with contextlib.redirect_stdout(io.StringIO()), pytest.raises(SystemExit) as left:
        exec(compile(text, "capsule", "exec"), {"__name__": "__main__"})
    return int(left.value.code or 0)


def status(path: Path, *flags: str, cwd: Path, **variables: str) -> int:
    """Run a file in a process of its own."""
    run = subprocess.run(
        [sys.executable, *flags, str(path)],
        cwd=cwd,
        env={**os.environ, "OMP_NUM_THREADS": "1", **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in run.stderr, run.stderr
    return run.returncode


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "bfloat16"])
def test_numbers_come_back_bit_by_bit(dtype: str) -> None:
    kind = float_dtype(dtype)
    for value in np.array([0.1, -0.0, 1 / 3, 1e4, 1e-4]).astype(kind):
        back = np.array(float(format_number(value)), kind)
        assert back.tobytes() == np.array(value, kind).tobytes()


def test_arrays_are_written_as_lists_and_uniform_ones_in_a_word() -> None:
    assert format_nested(np.array([[1.0, -0.5]], np.float32)) == "[[1.0, -0.5]]"
    assert format_nested(np.array(3)) == "3"
    assert uniform_value(np.full(9, 0.25)) == "0.25"
    assert uniform_value(np.array([0.0] * 8 + [-0.0])) is None
    assert uniform_value(np.arange(9.0)) is None


HEALTHY = [
    ("output", "conv2d kmixed dilation2 groups2 pad1 normal", "refimpl.torch", "class"),
    ("gradient", "conv1d stride2 same normal float16", "refimpl.tf", "nn"),
    ("gradient", "batch_norm2d normal float32", "refimpl.torch", "function"),
    ("gradient", "batch_norm1d flat tiny", "refimpl.tf", "keras_ncx"),
    ("state", "batch_norm1d cumulative tiny float32", "refimpl.torch", "class"),
    ("state", "batch_norm2d momentum3 normal", "refimpl.tf", "keras"),
    ("loss", "cross_entropy weighted ignored", "refimpl.torch", "class"),
    ("output", "hardswish inplace special bfloat16", "refimpl.torch", "function"),
    ("output", "max_pool2d indices same ties", "refimpl.tf", "argmax"),
]


@pytest.mark.parametrize("words", HEALTHY, ids=" ".join)
def test_the_program_of_a_claim_that_holds_exits_0(words: tuple[str, str, str, str]) -> None:
    session = Session()
    healthy = claim(*words)
    with pytest.raises(NoCapsule, match="the claim holds"):
        make_capsule(healthy, session)
    call = session.call(healthy.case, healthy.subject, healthy.form)
    failure = find_failure(replace(healthy, case=make_concrete(healthy.case, call, 3)), session)
    assert executed(write_program(failure, "claim")) == 0


def test_a_recorded_deviation_of_the_real_framework_shows_in_a_process_of_its_own(
    tmp_path: Path,
) -> None:
    file = tmp_path / "capsule.py"
    assert command.main([DEVIATION, "-o", str(file)]) == 0
    assert "conformance" not in file.read_text().replace("conformance capsule", "")
    assert file.stat().st_size <= SIZE
    assert status(file, "-I", cwd=tmp_path) == 1


def test_what_has_no_capsule_is_told_why(capsys: pytest.CaptureFixture[str]) -> None:
    wrong = {
        "parameters/linear-single-wide-float16-refimpl.torch-class": "the claim holds",
        "output/linear-normal-float32-refimpl.torch-class": "the claim holds",
        "output/linear-normal-float31-refimpl.torch-class": "no claim",
        "linear-normal-float32": "claims are called so",
    }
    for name, reason in wrong.items():
        assert command.main([name]) == 2
        assert reason in capsys.readouterr().err


WRONG = "output/avg_pool2d-pad1-exact-float32-wrong-divisor-class"


def test_a_capsule_of_a_subject_of_ones_own_asks_it_through_this_package(tmp_path: Path) -> None:
    file, subject = tmp_path / "capsule.py", "examples.wrong_subjects:WrongDivisor"
    assert command.main([WRONG, "--subject", subject, "-o", str(file)]) == 0
    assert "this package" in file.read_text()
    assert status(file, cwd=ROOT, PYTHONPATH=str(ROOT)) == 1


def of_a_mutant(mutant: Mutant) -> tuple[Claim, Session]:
    """The first claim that a mutant fails."""
    roster = roster_of([mutant.subject])
    original = roster[mutant.subject].load()
    session = Session({mutant.subject: MutatedSubject(original, mutant)})
    for each in plan(roster, [mutant.aspect]):
        if each.case.layer == mutant.layer and mutant.word in each.case.id:
            with contextlib.suppress(NoCapsule):
                if find_failure(each, session).fails:
                    return each, session
    raise AssertionError(f"no claim finds {mutant.id}")


def mutants() -> list[Mutant]:
    """One of each layer and aspect: of those that only answer wrongly, the first."""
    chosen: dict[tuple[str, str], Mutant] = {}
    for mutant in all_mutants():
        if mutant.aspect in ASPECTS and mutant.layer in SAMPLED:
            chosen.setdefault((mutant.layer, mutant.aspect), mutant)
    return list(chosen.values())


@pytest.mark.parametrize("mutant", mutants(), ids=lambda mutant: mutant.id)
def test_capsules_of_mutants_are_small_and_the_honest_exit_0(mutant: Mutant) -> None:
    wrong, session = of_a_mutant(mutant)
    made = make_capsule(wrong, session)
    assert len(made.text.encode()) <= SIZE
    assert made.shrunk.failure.fails
    before = sum(wrong.case.draw(name).size for name in wrong.case.shapes)
    case = made.shrunk.failure.trial.case
    assert sum(case.draw(name).size for name in case.shapes) < before
    assert executed(made.text) == 0  # refimpl without the mistake
    assert make_capsule(wrong, session).text == made.text


def test_a_capsule_for_which_time_ran_out_says_so() -> None:
    wrong, session = of_a_mutant(mutants()[0])
    made = make_capsule(wrong, session, seconds=0.0)
    assert "for 0 s, not to the end" in made.text


def test_the_first_failures_of_a_run_get_capsules(tmp_path: Path) -> None:
    folder = tmp_path / "capsules"
    run = [sys.executable, "-m", "conformance", "--subject", "examples.wrong_subjects:WrongDivisor"]
    run += ["--subject", "tests/conformance/faulty_subjects.py:Aborts"]
    words = "avg_pool2d and pad1 and exact and float32 or softsign-ties-float32"
    run += ["-k", words, "--capsules", str(folder)]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=False)
    files = sorted(folder.glob("*.py"), key=lambda file: "aborts" in file.name)
    assert len(files) == 3, done.stdout  # of output and gradient, and one of all aborts
    assert all(f"capsule: {file}" in done.stdout for file in files)
    ends = [status(file, cwd=ROOT, PYTHONPATH=str(ROOT)) for file in files]
    assert ends == [1, 1, -6]


def test_the_arithmetic_is_spelled_out() -> None:
    told = {
        "conv2d": "sum of input * weight",
        "linear": "sum of",
        "max_pool2d": "largest input",
        "batch_norm2d": "mean",
        "hardswish": "min(max(x + 3, 0), 6) / 6",
    }
    found = {}
    for aspect, layer in (("output", name) for name in told):
        form = "class"
        healthy = claim(aspect, f"{layer} normal float32", "refimpl.torch", form)
        found[layer] = explain_value(find_failure(healthy, Session()))
    assert all(told[layer] in text for layer, text in found.items()), found


def test_the_terms_of_a_gradient_add_up_to_it() -> None:
    healthy = claim("gradient", "linear normal float64", "refimpl.torch", "class")
    failure = find_failure(healthy, Session())
    total = float(explain_value(failure).rpartition("= ")[2])
    assert abs(total - failure.value) <= 4 * failure.bound


def test_a_capsule_goes_to_a_regular_file_only(tmp_path, capsys):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SystemExit, match="2"):
        command.main([DEVIATION, "-o", str(tmp_path / "pipe")])
    assert "pipe is not a regular file, so nothing is written there" in capsys.readouterr().err
