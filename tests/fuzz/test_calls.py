"""Whatever is passed: a call answers, or it refuses in its own words and names the argument.

Every public function, class and method of both dialects is asked, from a valid call, with one
argument replaced by each hostile value, and with two replaced by values that are made up.
"""

from __future__ import annotations

import importlib.util
import os
import resource
import signal
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


def load_calls():
    """Import the folder beside this file; tests are no package."""
    path = Path(__file__).with_name("calls") / "__init__.py"
    spec = importlib.util.spec_from_file_location(
        "fuzzed_calls", path, submodule_search_locations=[str(path.parent)]
    )
    package = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = package
    spec.loader.exec_module(package)
    return tuple(
        importlib.import_module(f"fuzzed_calls.{name}")
        for name in ("starts", "attempt", "hostile", "generated")
    )


starts, attempt, hostile, generated = load_calls()

FACTOR = float(os.environ.get("FUZZ_FACTOR", "1"))
# How many calls hypothesis groups into one example: it takes longer than a call.
GROUP = 50
PARTS = 10  # for so many processes at most
CALLS = "strange calls of refimpl"
ROOM = 3 << 29  # bytes beyond what the process has: no call of these sizes needs more

STARTS = starts.find_starts()
PLACES = [(name, argument) for name, start in STARTS.items() for argument in start.places]
ARITHMETIC = (RuntimeWarning, DeprecationWarning, np.exceptions.VisibleDeprecationWarning)


@pytest.fixture(autouse=True)
def limits():
    """An alarm for what hangs, little memory for what is enormous, no warning of NumPy's."""
    handler = signal.signal(signal.SIGALRM, attempt.ring)
    before = resource.getrlimit(resource.RLIMIT_AS)
    leave_room()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for kind in ARITHMETIC:
            warnings.simplefilter("error", kind)
        yield
    resource.setrlimit(resource.RLIMIT_AS, before)
    signal.signal(signal.SIGALRM, handler)


def leave_room():
    """Limit the memory to what is taken now and some more: hypothesis itself takes ever more."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + ROOM, hard))


def test_everything_public_has_a_valid_call():
    assert starts.missing_starts(STARTS) == []


@pytest.mark.parametrize("name", STARTS)
def test_the_valid_call_is_answered(name):
    attempt.run(STARTS[name], {}, ["call"])


@pytest.mark.parametrize("name", STARTS)
def test_each_argument_is_answered_or_refused_by_name(tally, name):
    start = STARTS[name]
    tally[CALLS] += len(start.places) * len(hostile.HOSTILE)
    faults = [
        f"{name}: {argument}={word}: {fault}"
        for argument in start.places
        for word, make in hostile.HOSTILE.items()
        if (fault := attempt.find_fault(start, {argument: make()}))
    ]
    assert not faults, "\n".join(faults)


@given(data=st.data())
@settings(max_examples=round(400 * FACTOR), suppress_health_check=list(HealthCheck))
def test_what_is_made_up_is_answered_or_refused_by_name(tally, data):
    leave_room()
    for _ in range(data.draw(st.integers(1, GROUP), label="calls")):
        tally[CALLS] += 1
        name, argument = data.draw(st.sampled_from(PLACES))
        other = data.draw(st.sampled_from(STARTS[name].places))
        changes = {each: data.draw(generated.VALUES) for each in dict.fromkeys((argument, other))}
        fault = attempt.find_fault(
            STARTS[name], {key: made.make() for key, made in changes.items()}
        )
        assert not fault, f"{name}: {changes}: {fault}"


@pytest.mark.parametrize("part", range(PARTS))
def test_pairs_of_hostile_values(tally, part):
    """Two at a time, drawn without hypothesis: many more of them."""
    rng = np.random.default_rng(part)
    words = list(hostile.HOSTILE)
    for _ in range(round(30_000 * FACTOR / PARTS)):
        tally[CALLS] += 1
        name, argument = PLACES[rng.integers(len(PLACES))]
        places = STARTS[name].places
        names = dict.fromkeys((argument, places[rng.integers(len(places))]))
        chosen = {each: words[rng.integers(len(words))] for each in names}
        fault = attempt.find_fault(
            STARTS[name], {key: hostile.HOSTILE[word]() for key, word in chosen.items()}
        )
        assert not fault, f"{name}: {chosen}: {fault}"
