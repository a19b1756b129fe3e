"""The dtypes that come back."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.checks.finding import Finding, same_words
from conformance.judging.session import Trial


def check_dtypes_are_the_cases(trial: Trial) -> Sequence[Finding]:
    """Outputs and gradients come back in the dtype that went in; indices in int64.

    Parameters
    ----------
    trial : Trial
        The case, form and subject.

    Returns
    -------
    sequence of Finding
    """
    observation = trial.observe()
    findings = []
    for result, output in zip(trial.call.results, observation.outputs, strict=True):
        dtype = "int64" if result.name == "indices" else trial.case.dtype
        findings.append(same_words(f"dtype of {result.name}", output.dtype.name, dtype))
    findings += [
        same_words(f"dtype of the gradient of {name}", gradient.dtype.name, trial.case.dtype)
        for name, gradient in observation.gradients.items()
    ]
    return findings
