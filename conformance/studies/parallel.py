"""Shares work among processes, each a Python of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def map_parallel(
    work: Callable[[Item], Result], parts: Sequence[Item], processes: int, each: int | None = None
) -> Iterator[tuple[int, Result]]:
    """Do every part of some work.

    Parameters
    ----------
    work : callable
        A function of a module: another process must find it by its name.
    parts : sequence
        What it is called with, once for each.
    processes : int
        How many processes share the work; 1 is this one, unless `each` is given.
    each : int, optional
        After about how many parts a process makes room for a new one: what frameworks compile is
        never given back, and thousands of compiled functions end a process.

    Yields
    ------
    (int, object)
        The place of a part, and its result, as each is done.
    """
    if processes == 1 and each is None:
        yield from enumerate(map(work, parts))
        return
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # the processes share the cores already
    # Frameworks have threads, which a forked process would lack.
    context = get_context("spawn")
    # A pool for each batch: one that renews its processes itself (max_tasks_per_child) may wait
    # for ever for a process that has gone (CPython's issue 115634).
    batch = len(parts) if each is None else processes * each
    for start in range(0, len(parts), max(batch, 1)):
        places = range(start, min(start + batch, len(parts)))
        with ProcessPoolExecutor(min(processes, len(places)), context) as pool:
            futures = {pool.submit(work, parts[place]): place for place in places}
            for future in as_completed(futures):
                # Taken out: of many parts, the results that have been dealt with are not kept.
                yield futures.pop(future), future.result()
