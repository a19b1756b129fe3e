"""What the project promises outside its code: the two commands, the pins, the imports."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CONSTRAINTS = (ROOT / "constraints.txt").read_text()


@pytest.mark.parametrize("environment", ["conformance", "tests"])
def test_the_readme_has_the_command_that_ci_runs(environment):
    readme = (ROOT / "README.md").read_text().splitlines()
    assert readme.count(f"python -m pip install tox && tox run -e {environment}") == 1
    assert "for environment in tests conformance; do" in (ROOT / ".ci" / "run").read_text()


def test_constraints_are_exact_public_versions_and_name_no_place():
    for line in CONSTRAINTS.splitlines():
        assert line.startswith("#") or re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9.]+", line), line


def test_the_other_constraints_differ_in_tensorflow_alone():
    def pins(text):
        lines = [line for line in text.lower().splitlines() if not line.startswith("#")]
        assert all(re.fullmatch(r"[a-z0-9_.-]+==[a-z0-9.]+", line) for line in lines)
        return dict(line.replace("-", "_").split("==") for line in lines)

    usual = pins(CONSTRAINTS)
    other = pins((ROOT / "constraints-tf220.txt").read_text())
    shared = {name for name in usual.keys() & other.keys() if usual[name] != other[name]}
    assert shared == {"tensorflow_cpu"}
    needed = {"tensorboard", "tensorboard_data_server", "markdown", "werkzeug"}  # by 2.20.0
    assert other.keys() - usual.keys() == needed
    assert other["tensorflow_cpu"] == "2.20.0"


@pytest.mark.parametrize("pin", ["torch==2.13.0", "tensorflow_cpu==2.21.0"])
def test_the_frameworks_are_pinned(pin):
    assert pin in CONSTRAINTS.splitlines()


def test_everything_an_extra_asks_for_is_pinned():
    def normal(name: str) -> str:
        return re.sub(r"[-_.]+", "-", name).lower()

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].values()
    asked = project["dependencies"] + [name for extra in extras for name in extra]
    pinned = {normal(line.partition("==")[0]) for line in CONSTRAINTS.splitlines()}
    missing = {normal(re.split(r"[\[<>=!~ ]", name)[0]) for name in asked} - pinned
    assert missing == {"refimpl"}


def test_refimpl_imports_only_numpy_and_the_standard_library():
    allowed = {*sys.stdlib_module_names, "numpy", "refimpl"}
    for path in (ROOT / "refimpl").rglob("*.py"):
        extra = {"ml_dtypes"} if path.name == "dtypes.py" else set()
        for node in ast.walk(ast.parse(path.read_text())):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            outside = {name.partition(".")[0] for name in names} - allowed - extra
            assert not outside, f"{path.relative_to(ROOT)} imports {outside}"
