from types import SimpleNamespace

from conformance.layers.dialects import DIALECTS

_L = (
    "cross_entropy",
    "nll_loss",
    "softmax_cross_entropy",
    "sparse_softmax_cross_entropy",
    "categorical_crossentropy",
    "sparse_categorical_crossentropy",
)
LAYERS = {
    n: SimpleNamespace(name=n, random=n.startswith("dropout"), loss=n in _L)
    for n in DIALECTS["torch"].forms
}


def layer_cases():
    from conformance.layers.activation import cases as activation
    from conformance.layers.conv import cases as conv
    from conformance.layers.dropout import cases as dropout
    from conformance.layers.linear import cases as linear
    from conformance.layers.loss import cases as loss
    from conformance.layers.norm import cases as norm
    from conformance.layers.pooling import cases as pool

    return tuple(
        c
        for m in (conv, pool, linear, norm, dropout, activation, loss)
        for t in m.TABLES
        for c in t.cases()
    )

FAMILIES=[SimpleNamespace(name=n) for n in ("conv","pooling","linear","norm","dropout","activation","loss")]
