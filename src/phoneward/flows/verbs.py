"""What a verb is, which arguments it takes, and what it is carried out with."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from phoneward.errors import readable
from phoneward.findings import Action
from phoneward.flows.errors import ActionArgumentError
from phoneward.progress import Listener, silent
from phoneward.settings import Settings
from phoneward.texts import Words
from phoneward.vault import Repository

MAX_SHOWN: Final = 80


@dataclass(frozen=True, slots=True)
class Flow:
    """What an action is carried out with.

    Attributes:
        repo: open, its index loaded.
        settings: what the person set.
        listener: hears the progress.
    """

    repo: Repository
    settings: Settings
    listener: Listener = silent

    @property
    def cache_dir(self) -> Path:
        """Where rooms keep derived data, sealed."""
        return self.settings.cache_dir


class Argument:
    """Which texts an argument may be, as a pattern that they match as a whole."""

    def __init__(self, pattern: str) -> None:
        self._pattern = re.compile(pattern, re.ASCII)

    def allows(self, value: str) -> bool:
        """Tell whether a text may be this argument."""
        return self._pattern.fullmatch(value) is not None


SNAPSHOT: Final = Argument(r"latest|[0-9a-f]{2,64}")
DEVICE: Final = Argument(r"[0-9a-f]{16}")
SERIAL: Final = Argument(r"[A-Za-z0-9._:\[\]%-]{1,200}")
"""A serial number, HOST:PORT, or the name that adb gives a phone found on the network."""
YES: Final = Argument(r"yes")
APP: Final = Argument(r"[a-z-]{1,40}")
FOLDER: Final = Argument(r"[0-9a-f]{16}")
"""A short name for a folder of this computer (`snapshots.path_id`)."""


Run = Callable[[Flow, Mapping[str, str]], Words]
"""Carries an action out with its checked arguments and says what came of it."""


@dataclass(frozen=True, slots=True)
class Verb:
    """One thing that a room can do.

    Attributes:
        run: carries it out and says what came of it; None where there is nothing to do but to look: a page.
        arguments: those it takes, by name; all may be left out.
    """

    run: Run | None
    arguments: Mapping[str, Argument] = field(default_factory=dict)


def checked(action: Action, verb: Verb) -> Mapping[str, str]:
    """Return an action's arguments.

    Raises:
        ActionArgumentError: one is unknown or cannot be one.
    """
    for name, value in action.arguments.items():
        rule = verb.arguments.get(name)
        if rule is None or not rule.allows(value):
            raise ActionArgumentError(name=readable(name[:MAX_SHOWN]), value=readable(value[:MAX_SHOWN]))
    return dict(action.arguments)
