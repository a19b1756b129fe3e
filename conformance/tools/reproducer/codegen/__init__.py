"""How one call is written as a program: each writer leaves the array that is off in `found`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from conformance.tools.reproducer.codegen import foreign, refimpl, tensorflow, torch
from conformance.tools.reproducer.codegen.base import Words, batch, cotangent

__all__ = ["BUILT_IN", "Words", "batch", "cotangent", "of_reference"]

_TF_QUIET = 'os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")'
_NUMPY = 'print("NumPy", np.__version__, "refimpl", refimpl.__version__)'


def _refimpl(root: str) -> Words:
    return Words(
        imports=("import numpy as np", "", f"import {root}"),
        versions=_NUMPY,
        array=refimpl.array,
        program=partial(refimpl.program, root=root),
        needs="NumPy and refimpl",
        seed=refimpl.SEEDS[root],
        library=root,
        looks=refimpl.LOOKS[root],
    )


BUILT_IN: Mapping[str, Words] = {
    "torch": Words(
        imports=("import torch",),
        versions='print("PyTorch", torch.__version__)',
        array=torch.array,
        program=torch.program,
        needs="PyTorch",
        seed="torch.manual_seed({seed})",
        library="torch",
        looks=torch.LOOKS,
    ),
    "tensorflow": Words(
        imports=("import os", "", _TF_QUIET, "import tensorflow as tf"),
        versions='print("TensorFlow", tf.__version__, "Keras", tf.keras.__version__)',
        array=tensorflow.array,
        program=tensorflow.program,
        needs="TensorFlow",
        seed="tf.keras.utils.set_random_seed({seed})",
        library="tf",
        looks=tensorflow.LOOKS,
    ),
    "refimpl.torch": _refimpl("refimpl.torch"),
    "refimpl.tf": _refimpl("refimpl.tf"),
}


def of_reference(reference: str) -> Words:
    """The words for a subject that `--subject` takes by reference.

    Parameters
    ----------
    reference : str
        Such as 'my_adapter.py:MyLayers'.

    Returns
    -------
    Words
    """
    return Words(
        imports=(
            "import numpy as np",
            "import refimpl",
            "from conformance.spec.call import Call, Result, Slot",
            "from conformance.subjects.loading import load",
            "from conformance.subjects.protocol import Request",
        ),
        versions=_NUMPY,
        array=foreign.array,
        program=foreign.program,
        needs=f"NumPy, this package (refimpl, conformance) and the subject {reference}",
        seed="if hasattr(subject, 'library'):\n    subject.library().seed({seed})",
        library="subject.library().root",
        looks=foreign.LOOKS,
        begin=(f"subject = load({reference!r})",),
    )
