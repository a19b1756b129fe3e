"""``conformance name-mistakes``: how often the mistake of a wrong implementation is named."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence

from conformance.report.markdown import format_origin, format_table, join_blocks
from conformance.studies.naming.run import Naming, name_all
from conformance.tools.output import folder_to_write, save_files

_PAGE = "mistakes.md"
_COMMAND = "python -m conformance name-mistakes --docs docs/"


def main(arguments: Sequence[str]) -> int:
    """
    Name the mistake of every wrong implementation on file.

    Parameters
    ----------
    arguments : sequence of str
        What stands on the command line after the command's name.

    Returns
    -------
    int
        0 if none is given another one's name, 1 if one is, 2 if the page cannot be written.
    """
    options = _parser().parse_args(arguments)
    found = name_all()
    page = render_page(found)
    print(page)
    if options.docs is not None and not save_files(
        "conformance name-mistakes", {options.docs / _PAGE: page}
    ):
        return 2
    return 1 if any(each.outcome == "wrong" for each in found) else 0


def render_page(found: Sequence[Naming]) -> str:
    """
    Render the page of what was named.

    Parameters
    ----------
    found : sequence of Naming
        One for each mutant.

    Returns
    -------
    str
        Markdown.
    """
    counts = Counter(each.outcome for each in found)
    shown = len(found) - counts["no numbers"]
    right = counts["right"] + counts["among others"]
    rows = [
        (each.mutant.layer, f"{each.mutant.name} ({each.mutant.subject})", outcome, others)
        for outcome in ("among others", "wrong", "silent")
        for each in found
        if each.outcome == outcome
        for others in [", ".join(each.others)]
    ]
    return join_blocks(
        [
            "# The mistake has a name",
            format_origin(_COMMAND),
            "Where a claim about numbers fails, the suite runs the wrong implementations that "
            "it has of the layer (those of the [kill matrix](kill-matrix.md)) on the same "
            "case. If one of them gives these very numbers, but for rounding, the failure "
            "says which mistake it makes. It is silent where none fits or an answer is right: "
            "only failures are looked into, each for two seconds at most.",
            f"Here each of the {len(found)} is judged as a subject that is not known. {shown} of"
            " them have wrong numbers (the others are wrong in names, dtypes, masks or programs):"
            f" {right} are named at the first failure ({100 * right / max(shown, 1):.0f} %),"
            f" {counts['right']} of them alone and {counts['among others']} together with others"
            f" that have the same numbers on that case; {counts['silent']} are not named, and"
            f" {counts['wrong']} are given another's name. These are not named alone:",
            format_table(("layer", "mistake", "outcome", "named with it"), rows),
        ]
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "conformance name-mistakes",
        description="Judge every wrong implementation on file as if it were not known, and count"
        " how often its mistake is named.",
    )
    parser.add_argument(
        "--docs", type=folder_to_write(_PAGE), metavar="DIR", help=f"write DIR/{_PAGE}"
    )
    return parser
