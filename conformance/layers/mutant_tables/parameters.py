"""Instances that own the wrong things, call them by wrong names, or start them wrongly."""

from __future__ import annotations

from dataclasses import replace

from conformance.spec.mutant import Mutant
from conformance.spec.transforms import TF, argument, constant, owned, owning, owning_no

MUTANTS = (
    Mutant("parameters in the wrong order", "The bias comes before the weight.",
           "conv2d", "parameters", after=owned(lambda parts: parts[::-1])),
    Mutant("a bias that should not be there", "bias=False is not heard.",
           "conv2d", "parameters", argument("bias", constant(True)), word="nobias"),
    Mutant("bias missing", "The layer has no bias, though one is asked for.",
           "conv1d", "parameters", after=owning_no("bias")),
    Mutant("bias missing", "The layer has no bias, though one is asked for.",
           "linear", "parameters", subject=TF, form="keras", after=owning_no("bias")),
    Mutant("weight under another name", "PyTorch's weight goes by Keras' name, kernel.",
           "linear", "parameters", after=owning("weight", name="kernel")),
    Mutant("kernel under another name", "Keras' kernel goes by PyTorch's name, weight.",
           "conv3d", "parameters", subject=TF, form="keras", after=owning("kernel", name="weight")),
    Mutant("kernel owned in torch's layout", "Keras' kernel has PyTorch's shape.",
           "conv2d", "parameters", subject=TF, form="keras",
           after=owned(lambda parts: tuple(
               replace(part, shape=part.shape[::-1]) for part in parts))),
    Mutant("frozen kernel", "The kernel is not trainable.",
           "conv2d", "parameters", after=owning("weight", trainable=False)),
    Mutant("kernel of another dtype", "The kernel is kept in float16.",
           "conv2d", "parameters", after=owning("weight", dtype="float16")),
    Mutant("a buffer missing", "num_batches_tracked is not there.",
           "batch_norm2d", "parameters", after=owning_no("num_batches_tracked")),
    Mutant("a buffer as a parameter", "The running mean is a trainable parameter.",
           "batch_norm2d", "parameters", after=owning("running_mean", trainable=True)),
    Mutant("scale starts at zero", "The scale is initialised with 0.",
           "batch_norm2d", "parameters", after=owning("weight", initial=0.0)),
    Mutant("moving variance starts at zero", "The moving variance is initialised with 0.",
           "batch_norm3d", "parameters", subject=TF, form="keras",
           after=owning("moving_variance", initial=0.0)),
    Mutant("counter is a float", "num_batches_tracked is a float32.",
           "batch_norm2d", "parameters", after=owning("num_batches_tracked", dtype="float32")),
    Mutant("statistics are trainable", "The moving mean is trainable.",
           "batch_norm2d", "parameters", subject=TF, form="keras",
           after=owning("moving_mean", trainable=True)),
    Mutant("gamma and beta exchanged", "beta comes before gamma.",
           "batch_norm2d", "parameters", subject=TF, form="keras",
           after=owned(lambda parts: (parts[1], parts[0], *parts[2:]))),
    Mutant("slope starts at Keras' value", "PReLU's slopes start at 0, as in Keras, not at 0.25.",
           "prelu", "parameters", after=owning("weight", initial=0.0)),
)  # fmt: skip
