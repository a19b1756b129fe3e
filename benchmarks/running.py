"""One workload: build the contestants, see that they agree, time them, and judge the goals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.peers import Contestant, Peer
from benchmarks.timing import Timing, cold, interleaved, once
from benchmarks.workloads import (
    NO_SLOWER,
    NUMPY_PEERS,
    PURE_NUMPY,
    Array,
    Direction,
    Goal,
    Workload,
)

# Enough to tell one operation from another, which is all that is asked here: float32 sums of a
# thousand products differ by 1e-5 of the largest, a wrong stride by 1.
AGREEMENT = 1e-3


@dataclass(frozen=True, slots=True)
class Outcome:
    """A goal, what was reached by medians and by minima, and whether that is enough."""

    goal: Goal
    median: float
    minimum: float

    @property
    def reached(self) -> bool:
        """Whether the ratio of medians meets the goal."""
        return self.median <= self.goal.at_most


@dataclass(frozen=True, slots=True)
class Result:
    """The timings of one workload in one direction, by contestant.

    `timings` are taken with everything in the cache, `cold` with nothing of it (refimpl and the
    copy alone).
    """

    workload: Workload
    direction: Direction
    timings: dict[str, Timing]
    cold: dict[str, Timing]
    outcomes: tuple[Outcome, ...]


def run(workload: Workload, peers: Sequence[Peer], rounds: int) -> Iterator[Result]:
    """Time one workload in each of its directions.

    Raises
    ------
    ValueError
        If a contestant computes something else than refimpl does.
    """
    arrays = workload.arrays()
    contestants = {
        peer.name: peer.builders[workload.operation](workload, arrays)
        for peer in peers
        if workload.operation in peer.builders
    }
    for direction in workload.directions:
        calls = {
            name: call
            for name, contestant in contestants.items()
            if (call := getattr(contestant, direction)) is not None
        }
        first = {name: once(call) for name, call in calls.items()}
        if direction != "both":
            agree(workload, direction, contestants, {name: got for name, (_, got) in first.items()})
        taken = interleaved(calls, {name: seconds for name, (seconds, _) in first.items()}, rounds)
        timings = {name: scaled(taken[name], contestants[name].share) for name in taken}
        memory = {name: calls[name] for name in ("refimpl", "copy") if name in calls}
        from_memory = cold(memory, rounds) if len(memory) > 1 else {}
        outcomes = tuple(judge(workload, direction, timings, from_memory))
        yield Result(workload, direction, timings, from_memory, outcomes)


def scaled(timing: Timing, share: int) -> Timing:
    return Timing(timing.median * share, timing.minimum * share, timing.rounds)


def agree(
    workload: Workload,
    direction: Direction,
    contestants: dict[str, Contestant],
    results: dict[str, Any],
) -> None:
    expected = canonical(results["refimpl"], contestants["refimpl"])
    for name, result in results.items():
        contestant = contestants[name]
        if contestant.is_limit or name == "refimpl":
            continue
        for ours, theirs in zip(expected, canonical(result, contestant), strict=False):
            part = ours[: len(theirs)] if contestant.share > 1 else ours
            scale = np.abs(part).max()
            if part.shape != theirs.shape or np.abs(part - theirs).max() > AGREEMENT * scale:
                raise ValueError(
                    f"{workload.name}, {direction}: {name} computes something else than refimpl"
                )


def canonical(returned: Any, contestant: Contestant) -> list[Array]:
    """Return what was computed as arrays in refimpl's layout, absent gradients left out."""
    parts = returned if isinstance(returned, tuple | list) else (returned,)
    arrays = []
    for index, part in enumerate(parts):
        if part is None:
            continue
        array = np.asarray(part.detach() if hasattr(part, "detach") else part)
        axes = contestant.axes[index] if index < len(contestant.axes) else None
        arrays.append(array.transpose(axes) if axes is not None and array.ndim else array)
    return arrays


def judge(
    workload: Workload,
    direction: Direction,
    timings: dict[str, Timing],
    from_memory: dict[str, Timing],
) -> Iterator[Outcome]:
    """Hold the goals against what was measured, those in copies with nothing in the cache."""
    yardsticks = dict(timings)
    if peers := [timings[name] for name in NUMPY_PEERS if name in timings]:
        yardsticks[PURE_NUMPY] = min(peers, key=lambda timing: timing.median)
    for goal in (*workload.goals, Goal(direction, PURE_NUMPY, NO_SLOWER)):
        if goal.direction != direction:
            continue
        taken = from_memory if goal.against == "copy" else yardsticks
        if goal.against == "µs":
            ours = timings["refimpl"]
            yield Outcome(goal, ours.median * 1e6, ours.minimum * 1e6)
        elif goal.against in taken:
            ours, theirs = taken["refimpl"], taken[goal.against]
            yield Outcome(goal, ours.median / theirs.median, ours.minimum / theirs.minimum)
