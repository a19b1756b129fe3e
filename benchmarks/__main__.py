"""`python -m benchmarks`: one thread, one core, float32; prints the table and writes JSON."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Sequence
from pathlib import Path

PREPARED = "REFIMPL_BENCHMARKS_PREPARED"
# A fresh large allocation is paid for page by page, and that can swamp what is measured: the
# allocator is told to keep its memory. 32 MiB is the highest threshold that glibc accepts.
ENVIRONMENT = {
    "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(4 << 30),
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "CUDA_VISIBLE_DEVICES": "",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}
# They choose NumPy's matrix kernels by hand; what is measured is the choice NumPy makes itself.
UNSET = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")


def prepare() -> None:
    """Start this process anew with the settings that count only at its start, on one core."""
    if os.environ.get(PREPARED):
        return
    environment = {name: value for name, value in os.environ.items() if name not in UNSET}
    environment |= ENVIRONMENT | {PREPARED: "1"}
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    arguments = [sys.executable, "-m", "benchmarks", *sys.argv[1:]]
    os.execve(sys.executable, arguments, environment)


def facts(versions: dict[str, str], missing: dict[str, str]) -> dict[str, str]:
    """Say on what and how it was measured, and what was not there."""
    from threadpoolctl import threadpool_info

    blas = [
        f"{pool['internal_api']} {pool.get('version')} {pool.get('architecture')}"
        f" ({pool['num_threads']} thread)"
        for pool in threadpool_info()
        if pool["user_api"] == "blas" and "numpy" in pool["filepath"]
    ]
    found = {
        "machine": f"{processor()}, Python {platform.python_version()}, one thread on one core",
        "NumPy's BLAS": ", ".join(blas) or "unknown",
        "versions": ", ".join(f"{name} {version}" for name, version in versions.items()),
        "memory": "the allocator keeps what is freed (MALLOC_MMAP_THRESHOLD_ and "
        "MALLOC_TRIM_THRESHOLD_ raised), so that no call pays for fresh pages",
    }
    if missing:
        found["missing"] = "; ".join(f"{name}: {why}" for name, why in missing.items())
    return found


def processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def main(argv: Sequence[str] | None = None) -> int:
    """Run the workloads and report; the exit status says only whether they ran."""
    import numpy as np
    from rich.console import Console

    from benchmarks import peers, report, running
    from benchmarks.workloads import WORKLOADS

    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the measurements there")
    parser.add_argument(
        "--only", action="append", metavar="NAME", help="workloads with NAME in their name"
    )
    parser.add_argument(
        "--against",
        action="append",
        choices=[name for name in peers.MODULES if name not in ("refimpl", "limits")],
        help="only these besides refimpl and the limits (default: all that are installed)",
    )
    parser.add_argument("--rounds", type=int, default=15, help="interleaved rounds (15)")
    options = parser.parse_args(argv)

    selected = [
        work for work in WORKLOADS if any(name in work.name for name in options.only or [""])
    ]
    if not selected:
        parser.error(f"no workload is called {options.only}")
    modules = peers.MODULES
    if options.against:
        modules = ("refimpl", "limits", *(m for m in modules if m in options.against))
    loaded, missing = peers.load(modules)

    console = Console()
    if not console.is_terminal:
        console.width = 190
    results = []
    for work in selected:
        with console.status(work.name):
            results += running.run(work, loaded, options.rounds)
    versions = {"NumPy": np.__version__} | {p.name: p.version for p in loaded if p.version}
    known = facts(versions, missing)
    report.show(console, results, known)
    if options.json:
        text = json.dumps(report.record(results, known), indent=1, ensure_ascii=False)
        options.json.write_text(text + "\n")
    return 0


if __name__ == "__main__":
    prepare()
    sys.exit(main())
