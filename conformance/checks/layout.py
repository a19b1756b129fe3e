"""How the input lies in memory."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.checks.finding import Finding, within_bound
from conformance.checks.gradient import paired_gradients
from conformance.judging.session import Trial
from conformance.spec.call import Unsupported
from conformance.spec.request import Memory

_MEMORIES: tuple[Memory, ...] = ("strided", "channels_last")


def check_layout_does_not_matter(trial: Trial) -> Sequence[Finding]:
    """Non-contiguous and channels-last inputs give the same answers, within the same bounds.

    Parameters
    ----------
    trial : Trial
        The case, form and subject.

    Returns
    -------
    sequence of Finding
    """
    expected = trial.expected()
    findings: list[Finding] = []
    for memory in _MEMORIES:
        try:
            observation = trial.observe(memory=memory, gradients=True)
        except Unsupported:  # gradients are; the outputs can be looked at all the same
            observation = trial.observe(memory=memory)
        where = f" ({memory} input)"
        findings += [
            within_bound(f"{result.name}{where}", output, expected.outputs[result.name])
            for result, output in zip(trial.call.results, observation.outputs, strict=True)
        ]
        if "gradients" not in observation.lacking:
            gradients = paired_gradients(trial, observation.gradients, expected, where)
            findings += [pair.finding() for pair in gradients]
    return findings
