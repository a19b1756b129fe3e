"""Libraries with one wrong name, seen by whole programs: the chapter, draws, a training run."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from conformance.spec.mutant import Mutant
from conformance.spec.transforms import TF, Change, names


def with_options(**options: Any) -> Change:
    """Make a class whose options are others, whatever is asked for."""

    def wrong(kind: Any) -> Any:
        @functools.wraps(kind, updated=())
        def make(*args: Any, **given: Any) -> Any:
            return kind(*args, **{**given, **options})

        return make

    return wrong


def backwards(draw: Any) -> Any:
    """Take the drawn words from the other end."""
    return lambda *args, **options: np.ascontiguousarray(draw(*args, **options)[::-1])


def next_seed(seed: Any) -> Any:
    """Seed with the next number."""
    return lambda number: seed(number + 1)


def with_another(name: str, *, changed: Change) -> Change:
    """Make a function that takes another value for one argument, whatever is given."""

    def wrong(function: Any) -> Any:
        @functools.wraps(function)
        def call(*args: Any, **given: Any) -> Any:
            return function(*args, **{**given, name: changed(given[name])})

        return call

    return wrong


MUTANTS = (
    Mutant("momentum complemented", "A batch norm weighs old and new statistics the other way"
           " round.", "chapter", "chapter", library=names({
               "nn.BatchNorm1d": with_options(momentum=0.9),
               "nn.BatchNorm2d": with_options(momentum=0.9)})),
    Mutant("a sum for a mean", "The cross-entropy is summed over the batch.", "chapter", "chapter",
           library=names({"nn.CrossEntropyLoss": with_options(reduction="sum")})),
    Mutant("inplace not in place", "ReLU(inplace=True) leaves its input alone.", "chapter",
           "chapter", library=names({"nn.ReLU": with_options(inplace=False)})),
    Mutant("a bias that should not be there", "Conv2D(use_bias=False) has a bias.", "chapter",
           "chapter", library=names({"keras.layers.Conv2D": with_options(use_bias=True)}),
           subject=TF),
    Mutant("momentum read as PyTorch's", "Keras' momentum is the weight of the batch.", "chapter",
           "chapter", library=names({
               "keras.layers.BatchNormalization": with_options(momentum=0.01)}), subject=TF),
    Mutant("Nesterov's momentum", "The optimizer looks ahead, unasked.", "trajectory",
           "trajectory", library=names({"optim.SGD": with_options(nesterov=True)})),
    Mutant("momentum dampened", "The optimizer's new gradients count for less.", "trajectory",
           "trajectory", library=names({"optim.SGD": with_options(dampening=2.0**-10)})),
    Mutant("Nesterov's momentum", "The optimizer looks ahead, unasked.", "trajectory",
           "trajectory", library=names({"keras.optimizers.SGD": with_options(nesterov=True)}),
           subject=TF),
    Mutant("another seed", "The generator is seeded with the next number.", "seeded", "seeded",
           library=names({"manual_seed": next_seed})),
    Mutant("normals from the other end", "The words of a block become normals in reverse order.",
           "seeded", "seeded", library=names({"randn": backwards})),
    Mutant("xavier by the fan in", "The gain of a Xavier initialisation is too large by 2e-7.",
           "seeded", "seeded", library=names({
               "nn.init.xavier_uniform_": with_options(gain=1 + 2.0**-22)})),
    Mutant("seed words exchanged", "The two words of a stateless seed are exchanged.",
           "seeded", "seeded", subject=TF, library=names({
               "random.stateless_uniform": lambda draw: lambda shape, seed, **options: draw(
                   shape, seed=seed[::-1], **options)})),
    Mutant("a rate of any size", "Dropout takes a rate above 1 for 1.", "errors", "errors",
           library=names({"nn.functional.dropout": with_another(
               "p", changed=lambda p: min(p, 1))})),
    Mutant("ignored words of padding", "A word that is no padding means VALID.", "errors",
           "errors", subject=TF, library=names({"nn.conv2d": with_another(
               "padding", changed=lambda padding: padding if padding == "SAME" else "VALID")})),
)  # fmt: skip
