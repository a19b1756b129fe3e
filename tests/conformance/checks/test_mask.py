"""The tests of masks: how often they cry wolf, and what they do not miss."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from scipy.stats import binom, norm

from conformance.checks.mask import FALSE_ALARM, TESTS_PER_RUN, _slices, binomial, examine
from conformance.judging.planning import plan
from conformance.oracle.bounds import LIMIT
from conformance.subjects.observation import observed_mask

LEVEL = FALSE_ALARM / TESTS_PER_RUN
SHAPES = {"elements": (128, 512, 4), "channels": (512, 512, 1)}
DRAWS = 262_144
MASKS = [
    claim
    for claim in plan(("refimpl.torch", "torch", "refimpl.tf", "tensorflow"))
    if claim.aspect == "mask"
]


def drawn(seed, shape, keep):
    return np.random.default_rng(seed).random(shape, np.float32) < np.float32(keep)


def worst(mask, keep):
    return max(examine(mask, keep), key=lambda finding: finding.k)


def correlated(seed, shape, keep, axis, correlation):
    """A Markov chain along one axis: each draw repeats its neighbour's with some probability."""
    mask = np.moveaxis(drawn(seed, shape, keep), axis, 0)
    repeats = np.moveaxis(drawn(seed + 10_000, shape, correlation), axis, 0)
    for place in range(1, len(mask)):
        mask[place] = np.where(repeats[place], mask[place - 1], mask[place])
    return np.moveaxis(mask, 0, axis)


# False alarms ---------------------------------------------------------------------------------


def test_the_false_alarm_rate_of_a_run_is_split_over_its_tests():
    made = 0
    for claim in MASKS:
        noise = claim.case.config["noise_shape"] or claim.case.shapes["input"]
        made += len(examine(np.ones(noise, bool), 0.5))
    assert 0 < made <= TESTS_PER_RUN


def test_the_level_is_the_one_that_is_stated():
    assert FALSE_ALARM == 1e-9
    assert LEVEL == 1e-12


@pytest.mark.parametrize("p", [0.5, 0.75])
def test_the_binomial_test_has_its_level(p):
    draws = 2000
    near = range(int(draws * (p - 0.12)), int(draws * (p + 0.12)))
    passed = [count for count in near if binomial("x", count, draws, p).k <= LIMIT]
    refused = binom.cdf(passed[0] - 1, draws, p) + binom.sf(passed[-1], draws, p)
    assert passed == list(range(passed[0], passed[-1] + 1))
    assert LEVEL / 10 < refused <= LEVEL


def tail(least, draws, keep):
    """The exact probability of so many survivors or more."""
    p = Fraction(keep)
    return sum(math.comb(draws, n) * p**n * (1 - p) ** (draws - n) for n in range(least, draws + 1))


@pytest.mark.parametrize("keep", [0.5, 0.75])
@pytest.mark.parametrize("dropped", [False, True])
def test_slices_are_one_two_sided_test_of_the_worst(keep, dropped):
    """The p-value of the worst slice, twice for both sides, times the number of slices."""
    mask = np.arange(5 * 40).reshape(5, 40) % 4 < 4 * keep
    mask[3] = not dropped
    mask[3, 0] = dropped
    found = _slices("x", mask, keep)
    p = tail(39, 40, 1 - keep if dropped else keep) * 2 * 5
    assert found.k == pytest.approx(LIMIT * math.log(p) / math.log(LEVEL))
    assert (found.index, found.got) == (3, 1 if dropped else 39)


def test_what_is_as_expected_is_no_alarm_at_all():
    mask = np.arange(6 * 8).reshape(6, 8) % 2 == 0
    assert _slices("x", mask, 0.5).k == 0.0
    assert binomial("x", 24, 48, 0.5).k == 0.0


def test_all_draws_are_looked_at():
    """Each axis is cut into neighbours, and the whole into halves; an odd one is left over."""
    mask = np.repeat([[True], [False], [True], [True], [False]], 8, axis=1)
    mask[:, 7] = ~mask[:, 7]
    found = examine(mask[:, :, None], 0.75)
    alike = 0.75**2 + 0.25**2
    counted = {each.what: (each.got, each.expected) for each in found}
    assert counted == {
        "survivors": (3 * 7 + 2, "about 30 of 40"),
        "pairs of neighbours along axis 0 that are alike": (8, f"about {16 * alike:.0f} of 16"),
        "survivors at one index of axis 0": (1, "about 6 of 8"),
        "pairs of neighbours along axis 1 that are alike": (15, f"about {20 * alike:.0f} of 20"),
        "survivors at one index of axis 1": (2, "about 4 of 5"),
        "halves alike": (int((mask.ravel()[:20] == mask.ravel()[20:]).sum()), "about 12 of 20"),
    }


