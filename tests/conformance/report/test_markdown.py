from __future__ import annotations

from conformance.report.markdown import escape_text


def test_text_from_outside_is_not_taken_for_markdown_or_html():
    assert escape_text("never: no max_pool2d, padding='same'") == (
        "never: no max_pool2d, padding='same'"
    )
    assert escape_text("<script>&amp;") == "&lt;script>&amp;amp;"
    assert escape_text("[a](b) *c* `d` | \\") == "\\[a\\](b) \\*c\\* \\`d\\` \\| \\\\"
