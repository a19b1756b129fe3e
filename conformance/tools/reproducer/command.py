"""``conformance capsule``: writes one failing claim as a short program."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from conformance.judging.claim import Claim
from conformance.judging.planning import plan, reseed_claims
from conformance.judging.selection import ASPECTS
from conformance.judging.session import Session
from conformance.report.files import write_file
from conformance.spec.text import message_of
from conformance.subjects.loading import SUBJECTS
from conformance.subjects.remote import Isolation
from conformance.subjects.roster import roster_of
from conformance.subjects.sandbox import Limits
from conformance.tools.output import file_to_write
from conformance.tools.reproducer import NoCapsule, make_capsule

# How long one call of a subject may take, of the many that it takes to make a case small.
LIMITS = Limits(5.0)


def main(arguments: Sequence[str]) -> int:
    """
    Write a capsule.

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
    isolation = Isolation(LIMITS)
    try:
        roster = roster_of([options.subject] if options.subject else SUBJECTS, isolation)
        (claim,) = reseed_claims([_find_claim(options, plan(roster))], options.seed)
        made = make_capsule(claim, Session(roster=roster))
        if options.output is None:
            print(made.text, end="")
        else:
            write_file(options.output, made.text)
        if made.warning:
            print(f"conformance capsule: warning: the file has {made.warning}", file=sys.stderr)
    except (NoCapsule, ValueError, TypeError, ImportError, OSError) as error:
        print(f"conformance capsule: {message_of(error)}", file=sys.stderr)
        return 2
    finally:
        isolation.close()
    return 0


def _find_claim(options: argparse.Namespace, planned: Sequence[Claim]) -> Claim:
    """Find the claim by its id, or by its case's id where that leaves no choice."""
    aspect, slash, name = options.claim.partition("/")
    if not slash:
        aspect, name = options.aspect, options.claim
    found = [
        claim
        for claim in planned
        if name in (claim.id, claim.case.id)
        and aspect in (None, claim.aspect)
        and options.form in (None, claim.form)
    ]
    if not found:
        raise NoCapsule(
            f"there is no claim {options.claim!r} in the plan; `conformance --collect-only -q`"
            " lists them (--subject names a subject of your own)"
        )
    if len(found) > 1:
        some = ", ".join(claim.name for claim in found[:8])
        raise NoCapsule(f"{len(found)} claims are called so, among them {some}")
    return found[0]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "conformance capsule",
        description="Write one failing claim as a short program that needs the subject alone.",
    )
    parser.add_argument(
        "claim", help="ASPECT/ID as the failure's last line has it, or the id of a case"
    )
    parser.add_argument("--subject", help="the subject, where it is none of the built-in ones")
    parser.add_argument("--aspect", choices=ASPECTS, help="where CLAIM does not say it")
    parser.add_argument("--form", help="where CLAIM does not say it")
    parser.add_argument(
        "--input-seed", dest="seed", type=int, default=0, help="of the run (default: 0)"
    )
    parser.add_argument("-o", "--output", type=file_to_write, help="the file; else it is printed")
    return parser
