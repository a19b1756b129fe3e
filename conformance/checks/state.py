"""Running statistics."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from conformance import oracle
from conformance.bounds import Bounded
from conformance.checks.finding import Finding, equal, same_words, within_bound
from conformance.session import Trial

STEPS = (1, 3)


def check_state_follows_its_rule(trial: Trial) -> Sequence[Finding]:
    """The running statistics follow the dialect's rule, after one batch and after three.

    Parameters
    ----------
    trial : Trial
        Of a norm that keeps statistics.

    Returns
    -------
    sequence of Finding
    """
    findings = []
    for steps in STEPS:
        observation = trial.observe(steps=steps)
        observation.require("state")
        for name, statistic in state_after(trial, steps).items():
            if name not in observation.state:
                findings.append(Finding(name, math.inf, "all", "no such buffer", "one", "none"))
                continue
            got = observation.state[name]
            if not isinstance(statistic, Bounded):
                findings.append(equal(name, got, statistic))
                continue
            findings += [
                within_bound(f"{name} after {steps} steps", got, statistic),
                same_words(f"dtype of {name}", got.dtype.name, trial.case.dtype),
            ]
    return findings


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
