"""What is mutated, and who has to notice: read from pyproject.toml."""

from __future__ import annotations

import ast
import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
# So many claims are judged before the tests are run, unless the table says otherwise.
FIRST = 600
# Stands for some layers of each family.
EVERY_FAMILY = "every family"
# Stands for the family in whose folder a module is.
ITS_FAMILY = "its family"


@dataclass(frozen=True)
class Target:
    """One module.

    Attributes
    ----------
    file : str
        Its path below the project's root.
    tests : tuple of str
        Tests that must notice, the likeliest first.
    rows : tuple of str
        Whose cells must notice: families, layers or programs, or `EVERY_FAMILY`.
    first : int
        How many claims about them are judged before the tests are run.
    frameworks : bool
        Whether the real frameworks are among the witnesses.
    """

    file: str
    tests: tuple[str, ...]
    rows: tuple[str, ...]
    first: int = FIRST
    frameworks: bool = True

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers that `rows` stand for, and the programs among them."""
        return tuple(dict.fromkeys(layer for row in self.rows for layer in layers_of(row)))

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


def layers_of(row: str) -> tuple[str, ...]:
    """Name the layers that a name in the table stands for.

    A family stands for all its layers, also where one of them has its name; a layer and a kind of
    program stand for themselves; `EVERY_FAMILY` for the first and the last layer of each family.
    """
    from conformance.layers.registry import FAMILIES, LAYERS
    from conformance.programs import programs

    names = {family.name: tuple(layer.name for layer in family.layers) for family in FAMILIES}
    if row == EVERY_FAMILY:
        return tuple(name for layers in names.values() for name in (layers[0], layers[-1]))
    if row in names:
        return names[row]
    if row in LAYERS or row in {program.kind for program in programs()}:
        return (row,)
    raise ValueError(f"tool.mutation: {row!r} is no family, layer or program")


def targets() -> list[Target]:
    """List the modules that are mutated."""
    found = []
    for entry in settings()["targets"]:
        for pattern in entry["files"]:
            files = sorted(path for path in ROOT.glob(pattern) if has_functions(path))
            if not files:
                raise ValueError(f"tool.mutation: no file with functions matches {pattern!r}")
            for path in files:
                name = path.relative_to(ROOT).as_posix()
                first, frameworks = entry.get("claims_first", FIRST), entry.get("frameworks", True)
                family, tests = path.parent.name, tuple(entry["tests"])
                rows = tuple(family if row == ITS_FAMILY else row for row in entry["layers"])
                found.append(Target(name, tests, rows, first, frameworks))
    return found


def has_functions(path: Path) -> bool:
    """Whether a module holds more than names and numbers."""
    return any(isinstance(node, ast.FunctionDef) for node in ast.walk(ast.parse(path.read_text())))
