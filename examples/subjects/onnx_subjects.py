"""ONNX's operators under test, in two implementations: onnxruntime and onnx's own reference.

    conformance run --subject examples/subjects/onnx_subjects.py:OnnxRuntime -k function

Each call becomes a graph of one or two nodes. There are no gradients: ONNX goes forward.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

import conformance
from conformance import Unsupported

OPSET = 22
# PyTorch's function -> ONNX's operator, where only names differ.
PLAIN = {
    "relu": "Relu",
    "leaky_relu": "LeakyRelu",
    "elu": "Elu",
    "selu": "Selu",
    "celu": "Celu",
    "gelu": "Gelu",
    "mish": "Mish",
    "sigmoid": "Sigmoid",
    "tanh": "Tanh",
    "softsign": "Softsign",
    "hardswish": "HardSwish",
    "hardsigmoid": "HardSigmoid",
    "softmax": "Softmax",
    "log_softmax": "LogSoftmax",
}
# PyTorch's defaults; ONNX has others, or writes none.
DEFAULTS = {"leaky_relu": {"alpha": 0.01}, "hardsigmoid": {"alpha": 1 / 6, "beta": 0.5}}
WORDS = {"negative_slope": "alpha", "dim": "axis"}


class OnnxSubject(conformance.FunctionSubject):
    """Asks for PyTorch's functions, and answers with ONNX's operators."""

    dialect = "torch"

    def __init__(self) -> None:
        super().__init__()
        given: dict[str, Callable[..., Any]] = {name: self._plain(name) for name in PLAIN}
        given |= {f"conv{n}d": self.conv for n in (1, 2, 3)}
        given |= {f"avg_pool{n}d": self.avg_pool for n in (1, 2, 3)}
        given |= {f"max_pool{n}d": self.max_pool for n in (1, 2, 3)}
        names = ("linear", "prelu", "relu6", "hardtanh", "silu", "softplus", "batch_norm")
        names += ("instance_norm", "cross_entropy", "nll_loss")
        given |= {name: getattr(self, name) for name in names}
        self.functions = {f"nn.functional.{name}": function for name, function in given.items()}

    def execute(self, model: Any, feeds: Mapping[str, Any]) -> list[Any]:
        """Run a model."""
        raise NotImplementedError

    def backward(self, instance: Any, cotangents: Any) -> Mapping[str, Any]:
        """Refuse: there is no such thing."""
        raise Unsupported("never: ONNX's operators go forward only")

    def run_node(
        self, operator: str, arrays: list[Any], outputs: int = 1, **attributes: Any
    ) -> Any:
        """Make a model of one node, and run it on arrays (None where an input is left out)."""
        from onnx import helper

        names = ["" if each is None else f"x{n}" for n, each in enumerate(arrays)]
        feeds = {name: each for name, each in zip(names, arrays, strict=True) if name}
        kind = {name: helper.np_dtype_to_tensor_dtype(each.dtype) for name, each in feeds.items()}
        results = [f"y{n}" for n in range(outputs)]
        graph = helper.make_graph(
            [helper.make_node(operator, names, results, **attributes)],
            operator,
            [helper.make_tensor_value_info(name, kind[name], feeds[name].shape) for name in feeds],
            [helper.make_empty_tensor_value_info(name) for name in results],
        )
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10
        )
        found = self.execute(model, feeds)
        return found[0] if outputs == 1 else tuple(found)

    def _plain(self, name: str) -> Callable[..., Any]:
        def function(input: Any, inplace: bool = False, **arguments: Any) -> Any:
            if inplace:
                raise Unsupported("never: nothing is in place in ONNX")
            attributes = {WORDS.get(word, word): value for word, value in arguments.items()}
            return self.run_node(PLAIN[name], [input], **DEFAULTS.get(name, {}) | attributes)

        return function

    def conv(
        self,
        input: Any,
        weight: Any,
        bias: Any = None,
        *,
        stride: Any,
        padding: Any,
        dilation: Any,
        groups: int,
    ) -> Any:
        """Convolution."""
        batched(input, weight.ndim)
        pads = {"auto_pad": "SAME_UPPER"} if padding == "same" else {"pads": (*padding, *padding)}
        window = {"strides": stride, "dilations": dilation, "group": groups, **pads}
        return self.run_node("Conv", [input, weight, bias], **window)

    def avg_pool(
        self,
        input: Any,
        kernel_size: Any,
        stride: Any,
        padding: Any,
        ceil_mode: bool,
        count_include_pad: bool,
        divisor_override: int | None = None,
    ) -> Any:
        """Average pooling."""
        batched(input, len(kernel_size) + 2)
        if divisor_override is not None:
            raise Unsupported("never: ONNX's AveragePool has no divisor_override")
        return self.run_node(
            "AveragePool",
            [input],
            kernel_shape=kernel_size,
            strides=stride,
            pads=(*padding, *padding),
            ceil_mode=ceil_mode,
            count_include_pad=count_include_pad,
        )

    def max_pool(
        self,
        input: Any,
        kernel_size: Any,
        stride: Any,
        padding: Any,
        ceil_mode: bool,
        dilation: Any,
        return_indices: bool,
    ) -> Any:
        """Max pooling; ONNX's indices count through the whole tensor, not a channel."""
        batched(input, len(kernel_size) + 2)
        found = self.run_node(
            "MaxPool",
            [input],
            1 + return_indices,
            kernel_shape=kernel_size,
            strides=stride,
            pads=(*padding, *padding),
            ceil_mode=ceil_mode,
            dilations=dilation,
        )
        return (found[0], found[1] % math.prod(input.shape[2:])) if return_indices else found

    def linear(self, input: Any, weight: Any, bias: Any = None) -> Any:
        """Gemm for matrices, else MatMul and Add."""
        if input.ndim == 2:
            return self.run_node("Gemm", [input, weight, bias], transB=1)
        output = self.run_node("MatMul", [input, weight.T.copy()])
        return output if bias is None else self.run_node("Add", [output, bias])

    def batch_norm(
        self,
        input: Any,
        running_mean: Any,
        running_var: Any,
        weight: Any = None,
        bias: Any = None,
        *,
        training: bool,
        eps: float,
        momentum: float = 0.1,
    ) -> Any:
        """Batch normalisation; the statistics that it returns become those that it was given."""
        ones = np.ones(input.shape[1], input.dtype)
        affine = [ones if weight is None else weight, 0 * ones if bias is None else bias]
        kept = [0 * ones if running_mean is None else running_mean]
        kept += [ones if running_var is None else running_var]
        arguments = {"epsilon": eps, "momentum": 1 - momentum, "training_mode": training}
        if not training:
            return self.run_node("BatchNormalization", [input, *affine, *kept], **arguments)
        found = self.run_node("BatchNormalization", [input, *affine, *kept], 3, **arguments)
        for old, new in zip(kept, found[1:], strict=True):
            old[...] = new
        return found[0]

    def instance_norm(
        self,
        input: Any,
        running_mean: Any,
        running_var: Any,
        weight: Any = None,
        bias: Any = None,
        *,
        use_input_stats: bool,
        eps: float,
        momentum: float = 0.1,
    ) -> Any:
        """Instance normalisation."""
        if running_mean is not None:
            raise Unsupported("never: ONNX's InstanceNormalization keeps no statistics")
        batched(input, 3)
        ones = np.ones(input.shape[1], input.dtype)
        affine = [ones if weight is None else weight, 0 * ones if bias is None else bias]
        return self.run_node("InstanceNormalization", [input, *affine], epsilon=eps)

    def prelu(self, input: Any, weight: Any) -> Any:
        """PReLU: the slope is broadcast from the last axis, so it gets those behind its own."""
        shape = (-1,) + (1,) * max(input.ndim - 2, 0) if weight.size > 1 else (1,)
        return self.run_node("PRelu", [input, weight.reshape(shape)])

    def relu6(self, input: Any, inplace: bool = False) -> Any:
        """Clip."""
        return self.hardtanh(input, inplace, 0.0, 6.0)

    def hardtanh(
        self, input: Any, inplace: bool = False, min_val: float = -1.0, max_val: float = 1.0
    ) -> Any:
        """Clip."""
        if inplace:
            raise Unsupported("never: nothing is in place in ONNX")
        limits = [np.array(limit, input.dtype) for limit in (min_val, max_val)]
        return self.run_node("Clip", [input, *limits])

    def silu(self, input: Any, inplace: bool = False) -> Any:
        """A product with Sigmoid, as exporters write it."""
        if inplace:
            raise Unsupported("never: nothing is in place in ONNX")
        return self.run_node("Mul", [input, self.run_node("Sigmoid", [input])])

    def softplus(self, input: Any, beta: float = 1.0, threshold: float = 20.0) -> Any:
        """Softplus of beta 1; ONNX knows no other, and no threshold."""
        if beta != 1:
            raise Unsupported("never: ONNX's Softplus has no beta")
        return self.run_node("Softplus", [input])

    def cross_entropy(
        self,
        input: Any,
        target: Any,
        weight: Any = None,
        *,
        ignore_index: int,
        reduction: str,
        label_smoothing: float,
    ) -> Any:
        """Cross-entropy of labels."""
        if label_smoothing or target.dtype.kind == "f":
            raise Unsupported("never: ONNX's SoftmaxCrossEntropyLoss takes labels, unsmoothed")
        batched(input, 2)
        arguments = {"ignore_index": ignore_index, "reduction": reduction}
        return self.run_node("SoftmaxCrossEntropyLoss", [input, target, weight], **arguments)

    def nll_loss(
        self, input: Any, target: Any, weight: Any = None, *, ignore_index: int, reduction: str
    ) -> Any:
        """Negative log-likelihood of labels."""
        batched(input, 2)
        arguments = {"ignore_index": ignore_index, "reduction": reduction}
        return self.run_node("NegativeLogLikelihoodLoss", [input, target, weight], **arguments)


