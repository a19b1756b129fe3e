"""The matrix as a witness: claims about some layers, the frameworks' answers remembered.

The oracle and refimpl's columns use the same mathematics, so a broken line moves both. What does
not move are the real frameworks: their columns turn red. They are asked once; afterwards their
answers are played back.
"""

from __future__ import annotations

import hashlib
import pickle
import random
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from mutation.targets import ROOT

FRAMEWORKS = ("torch", "tensorflow")
STORE = ROOT / ".mutation"
Answers = dict[str, Any]


def claims_about(layers: Sequence[str], frameworks: bool) -> list[Any]:
    """The claims about some layers, in a fixed order: the telling ones first.

    Those of the real frameworks are among them if they are asked for.
    """
    from conformance.judging.planning import plan
    from conformance.subjects.loading import SUBJECTS

    planned = plan([name for name in SUBJECTS if frameworks or name not in FRAMEWORKS])
    planned = [claim for claim in planned if claim.case.layer in layers]
    random.Random(1).shuffle(planned)
    return _telling_first(planned)


def _telling_first(claims: list[Any]) -> list[Any]:
    """Move to the front what shows a word of a layer's cases, or an aspect, for the first time.

    TensorFlow, which compiles much of what it is asked, is asked no more than that.
    """
    seen: set[tuple[str, ...]] = set()
    front, rest = [], []
    for claim in claims:
        case = claim.case
        real = claim.subject in FRAMEWORKS  # what it says of each aspect counts by itself
        whose = (case.layer, claim.subject, claim.aspect if real else "")
        shown = {(*whose, word) for word in (*case.words, case.regime, case.dtype, claim.aspect)}
        if not shown <= seen:
            front.append(claim)
        elif "tensorflow" not in claim.subject:
            rest.append(claim)
        seen |= shown
    return [*front, *rest]


def question(request: Any) -> str:
    """Name a request by all that its subject sees of it."""
    call = request.call
    words = (call.target, call.kind, sorted(call.arguments.items()), call.training, request.fresh)
    digest = hashlib.sha256(repr(words).encode())
    arrays = [*sorted(request.arrays.items())]
    arrays += [("", each) for each in (*request.cotangents, *request.further)]
    for name, array in arrays:
        if array is not None:
            digest.update(repr((name, array.shape, array.dtype.name, array.strides)).encode())
            digest.update(array.tobytes())
        digest.update(b"|")
    return digest.hexdigest()


class Remembered:
    """A framework that answers from memory; asked something new, it is loaded or gives up.

    Parameters
    ----------
    name : str
        The framework.
    answers : dict
        What it has answered.
    asks : bool
        Whether to ask the framework what is not known, and to note its answers.
    """

    def __init__(self, name: str, answers: Answers, asks: bool) -> None:
        from conformance.subjects.loading import DIALECT_OF

        self.name, self.dialect = name, DIALECT_OF[name]
        self.answers, self.asks, self.subject = answers, asks, None

    def run(self, request: Any) -> Any:
        """Answer as the framework did, or does."""
        from conformance.spec.call import Unsupported
        from conformance.subjects.loading import load

        key = f"{self.name}/{question(request)}"
        if key not in self.answers:
            if not self.asks:
                raise Unsupported("never asked")
            self.subject = self.subject or load(self.name)
            try:
                self.answers[key] = self.subject.run(request)
            except Unsupported as error:
                self.answers[key] = error
            except Exception as error:  # of the framework's own type, which must not be kept
                self.answers[key] = RuntimeError(f"{type(error).__name__}: {error}")
        known = self.answers[key]
        if isinstance(known, Exception):
            raise known
        return known


def reds(claims: Iterable[Any], answers: Answers, asks: bool = False) -> Iterator[str]:
    """Judge claims and yield those that are not healthy."""
    from conformance.judging.judge import judge
    from conformance.judging.session import Session

    session = Session({name: Remembered(name, answers, asks) for name in FRAMEWORKS})
    for claim in claims:
        if not judge(claim, session).verdict.healthy:
            yield f"{claim.aspect}/{claim.id}"


def _file(layer: str) -> Path:
    return STORE / "answers" / f"{layer}.pickle"


def known_answers(layers: Sequence[str]) -> Answers:
    """What the frameworks are known to answer."""
    found: Answers = {}
    for layer in layers:
        if _file(layer).exists():
            found |= pickle.loads(_file(layer).read_bytes())
    return found


def learn(claims: Sequence[Any]) -> set[str]:
    """Ask the frameworks what is not known yet; give the claims that are red as things stand."""
    red = set()
    for layer in sorted({claim.case.layer for claim in claims}):
        answers = known_answers([layer])
        before = len(answers)
        mine = [claim for claim in claims if claim.case.layer == layer]
        mine.sort(key=lambda claim: claim.case.id)  # what neighbours share is asked once
        red |= set(reds(mine, answers, asks=True))
        if len(answers) > before:
            _file(layer).parent.mkdir(parents=True, exist_ok=True)
            _file(layer).write_bytes(pickle.dumps(answers))
    return red
