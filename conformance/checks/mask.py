"""Whether a drawn mask has its distribution."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from conformance.bounds import LIMIT
from conformance.checks.finding import Finding
from conformance.session import Trial, kept

# A healthy run raises a false alarm with this probability at the most, over all its masks.
FALSE_ALARM = 1e-9
# How many masks a run may look at while that holds: the rate of one mask is the quotient.
MASKS_PER_RUN = 1000


def check_mask_has_its_distribution(trial: Trial) -> Sequence[Finding]:
    """The number of survivors is one that independent draws would give, overall and per channel.

    An exact two-sided binomial test. With n draws it detects a deviation of the rate of about
    `7.2 * sqrt(p * (1 - p) / n)`: one percent for the 131,072 draws of a case, or better.

    Parameters
    ----------
    trial : Trial
        Of a dropout with many draws.

    Returns
    -------
    sequence of Finding
    """
    mask = kept(trial.case, trial.observe().outputs[0])
    keep = 1 - trial.case.config["rate"]
    neighbours = mask.reshape(-1)
    both = neighbours[:-1:2] & neighbours[1::2]
    return [
        binomial("survivors", int(mask.sum()), mask.size, keep),
        binomial("pairs of neighbours that survive", int(both.sum()), both.size, keep * keep),
    ]


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
        K is the logarithm of the p-value in units of that of the stated false-alarm rate, times
        the global limit.
    """
    from scipy.stats import binomtest

    p_value = binomtest(count, draws, probability).pvalue
    rate = FALSE_ALARM / MASKS_PER_RUN
    k = LIMIT * float(np.log(max(p_value, 1e-300)) / np.log(rate))
    return Finding(what, k, "count", count, f"about {draws * probability:.0f} of {draws}", "exact")
