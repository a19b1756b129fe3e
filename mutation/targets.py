"""What is mutated, and who has to notice: read from pyproject.toml."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
# So many claims are judged before the tests are run, unless the table says otherwise.
FIRST = 600


@dataclass(frozen=True)
class Target:
    """One module.

    Attributes
    ----------
    file : str
        Its path below the project's root.
    tests : tuple of str
        Tests that must notice, the likeliest first.
    layers : tuple of str
        Layers whose cells must notice.
    first : int
        How many claims about them are judged before the tests are run.
    frameworks : bool
        Whether the real frameworks are among the witnesses.
    """

    file: str
    tests: tuple[str, ...]
    layers: tuple[str, ...]
    first: int = FIRST
    frameworks: bool = True

    @property
    def module(self) -> str:
        """Its dotted name."""
        return self.file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def source(self) -> str:
        """Its text as it stands."""
        return (ROOT / self.file).read_text()


@functools.cache
def settings() -> Mapping[str, Any]:
    """Read the table `tool.mutation`."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)["tool"]["mutation"]


def targets() -> list[Target]:
    """List the modules that are mutated."""
    groups = settings()["layers"]
    found = []
    for row in settings()["targets"]:
        layers = [layer for name in row["layers"] for layer in groups.get(name, [name])]
        for pattern in row["files"]:
            files = sorted(ROOT.glob(pattern))
            if not files:
                raise ValueError(f"tool.mutation: no file matches {pattern!r}")
            for path in files:
                name = path.relative_to(ROOT).as_posix()
                first, frameworks = row.get("claims_first", FIRST), row.get("frameworks", True)
                tests = tuple(row["tests"])
                found.append(Target(name, tests, tuple(layers), first, frameworks))
    return found
