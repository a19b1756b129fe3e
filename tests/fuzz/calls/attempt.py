"""One call with some arguments changed, and what is wrong with how it ended."""

from __future__ import annotations

import dis
import re
import signal
from collections.abc import Mapping
from typing import Any

import numpy as np

from refimpl import torch
from refimpl.tf import keras

from .starts import Start

PATIENCE = 10.0  # seconds; a call of these sizes takes milliseconds at most
RAISE = dis.opmap["RAISE_VARARGS"]
MESSAGE = re.compile(r"\b(got|both)\b")

# What the messages call an argument that has no name of its own.
ALSO = {
    "bounds": ("start", "end", "step", "low", "high", "size"),
    "args": ("module", "dtype", "device"),
    "min_value": ("min_val",),
    "max_value": ("max_val",),
}

# What the frameworks raise themselves where these are misused, which programs may rely on: the
# registry of a module answers with torch's own classes and words.
THEIR_CLASSES = {
    "torch.nn.Module.add_module": (KeyError,),
    "torch.nn.Module.apply": (KeyError,),  # what the caller's own function raises
    "torch.nn.Module.get_buffer": (AttributeError,),
    "torch.nn.Module.get_parameter": (AttributeError,),
    "torch.nn.Module.get_submodule": (AttributeError,),
    "torch.nn.Module.load_state_dict": (RuntimeError,),
    "torch.nn.Module.register_buffer": (KeyError,),
    "torch.nn.Module.register_module": (KeyError,),
    "torch.nn.Module.register_parameter": (KeyError,),
    "torch.nn.Sequential.insert": (IndexError,),
    "torch.nn.Sequential.pop": (IndexError,),
}


class TooLong(BaseException):
    """The alarm went off."""


def ring(*_: Any) -> None:
    raise TooLong


def find_fault(start: Start, changes: Mapping[str, Any]) -> str:
    """Make the call with some arguments changed; return what is wrong with its end, or ''."""
    stage = ["call"]
    signal.setitimer(signal.ITIMER_REAL, PATIENCE)
    try:
        run(start, changes, stage)
    except TooLong:
        return "hangs"
    except Exception as error:
        signal.setitimer(signal.ITIMER_REAL, 0)
        return _judge(start, changes, stage[0], error)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return ""


def run(start: Start, changes: Mapping[str, Any], stage: list[str]) -> None:
    given = {**start.given, **{k: v for k, v in changes.items() if k in start.names}}
    places = given.pop(start.star, ()) if start.star else ()
    if start.star and not isinstance(places, tuple):
        places = (places,)
    if start.differentiable:
        output, vjp = start.function.with_vjp(*places, **given)
        stage[0] = "backward"
        vjp(changes["cotangent"] if "cotangent" in changes else cotangent_of(start, output))
        return
    made = start.function(*places, **given)
    if start.inputs is None:
        return
    stage[0] = "input"
    inputs = {**start.inputs, **{k: v for k, v in changes.items() if k in start.input_names}}
    if start.method:
        star = start.extra["star"]
        places = inputs.pop(star, ()) if star else ()
        places = places if isinstance(places, tuple) else (places,)
        getattr(made, start.method)(*places, **inputs)
        return
    output = made(**inputs)
    if start.backward:
        stage[0] = "backward"
        name = start.backward
        made.backward(changes[name] if name in changes else cotangent_of(start, output))


def arrays_of(output: Any) -> tuple[Any, ...]:
    """Return the arrays of an output, of which there may be several."""
    return output if isinstance(output, tuple) else (output,)


def cotangent_of(start: Start, output: Any) -> Any:
    """Return a cotangent of ones: of all outputs, or of the first where the others have none."""
    ones = tuple(np.ones(each.shape, each.dtype) for each in arrays_of(output))
    return ones if start.id == "tf.nn.moments" else ones[0]


def sow(seed: int) -> None:
    """Let all draws begin anew."""
    torch.manual_seed(seed)
    keras.utils.clear_session()
    keras.utils.set_random_seed(seed)


def _judge(start: Start, changes: Mapping[str, Any], stage: str, error: Exception) -> str:
    kind = type(error)
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    assert trace is not None
    ours = trace.tb_frame.f_code.co_code[trace.tb_lasti] == RAISE
    message = str(error)
    shown = f"{kind.__name__}: {message[:200]}"
    if kind in THEIR_CLASSES.get(start.id, ()):
        return ""
    if not ours or "refimpl" not in trace.tb_frame.f_code.co_filename:
        return f"not our words: {shown}"
    if kind not in (ValueError, TypeError):
        return f"another class: {shown}"
    names = {also for name in changes for also in (name, *ALSO.get(name, ()))}
    if stage == "input":
        names |= set(start.inputs or ())
    if not any(re.search(rf"\b{name}\b", message) for name in names):
        return f"no name: {shown}"
    if not MESSAGE.search(message):
        return f"nothing got: {shown}"
    if len(message) > 2000:
        return f"too long: {shown}"
    return ""
