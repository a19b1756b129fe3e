"""One ONNX model per workload, run by onnxruntime and by onnx's reference evaluator in pure NumPy.

Both only infer: they have no backward.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks.peers import Builder, Contestant
from benchmarks.workloads import EPSILON, Array, Workload

OPSET = 20


def versions() -> dict[str, str]:
    import onnx
    import onnxruntime

    return {"onnxruntime": onnxruntime.__version__, "onnx reference": onnx.__version__}


def node(work: Workload) -> tuple[str, dict[str, Any], tuple[str, ...]]:
    """Return the operator, its attributes and its inputs after the first."""
    window = {
        "kernel_shape": [work.kernel] * 2,
        "strides": [work.stride] * 2,
        "pads": [work.padding] * 4,
    }
    affine = ("weight", "bias")
    nodes: dict[str, tuple[str, dict[str, Any], tuple[str, ...]]] = {
        "conv": ("Conv", window, affine),
        "depthwise": ("Conv", {**window, "group": work.groups}, affine),
        "avg_pool": ("AveragePool", window, ()),
        "max_pool": ("MaxPool", window, ()),
        "linear": ("Gemm", {"transB": 1}, affine),
        "batch_norm": (
            "BatchNormalization",
            {"training_mode": 1, "epsilon": EPSILON},
            (*affine, "mean", "variance"),
        ),
        "instance_norm": ("InstanceNormalization", {"epsilon": EPSILON}, affine),
        "relu": ("Relu", {}, ()),
        "gelu": ("Gelu", {}, ()),
        "softmax": ("Softmax", {"axis": -1}, ()),
        "cross_entropy": ("SoftmaxCrossEntropyLoss", {"reduction": "mean"}, ("target",)),
    }
    return nodes[work.operation]


def model(work: Workload, arrays: Mapping[str, Array]) -> Any:
    import numpy as np
    from onnx import TensorProto, helper, numpy_helper

    operator, attributes, names = node(work)
    outputs = ["output"]
    constants = {name: arrays[name] for name in names if name in arrays}
    if work.operation == "batch_norm":
        outputs += ["running_mean", "running_variance"]
        constants["mean"] = np.zeros(work.input[1], np.float32)
        constants["variance"] = np.ones(work.input[1], np.float32)
    graph = helper.make_graph(
        [helper.make_node(operator, ["input", *names], outputs, **attributes)],
        "workload",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, work.input)],
        [helper.make_tensor_value_info(outputs[0], TensorProto.FLOAT, work.output)],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    opset = helper.make_opsetid("", OPSET)
    return helper.make_model(graph, opset_imports=[opset], ir_version=9)


def runtime(work: Workload, arrays: Mapping[str, Array]) -> Contestant:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        model(work, arrays).SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    feed = {"input": arrays["input"]}
    return Contestant(forward=lambda: session.run(None, feed)[0])


def reference(work: Workload, arrays: Mapping[str, Array]) -> Contestant:
    from onnx.reference import ReferenceEvaluator

    session = ReferenceEvaluator(model(work, arrays))
    feed = {"input": arrays["input"]}
    return Contestant(forward=lambda: session.run(None, feed)[0])


OPERATIONS = (
    "conv",
    "depthwise",
    "avg_pool",
    "max_pool",
    "linear",
    "instance_norm",
    "relu",
    "gelu",
    "softmax",
    "cross_entropy",
)
BUILDERS: Mapping[str, Mapping[str, Builder]] = {
    # onnxruntime's CPU kernels normalise a batch only with statistics that they are given
    "onnxruntime": dict.fromkeys(OPERATIONS, runtime),
    "onnx reference": dict.fromkeys((*OPERATIONS, "batch_norm"), reference),
}
