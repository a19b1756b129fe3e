"""How the input lies in memory."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.checks.finding import Finding, compare_within_bound
from conformance.checks.gradient import paired_gradients
from conformance.checks.trial import Answers, Trial
from conformance.spec.call import Unsupported
from conformance.spec.request import Memory

_MEMORIES: tuple[Memory, ...] = ("strided", "channels_last")


def check_layout_does_not_matter(trial: Trial, answers: Answers) -> Sequence[Finding]:
    """Non-contiguous and channels-last inputs give the same answers, within the same bounds.

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
    expected = answers.expected(trial)
    findings: list[Finding] = []
    for memory in _MEMORIES:
        try:
            observation = answers.observe(trial, memory=memory, gradients=True)
        except Unsupported:  # gradients are; the outputs can be looked at all the same
            observation = answers.observe(trial, memory=memory)
        where = f" ({memory} input)"
        findings += [
            compare_within_bound(f"{result.name}{where}", output, expected.outputs[result.name])
            for result, output in zip(trial.call.results, observation.outputs, strict=True)
        ]
        if "gradients" not in observation.lacking:
            gradients = paired_gradients(trial, observation.gradients, expected, where)
            findings += [pair.finding() for pair in gradients]
    return findings
