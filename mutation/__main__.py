"""Mutation testing; see docs/mutation.md.

Breaks one expression at a time, in the modules that pyproject.toml names, and says who notices.
What is known is kept in .mutation/, so an interrupted run goes on where it was.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import cache, partial
from typing import Any

from mutation import page
from mutation.forks import Died, all_of, alone
from mutation.matrix import Answers, claims_about, known_answers, learn
from mutation.mutants import Mutant, mutants_of
from mutation.session import Book
from mutation.targets import Target, targets
from mutation.trial import LATER, killer

# Nearly everything stands on it: with it unbroken in its place, both packages are imported anew.
BOTTOM = "refimpl/_arguments.py"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m mutation", description=__doc__)
    parser.add_argument("modules", nargs="*", help="parts of paths; default: all modules")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--sample", type=int, help="try at most so many mutants of each module")
    parser.add_argument("--again", action="store_true", help="try the known survivors again")
    parser.add_argument(
        "--cells",
        action="store_true",
        help="try again what only tests have noticed: do cells, too?",
    )
    parser.add_argument("--list", action="store_true", help="list what is known, try nothing")
    options = parser.parse_args(arguments)
    chosen = [
        target
        for target in targets()
        if not options.modules or any(part in target.file for part in options.modules)
    ]
    if not chosen:
        parser.error(f"modules: no module in pyproject.toml has {options.modules} in its path")
    os.environ |= {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": "", "TF_CPP_MIN_LOG_LEVEL": "3"}
    left = 0
    for target in chosen:
        mutants = mutants_of(target)
        book = Book(target, mutants)
        if not options.list:
            _run(
                target,
                mutants[: options.sample],
                book,
                options.jobs,
                again=options.again,
                cells=options.cells,
            )
        known = book.known()
        score = page.Score.of(target, mutants, known)
        left += len(score.survivors)
        print(score, flush=True)
        if score.tried or not mutants:
            page.keep(score)
    page.write()
    return 1 if left else 0


def _run(
    target: Target, mutants: list[Mutant], book: Book, jobs: int, *, again: bool, cells: bool
) -> None:
    known = book.known()
    excused = page.equivalent(target)
    pending = [
        mutant
        for mutant in mutants
        if mutant not in known
        or (again and not known[mutant] and mutant.key not in excused)
        or (cells and known[mutant].startswith("tests"))
    ]
    if not pending:
        return
    claims, answers, patience = _prepared(replace(target, file=BOTTOM))
    first = len(claims) if cells else target.first
    works = (
        (mutant, partial(killer, target, mutant.code, mutant.function, claims, answers, first))
        for mutant in pending
    )
    for count, (mutant, by) in enumerate(all_of(works, jobs, patience), 1):
        if isinstance(by, Died):
            if by.stopped:  # by somebody else: nothing is known
                continue
            by = f"died: {by}"
        book.note(mutant, by)
        if not by:
            print(
                f"  {count}/{len(pending)} line {mutant.line}: {mutant.before}  →  {mutant.after}"
            )


@cache
def _prepared(whole: Target) -> tuple[list[Any], Answers, float]:
    """Give claims, remembered answers, and how many seconds a mutant may take."""
    claims = claims_about(whole.layers, whole.frameworks)[: whole.first + LATER]
    red = alone(lambda: learn(claims), 3600) if whole.frameworks else set()
    if red:
        print(f"{len(red)} claims are red as things stand: {sorted(red)[:3]}", file=sys.stderr)
    answers = known_answers(whole.layers)
    claims = [each for each in claims if f"{each.aspect}/{each.id}" not in red]
    _warm_up()
    start = _processor_seconds()
    noticed = alone(lambda: killer(whole, whole.source, "", claims, answers, whole.first), 3600)
    if noticed:
        raise SystemExit(f"not healthy before anything is broken: {noticed}")
    return claims, answers, 20 + 5 * (_processor_seconds() - start)


def _processor_seconds() -> float:
    """How long the processes that have ended kept a processor busy."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _warm_up() -> None:
    """Import once, before the forks, what every one of them needs."""
    import hypothesis  # noqa: F401
    import mpmath  # noqa: F401
    import scipy.stats  # noqa: F401

    import conformance.judging.judge
    import conformance.judging.planning
    import conformance.subjects.refimpl  # noqa: F401
    import refimpl.tf
    import refimpl.torch  # noqa: F401


if __name__ == "__main__":
    sys.exit(main())
