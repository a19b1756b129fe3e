"""The conformance suite: cases, subjects, an oracle with derived bounds, checks and verdicts."""

from __future__ import annotations
