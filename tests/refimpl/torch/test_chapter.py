"""A program of the layers runs on either library by changing its import alone."""

from __future__ import annotations

import numpy as np

import refimpl.torch


def program(torch, weight, keep_everything):
    nn = torch.nn
    linear = nn.Linear(3, 4)
    linear.weight.data = torch.tensor(weight)
    linear.bias.data = torch.zeros(4)
    norm = nn.BatchNorm1d(4)
    norm.weight.data = torch.ones(4) * 4
    norm.bias.data = torch.zeros(4)
    dropout = nn.Dropout(0.5)
    if keep_everything:
        dropout.eval()
    relu = nn.ReLU(inplace=True)
    loss = nn.CrossEntropyLoss()
    x = torch.tensor([[1.0, -1.0, 0.5], [0.0, 2.0, 1.0], [3.0, 1.0, -2.0]])
    y = torch.tensor([1, 0, 1])
    normalised = norm(linear(x))
    scores = relu(dropout(normalised))
    return linear, norm, normalised, scores, loss, loss(scores, y)


def test_chapter_program_gives_torch_s_numbers(torch):
    weight = np.random.default_rng(0).standard_normal((4, 3)).astype(np.float32)
    linear, norm, *_, scores, loss, value = program(refimpl.torch, weight, True)
    t_linear, t_norm, *_, t_scores, _, t_value = program(torch, weight, True)
    # float32: a few units of 2**-24 through five layers and a normalisation over three rows.
    np.testing.assert_allclose(scores, t_scores.detach(), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(value, t_value.detach(), rtol=1e-5)
    assert [n for n, _ in norm.named_parameters()] == [n for n, _ in t_norm.named_parameters()]
    t_value.backward()
    gradient = loss.backward()
    gradient = norm.backward(gradient * (scores > 0))
    linear.backward(gradient)
    np.testing.assert_allclose(norm.weight.grad, t_norm.weight.grad, rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(linear.weight.grad, t_linear.weight.grad, rtol=1e-2, atol=1e-4)


def test_chapter_normalises_to_the_biased_variance():
    weight = np.random.default_rng(0).standard_normal((4, 3)).astype(np.float32)
    linear, _, normalised, *_ = program(refimpl.torch, weight, True)
    x = np.array([[1.0, -1.0, 0.5], [0.0, 2.0, 1.0], [3.0, 1.0, -2.0]])
    variance = (x @ weight.T.astype(float)).var(axis=0)
    dropped = nn_output(linear, x)
    np.testing.assert_allclose(dropped.var(axis=0), 16 * variance / (variance + 1e-5), rtol=1e-5)
    assert normalised.shape == (3, 4)


def nn_output(linear, x):
    norm = refimpl.torch.nn.BatchNorm1d(4)
    norm.weight.data = refimpl.torch.ones(4) * 4
    return norm(linear(x.astype(np.float32)))


def test_chapter_layers_have_the_parameters_it_says():
    nn = refimpl.torch.nn
    conv = nn.Conv2d(5, 1, (1, 1), 1, bias=False)
    assert [name for name, _ in conv.named_parameters()] == ["weight"]
    assert conv.weight.shape == (1, 5, 1, 1)
    conv.weight.data = refimpl.torch.ones([1, 5, 1, 1])
    x = refimpl.torch.randn(1, 5, 3, 3)
    np.testing.assert_allclose(conv(x)[0, 0], x[0].sum(axis=0), rtol=1e-4, atol=1e-5)
    with_bias = nn.Conv2d(5, 1, (1, 1), 1)
    assert [name for name, _ in with_bias.named_parameters()] == ["weight", "bias"]
    pool = nn.AvgPool2d(2, 2)
    assert list(pool.parameters()) == []
    assert pool(refimpl.torch.ones(1, 1, 4, 4)).shape == (1, 1, 2, 2)
    linear = nn.Linear(3, 4)
    assert linear(refimpl.torch.randn(2, 3)).shape == (2, 4)


def test_chapter_dropout_drops_about_half():
    refimpl.torch.manual_seed(1)
    output = refimpl.torch.nn.Dropout(0.5)(np.ones(10_000, np.float32))
    assert set(np.unique(output)) == {0.0, 2.0}
    # Binomial(10000, 1/2): seven deviations are 350.
    assert abs(np.count_nonzero(output) - 5000) < 350


def test_chapter_relu_overwrites_its_input():
    x = np.array([-1.0, 2.0])
    assert refimpl.torch.nn.ReLU(inplace=True)(x) is x
    np.testing.assert_array_equal(x, [0.0, 2.0])
