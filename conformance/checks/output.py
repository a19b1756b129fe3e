"""Outputs, losses among them."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.checks.finding import Finding, Pair
from conformance.judging.session import Trial


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
    return [pair.finding() for pair in output_pairs(trial)]


def output_pairs(trial: Trial) -> Sequence[Pair]:
    """Put every output beside what the oracle says of it.

    Parameters
    ----------
    trial : Trial
        The case, form and subject.

    Returns
    -------
    sequence of Pair
    """
    observation, expected = trial.observe(), trial.expected()
    exact = trial.case.regime == "exact"
    return [
        Pair(result.name, output, expected.outputs[result.name], exact)
        for result, output in zip(trial.call.results, observation.outputs, strict=True)
    ]
