"""Valid calls of what no case of the suite asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from refimpl.tf import keras
from refimpl.tf.keras.initializers import Zeros
from refimpl.torch import Generator, get_rng_state, nn


@dataclass(frozen=True)
class Given:
    """The arguments of a call, and for a class those of its instance's call."""

    arguments: Mapping[str, Any]
    inputs: Mapping[str, Any] | None = None
    forward_only: bool = False


def ones(*shape: int) -> Any:
    return np.full(shape, 0.5, np.float32)


# How the arguments of an instance's call are named.
INPUTS = {
    "nn": ("input",),
    "keras": ("inputs",),
    "nn.CrossEntropyLoss": ("input", "target"),
    "nn.NLLLoss": ("input", "target"),
    "keras.losses.CategoricalCrossentropy": ("y_true", "y_pred"),
    "keras.losses.SparseCategoricalCrossentropy": ("y_true", "y_pred"),
}

# Whose valid call is also another's.
ALIKE = {
    **{
        f"torch.{name}_": f"torch.nn.functional.{name}"
        for name in ("alpha_dropout", "celu", "dropout", "feature_alpha_dropout", "relu", "selu",
                     "sigmoid", "tanh")
    },
    **{
        f"torch.nn.functional.max_pool{n}d_with_indices": f"torch.nn.functional.max_pool{n}d"
        for n in (1, 2, 3)
    },
    "tf.matmul": "tf.linalg.matmul",
    "tf.keras.activations.hard_swish": "tf.keras.activations.hard_silu",
    "tf.keras.activations.swish": "tf.keras.activations.silu",
    "tf.nn.swish": "tf.nn.silu",
}  # fmt: skip

_X = {"input": ones(2, 3)}
_MATRIX = {"tensor": ones(4, 3)}
_SHAPE = {"shape": (2, 3), "seed": 1}
_PAIR = {"shape": (2, 3), "seed": (1, 2)}
_ALL_INITIALIZERS = ("Constant", "GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform",
    "Identity", "LecunNormal", "LecunUniform", "Ones", "Orthogonal", "RandomNormal",
    "RandomUniform", "TruncatedNormal", "VarianceScaling", "Zeros")  # fmt: skip

