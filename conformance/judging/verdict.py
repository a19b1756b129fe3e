"""Verdicts, the record of one judged claim, and the words of a failure."""

from __future__ import annotations

import enum
import math
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


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


def rerun_command(aspect: str, claim: str, subject: str | None = None) -> str:
    """
    Give the shell command that runs one claim again.

    Parameters
    ----------
    aspect : str
        The claim's aspect.
    claim : str
        The claim's id.
    subject : str, optional
        To be given for a subject that is not one of the default ones: only then does the command
        need to name it.

    Returns
    -------
    str
        The command, quoted where the shell needs it.
    """
    command = ["python", "-m", "conformance"]
    if subject is not None:
        command += ["--subject", subject]
    return shlex.join([*command, "--claim", f"{aspect}/{claim}"])


def again(rerun: str) -> str:
    """
    Give the last line of a message.

    Parameters
    ----------
    rerun : str
        The command that runs the claim again.

    Returns
    -------
    str
        The command behind its label.
    """
    return f"{'again':<8}  {rerun}"


def failure_message(
    call: str,
    index: object,
    got: object,
    expected: object,
    bound: object,
    k: float,
    limit: float,
    rerun: str,
) -> str:
    """
    Lay out a failed comparison for a reader.

    Parameters
    ----------
    call : str
        The call as the subject received it; may have several lines.
    index : object
        Index of the worst element, e.g. ``(0, 1, 2, 0)``, or a word where there is no such thing.
    got, expected : object
        The worst element and what the oracle says about it.
    bound : object
        How far from `expected` an honest implementation can be at ``K = 1``.
    k, limit : float
        The error in units of the bound, and the largest one allowed.
    rerun : str
        The command that runs this claim again; see `rerun_command`.

    Returns
    -------
    str
        Seven or eight lines, labels in one column.

    Examples
    --------
    >>> print(failure_message("relu(x)", (0, 2), 1.5, 1.25, 0.125, 2.0, 1.0, "again"))
    call      relu(x)
    worst at  (0, 2)
    got       1.5
    expected  1.25
    off by    0.25
    bound     0.125
    K         2 (limit 1)
    again     again
    """
    rows = [("call", call), ("worst at", index), ("got", got), ("expected", expected)]
    distance = _distance(got, expected)
    if distance is not None:
        rows.append(("off by", distance))
    rows += [("bound", bound), ("K", f"{k:.4g} (limit {limit:.4g})"), ("again", rerun)]
    return "\n".join(f"{label:<8}  {_indent(value)}" for label, value in rows)


def _indent(value: object) -> str:
    return str(value).replace("\n", "\n" + " " * 10)


def _distance(got: object, expected: object) -> str | None:
    """Give the error in words, or None where the two are not finite numbers."""
    try:
        distance = abs(float(got) - float(expected))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return f"{distance:.4g}" if math.isfinite(distance) else None
