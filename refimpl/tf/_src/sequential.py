"""`Sequential`: layers called one after the other."""

from __future__ import annotations

from collections.abc import Sequence

from refimpl.dtypes import is_float
from refimpl.errors import must
from refimpl.ops.array import Array, Sizes, Vjp
from refimpl.tf._src.layers.layer import Layer
from refimpl.tf._src.variable import Variable

__all__ = ["Sequential"]


class Sequential(Layer):
    """A stack of layers.

    Parameters
    ----------
    layers : sequence of Layer, optional
        In the order in which they are called.
    trainable : bool
        Whether the weights of all layers count as trainable.
    """

    def __init__(
        self,
        layers: Sequence[Layer] | None = None,
        trainable: bool = True,
        name: str | None = None,
    ) -> None:
        self.layers: list[Layer] = []
        super().__init__(trainable=trainable, name=name, autocast=False)
        for layer in layers or ():
            self.add(layer)

    @property
    def trainable(self) -> bool:
        """Whether the weights of the layers are trainable now."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = bool(value)
        for layer in self.layers:
            layer.trainable = self._trainable

    @property
    def weights(self) -> list[Variable]:
        """The weights of all layers, one layer after the other."""
        return [variable for layer in self.layers for variable in layer.weights]

    def add(self, layer: Layer) -> None:
        """Put a layer at the end.

        Parameters
        ----------
        layer : Layer
            One that is not in the stack: each remembers only its last call.
        """
        if not isinstance(layer, Layer):
            raise TypeError(f"layer must be a Layer; got {layer!r}")
        names = [other.name for other in self.layers]
        must(layer.name not in names, "layer", f"named other than {names}", layer.name)
        if not self._trainable:
            layer.trainable = False
        self.layers.append(layer)
        self.built = False

    def build(self, input_shape: Sizes) -> None:
        """Note that the layers build themselves as they are called.

        Parameters
        ----------
        input_shape : tuple of int
            Of no consequence here.
        """
        self.built = True

    def forward(self, x: Array, training: bool) -> tuple[Array, Vjp]:
        """Call the layers in turn.

        Parameters
        ----------
        x : array
            The input of the first layer.
        training : bool
            Handed to every layer.

        Returns
        -------
        output : array
            Of the last layer.
        vjp : callable
        """
        vjps = []
        for layer in self.layers:
            x, vjp = layer.with_vjp(x, training)
            vjps.append(vjp)

        def backward(cotangent: Array) -> tuple[Array]:
            for vjp in reversed(vjps):
                (cotangent,) = vjp(cotangent)
            return (cotangent,)

        assert is_float(x.dtype)
        return x, backward
