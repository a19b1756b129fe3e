"""What is written between the call and the way back: the rule, for everything that has one.

A vjp, and a layer after a call, hold the arrays that they need and not copies of them. So nothing
may be written into these until the way back is done. Which arrays they are is here on record, for
each public function and class that has a way back, and is strict: an array that is on record is
seen to be held, any other one may be written over, and no one writes into what the caller gave.
"""

from __future__ import annotations

import importlib.util
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest


def load_calls():
    """Import the folder beside this file; tests are no package."""
    path = Path(__file__).with_name("calls") / "__init__.py"
    spec = importlib.util.spec_from_file_location(
        "overwritten_calls", path, submodule_search_locations=[str(path.parent)]
    )
    package = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = package
    spec.loader.exec_module(package)
    return tuple(
        importlib.import_module(f"overwritten_calls.{name}")
        for name in ("starts", "attempt", "held")
    )


starts, attempt, held = load_calls()
STARTS = {
    name: start
    for name, start in starts.find_starts().items()
    if (start.differentiable or start.backward) and not start.method
}


def copies(given):
    return {
        name: value.copy() if isinstance(value, np.ndarray) else value
        for name, value in (given or {}).items()
    }


def prepare(start, seed=3):
    """Call, and return the arrays of the call, the output, and how to go back."""
    attempt.sow(seed)
    given, inputs = copies(start.given), copies(start.inputs)
    if start.differentiable:
        places = given.pop(start.star, ()) if start.star else ()
        output, vjp = start.function.with_vjp(*places, **given)
        arrays = given
    else:
        places = given.pop(start.star, ()) if start.star else ()
        made = start.function(*places, **given)
        output = made(**inputs)
        vjp, arrays = made.backward, inputs
    arrays = {name: value for name, value in arrays.items() if isinstance(value, np.ndarray)}
    cotangent = attempt.cotangent_of(start, output)
    return arrays, output, lambda: gradients(vjp(cotangent))


def gradients(found):
    parts = found if isinstance(found, tuple) else (found,)
    return [None if part is None else np.array(part, np.float64) for part in parts]


def same(left, right):
    return len(left) == len(right) and all(
        (a is None) == (b is None) and (a is None or np.array_equal(a, b, equal_nan=True))
        for a, b in zip(left, right, strict=True)
    )


def overwrite(array):
    array[...] = np.array(array * 0 + 0.37 if array.dtype.kind == "f" else array * 0)


@pytest.mark.parametrize("name", STARTS)
def test_only_what_is_on_record_is_held(name):
    start = STARTS[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        arrays, output, back = prepare(start)
        outputs = dict(zip(("output", "second", "third"), attempt.arrays_of(output), strict=False))
        before = {key: value.copy() for key, value in (arrays | outputs).items()}
        expected = back()
        for key, value in (arrays | outputs).items():
            np.testing.assert_array_equal(value, before[key], err_msg=f"{name} wrote into {key}")
        assert same(back(), expected), "the way back can be gone twice"
        found = set()
        for key in (*arrays, *outputs):
            arrays_again, output_again, back_again = prepare(start)
            again = arrays_again | dict(
                zip(("output", "second", "third"), attempt.arrays_of(output_again), strict=False)
            )
            overwrite(again[key])
            if not same(back_again(), expected):
                found.add(key)
    assert found == set(held.HELD.get(name, ())), f"{name} holds {sorted(found)}"


def test_every_record_is_of_something_public():
    assert set(held.HELD) <= set(STARTS)
