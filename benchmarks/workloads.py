"""What is timed, and the goal of each: one table.

A goal is a ratio of refimpl's time to another contestant's in the same rounds. `gemm` is NumPy's
matrix product at the shape that an im2col convolution has (two of them for its backward), `copy`
is `np.copyto` of the input: neither can be beaten by an implementation that is built from them.
Goals in microseconds are absolute: there it is Python's own overhead that is measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Direction = Literal["forward", "backward", "both"]
Array = npt.NDArray[Any]
Shape = tuple[int, ...]

# No workload may be slower than the fastest peer that is pure NumPy too. Where both are one matrix
# product they are the same call, and the same call differs from itself by a few percent.
NUMPY_PEERS = ("onnx reference", "numpy-ml")
PURE_NUMPY = "pure NumPy"
NO_SLOWER = 1.05
EPSILON = 1e-5


@dataclass(frozen=True, slots=True)
class Goal:
    """refimpl's time in one direction is at most so many times that of `against`."""

    direction: Direction
    against: str  # a contestant, PURE_NUMPY (the fastest of NUMPY_PEERS), or "µs"
    at_most: float


@dataclass(frozen=True, slots=True)
class Workload:
    """One operation at one size; float32, channels first."""

    name: str
    operation: str
    input: Shape
    output: Shape
    goals: tuple[Goal, ...]
    weight: Shape | None = None
    bias: Shape | None = None
    kernel: int = 1
    stride: int = 1
    padding: int = 0
    groups: int = 1
    directions: tuple[Direction, ...] = ("forward", "backward")

    def arrays(self) -> Mapping[str, Array]:
        """Draw the input, the parameters, the labels and the cotangent, the same each time."""
        generator = np.random.default_rng(0)

        def normal(shape: Shape) -> Array:
            return generator.standard_normal(shape, dtype=np.float32)

        drawn = {"input": normal(self.input), "cotangent": normal(self.output)}
        if self.weight is not None:
            drawn["weight"] = normal(self.weight)
        if self.bias is not None:
            drawn["bias"] = normal(self.bias)
        if self.operation == "cross_entropy":
            drawn["target"] = generator.integers(0, self.input[1], self.input[0])
        return drawn


def goals(direction: Direction, **at_most: float) -> tuple[Goal, ...]:
    return tuple(Goal(direction, against, limit) for against, limit in at_most.items())


def conv(
    name: str,
    input: Shape,
    channels: int,
    kernel: int,
    stride: int,
    padding: int,
    *aims: tuple[Goal, ...],
    groups: int = 1,
    directions: tuple[Direction, ...] = ("forward", "backward"),
) -> Workload:
    spatial = tuple((size + 2 * padding - kernel) // stride + 1 for size in input[2:])
    return Workload(
        name=name,
        operation="depthwise" if groups > 1 else "conv",
        input=input,
        output=(input[0], channels, *spatial),
        goals=sum(aims, ()),
        weight=(channels, input[1] // groups, kernel, kernel),
        bias=(channels,),
        kernel=kernel,
        stride=stride,
        padding=padding,
        groups=groups,
        directions=directions,
    )


def pool(kind: str, kernel: int, stride: int, *aims: tuple[Goal, ...]) -> Workload:
    input = (8, 64, 56, 56)
    spatial = tuple((size - kernel) // stride + 1 for size in input[2:])
    return Workload(
        name=f"{kind} pool {kernel}×{kernel} stride {stride}",
        operation=f"{kind}_pool",
        input=input,
        output=(*input[:2], *spatial),
        goals=sum(aims, ()),
        kernel=kernel,
        stride=stride,
        # refimpl looks for the maxima's places when a gradient is first asked for.
        directions=("forward", "backward", "both") if kind == "max" else ("forward", "backward"),
    )


def norm(kind: str, *aims: tuple[Goal, ...]) -> Workload:
    shape = (32, 64, 28, 28)
    return Workload(
        name=f"{kind} norm",
        operation=f"{kind}_norm",
        input=shape,
        output=shape,
        goals=sum(aims, ()),
        weight=(64,),
        bias=(64,),
    )


def elementwise(name: str, *aims: tuple[Goal, ...]) -> Workload:
    shape = (1024, 1024)
    return Workload(name=name, operation=name, input=shape, output=shape, goals=sum(aims, ()))


def draw(name: str, *aims: tuple[Goal, ...]) -> Workload:
    return Workload(
        name=f"{name} 1 M",
        operation=name.replace(" ", "_"),
        input=(1 << 20,),
        output=(1 << 20,),
        goals=sum(aims, ()),
        directions=("forward",),
    )


WORKLOADS: tuple[Workload, ...] = (
    conv(
        "conv 3×3 16→32",
        (8, 16, 32, 32), 32, 3, 1, 1,
        goals("forward", gemm=1.3),
        goals("backward", gemm=1.25),
    ),
    conv(
        "conv 3×3 64→64",
        (1, 64, 56, 56), 64, 3, 1, 1,
        goals("forward", gemm=1.3),
        goals("backward", gemm=1.25),
    ),
    conv(
        "conv 5×5 stride 2 3→16",
        (32, 3, 32, 32), 16, 5, 2, 0,
        goals("forward", gemm=2.0),
        goals("backward", gemm=2.5, torch=1.0),
    ),
    conv(
        "depthwise 3×3 32",
        (8, 32, 56, 56), 32, 3, 1, 1,
        goals("forward", copy=15),
        goals("backward", torch=3),
        groups=32,
    ),
    pool("avg", 2, 2, goals("forward", copy=4.5)),
    pool("avg", 3, 1, goals("forward", copy=13)),
    pool("max", 2, 2, goals("forward", copy=4.5), goals("backward", torch=1.5)),
    pool("max", 3, 1, goals("forward", copy=13), goals("backward", torch=1.5)),
    Workload(
        name="linear 256×1024×1024",
        operation="linear",
        input=(256, 1024),
        output=(256, 1024),
        goals=goals("forward", gemm=1.1) + goals("backward", gemm=1.1),
        weight=(1024, 1024),
        bias=(1024,),
    ),
    norm("batch", goals("forward", copy=9), goals("backward", torch=1.4)),
    norm("instance", goals("forward", copy=9), goals("backward", torch=1.4)),
    elementwise("relu", goals("forward", torch=1.7)),
    elementwise("gelu", goals("forward", torch=7)),
    elementwise("softmax", goals("forward", torch=2.3)),
    Workload(
        name="cross-entropy 4096×1000",
        operation="cross_entropy",
        input=(4096, 1000),
        output=(),
        goals=goals("forward", torch=1.5),
    ),
    conv(
        "tiny conv 3×3 2→2",
        (1, 2, 5, 5), 2, 3, 1, 0,
        (Goal("forward", "µs", 25), Goal("both", "µs", 80)),
        directions=("forward", "both"),
    ),
    draw("torch uniform", goals("forward", torch=3)),
    draw("torch normal", goals("forward", torch=10)),
    draw("torch dropout", goals("forward", torch=2)),
    draw("torch permutation"),  # NumPy alone sets its pace
    draw("tf uniform", goals("forward", tensorflow=3)),
    draw("tf normal", goals("forward", tensorflow=10)),
    draw("tf dropout", goals("forward", tensorflow=2)),
)  # fmt: skip
