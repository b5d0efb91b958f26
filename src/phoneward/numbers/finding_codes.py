"""The codes of the numbers room's findings and what each means. docs/reference/findings.md repeats this table.

A code, once given, keeps its meaning: people's "done" marks and other programs hold on to it.
"""

from collections.abc import Mapping
from typing import Final

NO_MESSAGES: Final = "numbers.no-messages"
HANGS: Final = "numbers.hangs-on-a-number"
LEAVING: Final = "numbers.leaving"
LEFT_OPEN: Final = "numbers.left-open"
STILL_SENT: Final = "numbers.still-sent-to"
LOOK_AGAIN: Final = "numbers.look-again"
REVIEW: Final = "numbers.review"
MORE_COUNTED: Final = "numbers.more-counted"
TAKEN_FOR_ANOTHER: Final = "numbers.taken-for-another"

CODES: Final[Mapping[str, str]] = {
    NO_MESSAGES: "The snapshot has no text messages that could be read, so that nobody can say which accounts send "
    "codes to the phone.",
    HANGS: "Accounts that matter open with a code sent to the number alone, as far as the rulebook knows. Nothing is "
    "wrong with that as long as the number is the person's own.",
    LEAVING: "A number is about to be given up, and accounts still hang on it. Danger in the last week or where "
    "something that needs the old number is late, else warning. Subject: the number.",
    LEFT_OPEN: "A number was given up, and accounts still hang on it. Danger. Subject: the number.",
    STILL_SENT: "A service still writes to a number though its step was done. Warning before the number is given up, "
    "danger after. Subject: the number and the account.",
    LOOK_AGAIN: "It is time to look once more whether a number that was given up is really free of accounts. Subject: "
    "the number and the day.",
    REVIEW: "What hangs on the person's numbers was not looked through for half a year. Mark it as done once it is; it "
    "comes back after half a year. Subject: the half-year.",
    MORE_COUNTED: "A carrier or the state counts more accounts on a number than are named here. Subject: the number "
    "and who counts.",
    TAKEN_FOR_ANOTHER: "Services write to a number that is new to its holder as if it were still somebody else's. "
    "Observed where one greets somebody else by name or wrote before the number was the holder's, else inferred. "
    "Subject: the number.",
}
