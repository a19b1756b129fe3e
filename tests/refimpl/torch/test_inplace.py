"""The list of operations with an in-place form, beside real torch and beside our own."""

from __future__ import annotations

import inspect

import pytest

import refimpl.torch
from conformance.checks.chapter.in_place import OPERATIONS
from refimpl.torch.nn import functional


def takes_inplace(function):
    try:
        return "inplace" in inspect.signature(function).parameters
    except ValueError:
        return "inplace" in (function.__doc__ or "")


@pytest.mark.parametrize("row", OPERATIONS, ids=lambda row: row.operation)
def test_row_is_what_torch_has(torch, row):
    name = row.operation + "_"
    found = hasattr(torch.nn.functional, name) or hasattr(torch, name)
    assert (row.function == name) == found
    assert (row.method == name) == hasattr(torch.Tensor, name)
    assert row.argument == takes_inplace(getattr(torch.nn.functional, row.operation))
    assert row.argument == takes_inplace(getattr(torch.nn, row.module).__init__)


@pytest.mark.parametrize("row", OPERATIONS, ids=lambda row: row.operation)
def test_row_is_what_we_have(row):
    assert row.possible == (row.argument or row.function is not None)
    ours = getattr(functional, row.operation)
    assert row.argument == takes_inplace(ours)
    assert row.argument == takes_inplace(getattr(refimpl.torch.nn, row.module).__init__)
    if row.function is not None:
        assert hasattr(functional, row.function) or hasattr(refimpl.torch, row.function)


def test_what_has_no_row_has_no_form_in_place(torch):
    plain = {n for n in functional.__all__ if not n.endswith(("_", "_with_indices"))}
    rows = {row.operation for row in OPERATIONS}
    assert rows <= plain
    for name in plain - rows:
        for home in (torch, torch.nn.functional, torch.Tensor, functional):
            assert not hasattr(home, f"{name}_")
        assert not takes_inplace(getattr(torch.nn.functional, name))
        assert not takes_inplace(getattr(functional, name))
