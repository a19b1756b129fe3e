"""What the page says in words: what a reader learns from it, and what was chosen."""

from __future__ import annotations

INTRODUCTION = """
Is a derived bound worth its trouble, or would a published tolerance do? Here is what each would
have said about the same answers: how often it raises a false alarm about PyTorch, TensorFlow and
refimpl, and which wrong implementations it lets through. A fixed tolerance fails in both ways at
once: it is too tight where numbers cancel or span many binades, and too loose where they do not.
"""

_CHOICES = """
**The numbers.** Every rule is given the same arrays: outputs, losses, gradients and running
statistics, each beside its reference, the exact value rounded once to the case's dtype. (Ours and
TOSA's look at the exact value itself, which is part of these rules.) Elements about which the
oracle claims nothing are left out for all.

**The data** are our cases for all. They are drawn to excite faults: much of what a fixed tolerance
catches here it would not see on ordinary data, and much of what it rejects here is healthy for the
same reason.

**The same for all.** A missing array and a wrong shape are rejected. A NaN equals a NaN and an
infinity the same infinity, as in `assert_allclose`; `torch.testing.assert_close` wants
`equal_nan=True` for that, which PyTorch's own tests give it. The dtype of an answer is an aspect of
its own and not looked at here. Tolerances are computed in float64.

**Healthy** are PyTorch, TensorFlow and refimpl's two dialects, where no deviation of theirs is on
record ([divergences.md](divergences.md)). The records came about by our rule: whatever it rejected
was looked into, and is recorded with its reason. So the 0 in our line says that no alarm is left
unexplained, and the other lines say how many more there would be. refimpl is the oracle's own
mathematics, computed in the case's dtype.

**On record** are the claims with a recorded deviation. Not every array of them shows it.

**Mutants** are those of the [kill matrix](kill-matrix.md) whose own aspect is one of these numbers,
and of which some number is another than refimpl's. A mutant is *caught* if the rule rejects an
array of it and accepts the healthy subject's: an array that is rejected anyway tells nothing.
*Rejects any* counts those, too.

**Who speaks about what.** The rules of torch.testing, ONNX, Keras and array-api-tests are applied
to every array, though ONNX judges little but outputs, and array-api-tests has no layers: it shows
what a rule does that looks for gross mistakes alone. WebNN's table has outputs of some operators in
float32 and float16, at inference; the distance of two float16 is counted across zero, where its own
code has a gap. TOSA's test is for dot products in float32 and float16 (conv2d, conv3d, linear,
avg_pool2d), its limit on the sum of errors for data without a bias to one sign (the regime
`normal`). What a rule does not speak about counts neither for nor against it.
"""

CHOICES = tuple(" ".join(each.split()) for each in _CHOICES.split("\n\n"))
