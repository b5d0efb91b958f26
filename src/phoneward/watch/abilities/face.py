"""What others may use of the package, loaded name by name (see `lazily`)."""

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
