"""Stores the results of a soak by seed in a folder, so that a soak can be continued."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from conformance.judging.verdict import Record, Verdict
from conformance.report.json import installed_versions
from conformance.studies.soak.run import (
    COMPILED_EVERY,
    Distribution,
    DistributionKey,
    SoakPlan,
    SoakResults,
)


class OtherPlanError(ValueError):
    """The stored results belong to another plan."""


def write_seed(folder: Path, plan: SoakPlan, seed: int, found: SoakResults) -> None:
    """
    Store the results of a seed.

    Parameters
    ----------
    folder : Path
        A folder that exists.
    plan : SoakPlan
        What was looked at.
    seed : int
        Under which seed.
    found : SoakResults
        What was found.
    """
    values = {
        "plan": _plan_to_json(plan, seed),
        "verdicts": found.verdicts,
        "covered": found.covered,
        "alarms": [(seed, record.to_json()) for seed, record in found.alarms],
        "spreads": [
            (cell, spread.counts, spread.worst, spread.where)
            for cell, spread in found.spreads.items()
        ],
    }
    unfinished = folder / f"seed-{seed}.part"
    unfinished.write_text(json.dumps(values), encoding="utf-8")
    unfinished.replace(_seed_file(folder, seed))


def read_seeds(folder: Path, plan: SoakPlan) -> dict[int, SoakResults]:
    """
    Read the stored results.

    Parameters
    ----------
    folder : Path
        A folder that exists.
    plan : SoakPlan
        What is wanted.

    Returns
    -------
    dict
        Seed -> its results; stored seeds alone.

    Raises
    ------
    OtherPlanError
        If some were stored with other subjects, cases or versions.
    """
    found = {}
    for seed in plan.seeds:
        file = _seed_file(folder, seed)
        if file.exists():
            values = json.loads(file.read_text(encoding="utf-8"))
            asked = _plan_to_json(plan, seed)
            if values["plan"] != asked:
                raise OtherPlanError(
                    f"{file} was found with {values['plan']}; wanted is {asked}:"
                    " delete it, or keep this soak elsewhere"
                )
            found[seed] = _results_from_json(values)
    return found


def _results_from_json(values: Any) -> SoakResults:
    return SoakResults(
        spreads={
            DistributionKey(*cell): Distribution(
                Counter({int(k): n for k, n in counts.items()}), worst, where
            )
            for cell, counts, worst, where in values["spreads"]
        },
        alarms=[(seed, Record.from_json(record)) for seed, record in values["alarms"]],
        covered=values["covered"],
        verdicts=Counter({Verdict(name): count for name, count in values["verdicts"].items()}),
    )


def _plan_to_json(plan: SoakPlan, seed: int) -> dict[str, Any]:
    return {
        "subjects": list(plan.subjects),
        "share": plan.share,
        "words": list(plan.words),
        "compiled_every": COMPILED_EVERY,
        "first": seed == plan.seeds[0],  # which looks at what is the same under all
        "versions": installed_versions(),
    }


def _seed_file(folder: Path, seed: int) -> Path:
    return folder / f"seed-{seed}.json"
