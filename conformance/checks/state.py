"""Running statistics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from conformance import oracle
from conformance.checks.finding import Finding, Pair, compare_values
from conformance.checks.trial import Answers, Trial
from conformance.oracle.bounds import Bounded

STEPS = (1, 3)


def check_state_follows_its_rule(trial: Trial, answers: Answers) -> Sequence[Finding]:
    """The running statistics follow the dialect's rule, after one batch and after three.

    Parameters
    ----------
    trial : Trial
        Of a norm that keeps statistics.
    answers : Answers
        What subjects and the oracle answer.

    Returns
    -------
    sequence of Finding
    """
    findings = []
    for pair in state_pairs(trial, answers):
        findings.append(pair.finding())
        if pair.got is not None and isinstance(pair.expected, Bounded):
            got = pair.got.dtype.name
            findings.append(compare_values(f"dtype of {pair.what}", got, trial.case.dtype))
    return findings


def state_pairs(trial: Trial, answers: Answers) -> Sequence[Pair]:
    """Put the running statistics after one batch and after three beside the oracle's.

    Parameters
    ----------
    trial : Trial
        Of a norm that keeps statistics.
    answers : Answers
        What subjects and the oracle answer.

    Returns
    -------
    sequence of Pair
    """
    pairs = []
    for steps in STEPS:
        observation = answers.observe(trial, steps=steps)
        observation.require("state")
        pairs += [
            Pair(f"{name} after {steps} steps", observation.state.get(name), rule, kind="buffer")
            for name, rule in state_after(trial, steps).items()
        ]
    return pairs


def state_after(trial: Trial, steps: int) -> Mapping[str, Any]:
    """What the buffers must hold after some batches.

    Parameters
    ----------
    trial : Trial
        Of a norm that keeps statistics.
    steps : int
        How many batches.

    Returns
    -------
    mapping
        Neutral name -> bounded array; the counter, where there is one, is an integer.
    """
    call = trial.call
    state = dict(oracle.expected_state(trial.case, call.conventions, steps))
    if any(owned.name == "num_batches_tracked" for owned in call.owned):
        counts = trial.case.config["training"] and call.conventions["counts_batches"]
        state["num_batches_tracked"] = np.array(steps if counts else 0)
    return state
