"""One failure of a claim: what is off, where, and by how much."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from conformance import oracle
from conformance.checks.finding import Finding
from conformance.checks.state import state_after
from conformance.checks.trial import ProgramTrial, Trial
from conformance.judging.session import Session
from conformance.layers.registry import LAYERS
from conformance.oracle.bounds import LIMIT, Bounded
from conformance.spec.bad_call import BadCall
from conformance.spec.call import Move
from conformance.spec.case import Array
from conformance.spec.request import Memory
from conformance.subjects.observation import observed_mask

_WHAT = re.compile(
    r"(?:(?P<of>shape|dtype|initial value) of )?(?:the )?(?P<gradient>gradient of )?(?P<name>\w+)"
    r"(?P<trainable> is trainable)?(?P<after> after the call)?(?: after (?P<steps>\d+) steps)?"
    r"(?: \((?P<memory>strided|channels_last) input\))?"
)
_OTHER = {"names in order": "names", "the output is the input's memory": "same"}
_OF = {"initial value": "initial"}


class NoCapsule(Exception):  # noqa: N818 - an answer, not an error
    """There is nothing to put into a capsule; the message says why."""


@dataclass(frozen=True)
class Failure:
    """What a capsule is about.

    Attributes
    ----------
    session : Session
        The run's memory.
    tried : Trial or ProgramTrial
        What was tried, with which subject.
    aspect : str
        The claim's aspect.
    finding : Finding
        The worst comparison; where the subject raised, `got` is what, in words.
    raised : str
        The exception's class, or how the process ended; empty if there was an answer.
    memory : Memory
        How the input lies in memory.
    """

    session: Session
    tried: Trial | ProgramTrial
    aspect: str
    finding: Finding
    raised: str = ""
    memory: Memory = "contiguous"

    @classmethod
    def of(
        cls, session: Session, tried: Trial | ProgramTrial, aspect: str, finding: Finding
    ) -> Failure:
        """Take a comparison; how the input lay in memory is among its words.

        Parameters
        ----------
        session : Session
            The run's memory.
        tried : Trial or ProgramTrial
            Where it was made.
        aspect : str
            The claim's aspect.
        finding : Finding
            The comparison.

        Returns
        -------
        Failure
        """
        match = _WHAT.fullmatch(finding.what)
        memory: Any = (match["memory"] if match else None) or "contiguous"
        return cls(session, tried, aspect, finding, memory=memory)

    @property
    def trial(self) -> Trial:
        """The case in one form of one subject."""
        assert isinstance(self.tried, Trial)
        return self.tried

    @property
    def bad_call(self) -> BadCall:
        """The bad call, under the aspect `errors`."""
        assert isinstance(self.tried, ProgramTrial)
        bad_call: BadCall = self.tried.program.content
        return bad_call

    @property
    def fails(self) -> bool:
        """Whether the finding is beyond the limit."""
        return self.finding.k > LIMIT

    @property
    def is_death(self) -> bool:
        """Whether the subject took its process along."""
        return self.raised[:1].islower()

    @property
    def _match(self) -> re.Match[str] | None:
        return _WHAT.fullmatch(self.finding.what)

    @property
    def kind(self) -> str:
        """Where the program finds it: 'output', 'gradient', 'state', 'input' or 'owned'."""
        if self.aspect == "parameters":
            return "owned"
        if self.aspect in ("state", "gradient"):
            return self.aspect
        if self._match is None:
            return "input"
        if self._match["gradient"]:
            return "gradient"
        return "input" if self._match["after"] else "output"

    @property
    def facet(self) -> str:
        """What of it is wrong: 'element', 'shape', 'dtype', or a key of `Codegen.inspections`."""
        if self._match is None:
            return _OTHER[self.finding.what]
        if self._match["of"]:
            return _OF.get(self._match["of"], self._match["of"])
        if self._match["trainable"]:
            return "trainable"
        return "element" if isinstance(self.finding.index, tuple) else "shape"

    @property
    def name(self) -> str:
        """The neutral name of the array that is off."""
        if self.raised:
            wanted = self.trial.call.slots if self.kind == "gradient" else ()
            names = [slot.array for slot in wanted if slot.has_gradient]
            return names[0] if names else self.trial.call.results[0].name
        return "" if self._match is None else self._match["name"]

    @property
    def steps(self) -> int:
        """After how many batches it is off."""
        if self._match is not None and self._match["steps"]:
            return int(self._match["steps"])
        return 3 if self.kind == "state" else 1

    @property
    def move(self) -> Move | None:
        """How that array gets into the dialect's layout."""
        call = self.trial.call
        if self.kind == "output":
            return next(result.move for result in call.results if result.name == self.name)
        return next((slot.move for slot in call.slots if slot.array == self.name), None)

    @property
    def expected(self) -> Any:
        """What is right for the whole array."""
        if self.kind == "input":
            return self.trial.case.draw(self.name)
        if self.kind == "state":
            return state_after(self.trial, self.steps)[self.name]
        answer = self.session.answers.expected(self.trial)
        return (answer.outputs if self.kind == "output" else answer.gradients)[self.name]

    @property
    def place(self) -> tuple[int, ...] | None:
        """The worst element in the dialect's layout; None where no single element is off."""
        return self._move_index(self.finding.index, self.expected.shape, self.move)

    @property
    def value(self) -> float:
        """The right value of the worst element, as the dialect counts it."""
        values = self.expected
        values = values.value if isinstance(values, Bounded) else values
        moved = values if self.move is None else self.move.to(values)
        return float(moved[self.place or ()])

    @property
    def bound(self) -> float:
        """The bound of the worst element; 0 where equality is demanded."""
        expected = self.expected
        if not isinstance(expected, Bounded) or self.finding.bound == "0 (exact)":
            return 0.0
        index: Any = self.finding.index
        return float(expected.bound[index])

    @property
    def overflow(self) -> float:
        """What an infinity counts as, where overflow is possible; else infinite."""
        got: Any = self.finding.got
        largest = max(self.expected.unit.overflow, abs(self.value)) if self.bound else math.inf
        near = math.isinf(float(got)) or abs(self.value) + LIMIT * self.bound >= largest
        return largest if near else math.inf

    @property
    def drawn(self) -> bool:
        """Whether a mask is drawn, and elements are dropped by it."""
        if not isinstance(self.tried, Trial) or not LAYERS[self.tried.case.layer].random:
            return False
        config = self.tried.case.config
        return bool(config["training"]) and 0 < config["rate"] < 1

    def survivor(self) -> tuple[tuple[int, ...], float, float]:
        """An element that tells whether the worst one survived, and its value and bound then.

        Returns
        -------
        tuple
            A place in the output, in the dialect's layout; the two numbers.
        """
        trial, index = self.trial, self.finding.index
        assert isinstance(index, tuple)
        output: Array = self.session.answers.observe(trial, memory=self.memory).outputs[0]
        mask = observed_mask(trial.case, output)
        # Of the elements that share a draw, the one that shows it best.
        shares = tuple(
            slice(None) if size == 1 else slice(at, at + 1)
            for at, size in zip(index, mask.shape, strict=True)
        )
        group = np.abs(output[shares].astype(np.float64))
        best = np.unravel_index(int(np.argmax(group)), group.shape)
        start = (0 if each.start is None else each.start for each in shares)
        place = tuple(int(a + b) for a, b in zip(start, best, strict=True))
        all_kept = MappingProxyType({"keep": np.ones(mask.shape, bool)})
        answer = oracle.expected(trial.used_case, trial.call.conventions, all_kept)
        found = (answer.outputs if self.kind == "output" else answer.gradients)[self.name]
        shown = self._move_index(place, output.shape, trial.call.results[0].move)
        assert shown is not None
        return shown, float(found.value[index]), float(found.bound[index])

    @staticmethod
    def _move_index(
        index: object, shape: tuple[int, ...], move: Move | None
    ) -> tuple[int, ...] | None:
        if not isinstance(index, tuple) or move is None:
            return index if isinstance(index, tuple) else None
        blank = np.zeros(shape, np.int64)
        marked = blank.copy()
        marked[index] = 1
        # A move may count the channels into an index: only the difference shows the place.
        difference = move.to(marked) - move.to(blank)
        return tuple(map(int, np.argwhere(difference)[0]))
