"""The verbs of the numbers room: what can be looked at. Nothing is marked as done from a finding."""

from collections.abc import Mapping
from typing import Final

from phoneward.flows.verbs import Argument, Verb

NUMBER: Final = Argument(r"\+[1-9][0-9]{4,14}")

NUMBERS_VERBS: Final[Mapping[str, Verb]] = {
    "accounts": Verb(None),
    "plan": Verb(None, {"number": NUMBER}),
    "offers": Verb(None, {"number": NUMBER}),
}
"""What a finding of the numbers room may ask for; all are pages."""
