"""Verdicts, and the record of one judged claim."""

from __future__ import annotations

import enum
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from conformance.spec.text import to_printable

# Text of so many characters need not be looked at for its length.
_SHORT = 1000


class Verdict(enum.StrEnum):
    """What became of one claim."""

    PASS = "pass"
    FAIL = "fail"
    UNSUPPORTED = "unsupported"
    EXPECTED = "expected"
    STALE = "stale"
    ERROR = "error"

    @property
    def healthy(self) -> bool:
        """Whether a run with this verdict in it may still exit 0."""
        return self not in (Verdict.FAIL, Verdict.STALE, Verdict.ERROR)


@dataclass(frozen=True)
class Record:
    """
    One judged claim: a case, looked at under one aspect, in one form of one subject.

    Attributes
    ----------
    case : str
        Id of the case.
    layer : str
        The layer the case belongs to: a row of the matrix.
    aspect : str
        What was looked at: ``"output"``, ``"gradient"``, …
    subject : str
        The implementation under test: a column of the matrix.
    form : str
        How the subject was called, for instance as a class or as a function.
    verdict : Verdict
        What became of it.
    k : float or None
        The largest error in units of the bound; infinite where no bound can hold (a NaN, a wrong
        shape); None where nothing was measured.
    limit : float or None
        The limit `k` was held against; None where nothing was measured.
    seed : str
        What the inputs were drawn from.
    message : str
        What happened; for a pass empty, or a remark.
    divergence : str or None
        The sentence of the recorded divergence or limitation, for `expected` and `stale`.
    """

    case: str
    layer: str
    aspect: str
    subject: str
    form: str
    verdict: Verdict
    k: float | None
    limit: float | None
    seed: str
    message: str
    divergence: str | None = None

    def __post_init__(self) -> None:
        """Make its text printable, wherever it comes from: every report is made of records."""
        for name in ("case", "layer", "aspect", "subject", "form", "seed", "message", "divergence"):
            value = getattr(self, name)
            plain = type(value) is str and len(value) <= _SHORT and value.isprintable()
            if value is not None and not plain:
                object.__setattr__(self, name, to_printable(str(value)))

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What identifies the claim, and the order of records in a report."""
        return (self.case, self.aspect, self.subject, self.form)

    def to_json(self) -> dict[str, Any]:
        """
        Turn the record into plain JSON values; an infinite or undefined `k` becomes ``"inf"``.

        Returns
        -------
        dict
            Strings, floats and None only, whatever NumPy scalars the record was made from.
        """
        return {
            "case": str(self.case),
            "layer": str(self.layer),
            "aspect": str(self.aspect),
            "subject": str(self.subject),
            "form": str(self.form),
            "verdict": str(self.verdict.value),
            "k": _finite_or_inf(self.k),
            "limit": None if self.limit is None else float(self.limit),
            "seed": str(self.seed),
            "message": str(self.message),
            "divergence": None if self.divergence is None else str(self.divergence),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Record:
        """
        Read a record back from what `to_json` gave.

        Parameters
        ----------
        values : Mapping
            The fields by name.

        Returns
        -------
        Record
            The record, its `k` a float again.
        """
        k = values["k"]
        fields = {**values, "verdict": Verdict(values["verdict"])}
        return cls(**{**fields, "k": None if k is None else float(k)})


def _finite_or_inf(k: float | None) -> float | str | None:
    if k is None:
        return None
    # JSON has no infinity, and a K that is not a number says no less than "not within any bound".
    return float(k) if math.isfinite(k) else "inf"
