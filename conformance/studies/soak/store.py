"""Stores the results of a soak by seed in a folder, so that a soak can be continued."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from conformance.judging.verdict import Record, Verdict
from conformance.report.files import write_file
from conformance.report.json import installed_versions
from conformance.spec.documents import read_json
from conformance.spec.files import LARGEST
from conformance.studies.soak.run import (
    COMPILED_EVERY,
    Distribution,
    DistributionKey,
    SoakPlan,
    SoakResults,
)


class StoreError(ValueError):
    """The stored results belong to another plan, or are damaged."""


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
    results = {
        "plan": _plan_to_json(plan, seed),
        "verdicts": found.verdicts,
        "covered": found.covered,
        "alarms": [(seed, record.to_json()) for seed, record in found.alarms],
        "spreads": [
            (cell, spread.counts, spread.worst, spread.where)
            for cell, spread in found.spreads.items()
        ],
    }
    values = {"sha256": _digest(results), "results": results}
    write_file(_seed_file(folder, seed), json.dumps(values))


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
    StoreError
        If some were stored with other subjects, cases or versions, or are not as they were stored.
    FileError
        If a file cannot be read.
    """
    found = {}
    for seed in plan.seeds:
        file = _seed_file(folder, seed)
        if os.path.lexists(file):
            results = _read_results(file)
            asked = _plan_to_json(plan, seed)
            if results["plan"] != asked:
                raise StoreError(
                    f"{file} was found with {results['plan']}; wanted is {asked}:"
                    " delete it, or keep this soak elsewhere"
                )
            found[seed] = _results_from_json(results)
    return found


def _read_results(file: Path) -> dict[str, Any]:
    values = read_json(file, largest=LARGEST)
    if isinstance(values, dict) and values.keys() == {"sha256", "results"}:
        results: dict[str, Any] = values["results"]
        if values["sha256"] == _digest(results):
            return results
    raise StoreError(f"{file} is not as it was stored: delete it")


def _digest(results: Mapping[str, Any]) -> str:
    # The values are as they are read back: a key that is a number becomes a string on the way.
    text = json.dumps(json.loads(json.dumps(results)), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


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
