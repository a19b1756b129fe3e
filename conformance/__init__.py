"""The conformance suite: cases, subjects, an oracle with derived bounds, checks and verdicts.

The names in `__all__` are for authors of subjects; see ``docs/subjects.md``.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conformance.frontends.api import check, check_function, parametrize_with_checks
    from conformance.judging.verdict import Record, Verdict
    from conformance.spec.call import Unsupported
    from conformance.spec.request import Observation, Request
    from conformance.subjects.adapter import FunctionSubject, LayerSubject, Operation
    from conformance.subjects.gap import Gap
    from conformance.subjects.protocol import Subject
    from conformance.subjects.sandbox import Limits
    from conformance.subjects.tensor_kinds import JaxArrays, TensorFlowTensors, TorchTensors
    from conformance.subjects.tensors import TensorSubject
    from conformance.tools.arrays import ArraysVerdict, assert_conforms, verdict

__all__ = [
    "ArraysVerdict",
    "FunctionSubject",
    "Gap",
    "JaxArrays",
    "LayerSubject",
    "Limits",
    "Observation",
    "Operation",
    "Record",
    "Request",
    "Subject",
    "TensorFlowTensors",
    "TensorSubject",
    "TorchTensors",
    "Unsupported",
    "Verdict",
    "assert_conforms",
    "check",
    "check_function",
    "parametrize_with_checks",
    "verdict",
]

# Name -> where it is defined; imported only when it is asked for.
_HOMES = {
    "ArraysVerdict": "conformance.tools.arrays",
    "FunctionSubject": "conformance.subjects.adapter",
    "Gap": "conformance.subjects.gap",
    "JaxArrays": "conformance.subjects.tensor_kinds",
    "LayerSubject": "conformance.subjects.adapter",
    "Limits": "conformance.subjects.sandbox",
    "Observation": "conformance.spec.request",
    "Operation": "conformance.subjects.adapter",
    "Record": "conformance.judging.verdict",
    "Request": "conformance.spec.request",
    "Subject": "conformance.subjects.protocol",
    "TensorFlowTensors": "conformance.subjects.tensor_kinds",
    "TensorSubject": "conformance.subjects.tensors",
    "TorchTensors": "conformance.subjects.tensor_kinds",
    "Unsupported": "conformance.spec.call",
    "Verdict": "conformance.judging.verdict",
    "assert_conforms": "conformance.tools.arrays",
    "check": "conformance.frontends.api",
    "check_function": "conformance.frontends.api",
    "parametrize_with_checks": "conformance.frontends.api",
    "verdict": "conformance.tools.arrays",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'conformance' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
