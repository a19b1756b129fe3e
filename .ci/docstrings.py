"""Validate the docstrings of refimpl's public modules; pyproject.toml says what is asked."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from numpydoc.hooks.validate_docstrings import run_hook


def public_modules(root: Path) -> Iterator[str]:
    """Yield the modules that a user imports from."""
    for path in sorted(root.rglob("*.py")):
        private = any(part.startswith("_") for part in path.parts if part != "__init__.py")
        if not private and "primitives" not in path.parts:
            yield str(path)


if __name__ == "__main__":
    sys.exit(run_hook(list(public_modules(Path("refimpl")))))
