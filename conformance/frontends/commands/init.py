"""``conformance init``: writes a template for a new subject."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

_TEMPLATES = Path(__file__).parent.parent / "templates"


def main(arguments: Sequence[str]) -> int:
    """
    Write a template.

    Parameters
    ----------
    arguments : sequence of str
        What stands on the command line after the command's name.

    Returns
    -------
    int
        0 if it was written, 2 if it could not be.
    """
    options = _parser().parse_args(arguments)
    path: Path = options.file
    template = _TEMPLATES / f"{options.dialect}_adapter.py"
    text = template.read_text(encoding="utf-8").replace("my_adapter.py", path.name)
    try:
        with path.open("x", encoding="utf-8") as file:  # never replace a file of the user
            file.write(text)
    except FileExistsError:
        print(f"conformance init: {path} is there already; it is left as it is", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"conformance init: cannot write {path}: {error.strerror}", file=sys.stderr)
        return 2
    print(f"Wrote {path}. It works as it is; fill in your own layers, and run:\n")
    print(f"    conformance run --subject {path}:MyLayers")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "conformance init", description="Write a template for a subject of your own."
    )
    parser.add_argument("file", type=_python_file, help="such as my_adapter.py")
    parser.add_argument(
        "--dialect",
        choices=("torch", "tf"),
        required=True,
        help="in whose words, layouts and defaults your layers are to be asked",
    )
    return parser


def _python_file(text: str) -> Path:
    if not text.endswith(".py"):
        raise argparse.ArgumentTypeError(f"must end in .py; got {text!r}")
    return Path(text)
