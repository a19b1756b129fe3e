"""One run: its subjects, what they and the oracle answered, and how a claim is repeated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from conformance.checks.trial import ProgramTrial, Trial
from conformance.judging.answers import AnswerMemory, OracleMemory
from conformance.judging.claim import Claim
from conformance.judging.messages import rerun_command
from conformance.layers.dialects import translate
from conformance.spec.call import Call
from conformance.spec.case import Case
from conformance.spec.program import Program
from conformance.subjects.protocol import Subject
from conformance.subjects.roster import Roster, built_in, entry_for
from conformance.subjects.runner import SubjectRunner


class Session:
    """The memory of one run.

    Parameters
    ----------
    given : mapping, optional
        Name -> a subject that is there already; all others are loaded by their names.
    rerun : callable, optional
        Takes a claim, and returns the command that judges it again.
    roster : mapping, optional
        Subjects by name, beside the built-in ones: some checks compare others with refimpl.
    oracle : Session, optional
        Whose memory of the oracle to share: it says the same whichever subject is judged.
    name_mistake : callable, optional
        Takes a claim that fails and the session, and says what the mistake looks like.

    Attributes
    ----------
    runner : SubjectRunner
        Loads and runs the subjects.
    oracle : OracleMemory
        What the oracle said.
    answers : AnswerMemory
        What checks ask.
    """

    def __init__(
        self,
        given: Mapping[str, Subject] = MappingProxyType({}),
        rerun: Callable[[Claim], str] | None = None,
        roster: Roster | None = None,
        oracle: Session | None = None,
        name_mistake: Callable[[Claim, Session], str] | None = None,
    ) -> None:
        handed = {name: entry_for(name, subject) for name, subject in given.items()}
        self.runner = SubjectRunner({**built_in(), **(roster or {}), **handed})
        self.oracle: OracleMemory = OracleMemory() if oracle is None else oracle.oracle
        self.answers = AnswerMemory(self.runner, self.oracle)
        self.rerun = rerun or self._rerun
        self.name_mistake = name_mistake or (lambda claim, session: "")

    @property
    def roster(self) -> Roster:
        """The subjects by name."""
        return self.runner.roster

    def call(self, case: Case | Program, subject: str, form: str) -> Call:
        """Put what is asked into the words of a subject's dialect.

        Parameters
        ----------
        case : Case or Program
            What is asked.
        subject, form : str
            Who is asked, and how.

        Returns
        -------
        Call

        Raises
        ------
        Unsupported
            If its dialect cannot say the case.
        """
        return translate(case, self.roster[subject].dialect, form)

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
        Unsupported
            If its dialect cannot say the case.
        """
        return Trial(case, subject, form, self.call(case, subject, form), half_sums)

    def program_trial(self, program: Program, subject: str) -> ProgramTrial:
        """Prepare one program on one subject's namespace.

        Parameters
        ----------
        program : Program
            The program.
        subject : str
            Whose namespace.

        Returns
        -------
        ProgramTrial

        Raises
        ------
        Unsupported
            If it is written for another dialect.
        """
        dialect = self.roster[subject].dialect
        program.translate(dialect)
        return ProgramTrial(program, subject, dialect)

    def forget(self) -> None:
        """Forget all answers, of the oracle too, and keep the subjects that are loaded."""
        translate.cache_clear()
        self.answers.forget()
        self.oracle.forget()

    def _rerun(self, claim: Claim) -> str:
        foreign = [name for name in claim.subjects if not self.roster[name].built_in]
        if not foreign:
            return rerun_command(claim.aspect, claim.id, seed=claim.case.seed)
        reference = self.roster[foreign[0]].reference
        if reference is None:  # an object has no name that a command could say
            seed = f", seed={claim.case.seed}" if claim.case.seed else ""
            return f"conformance.check(SUBJECT, claims=[{claim.name!r}]{seed})"
        return rerun_command(claim.aspect, claim.id, reference, claim.case.seed)
