"""The table for people and the JSON for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from benchmarks.running import Outcome, Result
from benchmarks.timing import Timing
from benchmarks.workloads import NUMPY_PEERS

COLD = "copy, cold"
COLUMNS = ("gemm", "copy", COLD, "numpy", "torch", "onnxruntime", "tensorflow", *NUMPY_PEERS)


def show(console: Console, results: Sequence[Result], facts: Mapping[str, str]) -> None:
    """Print what was run, every ratio and every goal."""
    for name, value in facts.items():
        console.print(Text.assemble((f"{name}: ", "bold"), value), soft_wrap=True)
    table = Table(
        title="refimpl's time over the others': medians of interleaved rounds",
        caption="a goal shows the ratio of medians / of minima; ✓ reached, ≈ by minima only, ✗ not",
        box=box.SIMPLE_HEAD,
    )
    table.add_column("work")
    table.add_column("", no_wrap=True)
    table.add_column("refimpl", justify="right", no_wrap=True)
    for column in COLUMNS:
        table.add_column(column, justify="right")
    table.add_column("goals", no_wrap=True)
    previous = None
    for result in results:
        name = result.workload.name
        table.add_row(
            name if name != previous else "",
            result.direction,
            duration(result.timings["refimpl"].median),
            *(ratio(result, column) for column in COLUMNS),
            Text("\n").join(goal_text(outcome) for outcome in result.outcomes),
        )
        previous = name
    console.print(table)
    for result in results:
        if "refimpl.torch" in result.timings and result.workload.name.startswith("tiny"):
            taken = duration(result.timings["refimpl.torch"].median)
            console.print(f"{result.workload.name}, {result.direction}, refimpl.torch: {taken}")
    outcomes = [outcome for result in results for outcome in result.outcomes]
    reached = sum(outcome.reached for outcome in outcomes)
    console.print(f"goals reached: {reached} of {len(outcomes)}")


def duration(seconds: float) -> str:
    return f"{seconds * 1e3:.2f} ms" if seconds >= 1e-4 else f"{seconds * 1e6:.1f} µs"


def ratio(result: Result, column: str) -> str:
    timings, name = (result.cold, "copy") if column == COLD else (result.timings, column)
    if name not in timings:
        return "–"
    value = timings["refimpl"].median / timings[name].median
    return f"{value:.2f}" if value >= 0.1 else f"{value:.2g}"


def goal_text(outcome: Outcome) -> Text:
    goal = outcome.goal
    near = outcome.minimum <= goal.at_most
    mark, style = ("✓", "green") if outcome.reached else ("≈", "yellow") if near else ("✗", "red")
    precise = ".0f" if goal.against == "µs" else ".2f"
    numbers = f"{outcome.median:{precise}} / {outcome.minimum:{precise}}"
    return Text(f"{mark} {numbers} ≤ {goal.at_most:g} {goal.against}", style=style)


def seconds(timings: Mapping[str, Timing]) -> dict[str, dict[str, float]]:
    return {
        name: {"median": t.median, "minimum": t.minimum, "rounds": t.rounds}
        for name, t in timings.items()
    }


def record(results: Sequence[Result], facts: Mapping[str, str]) -> dict[str, Any]:
    """Return everything that was measured, ready for JSON."""
    return {
        "facts": dict(facts),
        "results": [
            {
                "workload": result.workload.name,
                "operation": result.workload.operation,
                "input": result.workload.input,
                "direction": result.direction,
                "seconds": seconds(result.timings),
                "seconds_cold": seconds(result.cold),
                "goals": [
                    {
                        "against": outcome.goal.against,
                        "at_most": outcome.goal.at_most,
                        "median": outcome.median,
                        "minimum": outcome.minimum,
                        "reached": outcome.reached,
                    }
                    for outcome in result.outcomes
                ],
            }
            for result in results
        ],
    }
