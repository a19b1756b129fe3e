"""What is on record is said in sentences, speaks about planned claims, and is not too wide."""

from __future__ import annotations

import contextlib
import functools
from collections import defaultdict
from dataclasses import replace
from fnmatch import fnmatchcase
from types import MappingProxyType

import pytest

from conformance.judging.divergences import DIVERGENCES, find_records
from conformance.judging.judge import judge
from conformance.judging.planning import plan
from conformance.judging.session import Session
from conformance.judging.verdict import Verdict
from conformance.layers.pooling.divergences import has_ties
from conformance.layers.registry import layer_cases
from conformance.spec import processor
from conformance.spec.case import Case
from conformance.spec.divergence import Divergence
from conformance.subjects.loading import SUBJECTS


def case(**changes):
    given = {
        "layer": "conv2d",
        "words": ("stride2",),
        "config": MappingProxyType({}),
        "shapes": MappingProxyType({}),
        "regime": "normal",
        "dtype": "float32",
        "hunts": "",
    }
    return Case(**{**given, **changes})


def known(**changes):
    given = {
        "subjects": ("torch", "refimpl.*"),
        "layers": ("conv?d",),
        "kind": "differs",
        "sentence": "It differs.",
        "reason": "So it does.",
    }
    return Divergence(**{**given, **changes})


def test_patterns_cover_as_in_a_shell():
    assert known().covers(case(), "output", "torch", "class")
    assert known().covers(case(), "output", "refimpl.tf", "nn")
    assert not known().covers(case(), "output", "tensorflow", "nn")
    assert not known().covers(case(layer="conv2dd"), "output", "torch", "class")
    assert not known(forms=("nn*",)).covers(case(), "output", "torch", "class")
    assert known(forms=("nn*",)).covers(case(), "output", "torch", "nn_ncx")
    assert not known(aspects=("gradient",)).covers(case(), "output", "torch", "class")


def test_a_condition_is_asked_only_where_the_rest_fits():
    def explode(case):
        raise AssertionError("asked")

    strict = known(when=explode)
    assert not strict.covers(case(layer="relu"), "output", "torch", "class")
    with pytest.raises(AssertionError):
        strict.covers(case(), "output", "torch", "class")


def must_show(record, aspect="output", **changes):
    return record.must_show_at(case(**changes), aspect, "torch", "class")


def test_every_claim_must_show_it_unless_more_is_said():
    assert must_show(known())


def test_where_there_are_witnesses_they_alone_must():
    named = known(witnesses=("output/conv2d-stride2-normal-float32-torch-class",))
    assert must_show(named)
    assert not must_show(named, aspect="gradient")
    assert not must_show(named, seed=7)


def test_a_witness_may_be_one_of_another_seed():
    named = known(witnesses=("output/conv2d-stride2-normal-float32-torch-class seed 7",))
    assert must_show(named, seed=7)
    assert not must_show(named)
    assert not must_show(named, seed=70)


def test_what_surely_shows_it_must_and_witnesses_beside_it():
    def every(case):
        return case.regime == "all"

    sure = known(surely=every)
    assert must_show(sure, regime="all")
    assert not must_show(sure)
    both = known(surely=every, witnesses=("output/conv2d-stride2-normal-float32-torch-class",))
    assert must_show(both, regime="all")
    assert must_show(both)
    assert not must_show(both, aspect="gradient")


# Some records hold on some processors: there are two kinds of plans.
PROCESSORS = (frozenset(), frozenset({"avx512_fp16", "amx_bf16"}))


@contextlib.contextmanager
def running_on(flags):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(processor, "processor_flags", lambda: flags)
        yield


@functools.cache
def claims(flags):
    with running_on(flags):
        return plan(SUBJECTS)


@functools.cache
def grouped(flags):
    groups = defaultdict(list)
    for claim in claims(flags):
        groups[claim.subject, claim.case.layer].append(claim)
    return groups


@functools.cache
def covered_claims(number, flags):
    """Give the claims that a record speaks about on a processor."""
    each = DIVERGENCES[number]
    with running_on(flags):
        return [
            claim
            for (subject, layer), group in grouped(flags).items()
            if any(fnmatchcase(subject, pattern) for pattern in each.subjects)
            and any(fnmatchcase(layer, pattern) for pattern in each.layers)
            for claim in group
            if each.covers(claim.case, claim.aspect, claim.subject, *claim.forms)
        ]


