"""The verbs of the rescue room: all are pages. Nothing is collected from a finding: the person says into which case."""

from collections.abc import Mapping
from typing import Final

from phoneward.flows.verbs import Argument, Verb
from phoneward.incidents import Incident

INCIDENT: Final = Argument("|".join(Incident))
PACKAGE: Final = Argument(r"(?:[A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+)*)?")

RESCUE_VERBS: Final[Mapping[str, Verb]] = {
    "search": Verb(None, {"what": INCIDENT, "app": PACKAGE}),
}
"""What a finding of the rescue room may ask for."""
