"""Training runs and seeded draws: healthy ones pass, one wrong number in fifty steps does not."""

from __future__ import annotations

import contextlib
from collections import Counter
from dataclasses import replace
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

import conformance.checks.trajectory as checks
import refimpl.tf
import refimpl.torch
from conformance.checks import kernels
from conformance.checks.finding import Finding, NothingCompared
from conformance.checks.seeded import _identical, check_draws_are_refimpls
from conformance.checks.trajectory import (
    check_each_step_is_within_bounds,
    check_seed_alone_repeats_it,
)
from conformance.checks.trajectory.step import expected_values, observed_values
from conformance.checks.trajectory.training import train
from conformance.checks.trial import ProgramTrial
from conformance.layers.dialects import DIALECTS
from conformance.layers.registry import LAYERS
from conformance.oracle.bounds import LIMIT, distance
from conformance.programs import all_cases, seeded, trajectory
from conformance.spec.call import Unsupported
from conformance.subjects.protocol import SubjectRaised
from conformance.subjects.tf_library import RefimplTfLibrary
from conformance.subjects.torch_library import RefimplTorchLibrary
from refimpl.ops.random import cephes, glibc

LIBRARIES = {
    "torch": (RefimplTorchLibrary, refimpl.torch),
    "tf": (RefimplTfLibrary, refimpl.tf),
}
CASE, FREE = trajectory.programs()


def check(how, library, dialect, program=CASE):
    healthy, root = LIBRARIES[dialect]
    libraries = {"mine": library, f"refimpl.{dialect}": healthy(root)}
    answers = SimpleNamespace(library=libraries.__getitem__)
    return how(ProgramTrial(program, "mine", dialect), answers)


def worst(library, dialect):
    findings = check(check_each_step_is_within_bounds, library, dialect)
    return max(findings, key=lambda finding: finding.k)


def sinful(dialect, **methods):
    kind, root = LIBRARIES[dialect]
    return type("Sinful", (kind,), methods)(root)


@pytest.mark.parametrize("dialect", LIBRARIES)
def test_a_healthy_run_is_within_bounds_at_every_step(dialect):
    kind, root = LIBRARIES[dialect]
    assert worst(kind(root), dialect).k <= LIMIT


def with_config(**changes):
    def optimizer(self, layers, config):
        return super(type(self), self).optimizer(layers, {**config, **changes})

    return {"optimizer": optimizer}


@pytest.mark.parametrize("dialect", LIBRARIES)
@pytest.mark.parametrize(
    "change", [{"momentum": 0.87}, {"weight_decay": 0.0}, {"learning_rate": 0.05001}], ids=str
)
def test_a_wrong_step_is_seen(dialect, change):
    wrong = worst(sinful(dialect, **with_config(**change)), dialect)
    assert wrong.k > LIMIT
    assert "after the step" in wrong.what


def changed_once(dialect, number, change):
    """Make a library that is healthy but for one step, of which something is written over."""
    kind, root = LIBRARIES[dialect]
    steps = []

    class Changed(kind):
        def step(self, layers, loss, inputs, labels):
            step = super().step(layers, loss, inputs, labels)
            steps.append(step)
            if len(steps) == number:
                change(step)
            return step

    return Changed(root)


@pytest.mark.parametrize("dialect", LIBRARIES)
def test_one_wrong_gradient_late_in_the_run_is_seen_and_placed(dialect):
    def change(step):
        key = next(key for key in step.gradients if key[0] == 6)
        step.gradients[key][...] *= np.float32(1.001)

    wrong = worst(changed_once(dialect, 40, change), dialect)
    assert wrong.k > LIMIT
    assert wrong.index[0] == "step 39"


def freely(library, dialect):
    return check(check_seed_alone_repeats_it, library, dialect, FREE)


@pytest.mark.parametrize("dialect", LIBRARIES)
def test_a_free_run_is_repeated_by_its_seed(dialect):
    kind, root = LIBRARIES[dialect]
    findings = freely(kind(root), dialect)
    assert max(finding.k for finding in findings) <= LIMIT
    assert {finding.remark for finding in findings} == {
        "",
        "free run: no tensor left the bound of its step in 50 steps",
    }


def shifted(method):
    """Make a method that is given another seed."""

    def draw(self, *arguments):
        *others, seed = arguments
        return getattr(super(type(self), self), method)(*others, seed + 1)

    return {method: draw}


