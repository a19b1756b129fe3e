"""Module: what owns parameters and buffers, is called forward and walked backward."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

import numpy as np
import numpy.typing as npt

from refimpl._arguments import read_flag
from refimpl._show import show
from refimpl.differentiable import Differentiable
from refimpl.dtypes import float_dtype, is_float
from refimpl.ops.array import Array
from refimpl.torch._src.arguments import check_device
from refimpl.torch._src.modules.backward import Chain, Step
from refimpl.torch._src.modules.members import Members
from refimpl.torch._src.modules.state import IncompatibleKeys, StateDict, load_state

__all__ = ["Module"]

M = TypeVar("M", bound="Module")


class Module(Members["Module"]):
    """The base of all layers: construct it, then call it.

    Assigning a `Parameter` or a `Module` to an attribute registers it, in the order of
    assignment; buffers are NumPy arrays registered with `register_buffer`.

    Attributes
    ----------
    training : bool
        Whether the module behaves as in training; see `train` and `eval`.

    Notes
    -----
    There is no tape: each layer remembers its last call, and `backward` goes back through that
    one. A module of one's own defines `forward` and, to be walked backward, either passes its
    work to `_run` or defines `backward` too.
    """

    _version: ClassVar[int] = 1

    _step: Step | Chain | None

    def __init__(self) -> None:
        super().__init__()
        object.__setattr__(self, "_step", None)

    # Calling and walking back

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        """Compute the output; see `forward`."""
        return self.forward(*inputs, **options)

    def forward(self, *inputs: Any) -> Any:
        """Return the output; defined by each layer.

        Parameters
        ----------
        *inputs : array
            What the layer takes.
        """
        raise NotImplementedError(
            f'Module [{type(self).__name__}] is missing the required "forward" function'
        )

    def backward(self, grad_output: Array | None = None) -> Any:
        """Go back through the last call.

        Parameters
        ----------
        grad_output : array, optional
            The gradient of the output, of its shape; may be left out if the output is a scalar.
            Where the output is a pair of values and indices, the gradient of the values.

        Returns
        -------
        array, or tuple of arrays
            The gradient of the input, or of each input that has one. Each parameter's gradient
            is added to its `grad`.

        Raises
        ------
        RuntimeError
            If the module has not been called.
        TypeError
            If `grad_output` is not an array of floats.
        ValueError
            If it has not the output's shape.
        """
        if self._step is None:
            raise RuntimeError(
                f"{type(self).__name__}.backward must come after a call of the module, and needs "
                "a forward that remembers it"
            )
        return self._step.backward(grad_output)

    def _run(self, function: Differentiable[..., Any], *arguments: Any, **options: Any) -> Any:
        """Call a function of `functional`, remember the call, and return its output."""
        output, vjp = function.with_vjp(*arguments, **options)
        return self._remember(output, vjp, arguments)

    def _remember(self, output: Any, vjp: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        """Remember an output and the vjp of the arguments it came from; return the output."""
        if isinstance(output, np.generic):
            output = np.asarray(output)
        values = output[0] if isinstance(output, tuple) else output
        step = Step(type(self).__name__, values.shape, values.dtype, vjp, arguments)
        object.__setattr__(self, "_step", step)
        return output

    def _needs_output(self) -> bool:
        """Return whether the way back needs the last output as it was."""
        return False

    # State

    def state_dict(
        self,
        *,
        destination: StateDict | None = None,
        prefix: str = "",
        keep_vars: bool = False,
    ) -> StateDict:
        """Return all parameters and persistent buffers by their dotted names.

        Parameters
        ----------
        destination : OrderedDict, optional
            Where to put them.
        prefix : str, default ''
            Put before every name.
        keep_vars : bool, default False
            Return the Parameters themselves and not their arrays.

        Returns
        -------
        OrderedDict
            The arrays are those of the module, not copies, as in torch.
        """
        if destination is not None and not isinstance(destination, OrderedDict):
            raise TypeError(f"destination must be an OrderedDict; got {show(destination)}")
        if not isinstance(prefix, str):
            raise TypeError(f"prefix must be a string; got {show(prefix)}")
        read_flag(keep_vars, "keep_vars")
        state = StateDict() if destination is None else destination
        if not hasattr(state, "_metadata"):
            state._metadata = OrderedDict()
        state._metadata[prefix[:-1]] = {"version": self._version}
        for name, parameter in self._parameters.items():
            if parameter is not None:
                state[prefix + name] = parameter if keep_vars else parameter.data
        for name, buffer in self._buffers.items():
            if buffer is not None and name not in self._non_persistent_buffers_set:
                state[prefix + name] = buffer
        for name, child in self._modules.items():
            if child is not None:
                child.state_dict(destination=state, prefix=f"{prefix}{name}.", keep_vars=keep_vars)
        return state

    def load_state_dict(
        self, state_dict: Any, strict: bool = True, assign: bool = False
    ) -> IncompatibleKeys:
        """Copy arrays into the parameters and buffers of the same names.

        Parameters
        ----------
        state_dict : mapping of str to array
            As `state_dict` returns it, or a torch one turned into arrays. Values are cast to
            each member's dtype.
        strict : bool, default True
            Refuse missing and unexpected names.
        assign : bool, default False
            Take the arrays over, with their dtypes, instead of copying their values.

        Returns
        -------
        IncompatibleKeys
            The lists `missing_keys` and `unexpected_keys`.

        Raises
        ------
        TypeError
            If `state_dict` is not a mapping.
        RuntimeError
            If names are missing or unexpected (with `strict`), or a shape does not fit. What
            does fit has been copied by then, as in torch.
        """
        read_flag(strict, "strict")
        read_flag(assign, "assign")
        return load_state(self, state_dict, strict, assign)

    def _may_lack(self, metadata: Any, missing: str) -> bool:
        """Return whether a state of the version in `metadata` may lack a name."""
        return False

    # Modes and dtypes

    def train(self: M, mode: bool = True) -> M:
        """Return this module; it and all below it behave as in training from now on.

        Parameters
        ----------
        mode : bool, default True
            False is evaluation.
        """
        if not isinstance(mode, bool):
            raise ValueError(f"mode must be True or False; got {show(mode)}")
        self.training = mode
        for child in self.children():
            child.train(mode)
        return self

    def eval(self: M) -> M:
        """Return this module; it and all below it behave as in evaluation from now on."""
        return self.train(False)

    def apply(self: M, fn: Callable[[Module], None]) -> M:
        """Return this module, after a function has been called on all below it and on it.

        Parameters
        ----------
        fn : callable
            Takes a module.
        """
        if not callable(fn) or isinstance(fn, type):
            raise TypeError(f"fn must be callable; got {show(fn)}")
        for child in self.children():
            child.apply(fn)
        fn(self)
        return self

    def requires_grad_(self: M, requires_grad: bool = True) -> M:
        """Return this module, for whose parameters gradients are gathered from now on, or not.

        Parameters
        ----------
        requires_grad : bool, default True
            Whether they are.
        """
        read_flag(requires_grad, "requires_grad")
        for parameter in self.parameters():
            parameter.requires_grad = requires_grad
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters.

        Parameters
        ----------
        set_to_none : bool, default True
            Make them None and not zeros.
        """
        read_flag(set_to_none, "set_to_none")
        for parameter in self.parameters():
            if parameter.grad is not None:
                parameter.grad = None if set_to_none else np.zeros_like(parameter.grad)

    def to(self: M, *args: Any, dtype: npt.DTypeLike | None = None, device: str | None = None) -> M:
        """Return this module, its parameters and buffers of floats cast.

        Parameters
        ----------
        *args
            A dtype, a device, or a device and a dtype.
        dtype : dtype, optional
            A float dtype.
        device : str, optional
            Only 'cpu'.
        """
        for argument in args:
            if isinstance(argument, str) and (argument == "cpu" or ":" in argument):
                device = argument
            elif argument is not None:
                dtype = argument
        check_device(device)
        return self if dtype is None else self._cast(float_dtype(dtype))

    def float(self: M) -> M:
        """Return this module, cast to float32; see `to`."""
        return self.to("float32")

    def double(self: M) -> M:
        """Return this module, cast to float64; see `to`."""
        return self.to("float64")

    def half(self: M) -> M:
        """Return this module, cast to float16; see `to`."""
        return self.to("float16")

    def bfloat16(self: M) -> M:
        """Return this module, cast to bfloat16, which needs ml_dtypes; see `to`."""
        return self.to("bfloat16")

    def cpu(self: M) -> M:
        """Return this module, whose arrays are on the CPU."""
        return self

    def _cast(self: M, dtype: np.dtype[Any]) -> M:
        for module in self.modules():
            for parameter in module._parameters.values():
                if parameter is not None:
                    parameter._cast(dtype)
            for name, buffer in module._buffers.items():
                if buffer is not None and is_float(buffer.dtype):
                    module._buffers[name] = buffer.astype(dtype)
        return self

    # Showing

    def extra_repr(self) -> str:
        """Return what stands between the parentheses of the repr."""
        return ""

    def __repr__(self) -> str:
        inner = [line for line in self.extra_repr().split("\n") if line]
        for name, child in self._modules.items():
            inner.append(f"({name}): " + repr(child).replace("\n", "\n  "))
        name = type(self).__name__
        if not self._modules and len(inner) <= 1:
            return f"{name}({''.join(inner)})"
        return "\n  ".join([f"{name}(", *inner]) + "\n)"

    def __dir__(self) -> list[str]:
        members = [*self._parameters, *self._buffers, *self._modules]
        return sorted({*super().__dir__(), *members})

    def __getstate__(self) -> dict[str, Any]:
        # A remembered call holds closures, which cannot be pickled.
        return {**self.__dict__, "_step": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)


def parameter_dtype(dtype: npt.DTypeLike | None, device: object = None) -> np.dtype[Any]:
    """Return the dtype of new parameters, by default float32, on the only device there is."""
    check_device(device)
    return float_dtype("float32" if dtype is None else dtype)
