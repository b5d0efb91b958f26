"""The room's public face."""

from phoneward.watch.abilities.ability_words import (
    ABOUT,
    PURPOSES,
    TOPICS,
    ability_words,
    owner_words,
    owners_words,
    seen_words,
)
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
from phoneward.watch.abilities.said import StatedTextError, read_text
from phoneward.watch.abilities.trackers import TrackerList, TrackerListError, load_trackers
from phoneward.watch.canary.code import SeenCanary
from phoneward.watch.canary.looking import CanaryLooker, Looked, Sighting
from phoneward.watch.canary.making import Canary, make_canary
from phoneward.watch.canary.screen import Screen
from phoneward.watch.captures.exchange import Capture, Exchange, Unread
from phoneward.watch.captures.looking import CaptureResult, look_into_capture
from phoneward.watch.captures.own import OwnPicture, pictures_in_folder
from phoneward.watch.captures.upload import Upload
from phoneward.watch.comparing_folders import FolderMatch, Place, compare_folders
from phoneward.watch.errors import FileLeftOutError, NoSuchFolderError, WatchError
from phoneward.watch.plain import (
    AppCopy,
    Cause,
    Scanned,
    by_app,
    cause_words,
    gap_words,
    kind_words,
    room_answer,
    since_words,
    unexplained,
    was_taken_at_once,
)

__all__ = [
    "ABOUT",
    "PURPOSES",
    "TOPICS",
    "Ability",
    "About",
    "AppAbilities",
    "AppCopy",
    "Canary",
    "CanaryLooker",
    "Capture",
    "CaptureResult",
    "Cause",
    "Change",
    "Exchange",
    "FileLeftOutError",
    "FolderMatch",
    "Looked",
    "Network",
    "NoMainFileError",
    "NoSuchFolderError",
    "Open",
    "OwnPicture",
    "Owner",
    "Place",
    "Present",
    "Said",
    "Scanned",
    "Screen",
    "Seen",
    "SeenCanary",
    "Sighting",
    "StatedTextError",
    "Topic",
    "Tracker",
    "TrackerList",
    "TrackerListError",
    "Unread",
    "Unseen",
    "Upload",
    "WatchError",
    "Whose",
    "ability_words",
    "by_app",
    "cause_words",
    "compare_folders",
    "gap_words",
    "kind_words",
    "load_trackers",
    "look_at_app",
    "look_into_capture",
    "make_canary",
    "owner_words",
    "owners_words",
    "pictures_in_folder",
    "read_text",
    "room_answer",
    "seen_words",
    "since_words",
    "unexplained",
    "was_taken_at_once",
]
