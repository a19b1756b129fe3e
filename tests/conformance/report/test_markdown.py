from __future__ import annotations

from conformance.report.markdown import (
    escape_text,
    format_block,
    format_code,
    format_origin,
    format_table,
)


def test_text_from_outside_is_not_taken_for_markdown_or_html():
    assert escape_text("never: no max_pool2d, padding='same'") == (
        "never: no max_pool2d, padding='same'"
    )
    assert escape_text("<script>&amp;") == "&lt;script>&amp;amp;"
    assert escape_text("[a](b) *c* `d` | \\") == "\\[a\\](b) \\*c\\* \\`d\\` \\| \\\\"
    assert escape_text("two\nlines \x1b[2J \ud800") == "two lines \\\\x1b\\[2J \\\\ud800"


def test_a_cell_stays_a_cell():
    table = format_table(["a"], [["x|y"], ["x\\|y"], ["x\\\\|y"], ["two\r\nlines"], ["\x1b[2J"]])
    assert table.splitlines()[2:] == [
        "| x\\|y |",
        "| x\\|y |",  # it was escaped already
        "| x\\\\\\|y |",
        "| two lines |",
        "| \\x1b[2J |",
    ]


def test_backticks_do_not_end_code():
    assert format_code("plain") == "`plain`"
    assert format_code("a`b") == "``a`b``"
    assert format_code("`a``") == "``` `a`` ```"
    assert format_block("a\n```\nb") == "````\na\n```\nb\n````"


def test_a_command_does_not_end_the_comment():
    assert format_origin("a --> b\nc") == "<!-- Written by `a --&gt; b\\nc`. -->"
    assert format_origin("a", "change it") == "<!-- Written by `a`: change it. -->"
