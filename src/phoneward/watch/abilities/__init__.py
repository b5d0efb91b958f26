"""What could this app do? By its own file: permissions, code, what it accepts on the network, what it hides.

This part of the room needs no pictures, so its face is here too: who asks only this loads nothing else.
"""

from phoneward.watch.abilities.ability_words import (
    ABILITIES,
    ABOUT,
    PURPOSES,
    TOPICS,
    ability_words,
    owner_words,
    owners_words,
    seen_words,
)
from phoneward.watch.abilities.changes import AnotherAppError
from phoneward.watch.abilities.facts import (
    Ability,
    About,
    AppAbilities,
    Change,
    Network,
    Open,
    Owner,
    Present,
    Said,
    Seen,
    Topic,
    Tracker,
    Unseen,
    Whose,
)
from phoneward.watch.abilities.looking import NoMainFileError, look_at_app
from phoneward.watch.abilities.said import StatedTextError, read_text, text_of
from phoneward.watch.abilities.trackers import TrackerList, TrackerListError, load_trackers

__all__ = [
    "ABILITIES",
    "ABOUT",
    "PURPOSES",
    "TOPICS",
    "Ability",
    "About",
    "AnotherAppError",
    "AppAbilities",
    "Change",
    "Network",
    "NoMainFileError",
    "Open",
    "Owner",
    "Present",
    "Said",
    "Seen",
    "StatedTextError",
    "Topic",
    "Tracker",
    "TrackerList",
    "TrackerListError",
    "Unseen",
    "Whose",
    "ability_words",
    "load_trackers",
    "look_at_app",
    "owner_words",
    "owners_words",
    "read_text",
    "seen_words",
    "text_of",
]
