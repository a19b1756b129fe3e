"""What happens to the input."""

from __future__ import annotations

import math
from collections.abc import Sequence

from conformance.checks.finding import Finding, compare_arrays, compare_values
from conformance.checks.trial import Answers, Trial


def check_inputs_are_left_alone(trial: Trial, answers: Answers) -> Sequence[Finding]:
    """Inputs keep their bits, unless in-place is asked for: then the input holds the output.

    Parameters
    ----------
    trial : Trial
        The case, form and subject.
    answers : Answers
        What subjects and the oracle answer.

    Returns
    -------
    sequence of Finding
    """
    observation = answers.observe(trial)
    if trial.case.inplace:
        return [
            compare_arrays(
                "the input after the call", observation.inputs["input"], observation.outputs[0]
            ),
            compare_values("the output is the input's memory", observation.same_object, True),
        ]
    findings = [
        compare_arrays(f"{name} after the call", after, trial.case.draw(name))
        for name, after in observation.inputs.items()
        if name in trial.case.shapes
    ]
    return findings or [Finding("an input to look at", math.inf, "all", "none", "one", "none")]
