"""A parallel map over processes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context, parent_process
from typing import TypeVar

from conformance.subjects.sandbox import die_with_parent

Item = TypeVar("Item")
Result = TypeVar("Result")


def _end_with_parent() -> None:
    """Let this process end with the one that began it, also if that has ended meanwhile."""
    die_with_parent()
    parent = parent_process()
    if parent is not None and os.getppid() != parent.pid:
        os._exit(1)


def map_parallel(
    work: Callable[[Item], Result], parts: Sequence[Item], processes: int, each: int | None = None
) -> Iterator[tuple[int, Result]]:
    """Apply a function to items in several processes.

    Parameters
    ----------
    work : callable
        A function of a module: another process must find it by its name.
    parts : sequence
        The items; the function is called once with each.
    processes : int
        How many processes; 1 is this process, unless `each` is set.
    each : int, optional
        A process is replaced after about so many items: what frameworks compile is never freed,
        and thousands of compiled functions end a process.

    Yields
    ------
    (int, object)
        The index of an item and its result, in the order in which they are done.
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
        with ProcessPoolExecutor(
            min(processes, len(places)), context, initializer=_end_with_parent
        ) as pool:
            futures = {pool.submit(work, parts[place]): place for place in places}
            for future in as_completed(futures):
                # Popped, so that results which have been consumed do not stay in memory.
                yield futures.pop(future), future.result()
