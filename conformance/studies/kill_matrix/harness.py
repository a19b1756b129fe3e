"""Where mutants are judged: by whom, on which claims, and in what parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from conformance.judging.claim import Claim
from conformance.judging.session import Session
from conformance.spec.mutant import Mutant, Spoiled
from conformance.subjects import loading
from conformance.subjects.protocol import Subject

FRAMEWORKS: Mapping[str, str] = {"refimpl.torch": "torch", "refimpl.tf": "tensorflow"}
SUBJECTS = tuple(FRAMEWORKS)
# Draws are held against refimpl's own, so there a mutant has a name of its own.
FOREIGN: Mapping[str, str] = {name: f"mutant.{name}" for name in SUBJECTS}
# How many judgements one process is given at a time.
_PORTION = 2500


@dataclass(frozen=True)
class Part:
    """What a process is given: some claims of a layer, and the layer's mutants by number."""

    layer: str
    start: int
    stop: int
    mutants: tuple[int, ...]

    @property
    def size(self) -> int:
        """How many judgements it is, if all are made."""
        return (self.stop - self.start) * (1 + len(self.mutants))


def parts(layers: Mapping[int, str], claims: Mapping[str, int]) -> Iterator[Part]:
    """Deal the claims about mutants.

    Parameters
    ----------
    layers : mapping
        A mutant's number -> its layer.
    claims : mapping
        Layer -> how many claims there are about it.

    Yields
    ------
    Part
    """
    by_layer: dict[str, list[int]] = {}
    for number, layer in layers.items():
        by_layer.setdefault(layer, []).append(number)
    for layer, numbers in by_layer.items():
        step = max(_PORTION // len(numbers), 1)
        for start in range(0, claims[layer], step):
            yield Part(layer, start, min(start + step, claims[layer]), tuple(numbers))


def honest() -> Mapping[str, Subject]:
    """Load the subjects that mutants are made of, each under all of its names.

    Returns
    -------
    mapping
    """
    loaded = {name: loading.load(name) for name in SUBJECTS}
    return loaded | {FOREIGN[name]: subject for name, subject in loaded.items()}


def bench(mutant: Mutant, given: Mapping[str, Subject], oracle: Session) -> Session:
    """Make the session in which a mutant takes the place of what it is made of.

    Parameters
    ----------
    mutant : Mutant
        The mutant.
    given : mapping
        The honest subjects.
    oracle : Session
        Whose memory of the oracle to share.

    Returns
    -------
    Session
    """
    name = FOREIGN[mutant.subject] if mutant.layer == "seeded" else mutant.subject
    return Session({**given, name: Spoiled(given[name], mutant)}, oracle=oracle)


def concerns(claim: Claim, mutant: Mutant) -> bool:
    """Tell whether a mutant has a part in a claim.

    Parameters
    ----------
    claim : Claim
        A claim about its layer.
    mutant : Mutant
        The mutant.

    Returns
    -------
    bool
    """
    names: Sequence[str] = claim.subject.split("+")
    return mutant.subject in names or FOREIGN[mutant.subject] in names
