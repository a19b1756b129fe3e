"""Pages in Markdown: paragraphs, tables and commands."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence

from conformance.spec.text import to_line


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
    line = to_line(re.sub(r"\s*[\r\n]\s*", " ", cell.strip()))
    # A bar ends the cell if an even number of backslashes stands before it.
    return re.sub(r"(?<!\\)((?:\\\\)*)\|", r"\1\\|", line)


def escape_text(text: str) -> str:
    r"""
    Escape what Markdown and HTML would take for their own, in a text from outside.

    Parameters
    ----------
    text : str
        To stand inside a paragraph, a cell or an item of a list, in one line.

    Returns
    -------
    str

    Examples
    --------
    >>> print(escape_text("<b> has no `dim`"))
    &lt;b> has no \`dim\`
    """
    plain = to_line(" ".join(text.split("\n"))).replace("&", "&amp;").replace("<", "&lt;")
    return re.sub(r"([\\`*\[\]|])", r"\\\1", plain)


def format_code(text: str) -> str:
    """
    Show a text from outside as code, whatever backticks are in it.

    Parameters
    ----------
    text : str
        The text.

    Returns
    -------
    str
        A span of code, in one line.

    Examples
    --------
    >>> format_code("a`b")
    '``a`b``'
    """
    line = to_line(text)
    marks = _outer_backticks(line, 1)
    space = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{marks}{space}{line}{space}{marks}"


def format_block(text: str) -> str:
    """
    Show lines from outside as they stand.

    Parameters
    ----------
    text : str
        The lines.

    Returns
    -------
    str
        A block of code that no line of them ends.
    """
    marks = _outer_backticks(text, 3)
    return f"{marks}\n{text}\n{marks}"


def format_origin(command: str, advice: str = "") -> str:
    """
    Say in a comment what wrote a page.

    Parameters
    ----------
    command : str
        The command.
    advice : str
        What is said to whom would change it.

    Returns
    -------
    str
    """
    shown = to_line(command).replace("-->", "--&gt;").replace("--!>", "--!&gt;")
    return f"<!-- Written by `{shown}`{advice and ': '}{advice}. -->"


def _outer_backticks(text: str, fewest: int) -> str:
    """Return more backticks in a row than there are in the text."""
    return "`" * max([fewest, *(len(found) + 1 for found in re.findall("`+", text))])


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
    return "\n".join(("```console", *map(to_line, commands), "```"))


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
