"""Writes one call as a program; each program assigns the wrong array to `found`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from conformance.tools.reproducer.codegen import foreign, refimpl, tensorflow, torch
from conformance.tools.reproducer.codegen.base import Codegen, batch_variable, cotangent_variable

__all__ = ["BUILT_IN", "Codegen", "batch_variable", "codegen_for_reference", "cotangent_variable"]

_TF_QUIET = 'os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")'
_NUMPY = 'print("NumPy", np.__version__, "refimpl", refimpl.__version__)'


def _refimpl_codegen(root: str) -> Codegen:
    return Codegen(
        imports=("import numpy as np", "", f"import {root}"),
        versions=_NUMPY,
        array=refimpl.format_array,
        program=partial(refimpl.write_call, root=root),
        needs="NumPy and refimpl",
        seed=refimpl.SEEDS[root],
        library=root,
        inspections=refimpl.INSPECTIONS[root],
    )


BUILT_IN: Mapping[str, Codegen] = {
    "torch": Codegen(
        imports=("import torch",),
        versions='print("PyTorch", torch.__version__)',
        array=torch.format_array,
        program=torch.write_call,
        needs="PyTorch",
        seed="torch.manual_seed({seed})",
        library="torch",
        inspections=torch.INSPECTIONS,
    ),
    "tensorflow": Codegen(
        imports=("import os", "", _TF_QUIET, "import tensorflow as tf"),
        versions='print("TensorFlow", tf.__version__, "Keras", tf.keras.__version__)',
        array=tensorflow.format_array,
        program=tensorflow.write_call,
        needs="TensorFlow",
        seed="tf.keras.utils.set_random_seed({seed})",
        library="tf",
        inspections=tensorflow.INSPECTIONS,
    ),
    "refimpl.torch": _refimpl_codegen("refimpl.torch"),
    "refimpl.tf": _refimpl_codegen("refimpl.tf"),
}


def codegen_for_reference(reference: str) -> Codegen:
    """The words for a subject that `--subject` takes by reference.

    Parameters
    ----------
    reference : str
        Such as 'my_adapter.py:MyLayers'.

    Returns
    -------
    Codegen
    """
    return Codegen(
        imports=(
            "import numpy as np",
            "import refimpl",
            "from conformance.spec.call import Call, Result, Slot",
            "from conformance.subjects.loading import load",
            "from conformance.subjects.protocol import Request",
        ),
        versions=_NUMPY,
        array=foreign.format_array,
        program=foreign.write_call,
        needs=f"NumPy, this package (refimpl, conformance) and the subject {reference}",
        seed="if hasattr(subject, 'library'):\n    subject.library().seed({seed})",
        library="subject.library().root",
        inspections=foreign.INSPECTIONS,
        begin=(f"subject = load({reference!r})",),
    )
