"""The results of a survey: a column for each implementation, with its explained failures."""

from __future__ import annotations

import functools
import math
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from conformance.judging.messages import rerun_command
from conformance.judging.verdict import Record, Verdict
from conformance.report.summary import Report
from conformance.studies.survey.implementation import Implementation


@dataclass(frozen=True)
class ExplainedFailure:
    """An explained failure, and the claims in which it shows.

    Attributes
    ----------
    implementation : Implementation
        Whose it is.
    sentence : str
        The explanation, with its kind before it.
    records : sequence of Record
        The claims.
    """

    implementation: Implementation
    sentence: str
    records: Sequence[Record]

    @property
    def worst(self) -> Record:
        """The claim that is off by most, rather of a result than of a gradient."""
        return max(
            self.records, key=lambda each: (_sort_key(each), each.aspect in ("output", "loss"))
        )

    @property
    def claim(self) -> str:
        """The worst claim, as ``--claim`` takes it."""
        worst = self.worst
        return f"{worst.aspect}/{worst.case}-{worst.subject}-{worst.form}"

    @property
    def rerun(self) -> str:
        """The command that judges the worst claim again."""
        aspect, _, claim = self.claim.partition("/")
        given = self.implementation.environment.items()
        words = [f"{name}={shlex.quote(value)}" for name, value in given]
        return " ".join([*words, rerun_command(aspect, claim, self.implementation.reference)])

    @property
    def capsule(self) -> str:
        """What the file of its capsule is called: the claim without its options."""
        worst = self.worst
        regime = worst.case.rpartition("-")[0].rpartition("-")[2]
        name = f"{self.implementation.name}-{worst.layer}-{regime}-{worst.aspect}"
        return re.sub(r"[^A-Za-z0-9_.-]", "_", name) + ".py"


@dataclass(frozen=True)
class SurveyColumn:
    """An implementation and its results.

    Attributes
    ----------
    implementation : Implementation
        Which one.
    versions : mapping
        Its packages' versions.
    report : Report
        Its records.
    """

    implementation: Implementation
    versions: Mapping[str, str]
    report: Report

    @functools.cached_property
    def sentences(self) -> Mapping[str, str]:
        """The sentences of its explanations, each with its kind."""
        explained = self.implementation.explanations
        return {each.sentence: each.reason.partition(":")[0] for each in explained}

    @property
    def unexplained(self) -> list[Record]:
        """The claims that fail, or no longer do, without an explanation."""
        return [record for record in self.report.records if not record.verdict.healthy]

    def findings(self, kind: str) -> list[ExplainedFailure]:
        """Return what was found of one kind.

        Parameters
        ----------
        kind : {'bug', 'difference'}
            Which.

        Returns
        -------
        list of ExplainedFailure
            Those that show in most claims first.
        """
        kinds, groups = self.sentences, dict[str, list[Record]]()
        for record in self.report.records:
            sentence = record.divergence or ""
            if record.verdict is Verdict.EXPECTED and kinds.get(sentence) == kind:
                groups.setdefault(sentence, []).append(record)
        ordered = sorted(groups.items(), key=lambda pair: (-len(pair[1]), pair[0]))
        return [ExplainedFailure(self.implementation, *pair) for pair in ordered]


def _sort_key(record: Record) -> float:
    return -1.0 if record.k is None else math.inf if math.isnan(record.k) else record.k
