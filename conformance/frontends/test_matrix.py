"""The matrix for pytest: one test for each aspect, parametrized with the claims of the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.frontends.pytest_plugin import CheckClaim
    from conformance.judging.claim import Claim


def test_output(claim: Claim, check: CheckClaim) -> None:
    """Every output, in training and in evaluation, lies within its bound of the oracle."""
    check(claim)


def test_loss(claim: Claim, check: CheckClaim) -> None:
    """Every loss, under every reduction, lies within its bound of the oracle."""
    check(claim)


def test_gradient(claim: Claim, check: CheckClaim) -> None:
    """The gradient of every input and parameter lies within its bound of the oracle."""
    check(claim)


def test_parameters(claim: Claim, check: CheckClaim) -> None:
    """Parameters and buffers have the right names, order, shapes, dtypes and first values."""
    check(claim)


def test_state(claim: Claim, check: CheckClaim) -> None:
    """Running statistics are right after one step and after three."""
    check(claim)


def test_forms(claim: Claim, check: CheckClaim) -> None:
    """The class and the function of one subject agree."""
    check(claim)


def test_purity(claim: Claim, check: CheckClaim) -> None:
    """Inputs are left alone, unless in place is asked for."""
    check(claim)


def test_dtype(claim: Claim, check: CheckClaim) -> None:
    """Outputs and gradients have the dtype the framework promises."""
    check(claim)


def test_layout(claim: Claim, check: CheckClaim) -> None:
    """The layout of an input in memory changes nothing."""
    check(claim)


def test_empty(claim: Claim, check: CheckClaim) -> None:
    """An empty batch gives an empty batch."""
    check(claim)


def test_mask(claim: Claim, check: CheckClaim) -> None:
    """Dropout scales what its mask keeps, and draws the mask it should."""
    check(claim)


def test_chapter(claim: Claim, check: CheckClaim) -> None:
    """Every claim of the chapter holds, and its program runs."""
    check(claim)


def test_seeded(claim: Claim, check: CheckClaim) -> None:
    """Draws given a seed are refimpl's, bit for bit."""
    check(claim)


def test_trajectory(claim: Claim, check: CheckClaim) -> None:
    """Every number of every step of a training run lies within its bound."""
    check(claim)


def test_errors(claim: Claim, check: CheckClaim) -> None:
    """A bad call is refused before any work, and the error names what is wrong."""
    check(claim)


def test_agreement(claim: Claim, check: CheckClaim) -> None:
    """PyTorch and TensorFlow agree with each other directly."""
    check(claim)
