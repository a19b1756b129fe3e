"""What happens to the input."""

from __future__ import annotations

import math
from collections.abc import Sequence

from conformance.checks.finding import Finding, equal, same_words
from conformance.judging.session import Trial


def check_inputs_are_left_alone(trial: Trial) -> Sequence[Finding]:
    """Inputs keep their bits, unless in-place is asked for: then the input holds the output.

    Parameters
    ----------
    trial : Trial
        The case, form and subject.

    Returns
    -------
    sequence of Finding
    """
    observation = trial.observe()
    if trial.case.config.get("inplace"):
        return [
            equal("the input after the call", observation.inputs["input"], observation.outputs[0]),
            same_words("the output is the input's memory", observation.same_object, True),
        ]
    findings = [
        equal(f"{name} after the call", after, trial.case.draw(name))
        for name, after in observation.inputs.items()
        if name in trial.case.shapes
    ]
    return findings or [Finding("an input to look at", math.inf, "all", "none", "one", "none")]