def covered(number, flags):
    return {claim.name for claim in covered_claims(number, flags)}


def under_its_seed(witness, flags):
    """Give the claim that a witness names, with the seed that it names or 0."""
    name, _, seed = witness.partition(" seed ")
    claim = next(claim for claim in claims(flags) if claim.name == name)
    return replace(claim, case=replace(claim.case, seed=int(seed or 0)))


NUMBERED = pytest.mark.parametrize(
    "number", range(len(DIVERGENCES)), ids=lambda n: f"{n}-{DIVERGENCES[n].sentence[:40]}"
)


@NUMBERED
def test_every_record_has_a_sentence_and_a_reason(number):
    each = DIVERGENCES[number]
    for text in (each.sentence, each.reason):
        assert text.endswith(".")
        assert len(text.split()) >= 3
    assert each.kind in ("raises", "differs", "either")
    assert not each.half_sums or each.kind == "differs"


@NUMBERED
def test_every_record_speaks_about_planned_claims(number):
    assert any(covered(number, flags) for flags in PROCESSORS)


@NUMBERED
def test_every_witness_is_a_planned_claim_that_the_record_covers(number):
    each = DIVERGENCES[number]
    flags = next(flags for flags in PROCESSORS if covered(number, flags))
    with running_on(flags):
        for witness in each.witnesses:
            claim = under_its_seed(witness, flags)
            assert each.covers(claim.case, claim.aspect, claim.subject, *claim.forms)


SEEDED = [witness for each in DIVERGENCES for witness in each.witnesses if " seed " in witness]


@pytest.mark.parametrize("witness", SEEDED)
def test_a_witness_under_another_seed_shows_it(witness):
    pytest.importorskip("tensorflow" if "-tensorflow-" in witness else "torch")
    seeded = under_its_seed(witness, processor.processor_flags())
    published = replace(seeded, case=replace(seeded.case, seed=0))
    assert judge(seeded, Session()).verdict is Verdict.EXPECTED
    assert judge(published, Session()).verdict is Verdict.PASS


@NUMBERED
def test_a_record_about_half_types_covers_no_other(number):
    if DIVERGENCES[number].half_sums:
        for flags in PROCESSORS:
            dtypes = {claim.case.dtype for claim in covered_claims(number, flags)}
            assert dtypes <= {"float16", "bfloat16"}


@pytest.mark.parametrize("flags", PROCESSORS, ids=["older", "newer"])
def test_no_subject_is_excused_from_most_of_what_it_answers(flags):
    numbers = [number for number, each in enumerate(DIVERGENCES) if each.kind != "raises"]
    excused = set().union(*(covered(number, flags) for number in numbers))
    for name in SUBJECTS:
        for aspect in ("output", "gradient", "loss", "state"):
            about = {
                claim.name
                for claim in claims(flags)
                if claim.subject == name and claim.aspect == aspect
            }
            assert len(about & excused) <= 0.35 * max(len(about), 1), (name, aspect)


def test_refimpl_is_excused_only_from_what_its_framework_documents():
    for each in DIVERGENCES:
        if any(name.startswith("refimpl") for name in each.subjects):
            assert set(each.subjects) & {"torch", "tensorflow"}, each.sentence


@pytest.mark.parametrize(("seed", "expected"), [(0, False), (25, True)])
def test_elements_may_be_tied_by_chance(seed, expected):
    case = next(each for each in layer_cases() if each.id == "max_pool3d-same-normal-float32")
    assert has_ties(replace(case, seed=seed)) == expected


def test_recorded_gives_all_that_speak_about_a_claim(monkeypatch):
    from conformance.judging import divergences

    pair = (known(), known(forms=("class",)))
    monkeypatch.setattr(divergences, "DIVERGENCES", pair)
    # What speaks about a claim is remembered; other records must be looked for anew.
    monkeypatch.setattr(divergences, "_matching", divergences._matching.__wrapped__)
    assert find_records(case(), "output", "torch", "class") == pair
    assert find_records(case(), "output", "torch", "function") == pair[:1]
    assert find_records(case(), "output", "tensorflow", "nn") == ()
