"""``conformance init``: writes a template for a new subject."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from conformance.report.files import write_new_file
from conformance.spec.text import to_printable

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
    name = to_printable(str(path))
    try:
        write_new_file(path, text)
    except FileExistsError:
        print(f"conformance init: {name} is there already; it is left as it is", file=sys.stderr)
        return 2
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        print(f"conformance init: cannot write {name}: {why}", file=sys.stderr)
        return 2
    print(f"Wrote {name}. It works as it is; fill in your own layers, and run:\n")
    print(f"    conformance run --subject {name}:MyLayers")
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
