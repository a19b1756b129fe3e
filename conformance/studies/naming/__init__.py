"""The study of names: each wrong implementation, judged as a subject that is not known."""

from __future__ import annotations
