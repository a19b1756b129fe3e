"""A survey: many implementations by others, each judged in a process of its own, on one page."""

from conformance.studies.survey.capsules import write_capsules
from conformance.studies.survey.explanations import apply_explanations
from conformance.studies.survey.implementation import Implementation, read_implementations
from conformance.studies.survey.page import CAPSULES, render_page
from conformance.studies.survey.results import ExplainedFailure, SurveyColumn
from conformance.studies.survey.run import judge_implementation

__all__ = [
    "CAPSULES",
    "ExplainedFailure",
    "Implementation",
    "SurveyColumn",
    "apply_explanations",
    "judge_implementation",
    "read_implementations",
    "render_page",
    "write_capsules",
]
