"""Batches without an example."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.checks.finding import Finding, compare_arrays, compare_values
from conformance.checks.trial import Answers, Trial


def check_empty_batch_is_answered(trial: Trial, answers: Answers) -> Sequence[Finding]:
    """An empty batch gives empty outputs of the right shape and zero gradients of parameters.

    Parameters
    ----------
    trial : Trial
        Its case has no example in the batch.
    answers : Answers
        What subjects and the oracle answer.

    Returns
    -------
    sequence of Finding
    """
    observation, expected = answers.observe(trial), answers.expected(trial)
    findings = []
    for result, output in zip(trial.call.results, observation.outputs, strict=True):
        want = expected.outputs[result.name]
        findings.append(compare_values(f"shape of {result.name}", output.shape, tuple(want.shape)))
    for name in sorted(observation.gradients.keys() & expected.gradients.keys()):
        gradient, want = observation.gradients[name], expected.gradients[name]
        findings.append(
            compare_arrays(f"gradient of {name}", gradient, want.value.astype(gradient.dtype))
        )
    return findings
