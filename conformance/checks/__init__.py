"""The checks, one file for each aspect: what must hold, given a trial."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from conformance.checks.agreement import check_subjects_agree
from conformance.checks.chapter import check_chapter
from conformance.checks.dtype import check_dtypes_are_the_cases
from conformance.checks.empty import check_empty_batch_is_answered
from conformance.checks.errors import check_bad_call_is_refused
from conformance.checks.finding import Finding, NothingCompared, Pair
from conformance.checks.forms import check_forms_agree
from conformance.checks.gradient import check_gradients_are_within_bounds, gradient_pairs
from conformance.checks.layout import check_layout_does_not_matter
from conformance.checks.mask import check_mask_has_its_distribution
from conformance.checks.output import check_outputs_are_within_bounds, output_pairs
from conformance.checks.parameters import check_parameters_are_as_documented
from conformance.checks.purity import check_inputs_are_left_alone
from conformance.checks.seeded import check_draws_are_refimpls
from conformance.checks.state import check_state_follows_its_rule, state_pairs
from conformance.checks.trajectory import check_training
from conformance.checks.trial import Answers, ProgramTrial, Trial

Check = Callable[[Trial, Answers], Sequence[Finding]]
ProgramCheck = Callable[[ProgramTrial, Answers], Sequence[Finding]]
Comparison = Callable[[Trial, Trial, Answers], Sequence[Finding]]

CHECKS: Mapping[str, Check] = {
    "output": check_outputs_are_within_bounds,
    "loss": check_outputs_are_within_bounds,
    "gradient": check_gradients_are_within_bounds,
    "parameters": check_parameters_are_as_documented,
    "state": check_state_follows_its_rule,
    "purity": check_inputs_are_left_alone,
    "dtype": check_dtypes_are_the_cases,
    "layout": check_layout_does_not_matter,
    "empty": check_empty_batch_is_answered,
    "mask": check_mask_has_its_distribution,
}
# Aspects of programs on a namespace.
PROGRAM_CHECKS: Mapping[str, ProgramCheck] = {
    "chapter": check_chapter,
    "seeded": check_draws_are_refimpls,
    "trajectory": check_training,
    "errors": check_bad_call_is_refused,
}

# Aspects that compare two trials of one case with each other.
COMPARISONS: Mapping[str, Comparison] = {
    "forms": check_forms_agree,
    "agreement": check_subjects_agree,
}

# Aspects that compare numbers with the oracle's, and which numbers.
PAIRS: Mapping[str, Callable[[Trial, Answers], Sequence[Pair]]] = {
    "output": output_pairs,
    "loss": output_pairs,
    "gradient": gradient_pairs,
    "state": state_pairs,
}

__all__ = [
    "CHECKS",
    "COMPARISONS",
    "PAIRS",
    "PROGRAM_CHECKS",
    "Check",
    "Comparison",
    "Finding",
    "NothingCompared",
    "Pair",
    "ProgramCheck",
]
