"""The verbs of the pictures room: all are pages. Looking through a backup takes minutes, and the page shows how far."""

from collections.abc import Mapping
from typing import Final

from phoneward.flows.verbs import Argument, Verb

PACKAGE: Final = Argument(r"(?:[A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+)*)?")

WATCH_VERBS: Final[Mapping[str, Verb]] = {
    "scan": Verb(None),
    "copies": Verb(None, {"app": PACKAGE}),
    "capture": Verb(None),
    "canary": Verb(None),
}
"""What a finding of the pictures room may ask for."""
