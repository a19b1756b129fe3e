"""My layers under test, in TensorFlow's words.

Run me:  conformance run --subject my_adapter.py:MyLayers
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

import conformance

# Your own code: import it here, and take these two out. ----------------------------------------


def wide(*arrays: Any) -> list[Any]:
    """Half types are summed in float32, and rounded once."""
    return [array.astype(np.result_type(array.dtype, np.float32)) for array in arrays]


def dense(x: Any, kernel: Any, bias: Any = None) -> Any:
    """Multiply by the kernel, and add the bias."""
    output = np.matmul(*wide(x, kernel))
    return (output if bias is None else output + wide(bias)[0]).astype(x.dtype)


# What the suite talks to. ----------------------------------------------------------------------


class MyLayers(conformance.LayerSubject):
    """Three methods are required: build, load, forward. The others may be left out.

    Whatever is left out is reported as unsupported, and counted; so start small.
    """

    # The column of the table.
    name = "my-layers"

    # 'tf': you are asked for keras.layers.Conv2D, with TensorFlow's arguments, defaults, layouts.
    # 'torch': you are asked for nn.Conv2d, with PyTorch's.
    dialect = "tf"

    # What you know to be lacking. Each gap is tried all the same: where it fails the verdict is
    # 'unsupported', with your reason; where it works after all, it is 'stale', and fails the run.
    # 'not implemented' is yours to do, 'not yet' is upstream's, 'never' is by design.
    lacks = (
        conformance.Gap("keras.layers.Conv?D", "not implemented", "convolution comes next"),
        conformance.Gap("keras.layers.*Dropout*", "never", "these layers do not train"),
    )

    # What is a function in the dialect. It is called with keywords, named as in TensorFlow.
    functions: Mapping[str, Any] = {
        "nn.relu": lambda features: np.maximum(features, 0),
    }

    def build(self, target: str, arguments: Mapping[str, Any]) -> Any:
        """Make a layer. Whatever you return comes back as `instance`."""
        if target == "keras.layers.Dense" and arguments.get("activation") is None:
            # units, use_bias, dtype: what keras.layers.Dense is constructed with
            return {"arguments": arguments}
        raise conformance.Unsupported("not implemented: only Dense so far")

    def load(self, instance: Any, arrays: Mapping[str, Any]) -> None:
        """Take weights by Keras' names, such as 'kernel' and 'moving_mean'."""
        instance["kernel"] = arrays["kernel"]
        instance["bias"] = arrays.get("bias")

    def forward(self, instance: Any, *inputs: Any, training: bool | None) -> Any:
        """Call the layer. Arrays are NumPy's on the way in and on the way out."""
        instance["inputs"] = inputs[0]
        return dense(inputs[0], instance["kernel"], instance["bias"])

    # Optional from here on ---------------------------------------------------------------------

    def backward(self, instance: Any, cotangents: Any) -> Mapping[str, Any]:
        """Return the gradients of the last call, by name, for a cotangent of each output."""
        if isinstance(instance, conformance.Operation):  # a call of one of the functions above
            raise conformance.Unsupported("not implemented: functions go forward only")
        x, kernel, bar = wide(instance["inputs"], instance["kernel"], cotangents[0])
        rows, bars = x.reshape(-1, x.shape[-1]), bar.reshape(-1, bar.shape[-1])
        gradients = {"inputs": bar @ kernel.T, "kernel": rows.T @ bars}
        if instance["bias"] is not None:
            gradients["bias"] = bars.sum(axis=0)
        dtype = instance["inputs"].dtype
        return {name: gradient.astype(dtype) for name, gradient in gradients.items()}

    # def parameters(self, instance):
    #     """What a new layer trains, in order: {'kernel': …, 'bias': …}."""

    # def buffers(self, instance):
    #     """What it keeps besides: {'moving_mean': …, 'moving_variance': …}."""
