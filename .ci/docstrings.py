"""Validate the docstrings of refimpl's public names; pyproject.toml says what is asked.

Public are the modules that a user imports from, and in the private files of the dialects (`_src`)
what their `__all__` says, for the faces show that. A parameter that the docstring of the module or
of the dialect explains once, in backticks, need not be documented at each function.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from numpydoc.hooks.validate_docstrings import parse_config, process_file


def public_modules(root: Path) -> Iterator[Path]:
    """Yield the modules in which something is public."""
    for path in sorted(root.rglob("*.py")):
        parts = [part for part in path.parts if part not in ("__init__.py", "_src")]
        if not any(part.startswith("_") for part in parts) and "primitives" not in parts:
            yield path


def exported(tree: ast.Module) -> set[str]:
    """Return what the module's `__all__` says, and what siblings of several ranks are made of."""
    names = set()
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            names |= set(ast.literal_eval(node.value))
        elif isinstance(node, ast.Assign) and ast.unparse(node.value).startswith("for_rank("):
            names |= {each.id for each in ast.walk(node.value) if isinstance(each, ast.Name)}
    return names


def explained(tree: ast.Module, path: Path) -> set[str]:
    """Return the words in backticks in the docstrings of the module and of its dialect."""
    face = Path(*path.parts[: path.parts.index("_src")], "__init__.py")
    docs = (ast.get_docstring(tree), ast.get_docstring(ast.parse(face.read_text("utf-8"))))
    return set(re.findall(r"`([*\w]+)`", " ".join(doc or "" for doc in docs)))


def findings(path: Path, config: dict[str, Any]) -> Iterator[str]:
    """Yield what is missing in the docstrings of a module."""
    tree = ast.parse(path.read_text("utf-8"))
    private = "_src" in path.parts
    names, words = (exported(tree), explained(tree, path)) if private else (set(), set())
    for place, name, check, description in process_file(str(path), config):
        public = name.split(".")[1:2]
        if private and public and public[0] not in names:
            continue
        if check == "PR01" and set(re.findall(r"'([*\w]+)'", description)) <= words:
            continue
        yield f"{place}: {check} {name}: {description}"


if __name__ == "__main__":
    options = parse_config(".")
    found = [line for path in public_modules(Path("refimpl")) for line in findings(path, options)]
    print("\n".join(found), file=sys.stderr)
    sys.exit(bool(found))
