"""The chapter's claims, told as short programs on a subject's own namespace."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.checks.chapter import tf, torch
from conformance.checks.finding import Finding
from conformance.judging.session import Trial
from conformance.subjects.observation import seed_of

_TOLD = {"torch": torch.TOLD, "tf": tf.TOLD}


def check_chapter(trial: Trial) -> Sequence[Finding]:
    """A statement of the chapter holds.

    Parameters
    ----------
    trial : Trial
        Its case carries the statement.

    Returns
    -------
    sequence of Finding
    """
    library = trial.session.library(trial.subject)
    library.seed(seed_of(trial.case))  # masks are the same, whatever was drawn before
    statement = trial.case.config["statement"]
    return _TOLD[trial.call.target][statement.number](library, trial.case)
