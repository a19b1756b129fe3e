"""Interleaved rounds: every contestant is timed once a round, in an order that moves on.

It is the process's own processor time that is taken. On one core with one thread that is the time
that passes, less what other programs take of it.
"""

from __future__ import annotations

import gc
import math
import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import process_time
from typing import Any

import numpy as np

BATCH = 0.005  # seconds that one sample should last: a short call is repeated
SLOW = 0.5  # seconds from which one warm call is enough
VERY_SLOW = 3.0  # seconds from which even the first is: no library warms up for so long
FLUSHED = 96 << 20  # bytes, more than the caches of today's processors hold for one core
BUDGET = 1.5  # seconds that one contestant may take of a workload's rounds


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds a call: the median and the minimum over the rounds."""

    median: float
    minimum: float
    rounds: int


def once(call: Callable[[], Any]) -> tuple[float, Any]:
    """Return how long a call takes, and what it returns."""
    start = process_time()
    result = call()
    return process_time() - start, result


def interleaved(
    calls: Mapping[str, Callable[[], Any]], first: Mapping[str, float], rounds: int
) -> dict[str, Timing]:
    """Time the calls against each other.

    The machine's speed drifts; what is compared must therefore be measured side by side. Each
    sample is preceded by one call that is not timed, which brings the contestant's own data back
    into the cache. `first` holds what each took the first time.
    """
    samples: dict[str, list[float]] = {name: [] for name in calls}
    repeats: dict[str, int] = {}
    for name, call in calls.items():
        warm = first[name] if first[name] > VERY_SLOW else _seconds(call, 1)
        if warm > SLOW:
            samples[name].append(warm)
        else:
            repeats[name] = max(1, math.ceil(BATCH / max(warm, 1e-7)))
    names = list(repeats)
    for turn in range(rounds):
        shift = turn % max(len(names), 1)
        for name in names[shift:] + names[:shift]:
            if len(samples[name]) >= 3 and sum(samples[name]) * 2 * repeats[name] > BUDGET:
                continue
            calls[name]()
            samples[name].append(_seconds(calls[name], repeats[name]) / repeats[name])
    return {
        name: Timing(statistics.median(taken), min(taken), len(taken))
        for name, taken in samples.items()
    }


def cold(calls: Mapping[str, Callable[[], Any]], rounds: int) -> dict[str, Timing]:
    """Time the calls one by one, each with nothing of its own in the cache.

    That is what a layer meets in a network larger than the cache: what it reads was written long
    ago. `interleaved` is the other end, where it has just been read.
    """
    samples: dict[str, list[float]] = {name: [] for name in calls}
    others = np.zeros(FLUSHED // 8)
    for turn in range(rounds):
        shift = turn % len(calls)
        names = list(calls)
        for name in names[shift:] + names[:shift]:
            others += 1.0  # reads and writes all of it, so that nothing else is left in the cache
            samples[name].append(_seconds(calls[name], 1))
    return {
        name: Timing(statistics.median(taken), min(taken), len(taken))
        for name, taken in samples.items()
    }


def _seconds(call: Callable[[], Any], repeats: int) -> float:
    collecting = gc.isenabled()
    gc.disable()
    start = process_time()
    for _ in range(repeats):
        call()
    elapsed = process_time() - start
    if collecting:
        gc.enable()
    return elapsed
