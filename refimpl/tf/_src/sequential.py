"""`Sequential`: layers called one after the other."""

from __future__ import annotations

from collections.abc import Sequence

from refimpl._arguments import read_flag
from refimpl._show import show
from refimpl.ops.array import Array, Vjp
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
    name : str, optional
        See `Layer`.
    """

    def __init__(
        self,
        layers: Sequence[Layer] | None = None,
        trainable: bool = True,
        name: str | None = None,
    ) -> None:
        self.layers: list[Layer] = []
        super().__init__(trainable=trainable, name=name, autocast=False)
        if layers is not None and not isinstance(layers, list | tuple):
            raise TypeError(f"layers must be a list of Layers; got {show(layers)}")
        for layer in layers or ():
            if not isinstance(layer, Layer):
                raise TypeError(f"layers must be a list of Layers; got {show(layer)} in it")
            self.add(layer)

    @property
    def trainable(self) -> bool:
        """Whether the weights of the layers are trainable now."""
        return self._is_trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._is_trainable = read_flag(value, "trainable")
        for layer in self.layers:
            layer.trainable = self._is_trainable

    @property
    def weights(self) -> list[Variable]:
        """The weights of all layers, one layer after the other."""
        return [variable for layer in self.layers for variable in layer.weights]

    def add(self, layer: Layer) -> None:
        """Put a layer at the end.

        Parameters
        ----------
        layer : Layer
            One that is not in the stack (each remembers only its last call), nor has its name.
        """
        if not isinstance(layer, Layer):
            raise TypeError(f"layer must be a Layer; got {show(layer)}")
        names = [other.name for other in self.layers]
        if layer.name in names:
            raise ValueError(f"layer must be named other than {names}; got {show(layer.name)}")
        if not self._is_trainable:
            layer.trainable = False
        self.layers.append(layer)
        self.built = False

    def _forward(self, x: Array, training: bool) -> tuple[Array, Vjp]:
        vjps = []
        for layer in self.layers:
            x, vjp = layer.with_vjp(x, training)
            vjps.append(vjp)

        def backward(cotangent: Array) -> tuple[Array]:
            for vjp in reversed(vjps):
                (cotangent,) = vjp(cotangent)
            return (cotangent,)

        return x, backward
