"""Train one network twice from one seed: in a framework, and in refimpl with NumPy alone.

    python examples/train_from_seed.py [--picture FILE] [--seed SEED]

Nothing is copied across: first parameters, the order of the examples and every dropout mask come
from the seed. Both loss columns are printed for PyTorch and for Keras; the picture shows the
curves, and on a log scale how far they are apart.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from conformance.checks.trajectory.training import train
from conformance.programs import trajectory
from conformance.spec.program import Program
from conformance.subjects import loading

PAIRS = {"torch": ("torch", "refimpl.torch"), "tf": ("tensorflow", "refimpl.tf")}


def losses(name: str, program: Program, dialect: str) -> list[float]:
    """Train one subject's network and return the loss of each step."""
    library = loading.load(name).library()  # type: ignore[attr-defined]
    return [float(step.result.loss) for step in train(library, program, dialect)]


def draw_picture(curves: dict[str, tuple[list[float], list[float]]], path: Path) -> None:
    """Plot each pair of curves above their difference."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(
        2, len(curves), figsize=(10, 6), sharex=True, squeeze=False, height_ratios=(2, 1)
    )
    for column, (dialect, (theirs, ours)) in enumerate(curves.items()):
        upper, lower = axes[:, column]
        framework, refimpl = PAIRS[dialect]
        upper.plot(theirs, label=framework, linewidth=4, alpha=0.4)
        upper.plot(ours, label=refimpl, linewidth=1, color="black")
        upper.set_ylabel("loss")
        upper.set_title(f"{framework} and {refimpl}, one seed")
        upper.legend()
        apart = [max(abs(a - b), 1e-9) for a, b in zip(theirs, ours, strict=True)]
        lower.semilogy(apart, marker=".", linewidth=0.5)
        unit = 2.0**-24
        lower.axhline(unit, linestyle=":", color="grey", label="rounding unit of float32")
        lower.set_ylim(top=30 * max(*apart, unit))  # room for the legend above the points
        lower.legend(loc="upper right", fontsize=8)
        lower.set_ylabel("|difference|, 0 at 1e-9")
        lower.set_xlabel("step")
    figure.tight_layout()
    figure.savefig(path)


def main() -> None:
    """Train, print and draw."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--picture", type=Path, help="write the curves to this file")
    parser.add_argument("--seed", type=int, default=None)
    options = parser.parse_args()
    program = trajectory.programs()[0]
    if options.seed is not None:
        program = replace(program, content=replace(program.content, seed=options.seed))
    curves = {}
    for dialect, (framework, refimpl) in PAIRS.items():
        curves[dialect] = tuple(losses(name, program, dialect) for name in (framework, refimpl))
        print(f"step  {framework:>14}  {refimpl:>14}  difference")
        for step, (a, b) in enumerate(zip(*curves[dialect], strict=True)):
            print(f"{step:4}  {a:14.9f}  {b:14.9f}  {a - b:10.1e}")
        print()
    if options.picture is not None:
        draw_picture(curves, options.picture)


if __name__ == "__main__":
    main()
