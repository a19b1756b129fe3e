"""Running statistics."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from conformance import oracle
from conformance.checks.finding import Finding, equal, same_words, within_bound
from conformance.session import Trial

_STEPS = (1, 3)


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
    for steps in _STEPS:
        expected = oracle.expected_state(trial.case, trial.call.conventions, steps)
        state = trial.observe(steps=steps).state
        if any(owned.name == "num_batches_tracked" for owned in trial.call.owned):
            counts = trial.case.config["training"] and trial.call.conventions["counts_batches"]
            counted = np.array(steps if counts else 0)
            findings.append(equal("num_batches_tracked", state["num_batches_tracked"], counted))
        for name, statistic in expected.items():
            findings += [
                within_bound(f"{name} after {steps} steps", state[name], statistic),
                same_words(f"dtype of {name}", state[name].dtype.name, trial.case.dtype),
            ]
    return findings
