"""How mutants are judged: mutated subjects, their sessions, and the work split into items."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from conformance.judging.claim import Claim
from conformance.judging.session import Session
from conformance.spec.mutant import Mutant
from conformance.subjects import loading
from conformance.subjects.mutated import MutatedSubject
from conformance.subjects.protocol import Subject

FRAMEWORKS: Mapping[str, str] = {"refimpl.torch": "torch", "refimpl.tf": "tensorflow"}
SUBJECTS = tuple(FRAMEWORKS)
# Draws are held against refimpl's own, so there a mutant has a name of its own.
FOREIGN: Mapping[str, str] = {name: f"mutant.{name}" for name in SUBJECTS}
# How many judgements one process is given at a time.
_PORTION = 2500


@dataclass(frozen=True)
class WorkItem:
    """The work of one process: some claims of a layer, and the layer's mutants by number."""

    layer: str
    start: int
    stop: int
    mutants: tuple[int, ...]

    @property
    def size(self) -> int:
        """How many judgements it is, if all are made."""
        return (self.stop - self.start) * (1 + len(self.mutants))


def split_work(layers: Mapping[int, str], claims: Mapping[str, int]) -> Iterator[WorkItem]:
    """Split the claims about mutants into items of work.

    Parameters
    ----------
    layers : mapping
        A mutant's number -> its layer.
    claims : mapping
        Layer -> how many claims there are about it.

    Yields
    ------
    WorkItem
    """
    by_layer: dict[str, list[int]] = {}
    for number, layer in layers.items():
        by_layer.setdefault(layer, []).append(number)
    for layer, numbers in by_layer.items():
        step = max(_PORTION // len(numbers), 1)
        for start in range(0, claims[layer], step):
            yield WorkItem(layer, start, min(start + step, claims[layer]), tuple(numbers))


def load_originals() -> Mapping[str, Subject]:
    """Load the subjects that mutants are made of, each under all of its names.

    Returns
    -------
    mapping
    """
    loaded = {name: loading.load(name) for name in SUBJECTS}
    return loaded | {FOREIGN[name]: subject for name, subject in loaded.items()}


def open_mutant_session(
    mutated: MutatedSubject, originals: Mapping[str, Subject], oracle: Session
) -> Session:
    """Open the session in which a mutant takes the place of what it is made of.

    Parameters
    ----------
    mutated : MutatedSubject
        The mutant.
    originals : mapping
        The subjects without a mistake.
    oracle : Session
        Whose memory of the oracle to share.

    Returns
    -------
    Session
    """
    name = mutated.mutant.subject
    if mutated.mutant.layer == "seeded":
        name = FOREIGN[name]
    return Session({**originals, name: mutated}, oracle=oracle)


def affects(mutant: Mutant, claim: Claim) -> bool:
    """Whether a mutant has a part in a claim about its layer.

    Parameters
    ----------
    mutant : Mutant
        The mutant.
    claim : Claim
        The claim.

    Returns
    -------
    bool
    """
    names = claim.subjects
    return mutant.subject in names or FOREIGN[mutant.subject] in names
