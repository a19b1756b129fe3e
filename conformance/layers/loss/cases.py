"""Cross-entropies: from scores, from log-probabilities, from probabilities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.layers.loss import oracle
from conformance.layers.loss.oracle import takes_probabilities
from conformance.spec.layer import Layer, by_name
from conformance.spec.table import Factors, Row, Rule, Shapes, Table, same

_CLASSES = 5
_SCORES = same(["normal", "extreme", "offset", "ties"])
_FLOATS = same(["float32", "float64", "float16", "bfloat16"])
_REDUCTIONS = {"": "mean", "sum": "sum", "none": "none"}


def _read(row: Row) -> tuple[str, Mapping[str, Any], Shapes]:
    layer: Layer = row["layer"]
    count, classes = row.get("rows", 4), row.get("classes", _CLASSES)
    scores = (classes,) if count is None else (count, classes, *row["spatial"])
    soft = row.get("target") == "probability"
    config = {
        "classes": classes,
        "reduction": row["reduction"],
        "weighted": row["weighted"],
        "label_smoothing": row.get("label_smoothing", 0.0),
        "soft": soft,
        "ignored": row["ignored"],
        "ignore_index": row["ignore_index"],
    }
    shapes: dict[str, tuple[int, ...]] = {
        "input": scores,
        "target": scores if soft else () if count is None else (count, *scores[2:]),
    }
    if row["weighted"]:
        shapes["weight"] = (classes,)
    return layer.name, config, shapes


_HUNTS = {
    "": "an index off by one, the log of a clipped softmax",
    "sum": "a mean for a sum",
    "none": "a reduction where none is asked for",
    "weighted": "a mean over N instead of over the weights",
    "ignored": "an ignored label counted",
    "allignored": "nothing left to average",
    "ignore2": "a class that is ignored by its index",
    "smooth": "label smoothing over K−1 classes",
    "soft": "probabilities taken for indices",
    "2d": "the class axis taken for the last",
    "unbatched": "the class axis taken for the batch",
    "large": "rows that are worked on in blocks, the last of them not full",
    "probabilities": "a log without the clipping, or without the division by the sum",
    "smooth2": "label smoothing over K−1 classes",
    "unnormalised": "a gradient that assumes labels which sum to one",
    "mean_with_sample_weight": "a reduction left at its default",
}


def _draws(row: Row) -> Mapping[str, str]:
    soft = takes_probabilities(row["layer"])
    target = row.get("target", "probability") if soft else "index"
    return {"target": target, "weight": "positive"}


_CE_FACTORS: Factors = {
    "spatial": {"": (), "2d": (3, 2)},
    "reduction": _REDUCTIONS,
    "weighted": {"": False, "weighted": True},
    "ignored": {"": "none", "ignored": "some", "allignored": "all"},
    "ignore_index": {"": -100, "ignore2": 2},
}

CROSS_ENTROPY = Table(
    factors={
        "layer": by_name((oracle.CROSS_ENTROPY,)),
        **_CE_FACTORS,
        "label_smoothing": {"": 0.0, "smooth": 0.125},
        "target": {"": "index", "soft": "probability"},
        "regime": _SCORES,
        "dtype": _FLOATS,
    },
    read=_read,
    hunts=_HUNTS,
    draws=_draws,
    batched=lambda row: ("input", "target"),
    rules=(
        Rule(
            ("target", "ignored"),
            lambda target, ignored: target == "index" or ignored == "none",
            "only indices can be ignored",
        ),
        Rule(
            ("target", "ignore_index"),
            lambda target, index: target == "index" or index == -100,
            "only indices can be ignored",
        ),
    ),
)

NLL = Table(
    factors={
        "layer": by_name((oracle.NLL_LOSS,)),
        **_CE_FACTORS,
        "regime": _SCORES,
        "dtype": _FLOATS,
    },
    read=_read,
    hunts=_HUNTS,
    draws=_draws,
    batched=lambda row: ("input", "target"),
)


def _read_keras(row: Row) -> tuple[str, Mapping[str, Any], Shapes]:
    scores = (4, _CLASSES, *row["spatial"])
    soft = takes_probabilities(row["layer"])
    config = {
        "classes": _CLASSES,
        "from_logits": row["from_logits"],
        "reduction": row["reduction"],
        "label_smoothing": row["label_smoothing"],
        "ignored": row["ignored"],
        "ignore_index": row["ignore_index"],
        "soft": soft,
    }
    shapes = {"input": scores, "target": scores if soft else (scores[0], *scores[2:])}
    return row["layer"].name, config, shapes


_PROBABILITIES = ("probability", "positive", "certain")

KERAS = Table(
    factors={
        "layer": by_name((oracle.SPARSE_CATEGORICAL_CROSSENTROPY, oracle.CATEGORICAL_CROSSENTROPY)),
        "from_logits": {"": True, "probabilities": False},
        "spatial": {"": (), "2d": (3, 2)},
        "reduction": {
            "": "sum_over_batch_size",
            "mean": "mean",
            "sum": "sum",
            "none": "none",
            "mean_with_sample_weight": "mean_with_sample_weight",
        },
        "label_smoothing": {"": 0.0, "smooth": 0.125},
        "ignored": {"": "none", "ignored": "some", "allignored": "all"},
        "ignore_index": {"": None, "ignore2": 2},
        "regime": same(["normal", "extreme", "ties", "probability", "positive", "certain"]),
        "dtype": same(["float32", "float64", "float16"]),
    },
    read=_read_keras,
    hunts=_HUNTS,
    draws=_draws,
    batched=lambda row: ("input", "target"),
    rules=(
        Rule(
            ("layer", "label_smoothing"),
            lambda layer, smoothing: takes_probabilities(layer) or smoothing == 0.0,
            "Keras smooths only soft labels",
        ),
        Rule(
            ("layer", "ignore_index"),
            lambda layer, index: not takes_probabilities(layer) or index is None,
            "Keras ignores only indices",
        ),
        Rule(
            ("ignored", "ignore_index"),
            lambda ignored, index: (ignored == "none") == (index is None),
            "what is ignored has an index",
        ),
        Rule(
            ("regime", "from_logits"),
            lambda regime, from_logits: from_logits == (regime not in _PROBABILITIES),
            "probabilities are positive, scores are anything",
        ),
        Rule(
            ("regime", "dtype"),
            lambda regime, dtype: regime != "certain" or dtype != "float16",
            "float16 has no number near the limits of the clipping",
        ),
    ),
)


def _read_tf(row: Row) -> tuple[str, Mapping[str, Any], Shapes]:
    layer: Layer = row["layer"]
    scores = (4, _CLASSES, *row["spatial"])
    soft = takes_probabilities(layer)
    config = {"classes": _CLASSES, "soft": soft, "unnormalised": row["target"] == "positive"}
    return layer.name, config, {"input": scores, "target": scores if soft else (4, *scores[2:])}


TF = Table(
    factors={
        "layer": by_name((oracle.SOFTMAX_CROSS_ENTROPY, oracle.SPARSE_SOFTMAX_CROSS_ENTROPY)),
        "spatial": {"": (), "2d": (3, 2)},
        "target": {"": "probability", "unnormalised": "positive"},
        "regime": same(["normal", "extreme", "offset", "ties", "wide"]),
        "dtype": _FLOATS,
    },
    read=_read_tf,
    hunts=_HUNTS,
    draws=_draws,
    batched=lambda row: ("input", "target"),
    rules=(
        Rule(
            ("layer", "target"),
            lambda layer, target: takes_probabilities(layer) or target == "probability",
            "indices have no sum",
        ),
    ),
)

# Classes that are ruled out have the score −inf, here and there a label's own.
MASKED = Table(
    factors={
        "layer": by_name(
            (oracle.CROSS_ENTROPY, oracle.NLL_LOSS, oracle.SPARSE_SOFTMAX_CROSS_ENTROPY)
        ),
        "spatial": {"": (), "2d": (3, 2)},
        "reduction": _REDUCTIONS,
        "regime": same(["masked"]),
        "dtype": _FLOATS,
    },
    read=lambda row: _read({**row, "weighted": False, "ignored": "none", "ignore_index": -100}),
    hunts=_HUNTS,
    draws=lambda row: {"target": "index"},
    batched=lambda row: ("input", "target"),
)

_PLAIN: Mapping[str, Any] = {"spatial": (), "ignored": "none", "ignore_index": -100}

UNBATCHED = Table(
    factors={
        "layer": by_name((oracle.CROSS_ENTROPY, oracle.NLL_LOSS)),
        "rows": {"unbatched": None},
        "reduction": _REDUCTIONS,
        "weighted": {"": False, "weighted": True},
        "label_smoothing": {"": 0.0, "smooth": 0.125},
        "target": {"": "index", "soft": "probability"},
        "regime": same(["normal", "extreme"]),
        "dtype": same(["float32", "float64"]),
    },
    read=lambda row: _read({**row, **_PLAIN}),
    hunts=_HUNTS,
    draws=_draws,
    batched=lambda row: (),
    rules=(
        Rule(
            ("layer", "label_smoothing"),
            lambda layer, smoothing: takes_probabilities(layer) or smoothing == 0.0,
            "log-probabilities are not smoothed",
        ),
        Rule(
            ("layer", "target"),
            lambda layer, target: takes_probabilities(layer) or target == "index",
            "log-probabilities are picked by an index",
        ),
    ),
)

# So many rows that an implementation which works in blocks has more than one, and a last one that
# is not full.
LARGE = Table(
    factors={
        "layer": by_name((oracle.CROSS_ENTROPY,)),
        "rows": {"large": 331},
        "classes": {"": 700},
        "target": {"": "index", "soft": "probability"},
        "regime": same(["normal"]),
        "dtype": same(["float32"]),
    },
    read=lambda row: _read({**row, **_PLAIN, "reduction": "mean", "weighted": False}),
    hunts=_HUNTS,
    draws=_draws,
    batched=lambda row: ("input", "target"),
)

TABLES = (CROSS_ENTROPY, NLL, KERAS, TF, MASKED, UNBATCHED, LARGE)
