"""A survey: many implementations by others, each judged in a process of its own, on one page."""

from conformance.survey.capsules import write_capsules
from conformance.survey.column import Column, Finding
from conformance.survey.explaining import explained
from conformance.survey.implementation import Implementation, read_implementations
from conformance.survey.page import CAPSULES, page
from conformance.survey.running import judged

__all__ = [
    "CAPSULES",
    "Column",
    "Finding",
    "Implementation",
    "explained",
    "judged",
    "page",
    "read_implementations",
    "write_capsules",
]
