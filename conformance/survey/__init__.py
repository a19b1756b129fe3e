"""A survey: many implementations by others, each judged in a process of its own, on one page."""

from conformance.survey.implementation import Implementation, read_implementations
from conformance.survey.page import Column, page
from conformance.survey.running import judged

__all__ = ["Column", "Implementation", "judged", "page", "read_implementations"]
