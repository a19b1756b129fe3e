"""How far one claim travels from the plan to its verdict: through which files and rooms.

``python tests/conformance/test_road.py`` prints the road. What is counted are calls of the suite's
own functions. Left out are the bounds, whose back and forth with the mathematics is the design, and
`conformance.spec`, whose values are what is handed from room to room; its files count all the same.
"""

from __future__ import annotations

import sys
from itertools import groupby
from pathlib import Path
from types import FrameType

from conformance.judging import planning
from conformance.judging.claim import Claim
from conformance.judging.judge import judge
from conformance.judging.session import Session
from conformance.judging.verdict import Verdict
from conformance.subjects.roster import roster_of

ROOT = Path(planning.__file__).parents[2]
SUBJECT = "refimpl.torch"
MOST_FILES, MOST_CHANGES = 25, 12


def find_claim() -> Claim:
    """The claim: the output of average pooling, as a class."""
    return next(
        claim
        for claim in planning.plan([SUBJECT], ["output"])
        if claim.id == f"avg_pool2d-stride1-pad1-excludepad-normal-float32-{SUBJECT}-class"
    )


def trace_road() -> list[str]:
    """The files in which functions are called, in order, while one claim is planned and judged."""
    wanted, session, roster = find_claim(), Session(), roster_of([SUBJECT])
    session.runner.subject(SUBJECT)  # loading it is no part of a claim
    calls: list[str] = []

    def note_call(frame: FrameType, event: str, argument: object) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(f"{ROOT}/conformance/"):
            calls.append(frame.f_code.co_filename.removeprefix(f"{ROOT}/conformance/"))

    planning.translate.cache_clear()
    sys.setprofile(note_call)
    try:
        claims = planning.plan_case(wanted.case, roster, planning.Coverage())
        claim = next(each for each in claims if each.name == wanted.name)
        record = judge(claim, session)
    finally:
        sys.setprofile(None)
    assert record.verdict is Verdict.PASS
    return [path for path in calls if not path.startswith("oracle/bounds/")]


def rooms_of(road: list[str]) -> list[str]:
    """The rooms that the road leads through, in order."""
    rooms = [path.partition("/")[0] for path in road]
    return [room for room, _ in groupby(room for room in rooms if room != "spec")]


def test_a_claim_enters_few_files_and_changes_rooms_rarely() -> None:
    road = trace_road()
    assert len(set(road)) <= MOST_FILES, sorted(set(road))
    assert len(rooms_of(road)) - 1 <= MOST_CHANGES, rooms_of(road)


if __name__ == "__main__":
    found = trace_road()
    print(f"{len(found)} calls in {len(set(found))} files:", *dict.fromkeys(found), sep="\n  ")
    print(f"{len(rooms_of(found)) - 1} changes of room:", " -> ".join(rooms_of(found)))
