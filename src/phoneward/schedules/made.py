"""What came of one job."""

from dataclasses import dataclass

from phoneward.schedules.log import Kind, Round
from phoneward.texts import Words


@dataclass(frozen=True, slots=True)
class Made:
    """What came of a job.

    Attributes:
        proof: the ID of the proof that the vault keeps of a restore test.
        round: how far the vault is read back, after a part of it.
        code: the error's, for programs; empty where there was none.
    """

    kind: Kind
    sentence: Words
    advice: Words | None = None
    proof: str = ""
    round: Round | None = None
    code: str = ""
