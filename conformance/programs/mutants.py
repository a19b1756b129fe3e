"""Libraries with one wrong name, seen by whole programs: the chapter, draws, a training run."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from conformance.spec.mutant import Mutant, of_kind
from conformance.spec.transforms import TF, Change, change_names


def override_options(**options: Any) -> Change:
    """Make a class whose options are others, whatever is asked for."""

    def wrong(kind: Any) -> Any:
        @functools.wraps(kind, updated=())
        def make(*args: Any, **given: Any) -> Any:
            return kind(*args, **{**given, **options})

        return make

    return wrong


def reverse_draw(draw: Any) -> Any:
    """Take the drawn words from the other end."""
    return lambda *args, **options: np.ascontiguousarray(draw(*args, **options)[::-1])


def shift_seed(seed: Any) -> Any:
    """Seed with the next number."""
    return lambda number: seed(number + 1)


def override_argument(name: str, *, changed: Change) -> Change:
    """Make a function that takes another value for one argument, whatever is given."""

    def wrong(function: Any) -> Any:
        @functools.wraps(function)
        def call(*args: Any, **given: Any) -> Any:
            return function(*args, **{**given, name: changed(given[name])})

        return call

    return wrong


MUTANTS: tuple[Mutant, ...] = of_kind(
    "programs",
    Mutant("momentum complemented", "A batch norm weighs old and new statistics the other way"
           " round.", "chapter", "chapter", library=change_names({
               "nn.BatchNorm1d": override_options(momentum=0.9),
               "nn.BatchNorm2d": override_options(momentum=0.9)})),
    Mutant("a sum for a mean", "The cross-entropy is summed over the batch.", "chapter", "chapter",
           library=change_names({"nn.CrossEntropyLoss": override_options(reduction="sum")})),
    Mutant("inplace not in place", "ReLU(inplace=True) leaves its input alone.", "chapter",
           "chapter", library=change_names({"nn.ReLU": override_options(inplace=False)})),
    Mutant("a bias that should not be there", "Conv2D(use_bias=False) has a bias.", "chapter",
           "chapter", subject=TF,
           library=change_names({"keras.layers.Conv2D": override_options(use_bias=True)})),
    Mutant("momentum read as PyTorch's", "Keras' momentum is the weight of the batch.", "chapter",
           "chapter", library=change_names({
               "keras.layers.BatchNormalization": override_options(momentum=0.01)}), subject=TF),
    Mutant("Nesterov's momentum", "The optimizer looks ahead, unasked.", "trajectory",
           "trajectory", library=change_names({"optim.SGD": override_options(nesterov=True)})),
    Mutant("momentum dampened", "The optimizer's new gradients count for less.", "trajectory",
           "trajectory", library=change_names({"optim.SGD": override_options(dampening=2.0**-10)})),
    Mutant("Nesterov's momentum", "The optimizer looks ahead, unasked.", "trajectory",
           "trajectory", subject=TF,
           library=change_names({"keras.optimizers.SGD": override_options(nesterov=True)})),
    Mutant("another seed", "The generator is seeded with the next number.", "seeded", "seeded",
           library=change_names({"manual_seed": shift_seed})),
    Mutant("normals from the other end", "The words of a block become normals in reverse order.",
           "seeded", "seeded", library=change_names({"randn": reverse_draw})),
    Mutant("xavier by the fan in", "The gain of a Xavier initialisation is too large by 2e-7.",
           "seeded", "seeded", library=change_names({
               "nn.init.xavier_uniform_": override_options(gain=1 + 2.0**-22)})),
    Mutant("seed words exchanged", "The two words of a stateless seed are exchanged.",
           "seeded", "seeded", subject=TF, library=change_names({
               "random.stateless_uniform": lambda draw: lambda shape, seed, **options: draw(
                   shape, seed=seed[::-1], **options)})),
    Mutant("a rate of any size", "Dropout takes a rate above 1 for 1.", "errors", "errors",
           library=change_names({"nn.functional.dropout": override_argument(
               "p", changed=lambda p: min(p, 1))})),
    Mutant("ignored words of padding", "A word that is not a padding means VALID.", "errors",
           "errors", subject=TF, library=change_names({"nn.conv2d": override_argument(
               "padding", changed=lambda padding: padding if padding == "SAME" else "VALID")})),
)  # fmt: skip
