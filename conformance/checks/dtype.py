"""The dtypes that come back."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.checks.finding import Finding, compare_values
from conformance.checks.trial import Answers, Trial


def check_dtypes_are_the_cases(trial: Trial, answers: Answers) -> Sequence[Finding]:
    """Outputs and gradients come back in the dtype that went in; indices in int64.

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
    findings = []
    for result, output in zip(trial.call.results, observation.outputs, strict=True):
        dtype = "int64" if result.name == "indices" else trial.case.dtype
        findings.append(compare_values(f"dtype of {result.name}", output.dtype.name, dtype))
    findings += [
        compare_values(f"dtype of the gradient of {name}", gradient.dtype.name, trial.case.dtype)
        for name, gradient in observation.gradients.items()
    ]
    return findings
