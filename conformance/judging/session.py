"""One run's memory: loaded subjects, what they answered, what the oracle says.

All aspects of a case look at the same observation, so each is made once.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from conformance import oracle
from conformance.judging.verdict import rerun_command
from conformance.layers.dialects import DIALECTS
from conformance.oracle import Expected
from conformance.spec.call import Call, Unsupported
from conformance.spec.case import Case
from conformance.spec.library import Library
from conformance.spec.request import Memory, Observation, Request, laid_out
from conformance.subjects.answer_check import check_answer
from conformance.subjects.observation import kept, neutral, seed_of, with_arrays, without_unused
from conformance.subjects.protocol import HasLibrary, Subject
from conformance.subjects.reference import where_raised
from conformance.subjects.roster import Roster, built_in, entry_for, gaps_of

Array = npt.NDArray[Any]


class SubjectRaised(Exception):  # noqa: N818 - carries what a subject raised
    """A subject raised, or could not be loaded; the cause is chained."""


@dataclass(frozen=True)
class Trial:
    """One case in one form of one subject.

    Attributes
    ----------
    session : Session
        The run.
    case : Case
        The case.
    subject, form : str
        Who runs it and how.
    call : Call
        The case in the dialect's words.
    half_sums : bool
        Whether sums may accumulate in a half type; see `Divergence`.
    """

    session: Session
    case: Case
    subject: str
    form: str
    call: Call
    half_sums: bool = False

    def observe(
        self, *, memory: Memory = "contiguous", steps: int = 1, gradients: bool = False
    ) -> Observation:
        """What the subject answers, in the neutral layout; outputs and gradients by neutral name.

        Parameters
        ----------
        memory : {'contiguous', 'strided', 'channels_last'}
            How the input lies in memory.
        steps : int
            How many batches it is called with.
        gradients : bool
            Whether gradients are needed. They come along anyway where the subject has them; one
            that can only go forward still answers for its outputs.

        Returns
        -------
        Observation

        Raises
        ------
        SubjectRaised
            If the subject raised.
        Unsupported
            If gradients are needed and the subject gives none.
        """
        ask = self.session.observe
        try:
            seen = ask(self.case, self.subject, self.form, memory, steps, steps == 1)
        except (SubjectRaised, Unsupported) as error:
            if gradients or steps > 1:
                raise
            seen = ask(self.case, self.subject, self.form, memory, steps, False)
            if isinstance(error, Unsupported):
                return replace(seen, lacking={**seen.lacking, "gradients": str(error)})
        if gradients:
            seen.require("gradients")
        return seen

    def expected(self) -> Expected:
        """What the oracle says, given the mask where one was drawn.

        Returns
        -------
        Expected
        """
        if "rate" in self.case.config:
            extra = {"keep": kept(self.case, self.observe().outputs[0])}
            return oracle.expected(
                self.without_unused(), self.call.conventions, extra, half_sums=self.half_sums
            )
        return self.session.expected(self.case, self.call, self.half_sums)

    def without_unused(self) -> Case:
        """The case without the arrays that the form has no slot for.

        Returns
        -------
        Case
        """
        return without_unused(self.case, self.call)


class Session:
    """The memory of one run.

    Parameters
    ----------
    given : mapping, optional
        Name -> a subject that is there already; all others are loaded by their names.
    rerun : callable, optional
        Takes an aspect, a claim's id and its subject, and gives the command that judges that
        claim again.
    roster : mapping, optional
        Subjects by name, beside the built-in ones: some checks hold others against refimpl.
    oracle : Session, optional
        Whose memory of the oracle to share: it says the same whoever is judged.
    """

    def __init__(
        self,
        given: Mapping[str, Subject] = MappingProxyType({}),
        rerun: Callable[[str, str, str], str] | None = None,
        roster: Roster | None = None,
        oracle: Session | None = None,
    ) -> None:
        handed = {name: entry_for(name, subject) for name, subject in given.items()}
        self.roster: Roster = {**built_in(), **(roster or {}), **handed}
        self.rerun = rerun or self._rerun
        self.subject = functools.cache(self._load)
        self.call = functools.lru_cache(4096)(self._call)
        self._observed = functools.lru_cache(512)(self._observe)
        self._expected: functools._lru_cache_wrapper[Expected] = (
            functools.lru_cache(512)(self._expect) if oracle is None else oracle._expected
        )
        self._about: Callable[[str], None] = lambda what: None
        self._dead: Mapping[str, str] = MappingProxyType({})

    def hear(self, name: str) -> None:
        """Load a subject, and take its own word for what it lacks.

        Parameters
        ----------
        name : str
            The subject, whose entry came without.

        Raises
        ------
        SubjectRaised
            If it cannot be loaded.
        """
        lacks = gaps_of(self.subject(name), name)
        self.roster = {**self.roster, name: replace(self.roster[name], lacks=lacks)}

    def watch(self, about: Callable[[str], None], dead: Mapping[str, str]) -> None:
        """Announce from now on what subjects are asked, and do not ask what they die of.

        Parameters
        ----------
        about : callable
            Told what is about to be run, and '' when it has been.
        dead : mapping
            What must not be run again -> what became of the process that ran it; it counts as
            raised.
        """
        self._about, self._dead = about, dead

    def forget(self) -> None:
        """Forget all answers, of the oracle too, and keep the subjects that are loaded."""
        self.call.cache_clear()
        self._observed.cache_clear()
        self._expected.cache_clear()

    def trial(self, case: Case, subject: str, form: str, *, half_sums: bool = False) -> Trial:
        """Prepare one case in one form of one subject.

        Parameters
        ----------
        case : Case
            The case.
        subject, form : str
            Who runs it and how.
        half_sums : bool
            Whether sums may accumulate in a half type.

        Returns
        -------
        Trial

        Raises
        ------
        SubjectRaised
            If the subject cannot be loaded.
        Unsupported
            If its dialect cannot say the case.
        """
        return Trial(self, case, subject, form, self.call(case, subject, form), half_sums)

    def observe(
        self, case: Case, subject: str, form: str, memory: Memory, steps: int, gradients: bool
    ) -> Observation:
        """Run a case once and remember the answer, or what was raised; see `Trial.observe`."""
        answer = self._observed(case, subject, form, memory, steps, gradients)
        if isinstance(answer, SubjectRaised):
            raise answer
        return answer

    def expected(self, case: Case, call: Call, half_sums: bool = False) -> Expected:
        """Ask the oracle once and remember the answer."""
        conventions = tuple(sorted(call.conventions.items(), key=lambda item: item[0]))
        return self._expected(case, conventions, call.arrays, half_sums)

    def request(
        self,
        trial: Trial,
        *,
        memory: Memory = "contiguous",
        steps: int = 1,
        gradients: bool = True,
    ) -> Request:
        """What a subject is asked in a trial.

        Parameters
        ----------
        trial : Trial
            The trial.
        memory : {'contiguous', 'strided', 'channels_last'}
            How the input lies in memory.
        steps : int
            How many batches it is called with.
        gradients : bool
            Whether gradients are wanted.

        Returns
        -------
        Request
        """
        case, call = trial.case, trial.call
        first = next(slot for slot in call.slots if slot.array == "input")
        cotangents: tuple[Array | None, ...] = ()
        if gradients:
            bars = self._cotangents(case, call)
            cotangents = tuple(
                np.array(result.move.to(bars[result.name]), order="C")
                if result.differentiated
                else None
                for result in call.results
            )
        return Request(
            call,
            self._arrays(case, call, memory),
            cotangents,
            tuple(first.move.to(case.draw("input", step)) for step in range(1, steps)),
            case=case.id,
            form=trial.form,
        )

    def fresh(self, trial: Trial) -> Observation:
        """Look at a newly constructed instance.

        Parameters
        ----------
        trial : Trial
            Of a class.

        Returns
        -------
        Observation
            Its `owned` alone; shapes in the dialect's layout.
        """
        arrays = self._arrays(trial.case, trial.call, "contiguous")
        asked = Request(trial.call, arrays, fresh=True, case=trial.case.id, form=trial.form)
        return self._run(trial.subject, asked, "fresh")

    def dialect_of(self, name: str) -> str:
        """Name a subject's dialect.

        Parameters
        ----------
        name : str
            The subject.

        Returns
        -------
        str
        """
        return self.roster[name].dialect

    def library(self, name: str) -> Library:
        """The namespace of a subject.

        Parameters
        ----------
        name : str
            The subject.

        Returns
        -------
        Library

        Raises
        ------
        Unsupported
            If it shows none.
        """
        subject = self.subject(name)
        if not isinstance(subject, HasLibrary):
            raise Unsupported("no library(), which the chapter's programs need")
        return subject.library()

    def _load(self, name: str) -> Subject:
        try:
            with self._announced(f"load {name}"):
                return self.roster[name].load()
        except (SubjectRaised, KeyboardInterrupt):
            raise
        except BaseException as error:
            raise SubjectRaised(
                f"the subject {name} cannot be loaded: {error} (install what it needs, or leave it"
                " out: --subject names the subjects to check)"
            ) from error

    def _call(self, case: Case, subject: str, form: str) -> Call:
        return DIALECTS[self.dialect_of(subject)].translate(case, form)

    def _observe(
        self, case: Case, subject: str, form: str, memory: Memory, steps: int, gradients: bool
    ) -> Observation | SubjectRaised:
        trial = self.trial(case, subject, form)
        request = self.request(trial, memory=memory, steps=steps, gradients=gradients)
        if "rate" in case.config:
            self._seed(subject, case)
        try:
            answer = self._run(subject, request, memory)
        except SubjectRaised as error:
            return error
        try:
            check_answer(answer, trial.call)
            return neutral(answer, trial.call)
        except Exception as error:
            return SubjectRaised(f"{subject} gave an answer that cannot be read: {error}")

    def _run(self, name: str, request: Request, how: str) -> Observation:
        subject = self.subject(name)
        calls, gradients = 1 + len(request.further), bool(request.cotangents)
        what = f"{name} {request.form} {request.case} {how} {calls} {gradients}"
        try:
            with self._announced(what):
                return subject.run(request)
        except (Unsupported, SubjectRaised, KeyboardInterrupt):  # answers, and no accidents
            raise
        except BaseException as error:  # also what would end the run, such as SystemExit
            text = f"{name} raised {type(error).__name__}: {error}"
            if not self.roster[name].built_in:  # its author wants to know where
                text += where_raised(error)
            raise SubjectRaised(text) from error

    @contextlib.contextmanager
    def _announced(self, what: str) -> Iterator[None]:
        if what in self._dead:
            raise SubjectRaised(self._dead[what])
        self._about(what)
        try:
            yield
        finally:
            self._about("")

    def _seed(self, name: str, case: Case) -> None:
        """Let what is drawn depend on the case alone, so that a run can be repeated."""
        subject = self.subject(name)
        if isinstance(subject, HasLibrary):
            subject.library().seed(seed_of(case))

    def _rerun(self, aspect: str, claim: str, subject: str) -> str:
        foreign = [name for name in subject.split("+") if not self.roster[name].built_in]
        if not foreign:
            return rerun_command(aspect, claim)
        reference = self.roster[foreign[0]].reference
        if reference is None:  # an object has no name that a command could say
            return f"conformance.check(SUBJECT, claims=[{f'{aspect}/{claim}'!r}])"
        return rerun_command(aspect, claim, reference)

    def _cotangents(self, case: Case, call: Call) -> Mapping[str, Array]:
        if "rate" in case.config:  # the oracle answers only when it has seen the mask
            return {"output": oracle.cotangent_of(case, "output", case.shapes["input"])}
        return self.expected(case, call).cotangents

    def _arrays(self, case: Case, call: Call, memory: Memory) -> Mapping[str, Array]:
        drawn = {slot.name: slot.move.to(case.draw(slot.array)) for slot in call.slots}
        return {
            slot.name: laid_out(drawn[slot.name], memory if slot.array == "input" else "contiguous")
            for slot in call.slots
        }

    def _expect(
        self,
        case: Case,
        conventions: tuple[tuple[str, Any], ...],
        arrays: frozenset[str],
        half_sums: bool,
    ) -> Expected:
        used = with_arrays(case, arrays)
        return oracle.expected(used, dict(conventions), half_sums=half_sums)
