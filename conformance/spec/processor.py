"""What this machine's processor has that changes what the frameworks do: oneDNN picks by it."""

from __future__ import annotations

import functools
from pathlib import Path

_CPUINFO = Path("/proc/cpuinfo")


@functools.cache
def processor_flags() -> frozenset[str]:
    """Return the processor's features, by the words that Linux has for them.

    Returns
    -------
    frozenset of str
        Such as 'avx512f'; empty on other systems, where the records of what oneDNN does with the
        newest features do not speak.
    """
    try:
        lines = _CPUINFO.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return frozenset()
    flags = next((line for line in lines if line.startswith("flags")), "")
    return frozenset(flags.partition(":")[2].split())


def has_float16_arithmetic() -> bool:
    """Whether oneDNN has kernels for float16 here (AVX512-FP16: Intel's servers from 2023 on).

    Returns
    -------
    bool
    """
    return "avx512_fp16" in processor_flags()


def has_bfloat16_tiles() -> bool:
    """Whether oneDNN multiplies bfloat16 in tiles here (AMX: Intel's servers from 2023 on).

    Returns
    -------
    bool
    """
    return "amx_bf16" in processor_flags()
