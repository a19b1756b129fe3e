"""The chapter's claims, each by its section and number, as cases of their own.

The tutorial chapter sets PyTorch's basic layers beside TensorFlow's; these are its statements,
restated for today's versions. `conformance.checks.chapter` holds the check of each.
"""

from __future__ import annotations

from dataclasses import dataclass

from conformance.spec.program import Program


@dataclass(frozen=True)
class Statement:
    """One claim of the chapter.

    Attributes
    ----------
    number : str
        Section and place in it.
    name : str
        A word or two for the id.
    sentence : str
        What is claimed.
    dialects : tuple of str
        Whose subjects it speaks about.
    """

    number: str
    name: str
    sentence: str
    dialects: tuple[str, ...] = ("torch", "tf")


STATEMENTS: tuple[Statement, ...] = (
    Statement("0.1", "both-forms", "A layer exists as a function and as a class, and they agree."),
    Statement(
        "1.1",
        "conv-shape",
        "TensorFlow's [1,3,3,5] image under a [1,1,5,1] kernel gives (1,3,3,1); PyTorch's"
        " [1,5,3,3] image under Conv2d(5, 1, (1, 1)) gives [1,1,3,3].",
    ),
    Statement(
        "1.2",
        "conv-parameters",
        "Without a bias the parameter list is exactly the kernel, with one the kernel and the"
        " bias.",
    ),
    Statement(
        "1.3",
        "conv-ones",
        "The class initialises its kernel by itself; with a kernel of ones assigned, the output"
        " is the sum over channels.",
    ),
    Statement(
        "1.4",
        "conv-same-numbers",
        "Given the same kernel and input in its own layout, each gives the same numbers.",
    ),
    Statement("2.1", "pool-parameters", "A pooling layer has no learnable parameter."),
    Statement("2.2", "pool-averages", "Both compute the same averages, also at borders."),
    Statement(
        "3.1",
        "linear-shape",
        "Two examples of 3 features give (2, 4); the weight is (4, 3) in PyTorch, the kernel"
        " (3, 4) in Keras, the bias (4).",
    ),
    Statement(
        "4.1",
        "norm-parameters",
        "A batch norm of 4 features owns its scale and shift, and buffers for its statistics.",
    ),
    Statement(
        "4.2",
        "norm-variance",
        "With weight 4 and bias 0 the output has mean 0 and biased variance 16·v/(v+eps).",
    ),
    Statement("4.3", "norm-unbiased", "The unbiased variance is larger by n/(n-1)."),
    Statement(
        "4.4", "norm-running", "After a step the running statistics follow each one's own rule."
    ),
    Statement(
        "5.1",
        "dropout-half",
        "Dropout at 0.5 zeroes about half of the elements and doubles the others.",
    ),
    Statement("5.2", "dropout-evaluation", "In evaluation dropout is the identity."),
    Statement("5.3", "dropout-channels", "The 1d, 2d and 3d forms drop whole channels."),
    Statement("6.1", "relu-clamp", "Negative values become 0; the result equals clamp(min=0)."),
    Statement(
        "6.2", "relu-inplace", "ReLU(inplace=True) writes its output over its input.", ("torch",)
    ),
    Statement("6.3", "inplace-list", "Few operations have an in-place form: a list.", ("torch",)),
    Statement(
        "7.1",
        "loss-value",
        "Scores (3, 2) and labels [1, 0, 1] give one scalar, the mean negative log-softmax of"
        " the label's score.",
    ),
    Statement("7.2", "loss-module", "A loss is constructed and then called, like any layer."),
    Statement(
        "8.1",
        "program",
        "Linear, BatchNorm1d, Dropout, ReLU and CrossEntropyLoss chained, forward and backward.",
    ),
)


def programs() -> tuple[Program, ...]:
    """The statements as programs.

    Returns
    -------
    tuple of Program
    """
    return tuple(
        Program(
            kind="chapter",
            words=(statement.number, statement.name),
            content=statement,
            hunts=statement.sentence,
            form="told",
            dialects=statement.dialects,
            refusal="this claim is about another framework",
        )
        for statement in STATEMENTS
    )
