"""The verbs of the updates room: what can be looked at. Installing is never done from a finding."""

from collections.abc import Mapping
from typing import Final

from phoneward.flows.verbs import Argument, Verb

PACKAGE: Final = Argument(r"[A-Za-z][A-Za-z0-9_.]{0,222}")

UPDATES_VERBS: Final[Mapping[str, Verb]] = {
    "history": Verb(None, {"app": PACKAGE}),
    "check": Verb(None),
    "stores": Verb(None),
}
"""What a finding of the updates room may ask for; all are pages."""
