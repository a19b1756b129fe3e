"""Text from outside: what is made printable, what is cut, and exceptions without a message."""

from __future__ import annotations

import pytest

from conformance.spec.text import LONGEST, LONGEST_MESSAGE, describe_error, message_of, to_printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("× and −, 語, [red]", "× and −, 語, [red]"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("\ud800", "\\ud800"),
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07\x1b[2J", "\\x1b]0;title\\x07\\x1b[2J"),
        ("a\rb\x00\x7f\x9b", "a\\rb\\x00\\x7f\\x9b"),
        ("Windows\r\n", "Windows\n"),
        ("\u202ereversed\u2028", "\\u202ereversed\\u2028"),
    ],
)
def test_what_cannot_be_printed_is_replaced(text, shown):
    assert to_printable(text) == shown
    assert to_printable(shown) == shown
    shown.encode()


@pytest.mark.parametrize("letter", ["a", "\n", "\x07", "\ud800"])
def test_a_long_text_is_cut_with_its_size(letter):
    text = f"begin {letter * 10_000_000} end"
    shown = to_printable(text)
    assert len(shown) <= LONGEST
    assert shown.startswith("begin ")
    assert shown.endswith(" end")
    assert "\n… (cut: 10,000,010 characters in all) …\n" in shown
    assert to_printable(shown) == shown
    assert to_printable("a" * LONGEST) == "a" * LONGEST


def test_a_message_is_printable_and_leaves_room_for_more():
    assert message_of(ValueError("\ud800")) == "\\ud800"
    assert describe_error(ValueError("no")) == "ValueError: no"
    assert len(message_of(ValueError("a" * 10_000_000))) <= LONGEST_MESSAGE < LONGEST / 2


@pytest.mark.parametrize("raised", [RuntimeError, SystemExit, RecursionError])
def test_an_exception_without_a_message_is_described(raised):
    class BrokenError(Exception):
        def __str__(self):
            raise raised("no words")

    assert describe_error(BrokenError()) == (
        f"BrokenError: (its message cannot be read: str() raised {raised.__name__})"
    )
    with pytest.raises(KeyboardInterrupt):
        message_of(type("Stopped", (Exception,), {"__str__": _interrupt})())


def _interrupt(self):
    raise KeyboardInterrupt


def test_a_message_is_a_plain_string():
    class Text(str):
        __slots__ = ()

        def __len__(self):
            raise RuntimeError

    class OddError(Exception):
        def __str__(self):
            return Text("odd")

    assert type(message_of(OddError())) is str
