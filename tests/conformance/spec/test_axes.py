"""Patterns name the axes of arrays: stars, axes that may be missing, and groups."""

from __future__ import annotations

import pytest

from conformance.spec.axes import Axis, common_sizes, order_names, resolve_axes

CONV = {
    "output": "batch? (groups out_channels) *windows",
    "weight": "(groups out_channels) in_channels *kernel",
    "input": "batch? (groups in_channels) *space",
}
LOSS = {
    "output": "batch? *space",
    "input": "batch? classes *space",
    "target": "batch? classes? *space",
}


def named(patterns, config=None, rank=None, **dimensions):
    axes = resolve_axes(patterns, dimensions, config or {"groups": 1}, rank)
    return {array: " ".join(map(spell, each)) for array, each in axes.items()}


def spell(axis):
    name = axis.name if axis.place is None else f"{axis.name}{axis.place}"
    return f"({axis.groups} {name})" if axis.groups else name


def test_names_stand_in_order():
    assert named({"input": "a b"}, input=2) == {"input": "a b"}


def test_a_star_takes_the_axes_that_are_left():
    pattern = {"input": "*lead features"}
    assert named(pattern, input=1) == {"input": "features"}
    assert named(pattern, input=3) == {"input": "lead0 lead1 features"}


@pytest.mark.parametrize(("count", "batch"), [(4, "batch "), (3, "")])
def test_the_rank_says_whether_the_batch_is_there(count, batch):
    found = named(CONV, rank=2, input=count, weight=4, output=count)
    assert found == {
        "input": f"{batch}in_channels space0 space1",
        "weight": "out_channels in_channels kernel0 kernel1",
        "output": f"{batch}out_channels windows0 windows1",
    }


def test_groups_divide_an_axis():
    found = named(CONV, {"groups": 2}, rank=1, input=3, weight=3)
    assert found == {
        "input": "batch (groups in_channels) space0",
        "weight": "(groups out_channels) in_channels kernel0",
    }


@pytest.mark.parametrize(
    ("input", "target", "expected"),
    [
        (2, 1, ("batch classes", "batch")),
        (2, 2, ("batch classes", "batch classes")),
        (4, 3, ("batch classes space0 space1", "batch space0 space1")),
        (4, 4, ("batch classes space0 space1", "batch classes space0 space1")),
        (1, 0, ("classes", "")),
        (1, 1, ("classes", "classes")),
    ],
)
def test_what_the_input_has_the_target_has(input, target, expected):
    found = named(LOSS, input=input, target=target)
    assert (found["input"], found["target"]) == expected


def test_without_a_rank_a_batch_that_may_be_missing_is_there_if_it_can_be():
    assert named({"input": "batch? *rest"}, input=3) == {"input": "batch rest0 rest1"}
    assert named({"input": "batch? *rest"}, input=0) == {"input": ""}


@pytest.mark.parametrize(
    ("patterns", "dimensions", "said"),
    [
        ({"input": "a b"}, {"input": 1}, "input has 1 dimensions"),
        ({"input": "a b"}, {"input": 3}, "input has 3 dimensions"),
        ({"input": "a *s", "bias": "*s"}, {"input": 3, "bias": 1}, "bias has 1 dimensions"),
    ],
)
def test_an_array_that_does_not_fit_is_refused(patterns, dimensions, said):
    with pytest.raises(ValueError, match=said):
        named(patterns, **dimensions)


def test_names_have_one_size():
    config = {"groups": 2}
    shapes = {"input": (5, 4, 9), "weight": (6, 2, 3)}
    axes = resolve_axes(CONV, {"input": 3, "weight": 3}, config, 1)
    assert common_sizes(axes, shapes, config) == {
        Axis("batch"): 5,
        Axis("in_channels"): 2,
        Axis("space", 0): 9,
        Axis("out_channels"): 3,
        Axis("kernel", 0): 3,
    }


@pytest.mark.parametrize("weight", [(6, 3, 3), (5, 2, 3)])
def test_sizes_that_do_not_agree_are_refused(weight):
    config = {"groups": 2}
    axes = resolve_axes(CONV, {"input": 3, "weight": 3}, config, 1)
    with pytest.raises(ValueError, match="of weight is"):
        common_sizes(axes, {"input": (5, 4, 9), "weight": weight}, config)


def test_one_is_broadcast():
    axes = resolve_axes({"input": "a", "mean": "a"}, {"input": 1, "mean": 1}, {})
    assert common_sizes(axes, {"input": (1,), "mean": (4,)}, {}) == {Axis("a"): 4}
    assert common_sizes(axes, {"input": (4,), "mean": (1,)}, {}) == {Axis("a"): 4}


def test_stars_that_follow_each_other_share_a_place():
    order = order_names(CONV)
    assert sorted(order, key=order.__getitem__) == [
        "batch",
        "out_channels",
        "windows",
        "in_channels",
        "kernel",
        "space",
    ]
    assert order["kernel"] == order["space"]
    assert len({order[name] for name in order}) == 5
