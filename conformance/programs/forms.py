"""The forms in which a dialect says what is asked, be it a layer's case or a program."""

from __future__ import annotations

from conformance.layers.dialects import DIALECTS
from conformance.spec.call import Call
from conformance.spec.case import Case
from conformance.spec.program import Program


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
    return DIALECTS[dialect].translate(case, form)
