"""Module: what owns parameters and buffers, is called forward and walked backward."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, TypeVar

import numpy as np
import numpy.typing as npt

from refimpl.differentiable import Differentiable
from refimpl.dtypes import float_dtype, is_float
from refimpl.ops.array import Array
from refimpl.torch.nn._backward import Step
from refimpl.torch.nn._naming import check_name, describe, indented
from refimpl.torch.nn._state import IncompatibleKeys, StateDict, load
from refimpl.torch.nn.parameter import Parameter

M = TypeVar("M", bound="Module")


class Module:
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

    training: bool
    _parameters: dict[str, Parameter | None]
    _buffers: dict[str, Array | None]
    _modules: dict[str, Module | None]
    _non_persistent_buffers_set: set[str]
    _step: Step | None

    def __init__(self) -> None:
        put = super().__setattr__
        put("training", True)
        put("_parameters", {})
        put("_buffers", {})
        put("_non_persistent_buffers_set", set())
        put("_modules", {})
        put("_step", None)

    # Calling and walking back

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        """Compute the output; see `forward`."""
        return self.forward(*inputs, **options)

    def forward(self, *inputs: Any) -> Any:
        """Compute the output; defined by each layer.

        Parameters
        ----------
        *inputs : array
            What the layer takes.

        Returns
        -------
        array, or tuple of arrays
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
            If `grad_output` is no array of floats.
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
        values = output[0] if isinstance(output, tuple) else output
        step = Step(type(self).__name__, values.shape, values.dtype, vjp, arguments)
        object.__setattr__(self, "_step", step)
        return output

    def _output_needed(self) -> bool:
        """Tell whether the way back needs the last output as it was."""
        return False

    # Registration

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Add a parameter.

        Parameters
        ----------
        name : str
            Its name, by which it is an attribute.
        param : Parameter or None
            None keeps the name free of one.

        Raises
        ------
        KeyError
            If the name is taken, empty or has a dot.
        TypeError
            If `param` is something else.
        """
        check_name(self, name, "parameter", self._parameters)
        if param is not None and not isinstance(param, Parameter):
            raise TypeError(
                f"cannot assign {describe(param)} object to parameter '{name}' "
                "(Parameter or None required)"
            )
        self._parameters[name] = param

    def register_buffer(self, name: str, tensor: Array | None, persistent: bool = True) -> None:
        """Add a buffer: an array that belongs to the state but is not learned.

        Parameters
        ----------
        name : str
            Its name, by which it is an attribute.
        tensor : array or None
            None keeps the name free of one.
        persistent : bool, default True
            Whether it is part of the `state_dict`.

        Raises
        ------
        KeyError
            If the name is taken, empty or has a dot.
        TypeError
            If `tensor` is something else.
        """
        check_name(self, name, "buffer", self._buffers)
        if tensor is not None and not isinstance(tensor, np.ndarray):
            raise TypeError(
                f"cannot assign {describe(tensor)} object to buffer '{name}' "
                "(NumPy array or None required)"
            )
        self._buffers[name] = tensor
        if persistent:
            self._non_persistent_buffers_set.discard(name)
        else:
            self._non_persistent_buffers_set.add(name)

    def register_module(self, name: str, module: Module | None) -> None:
        """Add a child; the same as `add_module`.

        Parameters
        ----------
        name : str
            Its name, by which it is an attribute.
        module : Module or None
            None keeps the name free of one.
        """
        self.add_module(name, module)

    def add_module(self, name: str, module: Module | None) -> None:
        """Add a child.

        Parameters
        ----------
        name : str
            Its name, by which it is an attribute.
        module : Module or None
            None keeps the name free of one.

        Raises
        ------
        KeyError
            If the name is taken, empty or has a dot.
        TypeError
            If `module` is something else.
        """
        if module is not None and not isinstance(module, Module):
            raise TypeError(f"{type(module).__name__} is not a Module subclass")
        check_name(self, name, "module", self._modules)
        self._modules[name] = module

    def __getattr__(self, name: str) -> Any:
        for kind in ("_parameters", "_buffers", "_modules"):
            members = self.__dict__.get(kind)
            if members is not None and name in members:
                return members[name]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __setattr__(self, name: str, value: Any) -> None:
        if "_modules" not in self.__dict__:
            if isinstance(value, Parameter | Module):
                raise AttributeError(f"cannot assign '{name}' before Module.__init__() call")
            super().__setattr__(name, value)
            return
        if isinstance(value, Parameter):
            self._forget(name, self._parameters)
            self.register_parameter(name, value)
        elif name in self._parameters:
            if value is not None:
                raise TypeError(
                    f"cannot assign {describe(value)} as parameter '{name}' "
                    "(Parameter or None expected)"
                )
            self._parameters[name] = None
        elif isinstance(value, Module):
            self._forget(name, self._modules)
            self._modules[name] = value
        elif name in self._modules:
            if value is not None:
                raise TypeError(
                    f"cannot assign {describe(value)} as child module '{name}' "
                    "(Module or None expected)"
                )
            self._modules[name] = None
        elif name in self._buffers:
            if value is not None and not isinstance(value, np.ndarray):
                raise TypeError(
                    f"cannot assign {describe(value)} as buffer '{name}' "
                    "(NumPy array or None expected)"
                )
            self._buffers[name] = value
        else:
            super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        for members in (self._parameters, self._buffers, self._modules):
            if name in members:
                del members[name]
                self._non_persistent_buffers_set.discard(name)
                return
        super().__delattr__(name)

    def _forget(self, name: str, keep: object) -> None:
        """Free a name that another kind of member has."""
        self.__dict__.pop(name, None)
        for members in (self._parameters, self._buffers, self._modules):
            if members is not keep:
                members.pop(name, None)

    # Walking through the members

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """Go through the parameters with their names.

        Parameters
        ----------
        prefix : str, default ''
            Put before every name, with a dot.
        recurse : bool, default True
            Go through the children too.
        remove_duplicate : bool, default True
            Name a shared parameter once.

        Yields
        ------
        (str, Parameter)
        """
        yield from self._named("_parameters", prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """Go through the parameters.

        Parameters
        ----------
        recurse : bool, default True
            Go through the children too.

        Yields
        ------
        Parameter
        """
        for _, parameter in self.named_parameters(recurse=recurse):
            yield parameter

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Array]]:
        """Go through the buffers with their names.

        Parameters
        ----------
        prefix, recurse, remove_duplicate
            See `named_parameters`.

        Yields
        ------
        (str, array)
        """
        yield from self._named("_buffers", prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Array]:
        """Go through the buffers.

        Parameters
        ----------
        recurse : bool, default True
            Go through the children too.

        Yields
        ------
        array
        """
        for _, buffer in self.named_buffers(recurse=recurse):
            yield buffer

    def named_modules(
        self, memo: set[Module] | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Module]]:
        """Go through this module and all below it, with their names.

        Parameters
        ----------
        memo : set of Module, optional
            Those already seen.
        prefix : str, default ''
            The name of this one.
        remove_duplicate : bool, default True
            Name a shared module once.

        Yields
        ------
        (str, Module)
        """
        seen = set() if memo is None else memo
        if self in seen:
            return
        if remove_duplicate:
            seen.add(self)
        yield prefix, self
        for name, child in self._modules.items():
            if child is not None:
                below = f"{prefix}.{name}" if prefix else name
                yield from child.named_modules(seen, below, remove_duplicate)

    def modules(self, remove_duplicate: bool = True) -> Iterator[Module]:
        """Go through this module and all below it.

        Parameters
        ----------
        remove_duplicate : bool, default True
            Name a shared module once.

        Yields
        ------
        Module
        """
        for _, module in self.named_modules(remove_duplicate=remove_duplicate):
            yield module

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """Go through the children with their names, a shared one once.

        Yields
        ------
        (str, Module)
        """
        seen = set()
        for name, child in self._modules.items():
            if child is not None and child not in seen:
                seen.add(child)
                yield name, child

    def children(self) -> Iterator[Module]:
        """Go through the children, a shared one once.

        Yields
        ------
        Module
        """
        for _, child in self.named_children():
            yield child

    def get_submodule(self, target: str) -> Module:
        """Return the module of a dotted name.

        Parameters
        ----------
        target : str
            The name; '' is this module.

        Returns
        -------
        Module

        Raises
        ------
        AttributeError
            If there is none.
        """
        found = self
        for name in target.split(".") if target else ():
            child = found._modules.get(name)
            if child is None:
                raise AttributeError(f"{type(found).__name__} has no module `{name}`")
            found = child
        return found

    def get_parameter(self, target: str) -> Parameter:
        """Return the parameter of a dotted name.

        Parameters
        ----------
        target : str
            The name.

        Returns
        -------
        Parameter

        Raises
        ------
        AttributeError
            If there is none.
        """
        path, _, name = target.rpartition(".")
        found = self.get_submodule(path)._parameters.get(name)
        if found is None:
            raise AttributeError(f"`{target}` is no parameter of {type(self).__name__}")
        return found

    def get_buffer(self, target: str) -> Array:
        """Return the buffer of a dotted name.

        Parameters
        ----------
        target : str
            The name.

        Returns
        -------
        array

        Raises
        ------
        AttributeError
            If there is none.
        """
        path, _, name = target.rpartition(".")
        found = self.get_submodule(path)._buffers.get(name)
        if found is None:
            raise AttributeError(f"`{target}` is no buffer of {type(self).__name__}")
        return found

    def _named(
        self, kind: str, prefix: str, recurse: bool, remove_duplicate: bool
    ) -> Iterator[tuple[str, Any]]:
        seen = set()
        owners = (
            self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate)
            if recurse
            else [(prefix, self)]
        )
        for path, module in owners:
            for name, member in getattr(module, kind).items():
                if member is None or id(member) in seen:
                    continue
                if remove_duplicate:
                    seen.add(id(member))
                yield (f"{path}.{name}" if path else name), member

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
            If `state_dict` is no mapping.
        RuntimeError
            If names are missing or unexpected (with `strict`), or a shape does not fit. What
            does fit has been copied by then, as in torch.
        """
        return load(self, state_dict, strict, assign)

    def _tolerated(self, metadata: Any, missing: str) -> bool:
        """Tell whether a name may be missing in a state of the version `metadata` tells."""
        return False

    # Modes and dtypes

    def train(self: M, mode: bool = True) -> M:
        """Let this module and all below it behave as in training.

        Parameters
        ----------
        mode : bool, default True
            False is evaluation.

        Returns
        -------
        Module
            This one.

        Raises
        ------
        ValueError
            If `mode` is no bool.
        """
        if not isinstance(mode, bool):
            raise ValueError(f"mode must be True or False; got {mode!r}")
        self.training = mode
        for child in self.children():
            child.train(mode)
        return self

    def eval(self: M) -> M:
        """Let this module and all below it behave as in evaluation.

        Returns
        -------
        Module
            This one.
        """
        return self.train(False)

    def apply(self: M, fn: Callable[[Module], None]) -> M:
        """Call a function on all modules below this one, and on it.

        Parameters
        ----------
        fn : callable
            Takes a module.

        Returns
        -------
        Module
            This one.
        """
        for child in self.children():
            child.apply(fn)
        fn(self)
        return self

    def requires_grad_(self: M, requires_grad: bool = True) -> M:
        """Say whether gradients are gathered for the parameters.

        Parameters
        ----------
        requires_grad : bool, default True
            The answer.

        Returns
        -------
        Module
            This one.
        """
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
        for parameter in self.parameters():
            if parameter.grad is not None:
                parameter.grad = None if set_to_none else np.zeros_like(parameter.grad)

    def to(self: M, *args: Any, dtype: npt.DTypeLike | None = None, device: str | None = None) -> M:
        """Cast the parameters and the buffers of floats.

        Parameters
        ----------
        *args
            A dtype, a device, or a device and a dtype.
        dtype : dtype, optional
            A float dtype.
        device : str, optional
            Only 'cpu'.

        Returns
        -------
        Module
            This one.

        Raises
        ------
        TypeError
            If the dtype is no float dtype.
        ValueError
            If the device is another.
        """
        for argument in args:
            if isinstance(argument, str) and (argument == "cpu" or ":" in argument):
                device = argument
            else:
                dtype = argument
        check_device(device)
        return self if dtype is None else self._cast(float_dtype(dtype))

    def float(self: M) -> M:
        """Cast to float32; see `to`.

        Returns
        -------
        Module
            This one.
        """
        return self.to("float32")

    def double(self: M) -> M:
        """Cast to float64; see `to`.

        Returns
        -------
        Module
            This one.
        """
        return self.to("float64")

    def half(self: M) -> M:
        """Cast to float16; see `to`.

        Returns
        -------
        Module
            This one.
        """
        return self.to("float16")

    def bfloat16(self: M) -> M:
        """Cast to bfloat16, which needs ml_dtypes; see `to`.

        Returns
        -------
        Module
            This one.
        """
        return self.to("bfloat16")

    def cpu(self: M) -> M:
        """Return this module: arrays are on the CPU.

        Returns
        -------
        Module
            This one.
        """
        return self

    def _cast(self: M, dtype: np.dtype[Any]) -> M:
        for module in self.modules():
            for parameter in module._parameters.values():
                if parameter is not None:
                    parameter.cast(dtype)
            for name, buffer in module._buffers.items():
                if buffer is not None and is_float(buffer.dtype):
                    module._buffers[name] = buffer.astype(dtype)
        return self

    # Showing

    def extra_repr(self) -> str:
        """Return what stands between the parentheses of the repr.

        Returns
        -------
        str
        """
        return ""

    def __repr__(self) -> str:
        inner = [line for line in self.extra_repr().split("\n") if line]
        children = [f"({name}): {indented(repr(child))}" for name, child in self._modules.items()]
        name = type(self).__name__
        if not children and len(inner) <= 1:
            return f"{name}({''.join(inner)})"
        return "\n  ".join([f"{name}(", *inner, *children]) + "\n)"

    def __dir__(self) -> list[str]:
        members = [*self._parameters, *self._buffers, *self._modules]
        return sorted({*super().__dir__(), *members})

    def __getstate__(self) -> dict[str, Any]:
        # A remembered call holds closures, which cannot be pickled.
        return {**self.__dict__, "_step": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)


def check_device(device: object) -> None:
    """Refuse a device other than the CPU.

    Parameters
    ----------
    device : object
        None, 'cpu', or something whose name starts with it.

    Raises
    ------
    ValueError
        If it is another device.
    """
    if device is not None and not str(device).startswith("cpu"):
        raise ValueError(f"device must be 'cpu' or None; got {device!r}")


def parameter_dtype(dtype: npt.DTypeLike | None, device: object = None) -> np.dtype[Any]:
    """Return the dtype of new parameters, by default float32.

    Parameters
    ----------
    dtype : dtype or None
        The constructor's argument.
    device : object
        The constructor's argument; only the CPU is allowed.

    Returns
    -------
    numpy.dtype
    """
    check_device(device)
    return float_dtype("float32" if dtype is None else dtype)
