"""Text from outside made printable, such as messages of exceptions and reasons in files."""

from __future__ import annotations

import re

# The longest text of a record, and the longest message of an exception in it, in characters.
LONGEST = 20_000
LONGEST_MESSAGE = 8_000
# The longest pattern: fnmatch's time grows with the square of its brackets.
LONGEST_PATTERN = 1_000
_SHORT = 200

# Escape sequences that set colours: frameworks put them into messages, and they carry no meaning.
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def to_printable(text: str, longest: int = LONGEST) -> str:
    r"""
    Replace what cannot be printed or encoded, and cut what is too long to be read.

    Parameters
    ----------
    text : str
        Any text.
    longest : int
        How many characters the result may have.

    Returns
    -------
    str
        Of printable characters, line feeds and tabs: a surrogate or a control character is written
        as a backslash sequence, as in Python's literals, and colours are dropped. Of a longer text
        the beginning and the end are left, with its size between them.

    Examples
    --------
    >>> print(to_printable("a \x1b[31mred\x1b[0m bell\x07"))
    a red bell\x07
    """
    if text.isprintable() and len(text) <= longest:
        return text
    if len(text) <= longest:
        shown = _escape(text)
        if len(shown) <= longest:
            return shown
    note = f"\n… (cut: {len(text):,} characters in all) …\n"
    end = longest // 8
    tail = _escape(text[-end:])[-end:]
    return _escape(text[:longest])[: longest - len(note) - len(tail)] + note + tail


def to_line(text: str, longest: int = LONGEST) -> str:
    r"""
    Replace what cannot be printed in one line, as `to_printable` does.

    Parameters
    ----------
    text : str
        Any text.
    longest : int
        How many characters of it are shown.

    Returns
    -------
    str
        Without line feeds and tabs, which are written as backslash sequences.
    """
    return to_printable(text, longest).replace("\n", "\\n").replace("\t", "\\t")


def shorten(value: object) -> str:
    """
    Show a value from outside in a message.

    Parameters
    ----------
    value : object
        Such as the values of a document have; of an exception its message is shown.

    Returns
    -------
    str
        In one line, and not long.
    """
    text = to_line(message_of(value) if isinstance(value, BaseException) else repr(value))
    return text if len(text) <= _SHORT else f"{text[:_SHORT]} …"


def check_pattern(pattern: str, name: str) -> None:
    """
    Raise an error for a pattern so long that to read it takes for ever.

    Parameters
    ----------
    pattern : str
        A pattern as in a shell, from outside.
    name : str
        What it is called in an error.

    Raises
    ------
    ValueError
        If it has more than `LONGEST_PATTERN` characters.
    """
    if len(pattern) > LONGEST_PATTERN:
        raise ValueError(
            f"{name} must have at most {LONGEST_PATTERN:,} characters; got {len(pattern):,}"
        )


def message_of(error: BaseException) -> str:
    """
    Return the message of an exception that somebody else's code raised.

    Parameters
    ----------
    error : BaseException
        The exception.

    Returns
    -------
    str
        Printable; a sentence about it where the exception cannot be turned into text.
    """
    try:
        text = "".join([str(error)])  # a plain str, also of one that returns a subclass
    except KeyboardInterrupt:
        raise
    except BaseException as broken:
        return f"(its message cannot be read: str() raised {type(broken).__name__})"
    return to_printable(text, LONGEST_MESSAGE)


def describe_error(error: BaseException) -> str:
    """
    Return the class and the message of an exception.

    Parameters
    ----------
    error : BaseException
        The exception.

    Returns
    -------
    str
        Such as 'ValueError: no'.
    """
    return f"{type(error).__name__}: {message_of(error)}"


def _escape(text: str) -> str:
    plain = _COLOUR.sub("", text.replace("\r\n", "\n"))
    return "".join(
        each if each.isprintable() or each in "\n\t" else each.encode("unicode_escape").decode()
        for each in plain
    )
