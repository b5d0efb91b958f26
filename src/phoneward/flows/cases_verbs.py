"""The verbs of the cases room: all are pages. Sealing asks where the time comes from, and the page asks it."""

from collections.abc import Mapping
from typing import Final

from phoneward.flows.verbs import FOLDER, Verb

CASES_VERBS: Final[Mapping[str, Verb]] = {
    "case": Verb(None, {"case": FOLDER}),
    "seal": Verb(None, {"case": FOLDER}),
}
"""What a finding of the cases room may ask for."""
