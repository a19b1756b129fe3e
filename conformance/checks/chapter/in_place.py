"""Which of torch's operations can write their output over their input.

The chapter's question, as data. An operation may do so where its gradient can be found from its
output alone (or where a small mask is kept): then the input is not needed again. Each row says
how torch lets one ask for it: by a function whose name ends in an underscore, by an argument
`inplace=`, or by a method of the tensor.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class InPlace:
    """An operation and its in-place forms; None where there is none.

    Attributes
    ----------
    operation : str
        Its name in torch.nn.functional.
    module : str
        Its layer in torch.nn.
    function : str or None
        A function of torch.nn.functional or, failing that, of torch.
    argument : bool
        Whether function and layer take `inplace=`.
    method : str or None
        A method of the tensor.
    """

    operation: str
    module: str
    function: str | None = None
    argument: bool = False
    method: str | None = None

    @property
    def possible(self) -> bool:
        """Whether there is any in-place form."""
        return self.argument or self.function is not None or self.method is not None


OPERATIONS: tuple[InPlace, ...] = (
    InPlace("relu", "ReLU", "relu_", argument=True, method="relu_"),
    InPlace("relu6", "ReLU6", argument=True),
    InPlace("leaky_relu", "LeakyReLU", "leaky_relu_", argument=True),
    InPlace("elu", "ELU", "elu_", argument=True),
    InPlace("selu", "SELU", "selu_", argument=True),
    InPlace("celu", "CELU", "celu_", argument=True),
    InPlace("silu", "SiLU", argument=True),
    InPlace("mish", "Mish", argument=True),
    InPlace("hardtanh", "Hardtanh", "hardtanh_", argument=True),
    InPlace("hardsigmoid", "Hardsigmoid", argument=True),
    InPlace("hardswish", "Hardswish", argument=True),
    InPlace("sigmoid", "Sigmoid", "sigmoid_", method="sigmoid_"),
    InPlace("tanh", "Tanh", "tanh_", method="tanh_"),
    InPlace("dropout", "Dropout", "dropout_", argument=True),
    InPlace("dropout1d", "Dropout1d", argument=True),
    InPlace("dropout2d", "Dropout2d", argument=True),
    InPlace("dropout3d", "Dropout3d", argument=True),
    InPlace("alpha_dropout", "AlphaDropout", "alpha_dropout_", argument=True),
    InPlace(
        "feature_alpha_dropout", "FeatureAlphaDropout", "feature_alpha_dropout_", argument=True
    ),
    InPlace("prelu", "PReLU"),
    InPlace("gelu", "GELU"),
    InPlace("logsigmoid", "LogSigmoid"),
    InPlace("softplus", "Softplus"),
    InPlace("softsign", "Softsign"),
    InPlace("softmax", "Softmax"),
    InPlace("log_softmax", "LogSoftmax"),
    InPlace("linear", "Linear"),
    InPlace("conv1d", "Conv1d"),
    InPlace("conv2d", "Conv2d"),
    InPlace("conv3d", "Conv3d"),
    InPlace("avg_pool1d", "AvgPool1d"),
    InPlace("avg_pool2d", "AvgPool2d"),
    InPlace("avg_pool3d", "AvgPool3d"),
    InPlace("max_pool1d", "MaxPool1d"),
    InPlace("max_pool2d", "MaxPool2d"),
    InPlace("max_pool3d", "MaxPool3d"),
    InPlace("batch_norm", "BatchNorm2d"),
    InPlace("instance_norm", "InstanceNorm2d"),
    InPlace("cross_entropy", "CrossEntropyLoss"),
    InPlace("nll_loss", "NLLLoss"),
)
