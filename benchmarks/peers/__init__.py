"""The contestants. Each module turns a workload into calls to one library.

A module has `versions()`, which imports what it needs (and raises ImportError without it), and
`BUILDERS`: column of the table → operation → function of a workload and its arrays that returns a
`Contestant`. What an implementation does not have is not in its `BUILDERS`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.workloads import Array, Workload

# torch comes before tensorflow: loaded in the other order they can crash each other.
MODULES = ("refimpl", "limits", "torch", "onnx", "tensorflow", "numpy_ml")


@dataclass(frozen=True, slots=True)
class Contestant:
    """An implementation made ready for one workload: calls that take nothing.

    `axes` tells for each returned array how to transpose it to refimpl's layout, to compare it.
    """

    forward: Callable[[], Any] | None = None
    backward: Callable[[], Any] | None = None
    both: Callable[[], Any] | None = None
    axes: tuple[tuple[int, ...] | None, ...] = ()
    is_limit: bool = False  # computes nothing that could be compared
    share: int = 1  # does only one in so many of the batch; its time is multiplied


Builder = Callable[[Workload, Mapping[str, Array]], Contestant]


@dataclass(frozen=True, slots=True)
class Peer:
    """A column of the table."""

    name: str
    version: str
    builders: Mapping[str, Builder]


def load(modules: Iterable[str] = MODULES) -> tuple[list[Peer], dict[str, str]]:
    """Import the peers; return those that are installed, and why the others are missing."""
    peers: list[Peer] = []
    missing: dict[str, str] = {}
    for module_name in modules:
        module = importlib.import_module(f"benchmarks.peers.{module_name}")
        try:
            versions: Mapping[str, str] = module.versions()
        except ImportError as error:
            missing[module_name] = str(error)
            continue
        columns: Mapping[str, Mapping[str, Builder]] = module.BUILDERS
        peers += [Peer(name, versions.get(name, ""), columns[name]) for name in columns]
    return peers, missing
