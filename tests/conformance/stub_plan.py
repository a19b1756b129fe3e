"""
A small plan that runs nothing, for the tests of the plugin: loaded with ``-p stub_plan``.

It stands in for the modules that know about cases and subjects. What becomes of a claim is
read from the environment: STUB_EVENTS maps ``aspect/id`` to a verdict, or to one of the failures
``crash``, ``raise``, ``interrupt`` and ``surrogate`` (an error whose message cannot be encoded);
``plan`` may be ``twice``, to name every claim twice.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from types import ModuleType, SimpleNamespace

from conformance.judging.messages import failure_message, rerun_command
from conformance.judging.verdict import Record, Verdict

SUBJECTS = ("alpha", "beta")
LAYERS = ("relu", "conv2d")  # not in the order of the alphabet
ASPECTS = ("output", "gradient")
EVENTS = json.loads(os.environ.get("STUB_EVENTS", "{}"))


@dataclass(frozen=True)
class Case:
    layer: str
    words: str

    @property
    def id(self):
        return f"{self.layer}-{self.words}-float32"


@dataclass(frozen=True)
class Claim:
    case: Case
    aspect: str
    subject: str
    form: str

    @property
    def id(self):
        return f"{self.case.id}-{self.subject}-{self.form}"

    @property
    def name(self):
        return f"{self.aspect}/{self.id}"


class Session:
    def __init__(self, roster, name_mistake):
        assert set(roster) <= set(SUBJECTS)


def plan(subjects, aspects=ASPECTS):
    claims = _plan(subjects, aspects)
    return {"pass": claims, "twice": claims * 2}[EVENTS.get("plan", "pass")]


def _plan(subjects, aspects):
    return [
        Claim(Case(layer, words), aspect, subject, "class")
        for layer in LAYERS
        for words in ("normal", "stride2.5")
        for aspect in aspects
        for subject in subjects
    ]


def judge(claim, session, expected):
    assert expected == ()
    name = claim.name
    event = EVENTS.get(name, "pass")
    if event == "crash":
        os._exit(7)
    if event == "raise":
        raise RuntimeError("the harness broke")
    if event == "interrupt":
        raise KeyboardInterrupt
    message = {
        "pass": "",
        "fail": failure_message(
            "relu(x)", (0, 2), 1.5, 1.25, 0.125, 2.0, 1.0, rerun_command(claim.aspect, claim.id)
        ),
        "unsupported": "there is no such thing",
        "expected": "differs as recorded",
        "stale": "no longer differs",
        "error": "ValueError: no",
        "surrogate": "ValueError: \ud800 \x1b[2J",
    }[event]
    return Record(
        case=claim.case.id,
        layer=claim.case.layer,
        aspect=claim.aspect,
        subject=claim.subject,
        form=claim.form,
        verdict=Verdict("error" if event == "surrogate" else event),
        k={"pass": 0.25, "fail": 2.0, "expected": float("inf")}.get(event),
        limit=1.0,
        seed=claim.case.id,
        message=message,
        divergence="Beta rounds the other way." if event in ("expected", "stale") else None,
    )


def roster_of(names, isolation=None):
    for name in names:
        if name not in SUBJECTS:
            raise ValueError(f"there is no subject {name!r}")
    return dict.fromkeys(names, SimpleNamespace(unguarded=False))


def built_in():
    return roster_of(SUBJECTS)


planning = ModuleType("conformance.judging.planning")
planning.__dict__.update(plan=plan, reseed_claims=None)
judging = ModuleType("conformance.judging.judge")
judging.__dict__.update(judge=judge)
naming = ModuleType("conformance.judging.naming")
naming.__dict__.update(MistakeNamer=lambda: SimpleNamespace(name=None))
session = ModuleType("conformance.judging.session")
session.__dict__.update(Session=Session)
roster = ModuleType("conformance.subjects.roster")
roster.__dict__.update(roster_of=roster_of, built_in=built_in)
for module in (planning, judging, naming, session, roster):
    sys.modules[module.__name__] = module