@pytest.mark.parametrize("keep", [0.5, 0.75])
def test_simulated_p_values_are_no_smaller_than_they_should_be(keep):
    # An alarm at 1e-9 is never seen; what can be seen is that each test keeps every larger level.
    runs, shape = 400, (16, 20, 4)
    found = [examine(drawn(seed, shape, keep), keep) for seed in range(runs)]
    p_values = np.array([[LEVEL ** (each.k / LIMIT) for each in tests] for tests in found])
    for level in (0.3, 0.1, 0.01):
        alarms = (p_values <= level * (1 - 1e-9)).sum(axis=0)
        assert (alarms <= binom.isf(1e-6, runs, level)).all(), level
    assert ((p_values <= 0.3).sum(axis=0) > 0.1 * runs).all()  # nor are they all 1


@pytest.mark.parametrize("keep", [0.5, 0.75])
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_healthy_masks_pass(shape, keep):
    for seed in range(5):
        assert worst(drawn(seed, shape, keep), keep).k <= LIMIT


# Power ----------------------------------------------------------------------------------------


def test_every_mask_of_the_matrix_has_the_draws_that_the_power_is_stated_for():
    for claim in MASKS:
        noise = claim.case.config["noise_shape"] or claim.case.shapes["input"]
        assert np.prod(noise) == DRAWS
        inputs = np.ones(claim.case.shapes["input"], np.float32)
        assert observed_mask(claim.case, inputs).size == DRAWS


@pytest.mark.parametrize("off", [0.01, -0.01])
@pytest.mark.parametrize("keep", [0.5, 0.75])
def test_a_rate_off_by_a_hundredth_is_detected(keep, off):
    counts, seen = np.unique(
        np.random.default_rng(7).binomial(DRAWS, keep + off, 5_000), return_counts=True
    )
    threshold = np.array([binomial("x", int(count), DRAWS, keep).k > LIMIT for count in counts])
    missed = int(seen[~threshold].sum())
    assert missed <= binom.isf(1e-6, 5_000, 0.001)  # as stated: with probability 0.999
    assert norm.cdf(abs(off) / np.sqrt(keep * (1 - keep) / DRAWS) - norm.isf(LEVEL / 2)) > 0.999
    for seed in range(5):
        mask = drawn(seed, SHAPES["elements"], keep + off)
        assert worst(mask, keep).k > LIMIT


@pytest.mark.parametrize("keep", [0.5, 0.75])
@pytest.mark.parametrize(("shape", "axis"), [
    ("elements", 0), ("elements", 1), ("elements", 2), ("channels", 0), ("channels", 1)
])  # fmt: skip
def test_correlated_neighbours_are_detected(shape, axis, keep):
    shape, axes = SHAPES[shape], ["elements", "channels"]
    for seed in range(4):
        # of the pairs that are counted along an axis of four, all are neighbours
        mask = correlated(seed, shape, keep, axis, 0.04)
        found = {finding.what for finding in examine(mask, keep) if finding.k > LIMIT}
        assert f"pairs of neighbours along axis {axis} that are alike" in found, axes


def spoil(name, mask):
    wrong = mask.copy()
    if name == "whole channels":
        wrong[...] = mask[..., :1]
    elif name == "every example alike":
        wrong[...] = mask[:1]
    elif name == "every position alike":
        wrong[...] = mask[:, :1]
    elif name == "one channel never dropped":
        wrong[:, 17] = True
    elif name == "one example dropped less":
        wrong[5] = mask[5] | drawn(99, mask.shape[1:], 0.3)
    elif name == "the second half repeats the first":
        wrong[len(mask) // 2 :] = mask[: len(mask) // 2]
    elif name == "the second half is the complement":
        wrong[len(mask) // 2 :] = ~mask[: len(mask) // 2]
    elif name == "exactly so many":
        flat = wrong.reshape(-1)
        flat[...] = np.arange(flat.size) % 2 == 0
    return wrong


@pytest.mark.parametrize(
    "name",
    ["whole channels", "every example alike", "every position alike", "one channel never dropped",
     "one example dropped less", "the second half repeats the first",
     "the second half is the complement", "exactly so many"],
)  # fmt: skip
def test_dependent_masks_are_detected(name):
    for seed in range(3):
        mask = drawn(seed, SHAPES["elements"], 0.5)
        assert worst(mask, 0.5).k <= LIMIT
        assert worst(spoil(name, mask), 0.5).k > LIMIT


def test_k_stays_finite_and_reads_well():
    assert np.isfinite(binomial("x", 0, DRAWS, 0.5).k)
    assert np.isfinite(_slices("x", np.zeros((4, 10_000), bool), 0.5).k)
    mask = spoil("one channel never dropped", drawn(0, SHAPES["elements"], 0.5))
    finding = worst(mask, 0.5)
    assert (finding.what, finding.index, finding.got) == ("survivors at one index of axis 1", 17,
                                                          512)  # fmt: skip
    assert finding.expected == "about 256 of 512"
