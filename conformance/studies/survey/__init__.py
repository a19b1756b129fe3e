"""A survey: many implementations by others, each judged in a process of its own, on one page."""

from conformance.studies.survey.capsules import write_capsules
from conformance.studies.survey.explanations import explained
from conformance.studies.survey.implementation import Implementation, read_implementations
from conformance.studies.survey.page import CAPSULES, page
from conformance.studies.survey.results import Column, Finding
from conformance.studies.survey.run import judged

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
