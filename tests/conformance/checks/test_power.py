"""A cell means something: bounds are finite and small, and so are the errors that are seen."""

from __future__ import annotations

import functools
import warnings
from collections import defaultdict
from dataclasses import dataclass, replace

import numpy as np
import pytest

from conformance.judging.answers import OracleMemory
from conformance.judging.claim import Claim
from conformance.judging.judge import judge
from conformance.judging.planning import plan
from conformance.judging.session import Session
from conformance.judging.verdict import Verdict
from conformance.layers.dialects import DIALECTS
from conformance.layers.registry import LAYERS, TABLES, layer_cases
from conformance.oracle.bounds import LIMIT, Bounded, Unit, claims
from conformance.spec.call import Unsupported
from conformance.spec.case import Case
from conformance.subjects.loading import load

# In these the oracle may have nothing to say of some elements: nan, overflow, poles.
WILD = ("special", "all", "extreme")


@dataclass(frozen=True)
class OracleClaim:
    """What the oracle says about one array of a case."""

    case: Case
    what: str
    claimed: int
    size: int
    units: float  # the median bound times the limit, in units of the values' scale


def translated(case):
    """Yield one call for each set of conventions and arrays, of either dialect."""
    seen = set()
    for dialect in DIALECTS.values():
        for form in dialect.forms[case.layer]:
            try:
                call = dialect.translate(case, form)
            except Unsupported:
                continue
            key = (tuple(sorted(map(str, call.conventions.items()))), call.arrays)
            if key not in seen:
                seen.add(key)
                yield call


def said_of(case, what, array):
    claimed, units = claims(array), 0.0
    with np.errstate(all="ignore"):
        scale = np.sqrt(np.mean(np.square(array.value))) if array.size else 0.0
        if scale and np.isfinite(scale):
            units = LIMIT * np.median(array.bound) / scale / Unit.of(case.dtype).rounding
    return OracleClaim(case, what, claimed, array.size, float(units))


@functools.cache
def survey(number):
    """Ask the oracle about all cases of a table, in all conventions."""
    found, missing = [], []
    for case in TABLES[number].cases():
        if LAYERS[case.layer].random:  # its mask is observed, not known
            continue
        for call in translated(case):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                answer = OracleMemory().expected(case, call)
            for kind, arrays in (("output", answer.outputs), ("gradient", answer.gradients)):
                found += [
                    said_of(case, f"{kind} {name}", array)
                    for name, array in arrays.items()
                    if isinstance(array, Bounded)
                ]
            missing += [
                f"{case.id}: {slot.array}"
                for slot in call.slots
                if slot.has_gradient and slot.array not in answer.gradients
                if case.draw(slot.array).dtype.kind != "i"
            ]
    return found, missing


TABLED = pytest.mark.parametrize(
    "number",
    [n for n, table in enumerate(TABLES) if not LAYERS[table.cases()[0].layer].random],
    ids=lambda n: f"{n}-{'-'.join(list(TABLES[n].factors.get('layer', ['table']))[:2])}",
)


@TABLED
def test_something_is_claimed_of_everything(number):
    found, _ = survey(number)
    assert not [f"{said.case.id}: {said.what}" for said in found if said.size and not said.claimed]


@TABLED
def test_nearly_every_element_has_a_finite_bound(number):
    tame = [said for said in survey(number)[0] if said.case.regime not in WILD]
    assert sum(said.claimed for said in tame) >= 0.95 * sum(said.size for said in tame)


@pytest.mark.parametrize(
    "number",
    [
        number
        for number, table in enumerate(TABLES)
        if any(case.regime == "normal" and not LAYERS[case.layer].random for case in table.cases())
    ],
)
def test_bounds_are_small_against_the_values(number):
    """In units of the roundoff; a sum that comes out small by chance has the bound of its terms."""
    normal = [said for said in survey(number)[0] if said.case.regime == "normal"]
    assert float(np.median([said.units for said in normal])) <= 128
    # One value that is normalised by itself has a gradient of which all but eps cancels.
    several = [said for said in normal if not {"value1", "alone"} & set(said.case.words)]
    worst = max(several, key=lambda said: said.units)
    assert worst.units <= 2**14, f"{worst.case.id}: {worst.what}"


@TABLED
def test_there_is_a_gradient_for_every_array_that_wants_one(number):
    assert not survey(number)[1]


def test_no_claim_about_a_mask_compares_nothing():
    judging = Session()
    for claim in plan(("refimpl.torch", "refimpl.tf"), ("output", "gradient")):
        if claim.case.layer in LAYERS and LAYERS[claim.case.layer].random:
            record = judge(claim, judging)
            assert "compares nothing" not in record.message, claim.id


# What the smallest error is that is seen -----------------------------------------------------


class Off:
    """An honest subject whose outputs or gradients are off by a relative error."""

    def __init__(self, name, aspect, error):
        self.honest, self.aspect, self.error = load(name), aspect, error
        self.name, self.dialect = name, self.honest.dialect

    def run(self, request):
        seen = self.honest.run(request)
        if self.aspect == "gradient":
            spoiled = {name: self.spoil(each) for name, each in seen.gradients.items()}
            return replace(seen, gradients=spoiled)
        return replace(seen, outputs=tuple(self.spoil(each) for each in seen.outputs))

    def spoil(self, array):
        if array.dtype.kind == "i":
            return array
        return (array.astype(np.float64) * (1 + self.error)).astype(array.dtype)


@functools.cache
def cases_of():
    found = defaultdict(list)
    for case in layer_cases():
        if (case.dtype, case.regime) == ("float32", "normal"):
            found[case.layer].append(case)
    return found


# Two cancelling products stand in softmax's derivative: its bounds are wider.
SMALLEST = {("softmax", "gradient"): 2.0**-16}


@pytest.mark.parametrize("aspect", ["output", "gradient"])
@pytest.mark.parametrize("layer", sorted(LAYERS))
def test_a_small_relative_error_is_seen(layer, aspect):
    name = "refimpl.torch" if DIALECTS["torch"].forms[layer] else "refimpl.tf"
    dialect = DIALECTS["torch" if name.endswith("torch") else "tf"]
    judging = Session()
    error = SMALLEST.get((layer, aspect), 2.0**-18)
    subject = Off(name, aspect, error)
    judging.runner.subject = lambda _: subject
    for case in cases_of()[layer]:
        for form in dialect.forms[layer]:
            record = judge(Claim.about(case, aspect, name, form), judging)
            if record.verdict is Verdict.FAIL:
                return
    raise AssertionError(f"no case of {layer} sees a relative error of {error} in its {aspect}")


@pytest.mark.parametrize("layer", sorted(LAYERS))
def test_float32_inside_float64_is_seen_in_every_layer(layer):
    name = "refimpl.torch" if DIALECTS["torch"].forms[layer] else "refimpl.tf"
    dialect = DIALECTS["torch" if name.endswith("torch") else "tf"]
    judging, subject = Session(), Off(name, "output", 2.0**-26)
    judging.runner.subject = lambda _: subject
    cases = [c for c in layer_cases() if c.layer == layer and c.dtype == "float64"]
    for case in cases or cases_of()[layer]:
        for form in dialect.forms[layer]:
            record = judge(Claim.about(case, "output", name, form), judging)
            if record.verdict is Verdict.FAIL or case.dtype == "float32":
                return
    raise AssertionError(f"no case of {layer} tells float64 from float32")
