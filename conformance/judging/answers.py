"""Asks subjects and the oracle, and remembers: all aspects of a case look at the same answers."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from conformance import oracle
from conformance.checks.trial import Trial
from conformance.judging.requests import build_inspection, build_request
from conformance.layers.registry import LAYERS
from conformance.oracle import Expected
from conformance.spec.call import Call, Unsupported
from conformance.spec.case import Array, Case
from conformance.spec.library import Library
from conformance.spec.request import Memory, Observation
from conformance.spec.text import message_of
from conformance.subjects.observation import (
    check_answer,
    mask_seed,
    observed_mask,
    to_neutral_layout,
)
from conformance.subjects.protocol import SubjectRaised
from conformance.subjects.runner import SubjectRunner


class OracleMemory:
    """What the oracle said, whichever subject is judged."""

    def __init__(self) -> None:
        self._expected = functools.lru_cache(512)(_evaluate)

    def expected(self, case: Case, call: Call, half_sums: bool = False) -> Expected:
        """Evaluate a case once.

        Parameters
        ----------
        case : Case
            The case.
        call : Call
            Whose arrays and conventions count.
        half_sums : bool
            Whether sums may accumulate in a half type.

        Returns
        -------
        Expected
        """
        conventions = tuple(sorted(call.conventions.items(), key=lambda item: item[0]))
        return self._expected(case, conventions, call.arrays, half_sums)

    def forget(self) -> None:
        """Forget everything."""
        self._expected.cache_clear()


class AnswerMemory:
    """The answers of one run; implements `conformance.checks.trial.Answers`.

    Parameters
    ----------
    runner : SubjectRunner
        Who asks the subjects.
    oracle : OracleMemory
        What the oracle said.
    """

    def __init__(self, runner: SubjectRunner, oracle: OracleMemory) -> None:
        self._runner = runner
        self._oracle = oracle
        self._observed = functools.lru_cache(512)(self._observe)

    def observe(
        self,
        trial: Trial,
        *,
        memory: Memory = "contiguous",
        steps: int = 1,
        gradients: bool = False,
    ) -> Observation:
        """What the subject answers; see `Answers.observe`."""
        try:
            observation = self._answer(trial, memory, steps, steps == 1)
        except (SubjectRaised, Unsupported) as error:
            if gradients or steps > 1:
                raise
            observation = self._answer(trial, memory, steps, False)
            if isinstance(error, Unsupported):
                lacking = {**observation.lacking, "gradients": str(error)}
                return replace(observation, lacking=lacking)
        if gradients:
            observation.require("gradients")
        return observation

    def inspect(self, trial: Trial) -> Observation:
        """What a newly constructed instance owns; see `Answers.inspect`."""
        return self._runner.run(trial.subject, build_inspection(trial))

    def expected(self, trial: Trial) -> Expected:
        """What the oracle says; see `Answers.expected`."""
        case, call = trial.case, trial.call
        if LAYERS[case.layer].random:
            mask = observed_mask(case, self.observe(trial).outputs[0])
            return oracle.expected(
                trial.used_case, call.conventions, {"keep": mask}, half_sums=trial.half_sums
            )
        return self._oracle.expected(case, call, trial.half_sums)

    def cotangents(self, trial: Trial) -> Mapping[str, Array]:
        """The cotangents of the outputs, in the neutral layout.

        Parameters
        ----------
        trial : Trial
            Of a layer.

        Returns
        -------
        mapping
            Neutral name of a result -> array.
        """
        case = trial.case
        if LAYERS[case.layer].random:  # the oracle answers only when it has seen the mask
            return {"output": oracle.cotangent_of(case, "output", case.shapes["input"])}
        return self._oracle.expected(case, trial.call).cotangents

    def library(self, subject: str) -> Library:
        """The namespace of a subject; see `Answers.library`."""
        return self._runner.library(subject)

    def is_built_in(self, subject: str) -> bool:
        """Whether a subject is one of the suite's own; see `Answers.is_built_in`."""
        return self._runner.roster[subject].built_in

    def forget(self) -> None:
        """Forget what the subjects answered."""
        self._observed.cache_clear()

    def _answer(self, trial: Trial, memory: Memory, steps: int, gradients: bool) -> Observation:
        answer = self._observed(trial, memory, steps, gradients)
        if isinstance(answer, SubjectRaised):
            raise answer
        return answer

    def _observe(
        self, trial: Trial, memory: Memory, steps: int, gradients: bool
    ) -> Observation | SubjectRaised:
        subject = trial.subject
        cotangents = self.cotangents(trial) if gradients else None
        request = build_request(trial, cotangents, memory=memory, steps=steps)
        if LAYERS[trial.case.layer].random:
            # What is drawn shall depend on the case alone, so that a run can be repeated.
            self._runner.seed(subject, mask_seed(trial.case))
        try:
            answer = self._runner.run(subject, request)
        except SubjectRaised as error:
            return error
        try:
            check_answer(answer, trial.call)
            return to_neutral_layout(answer, trial.call)
        except Exception as error:
            return SubjectRaised(
                f"{subject} gave an answer that cannot be read: {message_of(error)}"
            )


def _evaluate(
    case: Case,
    conventions: tuple[tuple[str, Any], ...],
    arrays: frozenset[str],
    half_sums: bool,
) -> Expected:
    return oracle.expected(case.restricted_to(arrays), dict(conventions), half_sums=half_sums)
