"""Bad calls of TensorFlow's and Keras' losses."""

from __future__ import annotations

from conformance.spec.bad_call import Accepts, Bad, ones, values

LOGITS = ones(3, 4)

ROWS = (
    Bad("keras.losses.CategoricalCrossentropy", "label.smoothing-1.5", "label_smoothing",
        "ValueError", "ValueError at call", {"label_smoothing": 1.5},
        ((values(1, 0, 3, dtype="int64"), LOGITS,),)),
    Bad("keras.losses.CategoricalCrossentropy", "input-1x4", "y_true", "ValueError at call",
        "ValueError at call", {}, ((ones(1, 4), LOGITS,),)),
    Bad("keras.losses.SparseCategoricalCrossentropy", "reduction-auto", "reduction", "ValueError",
        "ValueError", {"reduction": "auto"}, ((values(1, 0, 3, dtype="int64"), LOGITS,),)),
    Bad("keras.losses.SparseCategoricalCrossentropy", "ignore.class-0.5", "ignore_class",
        "TypeError", Accepts("A class to ignore that is no integer ignores none."),
        {"ignore_class": 0.5}, ((values(1, 0, 3, dtype="int64"), LOGITS,),)),
    Bad("keras.losses.SparseCategoricalCrossentropy", "input-2-1-4", "y_true", "ValueError at call",
        "InvalidArgumentError at call", {}, ((values(2, 1, 4, dtype="int64"), LOGITS,),)),
    Bad("keras.losses.SparseCategoricalCrossentropy", "input--1-0--3", "y_true",
        "ValueError at call", "InvalidArgumentError at call", {},
        ((values(-1, 0, -3, dtype="int64"), LOGITS,),)),
    Bad("keras.losses.SparseCategoricalCrossentropy", "input-1-0", "y_true", "ValueError at call",
        "ValueError at call", {}, ((values(1, 0, dtype="int64"), LOGITS,),)),
    Bad("keras.losses.SparseCategoricalCrossentropy", "input-0.5-0.0-1.5", "y_true",
        "ValueError at call", Accepts("Labels that are no integers are cut to integers."), {},
        ((values(0.5, 0.0, 1.5, dtype="float64"), LOGITS,),)),
    Bad("keras.losses.SparseCategoricalCrossentropy", "input-1-0-3", "y_pred", "TypeError at call",
        "ValueError at call", {},
        ((values(1, 0, 3, dtype="int64"), values(1, 0, 3, dtype="int64"),),)),
    Bad("keras.losses.SparseCategoricalCrossentropy", "axis-0", "axis", "ValueError at call",
        "ValueError at call", {"axis": 0}, ((values(1, 0, 3, dtype="int64"), LOGITS,),)),
    Bad("nn.softmax_cross_entropy_with_logits", "labels-3x3", "labels", "ValueError",
        "InvalidArgumentError", {"labels": ones(3, 3), "logits": LOGITS}),
    Bad("nn.softmax_cross_entropy_with_logits", "axis-2", "axis", "ValueError",
        "InvalidArgumentError", {"labels": LOGITS, "logits": LOGITS, "axis": 2}),
    Bad("nn.sparse_softmax_cross_entropy_with_logits", "labels-1.4.0", "labels", "ValueError",
        "InvalidArgumentError", {"labels": [1, 4, 0], "logits": LOGITS}),
    Bad("nn.sparse_softmax_cross_entropy_with_logits", "labels-1.-1.0", "labels", "ValueError",
        "InvalidArgumentError", {"labels": [1, -1, 0], "logits": LOGITS}),
    Bad("nn.sparse_softmax_cross_entropy_with_logits", "labels-1.0", "labels", "ValueError",
        "ValueError", {"labels": [1, 0], "logits": LOGITS}),
    Bad("nn.sparse_softmax_cross_entropy_with_logits", "labels-1.0.1.0.1.0", "labels", "TypeError",
        "InvalidArgumentError", {"labels": [1.0, 1.0, 1.0], "logits": LOGITS}),
    Bad("keras.losses.SparseCategoricalCrossentropy", "from.logits-no", "from_logits", "TypeError",
        Accepts("Any value that is true in a condition will do."), {"from_logits": "no"},
        ((values(1, 0, 3, dtype="int64"), LOGITS),)),
    Bad("keras.losses.CategoricalCrossentropy", "from.logits-no", "from_logits", "TypeError",
        Accepts("Any value that is true in a condition will do."), {"from_logits": "no"},
        ((LOGITS, LOGITS),)),
)  # fmt: skip
