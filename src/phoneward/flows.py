"""Carries out Actions: what a finding of one room offers may lead into another (DESIGN, "The house").

Rooms do not import each other. A room offers an Action (room, verb, arguments); the table here says who carries it out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from phoneward.errors import PhonewardError
from phoneward.findings import Action
from phoneward.progress import Listener, silent
from phoneward.settings import Settings
from phoneward.texts import N_, Words
from phoneward.vault import Repository


class ActionUnknownError(PhonewardError):
    """An action leads to a room, or asks for something there, that does not exist."""

    message = N_("Nothing here can do “{verb}” in the room “{room}”.")
    next_step = N_("Look at the finding again on a fresh page; it may come from another version of Phoneward.")


class RoomNotBuiltError(PhonewardError):
    """An action leads to a room that is not built yet."""

    message = N_("This part of Phoneward is not built yet: {room}.")
    next_step = N_("Nothing was done. What the finding says holds all the same.")


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


Verb = Callable[[Flow, Mapping[str, str]], Words]
"""Carries an action out and says what came of it."""

VERBS: Final[dict[tuple[str, str], Verb]] = {}
"""(room, verb) → who does it. Each room adds its own here."""


def known(action: Action) -> bool:
    """Tell whether an action can be carried out."""
    return (action.room, action.verb) in VERBS


def run(action: Action, flow: Flow) -> Words:
    """Carry out an action and return what came of it.

    Raises:
        RoomNotBuiltError: its room does not exist yet.
        ActionUnknownError: nobody can do that.
        PhonewardError: it failed.
    """
    from phoneward.checkup import ROOMS

    verb = VERBS.get((action.room, action.verb))
    if verb is not None:
        return verb(flow, action.arguments)
    unbuilt = {room.name: room for room in ROOMS if room.answer is None}
    if action.room in unbuilt:
        raise RoomNotBuiltError(room=unbuilt[action.room].title)
    raise ActionUnknownError(room=action.room, verb=action.verb)
