"""The rules by which suites judge arrays: this suite's own, and published tolerances."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from conformance.oracle.bounds import LIMIT
from conformance.studies.tolerances import dot_product, webnn
from conformance.studies.tolerances.comparison import Comparison, Marks


@dataclass(frozen=True)
class ToleranceRule:
    """How a suite judges an array.

    Attributes
    ----------
    name : str
        The suite whose rule it is.
    says : str
        The rule in a line.
    source : str
        Where it is published.
    applies : callable
        Whether it says anything about a comparison.
    rejects : callable
        Which elements of an array of the right shape it rejects; a single answer where it judges
        them together.
    """

    name: str
    says: str
    source: str
    applies: Callable[[Comparison], bool]
    rejects: Callable[[Comparison], Marks]

    def verdict(self, comparison: Comparison) -> bool | None:
        """Judge an array.

        Parameters
        ----------
        comparison : Comparison
            The array beside its reference.

        Returns
        -------
        bool or None
            Whether it is rejected; None if the rule does not speak about it.
        """
        if not self.applies(comparison):
            return None
        return comparison.malformed or bool(np.any(self.rejects(comparison)))


def applies_always(comparison: Comparison) -> bool:
    """Apply to every comparison.

    Parameters
    ----------
    comparison : Comparison
        Any.

    Returns
    -------
    bool
    """
    return True


def exceeds_limit(comparison: Comparison) -> Marks:
    """Judge by the derived bound and the one limit on K.

    Parameters
    ----------
    comparison : Comparison
        The array beside its reference.

    Returns
    -------
    ndarray of bool
    """
    return np.asarray(comparison.pair.finding().k > LIMIT)


def outside_tolerance(
    relative: Mapping[str, float], absolute: Mapping[str, float]
) -> Callable[[Comparison], Marks]:
    """Return the rule |got − reference| ≤ absolute + relative·|reference|.

    Parameters
    ----------
    relative, absolute : mapping
        The case's dtype, or 'indices', -> the tolerance.

    Returns
    -------
    callable
    """

    def rejects(comparison: Comparison) -> Marks:
        kind = comparison.case.dtype if comparison.floats else "indices"
        size = np.abs(comparison.numbers.reference)
        # Whatever is not finite must be equal.
        limit = absolute[kind] + relative[kind] * np.where(np.isfinite(size), size, 0.0)
        return np.asarray(comparison.error > limit)

    return rejects


def roughly_different(comparison: Comparison) -> Marks:
    """Judge as `math.isclose(rel_tol=0.25, abs_tol=1)` does; indices must be equal.

    Parameters
    ----------
    comparison : Comparison
        The array beside its reference.

    Returns
    -------
    ndarray of bool
    """
    if not comparison.floats:
        return ~comparison.same
    larger = np.maximum(*np.abs(comparison.numbers))
    limit = np.maximum(0.25 * np.where(np.isfinite(larger), larger, 0.0), 1.0)
    return np.asarray(comparison.error > limit)


_DTYPES = ("float64", "float32", "float16", "bfloat16", "indices")


def _for_all_dtypes(tolerance: float, **others: float) -> Mapping[str, float]:
    return dict.fromkeys(_DTYPES, tolerance) | others


OURS = ToleranceRule(
    "ours",
    f"K ≤ {LIMIT:g}: the derived bound of each number, and one limit; small integers bit for bit",
    "[bounds.md](bounds.md)",
    applies_always,
    exceeds_limit,
)
RULES: tuple[ToleranceRule, ...] = (
    OURS,
    ToleranceRule(
        "torch.testing",
        "rtol/atol 1e-7/1e-7, 1.3e-6/1e-5, 1e-3/1e-5 and 1.6e-2/1e-5 for float64, float32, float16"
        " and bfloat16; indices equal",
        "`torch.testing.assert_close`, the defaults",
        applies_always,
        outside_tolerance(
            {"float64": 1e-7, "float32": 1.3e-6, "float16": 1e-3, "bfloat16": 1.6e-2, "indices": 0},
            {"float64": 1e-7, "float32": 1e-5, "float16": 1e-5, "bfloat16": 1e-5, "indices": 0},
        ),
    ),
    ToleranceRule(
        "ONNX",
        "rtol/atol 1e-3/1e-7, for bfloat16 2⁻⁶/1e-7",
        "the backend test: `onnx/backend/test/case/node/__init__.py` and `runner/__init__.py`",
        applies_always,
        outside_tolerance(_for_all_dtypes(1e-3, bfloat16=2.0**-6), _for_all_dtypes(1e-7)),
    ),
    ToleranceRule(
        "Keras",
        "rtol/atol 1e-6/1e-6",
        "`assertAllClose` in `keras/src/testing/test_case.py`, the defaults",
        applies_always,
        outside_tolerance(_for_all_dtypes(1e-6), _for_all_dtypes(1e-6)),
    ),
    ToleranceRule(
        "array-api-tests",
        "math.isclose with rel_tol 0.25 and abs_tol 1; indices equal",
        "`assert_scalar_equals` in `array_api_tests/pytest_helpers.py`, `isclose` in"
        " `test_operators_and_elementwise_functions.py`",
        applies_always,
        roughly_different,
    ),
    ToleranceRule(
        "WebNN",
        "so many units in the last place for each operator, such as 6 for batchNormalization, 840"
        " for instanceNormalization, 2·(taps·channels) for conv2d",
        "`webnn/resources/utils.js` of the web platform tests",
        lambda comparison: webnn.tolerance(comparison) is not None,
        webnn.rejects,
    ),
    ToleranceRule(
        "TOSA",
        "dot products of K terms: each error at most K units of Σ|a||b|·2⁻ᵐ, their squares"
        " at most 0.4·K on average, their sum at most 2·√(K·T)",
        "`reference_model/src/verify/verify_dot_product.cc` of Arm's reference model (2024)",
        dot_product.applies,
        dot_product.rejects,
    ),
)