TABLE = {
    "torch.arange": Given({"bounds": (0, 5, 2)}),
    "torch.bernoulli": Given(_X),
    "torch.clamp": Given({"input": ones(2, 3), "min": 0.1, "max": 0.9}),
    "torch.empty": Given({"size": (2, 3)}),
    "torch.from_numpy": Given({"ndarray": ones(2)}),
    "torch.full": Given({"size": (2, 3), "fill_value": 1.0}),
    "torch.manual_seed": Given({"seed": 1}),
    "torch.normal": Given({"mean": 0.0, "std": 1.0, "size": (2, 3)}),
    "torch.ones": Given({"size": (2, 3)}),
    "torch.rand": Given({"size": (2, 3)}),
    "torch.randint": Given({"bounds": (0, 5, (2, 3))}),
    "torch.randn": Given({"size": (2, 3)}),
    "torch.randperm": Given({"n": 5}),
    "torch.random.set_rng_state": Given({"new_state": get_rng_state()}),
    "torch.tensor": Given({"data": [1.0, 2.0]}),
    "torch.zeros": Given({"size": (2, 3)}),
    "torch.alpha_dropout_": Given({"input": ones(2, 3), "p": 0.5, "train": True}),
    "torch.dropout_": Given({"input": ones(2, 3), "p": 0.5, "train": True}),
    "torch.feature_alpha_dropout_": Given({"input": ones(2, 3), "p": 0.5, "train": True}),
    "torch.nn.AlphaDropout": Given({}, {"input": ones(2, 3)}),
    "torch.nn.FeatureAlphaDropout": Given({}, {"input": ones(2, 3)}),
    "torch.nn.Flatten": Given({}, {"input": ones(2, 3, 4)}),
    "torch.nn.Identity": Given({}, {"input": ones(2, 3)}),
    "torch.nn.Parameter": Given({"data": ones(2, 3)}),
    "torch.nn.Sequential": Given({"args": (nn.Linear(3, 2), nn.ReLU())}, {"input": ones(2, 3)}),
    "torch.nn.functional.alpha_dropout": Given(_X),
    "torch.nn.functional.feature_alpha_dropout": Given(_X),
    "torch.nn.functional.pad": Given({"input": ones(2, 3, 4, 4), "pad": (1, 1, 1, 1)}),
    "torch.nn.init.calculate_gain": Given({"nonlinearity": "leaky_relu"}),
    "torch.nn.init.constant_": Given({"tensor": ones(4, 3), "val": 1.0}),
    "torch.nn.init.dirac_": Given({"tensor": ones(4, 3, 3)}),
    "torch.nn.init.sparse_": Given({"tensor": ones(4, 3), "sparsity": 0.5}),
    **{
        f"torch.nn.init.{name}_": Given(_MATRIX)
        for name in (
            "eye",
            "kaiming_normal",
            "kaiming_uniform",
            "normal",
            "ones",
            "orthogonal",
            "trunc_normal",
            "uniform",
            "xavier_normal",
            "xavier_uniform",
            "zeros",
        )
    },
    "torch.optim.SGD": Given({"params": [nn.Parameter(ones(2))]}),
    "tf.keras.Sequential": Given({"layers": [keras.layers.ReLU()]}, {"inputs": ones(2, 3)}),
    "tf.keras.Variable": Given({"value": ones(2, 3)}),
    "tf.keras.activations.exponential": Given({"x": ones(2, 3)}),
    "tf.keras.activations.linear": Given({"x": ones(2, 3)}),
    "tf.keras.activations.get": Given({"identifier": "relu"}),
    "tf.keras.initializers.get": Given({"identifier": "zeros"}),
    **{
        f"tf.keras.initializers.{name}": Given({}, {"shape": (4, 3), "dtype": "float32"}, True)
        for name in _ALL_INITIALIZERS
    },
    "tf.keras.layers.Activation": Given({"activation": "relu"}, {"inputs": ones(2, 3)}),
    "tf.keras.layers.Flatten": Given({}, {"inputs": ones(2, 3, 4)}),
    "tf.keras.losses.categorical_crossentropy": Given({"y_true": ones(2, 3), "y_pred": ones(2, 3)}),
    "tf.keras.losses.sparse_categorical_crossentropy": Given(
        {"y_true": np.array([0, 2]), "y_pred": ones(2, 3)}
    ),
    "tf.keras.random.beta": Given({**_SHAPE, "alpha": 1.0, "beta": 2.0}),
    "tf.keras.random.binomial": Given({**_SHAPE, "counts": 3, "probabilities": 0.5}),
    "tf.keras.random.categorical": Given({"logits": ones(2, 3), "num_samples": 4, "seed": 1}),
    "tf.keras.random.dropout": Given({"inputs": ones(2, 3), "rate": 0.5, "seed": 1}),
    "tf.keras.random.gamma": Given({**_SHAPE, "alpha": 1.0}),
    "tf.keras.random.normal": Given(_SHAPE),
    "tf.keras.random.randint": Given({**_SHAPE, "minval": 0, "maxval": 5}),
    "tf.keras.random.shuffle": Given({"x": ones(3, 2), "seed": 1}),
    "tf.keras.random.truncated_normal": Given(_SHAPE),
    "tf.keras.random.uniform": Given(_SHAPE),
    "tf.keras.utils.set_random_seed": Given({"seed": 1}),
    "tf.math.maximum": Given({"x": ones(2, 3), "y": ones(2, 3)}),
    "tf.nn.bias_add": Given({"value": ones(2, 3), "bias": ones(3)}),
    "tf.nn.pool": Given({"input": ones(2, 6, 6, 3), "window_shape": (2, 2), "pooling_type": "MAX"}),
    "tf.nn.experimental.stateless_dropout": Given(
        {"x": ones(2, 3), "rate": 0.5, "seed": (1, 2), "rng_alg": "philox"}
    ),
    "tf.nn.dropout": Given({"x": ones(2, 3), "rate": 0.5}),
    "tf.random.Generator": Given({"state": (1, 2, 3), "alg": "philox"}),
    "tf.random.fold_in": Given({"seed": (1, 2), "data": 3}),
    "tf.random.experimental.stateless_fold_in": Given({"seed": (1, 2), "data": 3}),
    "tf.random.experimental.stateless_shuffle": Given({"value": ones(3, 2), "seed": (1, 2)}),
    "tf.random.experimental.stateless_split": Given({"seed": (1, 2)}),
    "tf.random.normal": Given(_SHAPE),
    "tf.random.set_seed": Given({"seed": 1}),
    "tf.random.shuffle": Given({"value": ones(3, 2), "seed": 1}),
    "tf.random.split": Given({"seed": (1, 2)}),
    "tf.random.stateless_binomial": Given({**_PAIR, "counts": 3, "probs": 0.5}),
    "tf.random.stateless_categorical": Given(
        {"logits": ones(2, 3), "num_samples": 4, "seed": (1, 2)}
    ),
    "tf.random.stateless_gamma": Given({**_PAIR, "alpha": 1.0}),
    "tf.random.stateless_normal": Given(_PAIR),
    "tf.random.stateless_truncated_normal": Given(_PAIR),
    "tf.random.stateless_uniform": Given(_PAIR),
    "tf.random.truncated_normal": Given(_SHAPE),
    "tf.random.uniform": Given(_SHAPE),
}

