"""What a new instance owns."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.checks.finding import Finding, same_words
from conformance.judging.session import Trial


def check_parameters_are_as_documented(trial: Trial) -> Sequence[Finding]:
    """Parameters and buffers have their names, order, shapes, dtypes, roles and first values.

    Parameters
    ----------
    trial : Trial
        Of a class.

    Returns
    -------
    sequence of Finding
    """
    owned = trial.session.fresh(trial).owned
    expected = trial.call.owned
    findings = [
        same_words(
            "names in order", [each.name for each in owned], [each.name for each in expected]
        )
    ]
    for got, want in zip(owned, expected, strict=False):
        findings += [
            same_words(f"shape of {want.name}", got.shape, want.shape),
            same_words(f"dtype of {want.name}", got.dtype, want.dtype),
            same_words(f"{want.name} is trainable", got.trainable, want.trainable),
        ]
        if want.initial is not None:
            findings.append(same_words(f"initial value of {want.name}", got.initial, want.initial))
    return findings
