"""The codes of the cases room's findings and what each means. docs/reference/findings.md repeats this table.

A code, once given, keeps its meaning: people's "done" marks and other programs hold on to it.
"""

from collections.abc import Mapping
from typing import Final

LOG_ALTERED: Final = "cases.log-altered"
GONE: Final = "cases.folder-gone"
TIME_RUNS_OUT: Final = "cases.time-runs-out"
NOT_SEALED: Final = "cases.not-sealed"
NO_TRUSTED_TIME: Final = "cases.no-trusted-time"
ANSWER_DUE: Final = "cases.answer-due"
KEPT: Final = "cases.kept"

CODES: Final[Mapping[str, str]] = {
    LOG_ALTERED: "The custody log of a case is not as Phoneward wrote it. Subject: the case.",
    GONE: "The folder of a case that was made or opened on this computer is not there. Subject: the case.",
    TIME_RUNS_OUT: "Half a year or less is left of the three years within which a claim is to be raised, as a rule "
    "(Civil Code of China, article 188), or they are over. Subject: the case.",
    NOT_SEALED: "A case holds evidence, or changes, that no seal covers. Subject: the case.",
    NO_TRUSTED_TIME: "A case is sealed, and no authority says since when. Subject: the case.",
    ANSWER_DUE: "A letter that is kept in a case asked for an answer by a day that is over. Whether it was sent, and "
    "answered, only the person knows. Subject: the case and the letter.",
    KEPT: "Cases that are sealed with a trusted time.",
}
