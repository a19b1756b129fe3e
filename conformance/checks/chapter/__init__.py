"""The chapter's claims, told as short programs on a subject's own namespace."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.checks.chapter import tf, torch
from conformance.checks.finding import Finding
from conformance.checks.trial import Answers, ProgramTrial
from conformance.programs.chapter import Statement
from conformance.subjects.observation import mask_seed

_CHECKS = {"torch": torch.CHECKS, "tf": tf.CHECKS}


def check_chapter(trial: ProgramTrial, answers: Answers) -> Sequence[Finding]:
    """A statement of the chapter holds.

    Parameters
    ----------
    trial : ProgramTrial
        Its program carries the statement.
    answers : Answers
        What subjects and the oracle answer.

    Returns
    -------
    sequence of Finding
    """
    library = answers.library(trial.subject)
    library.seed(mask_seed(trial.program))  # masks are the same, whatever was drawn before
    statement: Statement = trial.program.content
    return _CHECKS[trial.dialect][statement.number](library, trial.program)