@pytest.mark.parametrize("dialect", LIBRARIES)
@pytest.mark.parametrize(
    ("method", "noticed"), [("seed", "first weight of layer 0"), ("order", "in the order of")]
)
def test_a_free_run_from_another_seed_is_seen(dialect, method, noticed):
    wrong = [each for each in freely(sinful(dialect, **shifted(method)), dialect) if each.k > LIMIT]
    assert any(noticed in finding.what and finding.index[0] == "step 0" for finding in wrong)


@pytest.mark.parametrize("dialect", LIBRARIES)
def test_where_a_free_run_parts_is_told(dialect):
    def change(step):
        step.outputs[6][...] *= np.float32(1.001)

    findings = freely(changed_once(dialect, 8, change), dialect)
    assert max(finding.k for finding in findings) <= LIMIT
    (remark,) = [finding.remark for finding in findings if finding.remark]
    assert remark.endswith("the output of layer 6, in step 7")


def test_a_tensor_at_its_bound_has_not_left_it(monkeypatch):
    kind, root = LIBRARIES["torch"]
    for k, told in ((LIMIT, "no tensor left"), (np.nextafter(LIMIT, 5), "is the loss, in step 0")):
        monkeypatch.setattr(checks, "_compare", lambda got, want, k=k: iter([Finding("loss", k)]))
        assert told in freely(kind(root), "torch")[-1].remark


@pytest.mark.parametrize("dialect", LIBRARIES)
def test_a_free_run_that_has_parted_is_still_held_to_its_order(dialect):
    class Parted(LIBRARIES[dialect][0]):
        def step(self, layers, loss, inputs, labels):
            step = super().step(layers, loss, inputs, labels)
            step.outputs[6][...] *= np.float32(1.001)
            return step

        def order(self, *arguments):
            order = super().order(*arguments)
            return np.concatenate([order[:-2], order[-2:][::-1]])

    findings = freely(Parted(LIBRARIES[dialect][1]), dialect)
    assert "in step 0" in findings[-1].remark
    images = next(each for each in findings if each.what.startswith("images"))
    assert images.k > LIMIT
    assert images.index[0] != "step 0"


@pytest.mark.parametrize("dialect", LIBRARIES)
def test_a_free_run_may_carry_its_rounding_from_layer_to_layer(dialect):
    # Pooling rounds nothing of its own: what it may be off is what the layers before it were.
    kind, root = LIBRARIES[dialect]
    grown = np.float32(1 + np.finfo(np.float32).eps)

    def change(step):
        step.outputs[3][...] *= grown

    of_all = {each.what: each.k for each in freely(changed_once(dialect, 1, change), dialect)}
    (step, *_) = train(kind(root), FREE, dialect)
    of_one = expected_values(step, FREE.content, dialect, {})["output of layer 3"]
    own = observed_values(step, dialect)["output of layer 3"]
    assert 0 < of_all["output of layer 3"] < LIMIT < distance(own * grown, of_one).max()


@pytest.mark.parametrize("dialect", LIBRARIES)
def test_the_first_step_of_a_free_run_lies_within_its_bounds(dialect):
    def change(step):
        step.outputs[6][...] *= np.float32(1.001)

    findings = freely(changed_once(dialect, 1, change), dialect)
    (wrong,) = [finding for finding in findings if finding.k > LIMIT]
    assert wrong.what == "output of layer 6"
    assert findings[-1].k == 0
    assert findings[-1].remark.endswith("the output of layer 6, in step 0")


@pytest.mark.parametrize("dialect", LIBRARIES)
@pytest.mark.parametrize(("hidden", "seen"), [((3, 4), False), ((4,), True)])
def test_a_mask_is_compared_where_both_runs_show_it(dialect, hidden, seen):
    # Rounding may make one run's input of the dropout 0: then nothing tells what was kept.
    def change(step):
        kept = np.argwhere(step.outputs[4] != 0)[0]
        for place in hidden:
            step.outputs[place][tuple(kept)] = 0

    (mask,) = [
        each
        for each in freely(changed_once(dialect, 8, change), dialect)
        if each.what.startswith("mask")
    ]
    assert (mask.k > LIMIT) == seen


@pytest.mark.parametrize("dialect", LIBRARIES)
def test_the_network_learns(dialect):
    kind, root = LIBRARIES[dialect]
    losses = [float(step.result.loss) for step in train(kind(root), CASE, dialect)]
    assert np.mean(losses[-5:]) < np.mean(losses[:5]) / 2