def batched(input: Any, least: int) -> None:
    """Refuse an input without a batch."""
    if input.ndim < least:
        raise Unsupported("never: ONNX's operators need a batch axis")


class OnnxRuntime(OnnxSubject):
    """onnxruntime's CPU kernels, one thread."""

    name = "onnxruntime"
    lacks = (
        conformance.Gap(
            "nn.functional.conv?d",
            "not yet",
            "Conv with auto_pad takes no dilation",
            when=lambda call: (
                call.arguments["padding"] == "same"
                and any(each != 1 for each in call.arguments["dilation"])
            ),
        ),
    )

    def execute(self, model: Any, feeds: Mapping[str, Any]) -> list[Any]:
        """Run a model."""
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        try:
            session = onnxruntime.InferenceSession(
                model.SerializeToString(), options, providers=["CPUExecutionProvider"]
            )
        except onnxruntime.capi.onnxruntime_pybind11_state.NotImplemented as error:
            raise Unsupported(f"not yet: no CPU kernel for {model.graph.name}") from error
        return list(session.run(None, dict(feeds)))


class OnnxReference(OnnxSubject):
    """The evaluator that onnx ships as the meaning of its operators."""

    name = "onnx"

    def execute(self, model: Any, feeds: Mapping[str, Any]) -> list[Any]:
        """Run a model."""
        from onnx.reference import ReferenceEvaluator

        return list(ReferenceEvaluator(model).run(None, dict(feeds)))
