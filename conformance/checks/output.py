"""Outputs, losses among them."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.checks.finding import Finding, within_bound
from conformance.session import Trial


def check_outputs_are_within_bounds(trial: Trial) -> Sequence[Finding]:
    """Every output lies within its bound; in the exact regime it is equal, bit for bit.

    Parameters
    ----------
    trial : Trial
        The case, form and subject.

    Returns
    -------
    sequence of Finding
    """
    observation, expected = trial.observe(), trial.expected()
    return [
        within_bound(
            result.name,
            output,
            expected.outputs[result.name],
            exact=trial.case.regime == "exact",
        )
        for result, output in zip(trial.call.results, observation.outputs, strict=True)
    ]
