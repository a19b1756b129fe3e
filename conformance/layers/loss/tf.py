"""Losses in TensorFlow's words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from conformance.layers.data_formats import images
from conformance.spec.bad_call import Accepts, BadCall, ReturnedArray, ones, values
from conformance.spec.call import Call, Result, Slot, Translate
from conformance.spec.case import Case


def _scores(case: Case, name: str, array: str, differentiated: bool = True) -> Slot:
    shape = case.shapes[array]
    soft = len(shape) == len(case.shapes["input"])
    return (
        Slot(array, name, move=images(len(shape) - 2), differentiated=differentiated)
        if soft
        else Slot(array, name, differentiated=differentiated)
    )


def _function(case: Case) -> Call:
    soft = case.config["soft"]
    target = f"nn.{'' if soft else 'sparse_'}softmax_cross_entropy_with_logits"
    slots = (_scores(case, "labels", "target"), _scores(case, "logits", "input"))
    return Call(target, "function", {}, slots)


def _class(case: Case) -> Call:
    config = case.config
    arguments: dict[str, Any] = {
        "from_logits": config["from_logits"],
        "reduction": config["reduction"],
        "dtype": case.dtype,
    }
    if config["soft"]:
        arguments["label_smoothing"] = config["label_smoothing"]
    else:
        arguments["ignore_class"] = config["ignore_index"]
    name = "CategoricalCrossentropy" if config["soft"] else "SparseCategoricalCrossentropy"
    slots = (
        _scores(case, "y_true", "target", differentiated=False),
        _scores(case, "y_pred", "input"),
    )
    return Call(f"keras.losses.{name}", "class", arguments, slots, (Result(),))


_KERAS: Mapping[str, Translate] = {"keras": _class}

FORMS: Mapping[str, Mapping[str, Translate]] = {
    "softmax_cross_entropy": {"nn": _function},
    "sparse_softmax_cross_entropy": {"nn": _function},
    "categorical_crossentropy": _KERAS,
    "sparse_categorical_crossentropy": _KERAS,
    "cross_entropy": {},
    "nll_loss": {},
}

# Calls that must be refused, and what the framework itself does ------------------------------

LOGITS = ones(3, 4)

BAD_CALLS: tuple[BadCall, ...] = (
    BadCall("keras.losses.CategoricalCrossentropy", "label.smoothing-1.5", "label_smoothing",
        "ValueError", "ValueError at call", {"label_smoothing": 1.5},
        ((values(1, 0, 3, dtype="int64"), LOGITS,),)),
    BadCall("keras.losses.CategoricalCrossentropy", "input-1x4", "y_true", "ValueError at call",
        "ValueError at call", {}, ((ones(1, 4), LOGITS,),)),
    BadCall("keras.losses.SparseCategoricalCrossentropy", "reduction-auto", "reduction",
        "ValueError", "ValueError", {"reduction": "auto"},
        ((values(1, 0, 3, dtype="int64"), LOGITS,),)),
    BadCall("keras.losses.SparseCategoricalCrossentropy", "ignore.class-0.5", "ignore_class",
        "TypeError",
        Accepts("A class to ignore that is no integer ignores none.",
                ReturnedArray((), each=math.log(4))), {"ignore_class": 0.5},
        ((values(1, 0, 3, dtype="int64"), LOGITS,),)),
    BadCall("keras.losses.SparseCategoricalCrossentropy", "input-2-1-4", "y_true",
        "ValueError at call", "InvalidArgumentError at call", {},
        ((values(2, 1, 4, dtype="int64"), LOGITS,),)),
    BadCall("keras.losses.SparseCategoricalCrossentropy", "input--1-0--3", "y_true",
        "ValueError at call", "InvalidArgumentError at call", {},
        ((values(-1, 0, -3, dtype="int64"), LOGITS,),)),
    BadCall("keras.losses.SparseCategoricalCrossentropy", "input-1-0", "y_true",
        "ValueError at call", "ValueError at call", {}, ((values(1, 0, dtype="int64"), LOGITS,),)),
    BadCall("keras.losses.SparseCategoricalCrossentropy", "input-0.5-0.0-1.5", "y_true",
        "ValueError at call",
        Accepts("Labels that are no integers are cut to integers.",
                ReturnedArray((), each=math.log(4))), {},
        ((values(0.5, 0.0, 1.5, dtype="float64"), LOGITS,),)),
    BadCall("keras.losses.SparseCategoricalCrossentropy", "input-1-0-3", "y_pred",
        "TypeError at call", "ValueError at call", {},
        ((values(1, 0, 3, dtype="int64"), values(1, 0, 3, dtype="int64"),),)),
    BadCall("keras.losses.SparseCategoricalCrossentropy", "axis-0", "axis", "ValueError at call",
        "ValueError at call", {"axis": 0}, ((values(1, 0, 3, dtype="int64"), LOGITS,),)),
    BadCall("nn.softmax_cross_entropy_with_logits", "labels-3x3", "labels", "ValueError",
        "InvalidArgumentError", {"labels": ones(3, 3), "logits": LOGITS}),
    BadCall("nn.softmax_cross_entropy_with_logits", "axis-2", "axis", "ValueError",
        "InvalidArgumentError", {"labels": LOGITS, "logits": LOGITS, "axis": 2}),
    BadCall("nn.sparse_softmax_cross_entropy_with_logits", "labels-1.4.0", "labels", "ValueError",
        "InvalidArgumentError", {"labels": [1, 4, 0], "logits": LOGITS}),
    BadCall("nn.sparse_softmax_cross_entropy_with_logits", "labels-1.-1.0", "labels", "ValueError",
        "InvalidArgumentError", {"labels": [1, -1, 0], "logits": LOGITS}),
    BadCall("nn.sparse_softmax_cross_entropy_with_logits", "labels-1.0", "labels", "ValueError",
        "ValueError", {"labels": [1, 0], "logits": LOGITS}),
    BadCall("nn.sparse_softmax_cross_entropy_with_logits", "labels-1.0.1.0.1.0", "labels",
        "TypeError", "InvalidArgumentError", {"labels": [1.0, 1.0, 1.0], "logits": LOGITS}),
    BadCall("keras.losses.SparseCategoricalCrossentropy", "from.logits-no", "from_logits",
        "TypeError",
        Accepts("Any value that is true in a condition will do.",
                ReturnedArray((), each=math.log(4))), {"from_logits": "no"},
        ((values(1, 0, 3, dtype="int64"), LOGITS),)),
    BadCall("keras.losses.CategoricalCrossentropy", "from.logits-no", "from_logits", "TypeError",
        Accepts("Any value that is true in a condition will do.",
                ReturnedArray((), each=4 * math.log(4))), {"from_logits": "no"},
        ((LOGITS, LOGITS),)),
)  # fmt: skip
