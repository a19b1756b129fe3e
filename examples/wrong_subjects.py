"""Subjects that are wrong on purpose, to see what a failure looks like.

Each is refimpl with one thing changed on the way. From the folder above:

    python -m conformance --subject examples.wrong_subjects:WrongDivisor -k avg_pool2d
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conformance.spec.request import Observation, Request
from conformance.subjects.refimpl import RefimplTorch


class WrongStride(RefimplTorch):
    """Moves every window by 1."""

    name = "wrong-stride"

    def run(self, request: Request) -> Observation:
        """Run a call with another stride."""
        if "stride" in request.call.arguments:
            stride = tuple(1 for _ in request.call.arguments["stride"])
            request = with_argument(request, "stride", stride)
        return super().run(request)


class WrongDivisor(RefimplTorch):
    """Leaves the padding out of every average."""

    name = "wrong-divisor"

    def run(self, request: Request) -> Observation:
        """Run a call with another divisor."""
        if "count_include_pad" in request.call.arguments:
            request = with_argument(request, "count_include_pad", False)
        return super().run(request)


class Unfinished(RefimplTorch):
    """Raises where it has nothing, in place of saying so."""

    name = "unfinished"

    def run(self, request: Request) -> Observation:
        """Run a call, but no softsign."""
        if request.call.target == "nn.Softsign":
            raise NotImplementedError("softsign comes next week")
        return super().run(request)


def with_argument(request: Request, name: str, value: Any) -> Request:
    """Exchange one argument of a call."""
    arguments = {**request.call.arguments, name: value}
    return replace(request, call=replace(request.call, arguments=arguments))