def test_runs_repeat_by_their_seed_alone():
    for dialect, (kind, root) in LIBRARIES.items():
        first, second = (
            [step.result.loss.tobytes() for step in train(kind(root), CASE, dialect)]
            for _ in range(2)
        )
        assert first == second


def draw(name, dialect=None):
    draws = ((case, case.content) for case in seeded.programs())
    return next(
        case for case, each in draws if each.name == name and dialect in (None, each.dialect)
    )


@pytest.mark.parametrize(("dialect", "name"), [("torch", "rand"), ("tf", "stateless-uniform")])
def test_the_same_draws_pass_and_another_seeds_do_not(dialect, name):
    kind, root = LIBRARIES[dialect]
    case = draw(name)
    healthy = check(check_draws_are_refimpls, kind(root), dialect, case)
    assert all(finding.k == 0 for finding in healthy)
    calls = []

    def numpy(self, values):
        calls.append(values)
        array = np.array(values)
        if len(calls) == 300 and array.size:
            array.reshape(-1)[0] = np.nextafter(array.reshape(-1)[0], 2)
        return array

    bad = check(check_draws_are_refimpls, sinful(dialect, numpy=numpy), dialect, case)
    assert max(finding.k for finding in bad) > LIMIT


CONTROLS = [case for case in seeded.programs() if case.content.wrong is not None]


@pytest.mark.parametrize("case", CONTROLS, ids=lambda case: case.id)
def test_a_control_is_told_apart_and_a_subject_that_draws_it_is_not_excused(case):
    draw = case.content
    kind, root = LIBRARIES[draw.dialect]
    (told,) = check(check_draws_are_refimpls, kind(root), draw.dialect, case)
    assert told.k == 0
    fooled = replace(case, content=replace(draw, program=draw.wrong))
    (same,) = check(check_draws_are_refimpls, kind(root), draw.dialect, fooled)
    assert same.k > LIMIT


@pytest.mark.parametrize("dialect", ["torch", "tf"])
def test_a_decomposition_is_held_to_its_rounding(dialect):
    kind, root = LIBRARIES[dialect]
    case = draw("orthogonal-rounded", dialect)
    healthy = check(check_draws_are_refimpls, kind(root), dialect, case)
    assert all(finding.k == 0 for finding in healthy)

    def judged(change):
        numpy = lambda self, values: change(np.array(values))  # noqa: E731
        return check(check_draws_are_refimpls, sinful(dialect, numpy=numpy), dialect, case)

    near = judged(lambda array: array * (1 + 2 * np.finfo(array.dtype).eps))
    assert all(0 < finding.k < 1 for finding in near)
    for wrong in (
        lambda array: array * np.where(np.arange(array.shape[-1]) == 0, -1, 1).astype(array.dtype),
        lambda array: array * np.asarray(1 + 2.0**-10, array.dtype),
        lambda array: array[..., ::-1],
    ):
        assert max(finding.k for finding in judged(wrong)) > LIMIT


@pytest.mark.parametrize(
    ("dialect", "near", "log", "same"),
    [
        ("torch", seeded.torch.near_normal, cephes.log_float32, lambda r: r.randn(1024)),
        (
            "tf",
            seeded.tf.near_normal,
            glibc.logf,
            lambda r: r.random.stateless_normal((1024,), (3, 7)),
        ),
    ],
)
def test_a_control_is_wrong_in_its_logarithm_alone(dialect, near, log, same):
    root = LIBRARIES[dialect][1]
    if dialect == "torch":
        root.manual_seed(3)
    right = same(root).tobytes()
    assert near(log)(root, 3)[0].tobytes() == right
    assert near()(root, 3)[0].tobytes() != right


class Watched:
    """A namespace that remembers which of its names are used."""

    def __init__(self, namespace, used):
        self._namespace, self._used = namespace, used

    def __getattr__(self, name):
        self._used.add(name)
        found = getattr(self._namespace, name)
        return Watched(found, self._used) if isinstance(found, ModuleType) else found


