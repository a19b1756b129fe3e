"""How far a run is: a bar that fits, grows and ends."""

from __future__ import annotations

from conformance.report.progress import draw_bar


def test_the_bar_grows_and_ends():
    lines = [draw_bar(n, 12_345, 60.0) for n in range(0, 12_346, 15)]
    full = [line.count("━") for line in lines]
    assert full == sorted(full)
    assert (full[0], full[-1]) == (0, 30)
    assert all(line.count("━") + line.count("─") == 30 for line in lines)
    assert max(map(len, lines)) <= 79
    assert "left" not in lines[0] + lines[-1]
    assert " 50%  checked 6 of 12 claims, 1:00 left" in draw_bar(6, 12, 60.0)
