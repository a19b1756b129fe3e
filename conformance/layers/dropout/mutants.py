"""Dropouts with one mistake: wrong scales, masks drawn by a wrong rule, or at the wrong time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from conformance.spec.mutant import After, Mutant, of_kind
from conformance.spec.transforms import (
    TF,
    change_argument,
    change_gradient,
    change_output,
    replace_with,
    set_training,
)

CHANNEL_DROPOUTS = ("dropout1d", "dropout2d", "dropout3d")


def draw_wrong_mask(kind: str) -> After:
    """Draw another mask: the right numbers, dropped by a wrong rule."""

    def wrong(old: Any, arrays: Any, call: Any) -> Any:
        x = next(iter(arrays.values()))
        rate = call.arguments.get("p", call.arguments.get("rate"))
        on = call.training is not False and call.arguments.get("training") is not False
        if not on or not 0 < rate < 1:
            return old
        drawn = np.random.Generator(np.random.PCG64(7)).random(x.shape)
        return np.where(_RULES[kind](drawn, rate), x / (1 - rate), 0)

    return change_output(wrong)


def draw_in_pairs(drawn: Any, rate: float) -> Any:
    """Decide on two neighbours by one draw."""
    flat = drawn.reshape(-1)
    flat[1 : flat.size - flat.size % 2 : 2] = flat[: flat.size - flat.size % 2 : 2]
    return flat.reshape(drawn.shape) >= rate


def draw_whole_channels(drawn: Any, rate: float) -> Any:
    """Decide on each channel by its first draw."""
    first = drawn.reshape(*drawn.shape[:2], -1)[..., :1]
    kept = first.reshape(*drawn.shape[:2], *(1,) * (drawn.ndim - 2)) >= rate
    return np.broadcast_to(kept, drawn.shape)


_RULES: Mapping[str, Callable[[Any, float], Any]] = {
    "elementwise": lambda drawn, rate: drawn >= rate,
    "rate complemented": lambda drawn, rate: drawn < rate,
    "in pairs": draw_in_pairs,
    "every example alike": lambda drawn, rate: np.broadcast_to(drawn[:1] >= rate, drawn.shape),
    "whole channels": draw_whole_channels,
    "alternating": lambda drawn, rate: np.resize([True, False], drawn.shape),
}


_GRADIENTS = of_kind(
    "gradients",
    Mutant("gradient of the dropped", "Dropped elements get a gradient.",
           "dropout", "gradient",
           after=change_gradient("input", lambda bar, arrays, call, cotangent: cotangent)),
)  # fmt: skip

_DROPOUT = of_kind(
    "dropout",
    Mutant("survivors not rescaled", "What survives keeps its size, as in evaluation.",
           "dropout", "output",
           after=change_output(lambda y, arrays, call: np.where(y != 0, arrays["input"], y))),
    Mutant("survivors rescaled by p", "What survives is divided by p, not by 1 − p.",
           "dropout", "output", word="p25", after=change_output(lambda y, arrays, call: y * 3)),
    *(Mutant("elements dropped for channels", "Each element is drawn, not each channel.",
             layer, "output", after=draw_wrong_mask("elementwise"))
      for layer in CHANNEL_DROPOUTS),
    *(Mutant("elements dropped for channels", "Each element is drawn, not each channel.",
             layer, "output", subject=TF, form="keras", after=draw_wrong_mask("elementwise"))
      for layer in CHANNEL_DROPOUTS),
    Mutant("channels dropped for elements", "Whole channels are drawn, not each element.",
           "dropout", "mask", after=draw_wrong_mask("whole channels")),
    Mutant("active in evaluation", "Elements are dropped in evaluation, too.",
           "dropout", "output", set_training(True), word="eval"),
    Mutant("active in evaluation", "Elements are dropped in evaluation, too.",
           "dropout", "output", set_training(True), word="eval", subject=TF),
    Mutant("inactive in training", "Nothing is dropped in training.",
           "dropout", "output", set_training(False)),
    Mutant("keep and drop probabilities exchanged", "An element survives with probability p.",
           "dropout", "mask", word="p25", after=draw_wrong_mask("rate complemented")),
    Mutant("neighbours share their fate", "One draw decides on two neighbours.",
           "dropout", "mask", after=draw_wrong_mask("in pairs")),
    Mutant("every example drops the same", "The mask of the first example is used for all.",
           "dropout", "mask", after=draw_wrong_mask("every example alike")),
    Mutant("every second element dropped", "Nothing is drawn: every second element goes.",
           "dropout", "mask", after=draw_wrong_mask("alternating")),
    Mutant("noise_shape ignored", "Each element is drawn, whatever the noise_shape.",
           "dropout", "output", subject=TF,
           before=change_argument("noise_shape", replace_with(None)), word="shared"),
    Mutant("a rate of one divides by zero", "With p = 1 everything becomes 0 / 0.",
           "dropout", "output", word="p1", after=change_output(
               lambda y, arrays, call: y * np.nan if call.arguments["p"] == 1 else y)),
)  # fmt: skip

MUTANTS: tuple[Mutant, ...] = (*_GRADIENTS, *_DROPOUT)
