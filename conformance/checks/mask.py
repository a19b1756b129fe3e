"""Whether a drawn mask has its distribution: its rate everywhere, and each draw by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from conformance.checks.finding import Finding
from conformance.checks.trial import Answers, Trial
from conformance.oracle.bounds import LIMIT
from conformance.subjects.observation import observed_mask

# A healthy run raises a false alarm with this probability at the most, over all its masks.
FALSE_ALARM = 1e-9
# How many tests a run may make while that holds: the level of one is the quotient.
TESTS_PER_RUN = 1000

Mask = npt.NDArray[np.bool_]


def check_mask_has_its_distribution(trial: Trial, answers: Answers) -> Sequence[Finding]:
    """The survivors are those of independent draws at the layer's rate.

    Parameters
    ----------
    trial : Trial
        Of a dropout with many draws.
    answers : Answers
        What subjects and the oracle answer.

    Returns
    -------
    sequence of Finding
    """
    mask = observed_mask(trial.case, answers.observe(trial).outputs[0])
    return examine(mask, 1 - trial.case.config["rate"])


def examine(mask: Mask, keep: float) -> list[Finding]:
    """Test a mask whose draws are independent, and survive with one probability.

    All tests are exact and two-sided, at the level `FALSE_ALARM / TESTS_PER_RUN`. With 262,144
    draws they detect with probability 0.999 or more a rate that is off by 0.01, and draws that are
    correlated by 0.04 with their neighbours along some axis, or with those half the mask away.

    Parameters
    ----------
    mask : ndarray of bool
        One element for each draw: for whole channels, one for each channel of each example.
    keep : float
        The probability of surviving.

    Returns
    -------
    list of Finding
    """
    mask = mask.squeeze()
    agree = keep**2 + (1 - keep) ** 2
    findings = [binomial("survivors", int(mask.sum()), mask.size, keep)]
    for axis in range(mask.ndim):
        lined = np.moveaxis(mask, axis, 0)
        pairs = len(lined) // 2 * 2
        same = lined[:pairs:2] == lined[1:pairs:2]
        what = f"pairs of neighbours along axis {axis} that are alike"
        findings.append(binomial(what, int(same.sum()), same.size, agree))
        findings.append(_slices(f"survivors at one index of axis {axis}", lined, keep))
    first, second = np.split(mask.reshape(-1)[: mask.size // 2 * 2], 2)
    same = first == second
    findings.append(binomial("halves alike", int(same.sum()), same.size, agree))
    return findings


def binomial(what: str, count: int, draws: int, probability: float) -> Finding:
    """Test a count against a binomial distribution.

    Parameters
    ----------
    what : str
        What was counted.
    count, draws : int
        How many of how many.
    probability : float
        The probability of each.

    Returns
    -------
    Finding
        K is the logarithm of the p-value in units of that of the level of one test, times the
        global limit.
    """
    from scipy.stats import binomtest

    p_value = binomtest(count, draws, probability).pvalue
    return _finding(what, "count", p_value, count, draws, probability)


def _slices(what: str, lined: Mask, keep: float) -> Finding:
    """Test the count of each index of the first axis: one test, at the level of all together."""
    from scipy.stats import binom

    draws = lined.size // len(lined)
    counts = lined.reshape(len(lined), -1).sum(axis=1)
    tails = np.minimum(binom.cdf(counts, draws, keep), binom.sf(counts - 1, draws, keep))
    worst = int(np.argmin(tails))
    p_value = 2 * len(lined) * float(tails[worst])
    return _finding(what, worst, p_value, int(counts[worst]), draws, keep)


def _finding(
    what: str, index: Any, p_value: float, count: int, draws: int, probability: float
) -> Finding:
    level = FALSE_ALARM / TESTS_PER_RUN
    k = LIMIT * float(np.log(min(max(p_value, 1e-300), 1.0)) / np.log(level))
    return Finding(what, k, index, count, f"about {draws * probability:.0f} of {draws}", "exact")