# The arguments of methods; their instances are made by the class's own valid call.
METHODS: dict[str, Mapping[str, Any]] = {
    "torch.Generator.manual_seed": {"seed": 1},
    "torch.Generator.set_state": {"new_state": Generator().get_state()},
    "torch.nn.Module.add_module": {"name": "other", "module": nn.ReLU()},
    "torch.nn.Module.apply": {"fn": lambda module: None},
    "torch.nn.Module.get_buffer": {"target": "running_mean"},
    "torch.nn.Module.get_parameter": {"target": "weight"},
    "torch.nn.Module.get_submodule": {"target": ""},
    "torch.nn.Module.load_state_dict": {"state_dict": {}},
    "torch.nn.Module.register_buffer": {"name": "b", "tensor": ones(2)},
    "torch.nn.Module.register_module": {"name": "other", "module": nn.ReLU()},
    "torch.nn.Module.register_parameter": {"name": "p", "param": nn.Parameter(ones(2))},
    "torch.nn.Sequential.append": {"module": nn.ReLU()},
    "torch.nn.Sequential.extend": {"sequential": [nn.ReLU()]},
    "torch.nn.Sequential.insert": {"index": 0, "module": nn.ReLU()},
    "torch.nn.Sequential.pop": {"key": 0},
    **{
        f"torch.nn.Module.{name}": {}
        for name in (
            "buffers",
            "modules",
            "named_buffers",
            "named_modules",
            "named_parameters",
            "parameters",
            "requires_grad_",
            "state_dict",
            "to",
            "train",
            "zero_grad",
        )
    },
    "torch.nn.Parameter.requires_grad_": {},
    "torch.nn.Parameter.size": {},
    "torch.optim.SGD.zero_grad": {},
    "tf.keras.Layer.add_weight": {"name": "w", "shape": (2,), "initializer": Zeros()},
    "tf.keras.Layer.build": {"input_shape": (2, 3)},
    "tf.keras.Layer.set_weights": {"weights": []},
    "tf.keras.Sequential.add": {"layer": keras.layers.ReLU()},
    "tf.keras.Variable.assign": {"value": ones(2, 3)},
    "tf.keras.optimizers.SGD.apply_gradients": {"grads_and_vars": []},
    "tf.keras.random.SeedGenerator.next": {},
    "tf.random.Generator.from_key_counter": {"key": 1, "counter": (1, 2), "alg": "philox"},
    "tf.random.Generator.from_non_deterministic_state": {},
    "tf.random.Generator.from_seed": {"seed": 1},
    "tf.random.Generator.from_state": {"state": (1, 2, 3), "alg": "philox"},
    "tf.random.Generator.make_seeds": {},
    "tf.random.Generator.normal": {"shape": (2, 3)},
    "tf.random.Generator.reset": {"state": (1, 2, 3)},
    "tf.random.Generator.reset_from_key_counter": {"key": 1, "counter": (1, 2)},
    "tf.random.Generator.reset_from_seed": {"seed": 1},
    "tf.random.Generator.skip": {"delta": 1},
    "tf.random.Generator.split": {},
    "tf.random.Generator.truncated_normal": {"shape": (2, 3)},
    "tf.random.Generator.uniform": {"shape": (2, 3)},
    "tf.random.Generator.uniform_full_int": {"shape": (2, 3)},
}

# Whose instance a method is asked of, where the class that defines it has too little.
OWNERS = {
    "torch.nn.Module.get_buffer": "torch.nn.BatchNorm1d",
    "torch.nn.Module.get_parameter": "torch.nn.PReLU",
}

# What every instance's call does already, or what a base class only declares.
CALLED = ("forward", "with_vjp", "backward")
