"""Carries out Actions: what a finding of one room offers may lead into another (DESIGN, "The house").

Rooms do not import each other. A room offers an Action (room, verb, arguments); the table here says who carries it out.
An action comes back from a form or a stored finding: nothing in it is trusted.
"""

from typing import Final

from phoneward.findings import Action
from phoneward.flows.cases_verbs import CASES_VERBS
from phoneward.flows.collecting import collect_into_case, refuse_no_case
from phoneward.flows.errors import (
    ActionArgumentError,
    ActionUnknownError,
    AppBackupGoneError,
    PhoneNotAttachedError,
    RoomNotBuiltError,
)
from phoneward.flows.numbers_verbs import NUMBERS_VERBS
from phoneward.flows.rescue_verbs import RESCUE_VERBS
from phoneward.flows.snapshots_verbs import SNAPSHOTS_VERBS, attached_phone, keep_app_backup
from phoneward.flows.updates_verbs import UPDATES_VERBS
from phoneward.flows.verbs import Argument, Flow, Verb, checked
from phoneward.flows.watch_verbs import WATCH_VERBS
from phoneward.texts import Words

__all__ = [
    "VERBS",
    "ActionArgumentError",
    "ActionUnknownError",
    "AppBackupGoneError",
    "Argument",
    "Flow",
    "PhoneNotAttachedError",
    "RoomNotBuiltError",
    "Verb",
    "attached_phone",
    "collect_into_case",
    "keep_app_backup",
    "known",
    "leads_to_page",
    "refuse_no_case",
    "run",
]

VERBS: Final[dict[tuple[str, str], Verb]] = {
    (room, name): verb
    for room, verbs in (
        ("snapshots", SNAPSHOTS_VERBS),
        ("updates", UPDATES_VERBS),
        ("numbers", NUMBERS_VERBS),
        ("watch", WATCH_VERBS),
        ("rescue", RESCUE_VERBS),
        ("cases", CASES_VERBS),
    )
    for name, verb in verbs.items()
}
"""(room, verb) → who does it. Each room adds its own here."""


def known(action: Action) -> bool:
    """Tell whether an action can be carried out, or leads to a page that there is."""
    return (action.room, action.verb) in VERBS


def leads_to_page(action: Action) -> bool:
    """Tell whether an action only shows something: the page opens it instead of running it."""
    verb = VERBS.get((action.room, action.verb))
    return verb is not None and verb.run is None


def run(action: Action, flow: Flow) -> Words:
    """Carry out an action and return what came of it.

    Raises:
        RoomNotBuiltError: its room does not exist yet.
        ActionUnknownError: nobody can do that, or there is nothing to do but to look.
        ActionArgumentError: an argument is unknown or cannot be one.
        PhonewardError: it failed.
    """
    from phoneward.checkup import ROOMS

    verb = VERBS.get((action.room, action.verb))
    if verb is not None and verb.run is not None:
        return verb.run(flow, checked(action, verb))
    unbuilt = {room.name: room for room in ROOMS if room.answer is None}
    if action.room in unbuilt:
        raise RoomNotBuiltError(room=unbuilt[action.room].title)
    raise ActionUnknownError(room=action.room, verb=action.verb)
