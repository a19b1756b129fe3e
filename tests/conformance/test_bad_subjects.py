"""Known-bad subjects: each commits one sin, and at least one planned claim turns red."""

from __future__ import annotations

import functools
import importlib.util
import sys
import warnings
from pathlib import Path

import pytest

from conformance import subjects
from conformance.claims import Session, judge, plan
from conformance.verdict import Verdict

_SPEC = importlib.util.spec_from_file_location(
    "bad_subjects", Path(__file__).with_name("bad_subjects.py")
)
bad_subjects = sys.modules.setdefault("bad_subjects", importlib.util.module_from_spec(_SPEC))
_SPEC.loader.exec_module(bad_subjects)
SINS = bad_subjects.SINS


@functools.cache
def claims_about(subject, layer, aspect):
    return [claim for claim in everything(subject) if about(claim) == (layer, aspect)]


@functools.cache
def everything(subject):
    return plan((subject,))


def about(claim):
    return claim.case.layer, claim.aspect


@functools.cache
def honest():
    return Session()


def session_of(subject):
    """Give a run in which every subject is this one."""
    session = Session()
    session.subject = lambda name: subject
    return session


def caught(sin):
    """Find a claim that the sinner fails and the honest subject passes."""
    sinner = session_of(bad_subjects.Sinner(subjects.load(sin.subject), sin))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for claim in claims_about(sin.subject, sin.layer, sin.aspect):
            if sin.form not in ("", claim.form.split("+")[0]) or (
                sin.word and sin.word not in claim.case.words
            ):
                continue
            if judge(claim, sinner).verdict is not Verdict.FAIL:
                continue
            if judge(claim, honest()).verdict is Verdict.PASS:
                return claim
    return None


@pytest.mark.parametrize(
    "sin",
    SINS,
    ids=str,
)
def test_the_sin_is_caught_by_its_aspect(sin):
    assert caught(sin) is not None, f"no claim of aspect {sin.aspect} sees that: {sin}"


def test_there_are_enough_sins_and_no_two_are_named_alike():
    names = [(str(sin), sin.aspect) for sin in SINS]
    assert len(SINS) >= 40
    assert len(set(names)) == len(names)
