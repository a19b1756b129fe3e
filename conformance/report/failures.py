"""The failures of a run for a terminal, each kind once."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from conformance.judging.verdict import Record, Verdict
from conformance.report.summary import Report

# How many kinds are shown in full; the rest is counted.
_MAX_SHOWN = 20


def render_failures(report: Report, *, shown: int = _MAX_SHOWN) -> str:
    """
    Lay out the failures for a terminal.

    Parameters
    ----------
    report : Report
        The run.
    shown : int
        How many kinds of failure to show in full.

    Returns
    -------
    str
        Of each kind the claim that is farthest off, with its whole message, and how many more
        there are; empty if nothing failed.
    """
    kinds: dict[tuple[str, ...], list[Record]] = {}
    for record in report.records:
        if not record.verdict.healthy:
            kinds.setdefault(_kind_of(record), []).append(record)
    lines = []
    for group in list(kinds.values())[:shown]:
        worst = max(group, key=_severity)
        subject, form = worst.subject, worst.form
        lines += [
            f"{worst.verdict.upper()}  {worst.layer}, {worst.aspect}: {subject} ({form})",
            *(f"    {line}" for line in worst.message.splitlines()),
        ]
        if len(group) > 1:
            lines.append(f"    … and {_count_others(group, worst)}")
        lines.append("")
    hidden = list(kinds.values())[shown:]
    if hidden:
        claims = sum(len(group) for group in hidden)
        lines += [f"… and {claims} failures of {len(hidden)} more kinds: --report-json has all", ""]
    return "\n".join(lines)


def _kind_of(record: Record) -> tuple[str, ...]:
    """What makes two failures alike: everything but the case and its numbers."""
    wrong = re.search(r"wrong: (.*)", record.message)
    first = wrong.group(1) if wrong else record.message.partition("\n")[0]
    alike = record.subject, record.verdict.value, re.sub(r"\d+", "#", first)
    # What a subject raises is the same thing whatever the layer; a wrong number is not.
    return alike if record.verdict is Verdict.ERROR else (record.layer, *alike)


def _severity(record: Record) -> float:
    return math.inf if record.k is None or math.isnan(record.k) else record.k


def _count_others(group: Sequence[Record], worst: Record) -> str:
    aspects = ", ".join(sorted({record.aspect for record in group}))
    forms = ", ".join(sorted({record.form for record in group}))
    return f"{len(group) - 1} more like it ({aspects}; {forms})"
