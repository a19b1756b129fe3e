"""TensorFlow, eager, channels last as its kernels like it.

Its backward is what a persistent GradientTape does when it is asked for all gradients.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from benchmarks.peers import Builder, Contestant, draws
from benchmarks.workloads import EPSILON, Array, Workload

CHANNELS_FIRST = (0, 3, 1, 2)
CHANNELS_LAST = (0, 2, 3, 1)
# weight → the axes of TensorFlow's layout, and back
KERNELS = {
    "conv": ((2, 3, 1, 0), (3, 2, 0, 1)),
    "depthwise": ((2, 3, 0, 1), (2, 3, 0, 1)),
    "linear": ((1, 0), (1, 0)),
}


def versions() -> dict[str, str]:
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    return {"tensorflow": str(tf.__version__)}


def function(work: Workload, tensors: Mapping[str, Any]) -> Callable[[], Any]:
    import tensorflow as tf

    x, weight, bias = tensors["input"], tensors.get("weight"), tensors.get("bias")
    pads = [[0, 0], [work.padding] * 2, [work.padding] * 2, [0, 0]]
    strides = [1, work.stride, work.stride, 1]
    norm = tf.compat.v1.nn.fused_batch_norm
    calls: dict[str, Callable[[], Any]] = {
        "conv": lambda: tf.nn.bias_add(tf.nn.conv2d(x, weight, work.stride, pads), bias),
        "depthwise": lambda: tf.nn.bias_add(tf.nn.depthwise_conv2d(x, weight, strides, pads), bias),
        "avg_pool": lambda: tf.nn.avg_pool2d(x, work.kernel, work.stride, "VALID"),
        "max_pool": lambda: tf.nn.max_pool2d(x, work.kernel, work.stride, "VALID"),
        "linear": lambda: tf.nn.bias_add(tf.matmul(x, weight), bias),
        "batch_norm": lambda: norm(x, weight, bias, epsilon=EPSILON, is_training=True)[0],
        "relu": lambda: tf.nn.relu(x),
        "gelu": lambda: tf.nn.gelu(x),
        "softmax": lambda: tf.nn.softmax(x),
        "cross_entropy": lambda: tf.reduce_mean(
            tf.nn.sparse_softmax_cross_entropy_with_logits(tensors["target"], x)
        ),
    }
    return calls[work.operation]


def build(work: Workload, arrays: Mapping[str, Array]) -> Contestant:
    import tensorflow as tf

    there, back = KERNELS.get(work.operation, (None, None))
    image = len(work.input) == 4
    axes = {"weight": there} | dict.fromkeys(
        ("input", "cotangent"), CHANNELS_LAST if image else None
    )
    tensors = {
        name: tf.constant(
            np.ascontiguousarray(array.transpose(axes[name])) if axes.get(name) else array
        )
        for name, array in arrays.items()
    }
    differentiated = [tensors[name] for name in ("input", "weight", "bias") if name in tensors]
    forward = function(work, tensors)
    cotangent = tensors["cotangent"]

    def record(persistent: bool) -> tuple[Any, Any]:
        with tf.GradientTape(persistent=persistent, watch_accessed_variables=False) as tape:
            tape.watch(differentiated)
            return tape, forward()

    tape, output = record(persistent=True)

    def both() -> Any:
        once, result = record(persistent=False)
        return once.gradient(result, differentiated, cotangent)

    return Contestant(
        forward=forward,
        backward=lambda: tape.gradient(output, differentiated, cotangent),
        both=both,
        axes=(CHANNELS_FIRST if image else None, back, None),
    )


OPERATIONS = (
    "conv",
    "depthwise",
    "avg_pool",
    "max_pool",
    "linear",
    "batch_norm",
    "relu",
    "gelu",
    "softmax",
    "cross_entropy",
)
BUILDERS: Mapping[str, Mapping[str, Builder]] = {
    "tensorflow": {**dict.fromkeys(OPERATIONS, build), **draws.TENSORFLOW}
}
