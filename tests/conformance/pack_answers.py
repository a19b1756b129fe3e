"""Answers a pack from its files alone, as a foreign program would, with a subject in Python."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np

from conformance.spec.call import Call, Result, Slot, Unsupported
from conformance.spec.request import Request
from conformance.subjects.loading import load
from conformance.tools.exchange.arrays import ArrayFolder


def answer(pack, results, subject, name="mine", form=None, change=lambda question, arrays: arrays):
    """Answer every question; `change` may alter the arrays of an answer before they are written."""
    document = json.loads((pack / "pack.json").read_text())
    subject = load(subject) if isinstance(subject, str) else subject
    results.mkdir()
    written = {"version": 1, "subject": name, **({"format": form} if form else {})}
    (results / "results.json").write_text(json.dumps(written))
    for folder in document["questions"]:
        question = json.loads((pack / folder / "question.json").read_text())
        bfloat16 = question["dtype"] == "bfloat16"
        given = ArrayFolder(pack / folder, document["format"], bfloat16=bfloat16)
        (results / folder).mkdir()
        said, arrays = _answer(question, given, subject)
        (results / folder / "answer.json").write_text(json.dumps({"version": 1, **said}))
        ArrayFolder(results / folder, form or document["format"]).save(change(question, arrays))


def _answer(question, given, subject):
    call = Call(
        question["target"],
        question["kind"],
        {name: _tuples(value) for name, value in question["arguments"].items()},
        tuple(
            Slot(each["name"], each["name"], each["role"], differentiated=each["gradient"])
            for each in question["arrays"]
        ),
        tuple(Result(each["name"]) for each in question["results"]),
        question["training"],
    )
    first = next(n for n, slot in enumerate(call.slots) if slot.role == "input")
    slots = list(call.slots)
    slots[first] = replace(slots[first], array="input")
    call = replace(call, slots=tuple(slots))
    request = Request(
        call,
        {slot.name: given[f"given.{slot.name}"] for slot in call.slots},
        tuple(
            given[f"cotangent.{each['name']}"] if each["cotangent"] else None
            for each in question["results"]
        ),
    )
    try:
        observed = subject.run(request)
    except Unsupported as reason:
        return {"unsupported": f"not implemented: {reason}"}, {}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}, {}
    arrays = {
        f"output.{result.name}": np.asarray(output)
        for result, output in zip(call.results, observed.outputs, strict=True)
    }
    arrays |= {f"gradient.{name}": array for name, array in observed.gradients.items()}
    for after in sorted({each["after"] for each in question["state"]}):
        further = tuple(given[f"further.{step}"] for step in range(1, after))
        state = subject.run(replace(request, cotangents=(), further=further)).state
        arrays |= {f"state.{after}.{name}": np.asarray(each) for name, each in state.items()}
    owned = [
        {
            "name": each.name,
            "dtype": each.dtype,
            "shape": list(each.shape),
            "trainable": each.trainable,
            "initial": each.initial,
        }
        for each in observed.owned
    ]
    return {"owned": owned}, arrays


def _tuples(value):
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