def owners(dialect):
    """The classes that own parameters, by what the dialect says for a few cases of each."""
    said, found = Counter(), set()
    for case in all_cases():
        for form in DIALECTS[dialect].forms[case.layer] if case.layer in LAYERS else ():
            if said[case.layer, form] >= 20:
                continue
            with contextlib.suppress(Unsupported):
                call = DIALECTS[dialect].translate(case, form)
                said[case.layer, form] += 1
                if any(slot.role == "parameter" for slot in call.slots) and call.kind == "class":
                    found.add(call.target.rpartition(".")[2])
    return found


@pytest.mark.parametrize("dialect", LIBRARIES)
def test_every_layer_that_owns_parameters_has_its_first_ones_held_to_the_bit(dialect):
    used = set()
    for case in seeded.programs():
        draw = case.content
        if draw.dialect == dialect and draw.name.startswith(("parameters-", "weights-")):
            draw.program(Watched(LIBRARIES[dialect][1], used), 0)
    owning = owners(dialect)
    assert len(owning) > 7
    assert owning <= used


def test_kernels_that_are_not_modelled_are_named(monkeypatch):
    capability = SimpleNamespace(get_cpu_capability=lambda: "DEFAULT")
    root = SimpleNamespace(backends=SimpleNamespace(cpu=capability))
    assert "DEFAULT kernels" in kernels.describe_unmodelled("torch", root)
    assert kernels.describe_unmodelled("torch", refimpl.torch) == ""
    monkeypatch.setattr(glibc, "logf", lambda x: np.log(x.astype(float)).astype(np.float32))
    assert "this host's logf is not" in kernels.host_glibc.__wrapped__()
    monkeypatch.setattr(kernels.ctypes.util, "find_library", lambda name: None)
    assert "no C library" in kernels.host_glibc.__wrapped__()


def host_with(models):
    """A C library of mathematics made of functions on arrays."""

    def called(model):
        return lambda value: float(model(np.float32([value]))[0])

    return SimpleNamespace(**{name: called(model) for name, model in models.items()})


def test_each_function_of_the_hosts_library_is_compared_with_its_model(monkeypatch):
    monkeypatch.setattr(kernels, "_PROBES", 50)
    monkeypatch.setattr(kernels.ctypes.util, "find_library", lambda name: name)
    models = {
        "logf": glibc.logf,
        "sinf": lambda x: glibc.sincosf(x)[0],
        "cosf": lambda x: glibc.sincosf(x)[1],
    }
    monkeypatch.setattr(kernels.ctypes, "CDLL", lambda path: host_with(models))
    assert kernels.host_glibc.__wrapped__() == ""
    for name, model in models.items():
        wrong = {**models, name: lambda x, model=model: np.nextafter(model(x), np.float32(2))}
        monkeypatch.setattr(kernels.ctypes, "CDLL", lambda path, wrong=wrong: host_with(wrong))
        assert f"this host's {name} is not" in kernels.host_glibc.__wrapped__()


def test_equal_numbers_of_other_bytes_are_another_draw():
    zero = np.zeros(3, np.float32)
    assert _identical("x", zero, zero.copy()).k == 0
    for other in (-zero, zero + 1, zero.astype(np.float64), zero[:2]):
        assert _identical("x", other, zero).k == np.inf


def test_every_array_of_a_rounded_draw_has_a_bound():
    case = next(case for case in seeded.programs() if case.content.bound is not None)
    draw = case.content
    kind, root = LIBRARIES[draw.dialect]
    changed = replace(case, content=replace(draw, bound=lambda root, seed: []))
    with pytest.raises(ValueError, match="zip"):
        check(check_draws_are_refimpls, kind(root), draw.dialect, changed)


def test_a_control_of_another_shape_compares_nothing():
    case = CONTROLS[0]
    draw = case.content
    kind, root = LIBRARIES[draw.dialect]
    changed = replace(case, content=replace(draw, wrong=lambda root, seed: [root.rand(3)]))
    with pytest.raises(NothingCompared, match="shape"):
        check(check_draws_are_refimpls, kind(root), draw.dialect, changed)


def test_a_draw_that_the_subject_refuses_is_the_subjects():
    case = draw("threefry")
    kind, root = LIBRARIES["tf"]
    with pytest.raises(SubjectRaised, match="mine raised"):
        check(check_draws_are_refimpls, kind(root), "tf", case)


def test_every_draw_says_what_it_hunts_and_has_a_name_of_its_own():
    cases = seeded.programs()
    assert len({case.id for case in cases}) == len(cases)
    assert all(case.hunts for case in cases)
