"""The benchmark's table is well formed, and each workload runs; nothing here is timed."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from benchmarks import peers, report, running
from benchmarks.timing import Timing, cold, interleaved
from benchmarks.workloads import WORKLOADS, Goal, Workload

CONTESTANTS = {"gemm", "copy", "numpy", "torch", "onnxruntime", "tensorflow", "µs"}
SMALLER = {
    1: lambda shape: (100,),
    4: lambda shape: (2, *shape[1:]),
    2: lambda shape: (8, shape[1]),
}


def named(work: Workload) -> str:
    return work.name.translate({ord("×"): "x", ord("→"): "-", ord(" "): "-"})


def small(work: Workload) -> Workload:
    """Return the workload with a small batch."""
    shrink = SMALLER[len(work.input)]
    output = shrink(work.output) if work.output else ()
    return replace(work, input=shrink(work.input), output=output)


def test_names_are_unique():
    names = [work.name for work in WORKLOADS]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("work", WORKLOADS, ids=named)
def test_every_goal_is_about_a_direction_that_is_timed_and_a_contestant_that_exists(work):
    assert work.goals or work.operation == "torch_permutation"
    for goal in work.goals:
        assert goal.direction in work.directions
        assert goal.against in CONTESTANTS
        assert goal.at_most > 0


@pytest.mark.parametrize("work", WORKLOADS, ids=named)
def test_arrays_are_float32_and_the_same_each_time(work):
    once, again = work.arrays(), work.arrays()
    assert once.keys() == again.keys()
    for name, array in once.items():
        assert array.dtype == (np.int64 if name == "target" else np.float32)
        np.testing.assert_array_equal(array, again[name])


@pytest.mark.parametrize("work", WORKLOADS, ids=named)
def test_every_workload_runs_on_refimpl_and_the_limits(work):
    loaded, missing = peers.load(("refimpl", "limits"))
    assert not missing
    results = list(running.run(small(work), loaded, rounds=1))
    assert [result.direction for result in results] == list(work.directions)
    for result in results:
        assert "refimpl" in result.timings
        assert all(math.isfinite(timing.median) for timing in result.timings.values())
    json.dumps(report.record(results, {}))


IN_TORCH = [work for work in WORKLOADS if not work.operation.startswith("tf_")]


@pytest.mark.parametrize("work", IN_TORCH, ids=named)
def test_torch_computes_the_same(work):
    pytest.importorskip("torch")
    loaded, _ = peers.load(("refimpl", "torch"))
    for result in running.run(small(work), loaded, rounds=1):
        assert "torch" in result.timings


def test_a_contestant_that_computes_something_else_is_named():
    def builder(factor):
        return lambda work, arrays: peers.Contestant(forward=lambda: factor * arrays["input"])

    work = replace(WORKLOADS[0], operation="relu", directions=("forward",))
    loaded = [
        peers.Peer("refimpl", "", {"relu": builder(1)}),
        peers.Peer("torch", "", {"relu": builder(2)}),
    ]
    with pytest.raises(ValueError, match="forward: torch computes something else"):
        list(running.run(work, loaded, rounds=1))


def test_goals_are_judged_by_the_ratio_of_medians():
    work = replace(WORKLOADS[0], goals=(Goal("forward", "gemm", 2.0), Goal("forward", "µs", 9.0)))
    timings = {
        "refimpl": Timing(2.0, 1.5, 3),
        "gemm": Timing(1.0, 1.0, 3),
        "onnx reference": Timing(4.0, 4.0, 3),
        "numpy-ml": Timing(1.6, 1.6, 3),
    }
    gemm, absolute, fastest_peer = running.judge(work, "forward", timings, {})
    assert (gemm.median, gemm.minimum, gemm.reached) == (2.0, 1.5, True)
    assert (absolute.median, absolute.reached) == (2e6, False)
    assert (fastest_peer.median, fastest_peer.reached) == (1.25, False)


def test_goals_in_copies_are_judged_with_a_cold_cache():
    work = replace(WORKLOADS[0], goals=(Goal("forward", "copy", 4.0),))
    warm = {"refimpl": Timing(9.0, 9.0, 3), "copy": Timing(1.0, 1.0, 3)}
    from_memory = {"refimpl": Timing(10.0, 9.0, 3), "copy": Timing(4.0, 4.0, 3)}
    (outcome,) = running.judge(work, "forward", warm, from_memory)
    assert (outcome.median, outcome.minimum, outcome.reached) == (2.5, 2.25, True)


def test_cold_calls_are_timed_one_by_one(monkeypatch):
    order = []
    monkeypatch.setattr("benchmarks.timing.FLUSHED", 1 << 12)
    timings = cold({name: lambda name=name: order.append(name) for name in "ab"}, rounds=2)
    assert order == ["a", "b", "b", "a"]
    assert [timing.rounds for timing in timings.values()] == [2, 2]


def test_rounds_are_interleaved_and_start_with_another_contestant_each_time():
    order = []
    calls = {name: lambda name=name: order.append(name) for name in "ab"}
    timings = interleaved(calls, {"a": 0.0, "b": 0.0}, rounds=2)
    assert [timing.rounds for timing in timings.values()] == [2, 2]
    changes = [name for name, before in zip(order, [None, *order], strict=False) if name != before]
    assert changes == ["a", "b", "a", "b", "a"]


def test_a_slow_contestant_is_called_once():
    calls = {"slow": lambda: pytest.fail("it was called again")}
    assert interleaved(calls, {"slow": 60.0}, rounds=3) == {"slow": Timing(60.0, 60.0, 1)}
