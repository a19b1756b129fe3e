"""Which aspects of a case are looked at: all that apply, each distinct thing once."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from conformance.layers.registry import LAYERS
from conformance.spec.call import CHANNELS_FIRST, Call
from conformance.spec.case import Case

ASPECTS: tuple[str, ...] = (
    "output",
    "loss",
    "gradient",
    "parameters",
    "state",
    "forms",
    "purity",
    "dtype",
    "layout",
    "empty",
    "mask",
    "chapter",
    "seeded",
    "trajectory",
    "errors",
    "agreement",
)

# Conventions that an output does not depend on, only a gradient or a state.
_NOT_OF_OUTPUTS = frozenset(
    ("kink", "slope_from", "nan_slope", "moving_variance", "counts_batches", "select")
)
# How many cases of each form show what does not depend on the numbers.
_SAMPLES = {"purity": 3, "layout": 2, "empty": 3}


def main_aspect(case: Case) -> str:
    """The aspect of a case's values.

    Parameters
    ----------
    case : Case
        The case.

    Returns
    -------
    str
    """
    return "loss" if LAYERS[case.layer].loss else "output"


@dataclass
class Coverage:
    """Remembers what was chosen, so that each distinct thing is looked at once."""

    _seen: Counter[tuple[object, ...]] = field(default_factory=Counter)
    _paired: dict[tuple[str, ...], set[tuple[object, object]]] = field(default_factory=dict)

    def first_time(self, *answer: str) -> bool:
        """Whether a subject gives an answer for the first time.

        What a form of a layer lacks is claimed once for each thing it lacks, not once for each
        case that would need it.

        Parameters
        ----------
        *answer : str
            Subject, layer, form and sentence.

        Returns
        -------
        bool
        """
        return self._new("unsupported", *answer)

    def select_formats(self, case: Case, subject: str, forms: Sequence[str]) -> list[str]:
        """Choose the data formats in which a case is looked at.

        A data format is one more option of a layer: a form and the same form with channels first
        are not two implementations. So each meets every *two* values of the other options, which
        makes three with itself, and each case is looked at in one of them at least. (Compiling
        the frameworks' convolutions, once for each form of each case, was half of a run.)

        Parameters
        ----------
        case : Case
            The case.
        subject : str
            Who is asked.
        forms : sequence of str
            The forms that answer the case.

        Returns
        -------
        list of str
            Some of the forms.
        """
        chosen = list(forms)
        for first in forms:
            last = first.removesuffix(CHANNELS_FIRST)
            if first == last or last not in forms:
                continue
            values = {**case.config, "regime": case.regime, "dtype": case.dtype}.items()
            pairs = set(itertools.combinations(values, 2))
            known = {
                form: self._paired.setdefault((subject, case.layer, form), set())
                for form in (last, first)
            }
            news = [form for form, met in known.items() if not pairs <= met]
            selected = news or [min(known, key=lambda form: self._seen["format", subject, form])]
            for form in known:
                if form in selected:
                    known[form] |= pairs
                    self._seen["format", subject, form] += 1
                else:
                    chosen.remove(form)
        return chosen

    def aspects(
        self, case: Case, subject: str, form: str, call: Call, forms: Sequence[tuple[str, Call]]
    ) -> Iterator[tuple[Case, str, tuple[str, ...]]]:
        """Choose the aspects of one form of a case.

        Parameters
        ----------
        case : Case
            The case.
        subject, form : str
            Who is asked, and how.
        call : Call
            The call in that form.
        forms : sequence of (str, Call)
            All forms of the subject that answer the case.

        Yields
        ------
        (Case, str, tuple of str)
            The case to use, the aspect, and the form, or two forms to be compared.
        """
        yield case, main_aspect(case), (form,)
        if form not in dict(forms):
            return
        yield case, "gradient", (form,)
        key = (subject, case.layer, form)
        random = LAYERS[case.layer].random
        if call.kind == "class" and self._new("parameters", *key, call.owned):
            yield case, "parameters", (form,)
        if any(slot.role == "buffer" for slot in call.slots):
            yield case, "state", (form,)
        reference = reference_of(call, forms)
        if not random and reference is not None and reference != form:
            yield case, "forms", (form, reference)
        if self._new("dtype", *key, case.dtype):
            yield case, "dtype", (form,)
        plain = case.regime in ("normal", "exact")
        if case.inplace or (plain and self._sample("purity", *key)):
            yield case, "purity", (form,)
        if plain and case.dtype == "float32" and not random:
            # TensorFlow's tensors have no strides: what its functions are given, its layers are.
            strides = subject != "tensorflow" or call.kind == "function"
            if strides and len(case.shapes["input"]) > 1 and self._sample("layout", *key):
                yield case, "layout", (form,)
            if case.batched and self._sample("empty", *key):
                yield case.with_empty_batch(), "empty", (form,)
        drops = random and case.config["training"] and 0 < case.config["rate"] < 1
        if drops and self._new("mask", *key, case.config["rate"]):
            yield with_many_draws(case), "mask", (form,)

    def comparable(self, case: Case, first: Call, second: Call) -> bool:
        """Whether two dialects' calls mean the same output.

        Parameters
        ----------
        case : Case
            The case.
        first, second : Call
            The calls.

        Returns
        -------
        bool
        """
        if LAYERS[case.layer].random or first.arrays != second.arrays:
            return False
        return _of_outputs(first) == _of_outputs(second) and (
            {result.name for result in first.results} == {result.name for result in second.results}
        )

    def _new(self, *key: object) -> bool:
        self._seen[key] += 1
        return self._seen[key] == 1

    def _sample(self, aspect: str, *key: object) -> bool:
        self._seen[(aspect, *key)] += 1
        return self._seen[(aspect, *key)] <= _SAMPLES[aspect]


def with_many_draws(case: Case) -> Case:
    """The same dropout on an input large enough to see its mask's distribution.

    Parameters
    ----------
    case : Case
        A dropout.

    Returns
    -------
    Case
        Of 262,144 draws, whether one is an element or a whole channel; see `checks.mask`.
    """
    noise = case.config["noise_shape"]
    if noise is None:
        return with_input_shape(case, (128, 512, 4))
    ones = (1,) * (len(case.shapes["input"]) - 3)
    return with_input_shape(case, (512, 512, *ones, 2))


def with_input_shape(case: Case, shape: tuple[int, ...]) -> Case:
    """The same dropout on an input of another shape.

    Parameters
    ----------
    case : Case
        A dropout.
    shape : tuple of int
        The new input's shape.

    Returns
    -------
    Case
    """
    noise = case.config["noise_shape"]
    if noise is not None:
        noise = tuple(1 if n == 1 else size for n, size in zip(noise, shape, strict=True))
    return replace(
        case,
        words=(*case.words, "many"),
        config=MappingProxyType({**case.config, "noise_shape": noise}),
        shapes=MappingProxyType({"input": shape}),
    )


def reference_of(call: Call, forms: Sequence[tuple[str, Call]]) -> str | None:
    """The form that a form is held against: the first function that means the same.

    Parameters
    ----------
    call : Call
        The form's call.
    forms : sequence of (str, Call)
        All forms of its subject that can say the case.

    Returns
    -------
    str or None
        None if there is no other.
    """
    alike = [
        name
        for name, other in forms
        if other.arrays == call.arrays
        and _of_outputs(other) == _of_outputs(call)
        and len(other.results) == len(call.results)
    ]
    functions = [name for name, other in forms if name in alike and other.kind == "function"]
    candidates = functions or alike
    return candidates[0] if len(alike) > 1 else None


def _of_outputs(call: Call) -> dict[str, object]:
    return {name: value for name, value in call.conventions.items() if name not in _NOT_OF_OUTPUTS}
