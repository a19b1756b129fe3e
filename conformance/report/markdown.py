"""Pages in Markdown: paragraphs, tables and commands."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence


def join_blocks(blocks: Iterable[str]) -> str:
    """
    Put blocks one below the other, paragraphs among them wrapped.

    Parameters
    ----------
    blocks : iterable of str
        Headings, paragraphs, tables, commands.

    Returns
    -------
    str
    """
    wrapped = (
        block
        if block.startswith(("#", "<", "|", "```", "- "))
        else textwrap.fill(block.strip(), 100, break_long_words=False, break_on_hyphens=False)
        for block in blocks
    )
    return "\n\n".join(wrapped) + "\n"


def format_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """
    Write a table.

    Parameters
    ----------
    head : sequence of str
        The columns' names.
    rows : iterable of sequence of str
        The cells, line by line.

    Returns
    -------
    str
    """
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(_escape(cell) for cell in line)} |" for line in lines)


def _escape(cell: str) -> str:
    return cell.replace("|", "\\|")


def escape_text(text: str) -> str:
    r"""
    Escape what Markdown and HTML would take for their own, in a text from outside.

    Parameters
    ----------
    text : str
        One line, to stand inside a paragraph or an item of a list.

    Returns
    -------
    str

    Examples
    --------
    >>> print(escape_text("<b> has no `dim`"))
    &lt;b> has no \`dim\`
    """
    plain = text.replace("&", "&amp;").replace("<", "&lt;")
    return re.sub(r"([\\`*\[\]|])", r"\\\1", plain)


def format_console(*commands: str) -> str:
    """
    Show commands.

    Parameters
    ----------
    *commands : str
        The commands, one a line.

    Returns
    -------
    str
    """
    return "\n".join(("```console", *commands, "```"))


def format_list(items: Iterable[str]) -> str:
    """
    Write a list, its items wrapped.

    Parameters
    ----------
    items : iterable of str
        Sentences.

    Returns
    -------
    str
    """
    return "\n".join(
        textwrap.fill(
            item,
            100,
            initial_indent="- ",
            subsequent_indent="  ",
            break_long_words=False,
            break_on_hyphens=False,
        )
        for item in items
    )


def format_superscript(number: int) -> str:
    """
    Write an exponent.

    Parameters
    ----------
    number : int
        The exponent.

    Returns
    -------
    str

    Examples
    --------
    >>> superscript(-126)
    '⁻¹²⁶'
    """
    return str(number).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
