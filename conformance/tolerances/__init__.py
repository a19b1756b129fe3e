"""Our judgement and published tolerances, on the same healthy and wrong answers."""

from __future__ import annotations

from conformance.tolerances.page import as_json, page, summary
from conformance.tolerances.rules import OURS, RULES, Rule
from conformance.tolerances.running import run
from conformance.tolerances.tally import Fate, Found, Healthy

__all__ = [
    "OURS",
    "RULES",
    "Fate",
    "Found",
    "Healthy",
    "Rule",
    "as_json",
    "page",
    "run",
    "summary",
]
