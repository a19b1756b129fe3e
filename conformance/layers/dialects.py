"""Dialects translate what is asked into the words and layouts of a family of subjects."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from conformance.layers.registry import FAMILIES
from conformance.spec.call import Call, Dialect
from conformance.spec.case import Case
from conformance.spec.program import Program

DIALECTS: Mapping[str, Dialect] = {
    "torch": Dialect(
        "torch", {layer: forms for family in FAMILIES for layer, forms in family.torch.items()}
    ),
    "tf": Dialect(
        "tf", {layer: forms for family in FAMILIES for layer, forms in family.tf.items()}
    ),
}


def forms_of(case: Case | Program, dialect: str) -> tuple[str, ...]:
    """List the forms that a dialect may have words for.

    Parameters
    ----------
    case : Case or Program
        What is asked.
    dialect : {'torch', 'tf'}
        The dialect.

    Returns
    -------
    tuple of str
    """
    if isinstance(case, Program):
        return (case.form,)
    return tuple(DIALECTS[dialect].forms[case.layer])


@functools.lru_cache(4096)
def translate(case: Case | Program, dialect: str, form: str) -> Call:
    """Put what is asked into a dialect's words.

    Parameters
    ----------
    case : Case or Program
        What is asked.
    dialect : {'torch', 'tf'}
        The dialect.
    form : str
        One of its forms.

    Returns
    -------
    Call

    Raises
    ------
    Unsupported
        If the form cannot say it.
    """
    if isinstance(case, Program):
        return case.translate(dialect)
    return DIALECTS[dialect].forms[case.layer][form](case)
