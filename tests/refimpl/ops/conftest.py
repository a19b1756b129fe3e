"""Helpers of the op tests, as fixtures: the folder is no package, so nothing can be imported."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def check_vjp():
    """Give `check_vjp` of gradients.py: the assertion that a vjp is the derivative."""
    path = Path(__file__).with_name("gradients.py")
    spec = importlib.util.spec_from_file_location("op_gradients", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.check_vjp
