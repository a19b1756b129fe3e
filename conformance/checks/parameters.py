"""What a new instance owns."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.checks.finding import Finding, compare_values
from conformance.checks.trial import Answers, Trial


def check_parameters_are_as_documented(trial: Trial, answers: Answers) -> Sequence[Finding]:
    """Parameters and buffers have their names, order, shapes, dtypes, roles and first values.

    Parameters
    ----------
    trial : Trial
        Of a class.
    answers : Answers
        What subjects and the oracle answer.

    Returns
    -------
    sequence of Finding
    """
    owned = answers.inspect(trial).owned
    expected = trial.call.owned
    findings = [
        compare_values(
            "names in order", [each.name for each in owned], [each.name for each in expected]
        )
    ]
    for got, want in zip(owned, expected, strict=False):
        findings += [
            compare_values(f"shape of {want.name}", got.shape, want.shape),
            compare_values(f"dtype of {want.name}", got.dtype, want.dtype),
            compare_values(f"{want.name} is trainable", got.trainable, want.trainable),
        ]
        if want.initial is not None:
            findings.append(
                compare_values(f"initial value of {want.name}", got.initial, want.initial)
            )
    return findings
