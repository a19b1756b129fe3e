"""Training runs: step by step from the subject's own parameters, and once running free."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from conformance.checks.finding import Array, Finding, compare_arrays, compare_within_bound
from conformance.checks.trajectory.step import dropout_mask, expected_values, observed_values
from conformance.checks.trajectory.training import TrainingStep, train
from conformance.checks.trial import Answers, ProgramTrial
from conformance.oracle.bounds import LIMIT
from conformance.programs.trajectory import TrainingRun


def check_training(trial: ProgramTrial, answers: Answers) -> Sequence[Finding]:
    """A training run goes as the oracle says.

    Parameters
    ----------
    trial : ProgramTrial
        A trajectory; its program says whether it runs free.
    answers : Answers
        What subjects and the oracle answer.

    Returns
    -------
    sequence of Finding
    """
    free = trial.program.content.free
    return (
        check_seed_alone_repeats_it(trial, answers)
        if free
        else check_each_step_is_within_bounds(trial, answers)
    )


def check_each_step_is_within_bounds(trial: ProgramTrial, answers: Answers) -> Sequence[Finding]:
    """Every number of every step of a training run lies within its bound.

    Each step starts from what the subject had: its parameters, statistics and mask are taken as
    exact, and every layer is judged on the input it really got, so that no error of an earlier
    step excuses a later one.

    Parameters
    ----------
    trial : ProgramTrial
        A trajectory.
    answers : Answers
        What subjects and the oracle answer.

    Returns
    -------
    sequence of Finding
        The worst of each tensor over all steps.
    """
    program, dialect = trial.program, trial.dialect
    run: TrainingRun = program.content
    library = answers.library(trial.subject)
    buffers: dict[tuple[int, str], Any] = {}
    worst: dict[str, Finding] = {}
    for number, step in enumerate(train(library, program, dialect)):
        for finding in _compare(
            observed_values(step, dialect), expected_values(step, run, dialect, buffers)
        ):
            known = worst.get(finding.what)
            if known is None or finding.k > known.k:
                worst[finding.what] = _at(number, finding)
    return list(worst.values())


def check_seed_alone_repeats_it(trial: ProgramTrial, answers: Answers) -> Sequence[Finding]:
    """refimpl, given the seed and nothing else, repeats the run.

    First parameters, the order of the data and every mask are the same to the bit, and the whole
    first step lies within its bounds. After that rounding goes its own way in each, and a network
    that learns amplifies it: the first tensor to leave the bound of its step is only reported.

    Parameters
    ----------
    trial : ProgramTrial
        A trajectory.
    answers : Answers
        What subjects and the oracle answer.

    Returns
    -------
    sequence of Finding
        One remarks where the two runs parted.
    """
    program, dialect = trial.program, trial.dialect
    run: TrainingRun = program.content
    # One after the other: they might draw from one generator.
    runs = [
        list(train(answers.library(name), program, dialect))
        for name in (trial.subject, f"refimpl.{dialect}")
    ]
    buffers: dict[tuple[int, str], Any] = {}
    findings: list[Finding] = []
    parted: Finding | None = None
    for number, (theirs, ours) in enumerate(zip(*runs, strict=True)):
        findings += [_at(number, each) for each in _same_bits(number, theirs, ours, dialect)]
        if parted is not None:
            continue
        expected = expected_values(ours, run, dialect, buffers, chained=True)
        steps = list(_compare(observed_values(theirs, dialect), expected))
        if number == 0:
            findings += steps
        left = [each for each in steps if each.k > LIMIT]
        if left:
            parted = _at(number, left[0])
    return [*_worst_of_each(findings), Finding("the free run", 0.0, remark=_remark(parted, run))]


def _same_bits(
    number: int, theirs: TrainingStep, ours: TrainingStep, dialect: str
) -> Iterator[Finding]:
    if number == 0:
        for key, array in ours.before.items():
            yield compare_arrays(f"first {key[1]} of layer {key[0]}", theirs.before[key], array)
    yield compare_arrays("labels, in the order of the data", theirs.labels, ours.labels)
    yield compare_arrays("images, in the order of the data", theirs.inputs, ours.inputs)
    seen = (_dropped_into(theirs, dialect) != 0) & (_dropped_into(ours, dialect) != 0)
    masks = [dropout_mask(step, dialect)[seen] for step in (theirs, ours)]
    yield compare_arrays("mask, where it can be seen", *masks)


def _dropped_into(step: TrainingStep, dialect: str) -> Array:
    return observed_values(step, dialect)["output of layer 3"]


def _compare(got: Mapping[str, Array], want: Mapping[str, Any]) -> Iterator[Finding]:
    for what, bounded in want.items():
        yield compare_within_bound(what, got[what], bounded)


def _at(number: int, finding: Finding) -> Finding:
    return replace(finding, index=(f"step {number}", finding.index))


def _worst_of_each(findings: Sequence[Finding]) -> list[Finding]:
    worst: dict[str, Finding] = {}
    for finding in findings:
        if finding.what not in worst or finding.k > worst[finding.what].k:
            worst[finding.what] = finding
    return list(worst.values())


def _remark(parted: Finding | None, run: TrainingRun) -> str:
    if parted is None:
        return f"free run: no tensor left the bound of its step in {run.steps} steps"
    step = parted.index[0] if isinstance(parted.index, tuple) else parted.index
    return f"free run: the first to leave the bound of its step is the {parted.what}, in {step}"
