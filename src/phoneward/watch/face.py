"""The room's public face."""

from phoneward.watch.abilities import (
    ABOUT,
    PURPOSES,
    TOPICS,
    Ability,
    About,
    AppAbilities,
    Change,
    Network,
    NoMainFileError,
    Open,
    Owner,
    Present,
    Said,
    Seen,
    StatedTextError,
    Topic,
    Tracker,
    TrackerList,
    TrackerListError,
    Unseen,
    Whose,
    ability_words,
    load_trackers,
    look_at_app,
    owner_words,
    owners_words,
    read_text,
    seen_words,
)
from phoneward.watch.canary.code import SeenCanary
from phoneward.watch.canary.counting import BytesVerdict, Conclusion, bytes_verdict
from phoneward.watch.canary.looking import CanaryLooker, Looked, Sighting
from phoneward.watch.canary.making import Canary, make_canary, write_canary
from phoneward.watch.canary.measuring import measure as measure_bytes
from phoneward.watch.canary.notes import CanaryNotes, NotedCanary
from phoneward.watch.canary.putting import Hands, Put
from phoneward.watch.canary.report import BytesReport, CanaryReport, CanarySent
from phoneward.watch.canary.round import finish as finish_canaries
from phoneward.watch.canary.round import play as play_canary
from phoneward.watch.canary.screen import Screen
from phoneward.watch.canary.snapshot import in_snapshot as files_in_snapshot
from phoneward.watch.canary.storage import CanaryCopy
from phoneward.watch.canary.storage import Search as CanarySearch
from phoneward.watch.canary.storage import on_computer as files_on_computer
from phoneward.watch.canary.storage import search as search_for_canaries
from phoneward.watch.canary.words import bytes_sentences, form_of, sentences_of
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
    kept_scan,
    kind_words,
    mark_sensitive,
    picture_bytes,
    picture_shown,
    room_answer,
    scan,
    since_words,
    unexplained,
    was_taken_at_once,
)

__all__ = [
    "ABOUT",
    "Ability",
    "About",
    "AppAbilities",
    "AppCopy",
    "BytesReport",
    "BytesVerdict",
    "Canary",
    "CanaryCopy",
    "CanaryLooker",
    "CanaryNotes",
    "CanaryReport",
    "CanarySearch",
    "CanarySent",
    "Capture",
    "CaptureResult",
    "Cause",
    "Change",
    "Conclusion",
    "Exchange",
    "FileLeftOutError",
    "FolderMatch",
    "Hands",
    "Looked",
    "Network",
    "NoMainFileError",
    "NoSuchFolderError",
    "NotedCanary",
    "Open",
    "OwnPicture",
    "Owner",
    "PURPOSES",
    "Place",
    "Present",
    "Put",
    "Said",
    "Scanned",
    "Screen",
    "Seen",
    "SeenCanary",
    "Sighting",
    "StatedTextError",
    "TOPICS",
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
    "bytes_sentences",
    "bytes_verdict",
    "cause_words",
    "compare_folders",
    "files_in_snapshot",
    "files_on_computer",
    "finish_canaries",
    "form_of",
    "gap_words",
    "kept_scan",
    "kind_words",
    "load_trackers",
    "look_at_app",
    "look_into_capture",
    "make_canary",
    "mark_sensitive",
    "measure_bytes",
    "owner_words",
    "owners_words",
    "picture_bytes",
    "picture_shown",
    "pictures_in_folder",
    "play_canary",
    "read_text",
    "room_answer",
    "scan",
    "search_for_canaries",
    "seen_words",
    "sentences_of",
    "since_words",
    "unexplained",
    "was_taken_at_once",
    "write_canary",
]
