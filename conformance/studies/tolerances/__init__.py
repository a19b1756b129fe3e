"""Our judgement and published tolerances, on the same healthy and wrong answers."""

from __future__ import annotations

from conformance.studies.tolerances.page import as_json, page, summary
from conformance.studies.tolerances.results import Fate, Found, Healthy
from conformance.studies.tolerances.rules import OURS, RULES, Rule
from conformance.studies.tolerances.run import run

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
