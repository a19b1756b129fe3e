"""Dropouts that rescale wrongly, drop by a wrong rule, or at the wrong time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from conformance.spec.mutant import After, Mutant
from conformance.spec.transforms import TF, argument, constant, output, training


def wrong_survivors(kind: str) -> After:
    """Draw another mask: the right numbers, dropped by a wrong rule."""

    def wrong(old: Any, arrays: Any, call: Any) -> Any:
        x = next(iter(arrays.values()))
        rate = call.arguments.get("p", call.arguments.get("rate"))
        on = call.training is not False and call.arguments.get("training") is not False
        if not on or not 0 < rate < 1:
            return old
        drawn = np.random.Generator(np.random.PCG64(7)).random(x.shape)
        return np.where(_KEPT[kind](drawn, rate), x / (1 - rate), 0)

    return output(wrong)


def _in_pairs(drawn: Any, rate: float) -> Any:
    flat = drawn.reshape(-1)
    flat[1 : flat.size - flat.size % 2 : 2] = flat[: flat.size - flat.size % 2 : 2]
    return flat.reshape(drawn.shape) >= rate


def _whole_channels(drawn: Any, rate: float) -> Any:
    first = drawn.reshape(*drawn.shape[:2], -1)[..., :1]
    kept = first.reshape(*drawn.shape[:2], *(1,) * (drawn.ndim - 2)) >= rate
    return np.broadcast_to(kept, drawn.shape)


_KEPT: Mapping[str, Callable[[Any, float], Any]] = {
    "elementwise": lambda drawn, rate: drawn >= rate,
    "rate complemented": lambda drawn, rate: drawn < rate,
    "in pairs": _in_pairs,
    "every example alike": lambda drawn, rate: np.broadcast_to(drawn[:1] >= rate, drawn.shape),
    "whole channels": _whole_channels,
    "alternating": lambda drawn, rate: np.resize([True, False], drawn.shape),
}

_CHANNELS = ("dropout1d", "dropout2d", "dropout3d")

MUTANTS = (
    Mutant("survivors not rescaled", "What survives keeps its size, as in evaluation.",
           "dropout", "output",
           after=output(lambda y, arrays, call: np.where(y != 0, arrays["input"], y))),
    Mutant("survivors rescaled by p", "What survives is divided by p, not by 1 − p.",
           "dropout", "output", word="p25", after=output(lambda y, arrays, call: y * 3)),
    *(
        Mutant("elements dropped for channels", "Each element is drawn, not each channel.",
               layer, "output", after=wrong_survivors("elementwise"))
        for layer in _CHANNELS
    ),
    *(
        Mutant("elements dropped for channels", "Each element is drawn, not each channel.",
               layer, "output", subject=TF, form="keras", after=wrong_survivors("elementwise"))
        for layer in _CHANNELS
    ),
    Mutant("channels dropped for elements", "Whole channels are drawn, not each element.",
           "dropout", "mask", after=wrong_survivors("whole channels")),
    Mutant("active in evaluation", "Elements are dropped in evaluation, too.",
           "dropout", "output", training(True), word="eval"),
    Mutant("active in evaluation", "Elements are dropped in evaluation, too.",
           "dropout", "output", training(True), word="eval", subject=TF),
    Mutant("inactive in training", "Nothing is dropped in training.",
           "dropout", "output", training(False)),
    Mutant("keep and drop probabilities exchanged", "An element survives with probability p.",
           "dropout", "mask", word="p25", after=wrong_survivors("rate complemented")),
    Mutant("neighbours share their fate", "One draw decides on two neighbours.",
           "dropout", "mask", after=wrong_survivors("in pairs")),
    Mutant("every example drops the same", "The mask of the first example is used for all.",
           "dropout", "mask", after=wrong_survivors("every example alike")),
    Mutant("every second element dropped", "Nothing is drawn: every second element goes.",
           "dropout", "mask", after=wrong_survivors("alternating")),
    Mutant("noise_shape ignored", "Each element is drawn, whatever the noise_shape.",
           "dropout", "output", subject=TF, before=argument("noise_shape", constant(None)),
           word="shared"),
    Mutant("a rate of one divides by zero", "With p = 1 everything becomes 0 / 0.",
           "dropout", "output", word="p1", after=output(
               lambda y, arrays, call: y * np.nan if call.arguments["p"] == 1 else y)),
)  # fmt: skip
