"""The public face of the room: everything that others may use of it (loaded name by name, see `lazily`)."""

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
    text_of,
)
from phoneward.watch.answering import answer as room_answer
from phoneward.watch.answering import sentence
from phoneward.watch.canary.capture import InCapture, look_in_capture
from phoneward.watch.canary.code import SeenCanary
from phoneward.watch.canary.counting import BytesVerdict, Conclusion, bytes_verdict
from phoneward.watch.canary.looking import CanaryLooker, Looked, Sighting, find_canary
from phoneward.watch.canary.making import Canary, make_canary, note_canary, write_canary
from phoneward.watch.canary.measuring import measure as measure_bytes
from phoneward.watch.canary.notes import CanaryNotes, NotedCanary
from phoneward.watch.canary.putting import Hands, Put
from phoneward.watch.canary.report import BytesReport, CanaryReport, CanarySent
from phoneward.watch.canary.round import finish as finish_canaries
from phoneward.watch.canary.round import play as play_canary
from phoneward.watch.canary.round import with_capture
from phoneward.watch.canary.screen import Screen
from phoneward.watch.canary.snapshot import in_snapshot as files_in_snapshot
from phoneward.watch.canary.storage import CanaryCopy
from phoneward.watch.canary.storage import Search as CanarySearch
from phoneward.watch.canary.storage import on_computer as files_on_computer
from phoneward.watch.canary.storage import search as search_for_canaries
from phoneward.watch.canary.words import bytes_sentences, form_of, sentences_of
from phoneward.watch.captures.exchange import Capture, Exchange, Unread
from phoneward.watch.captures.guide import RecordingGuide, RecordingWay, recording_guide
from phoneward.watch.captures.looking import CaptureResult, look_into_capture
from phoneward.watch.captures.own import OwnPicture, pictures_in_folder
from phoneward.watch.captures.senders import packages_by_uid
from phoneward.watch.captures.stored import pictures_in_snapshot
from phoneward.watch.captures.upload import Upload
from phoneward.watch.captures.words import (
    capture_verdict,
    looked_sentences,
    not_seen_sentence,
    sent_title,
    unread_sentences,
    upload_sentences,
)
from phoneward.watch.comparing_folders import FolderMatch, Place, compare_folders
from phoneward.watch.comparing_page import ComparedPage
from phoneward.watch.copies import AppCopy, Cause
from phoneward.watch.copy_words import cause_words, gap_words, kind_words, since_words
from phoneward.watch.errors import FileLeftOutError, NoPictureInFolderError, NoSuchFolderError, WatchError
from phoneward.watch.facts import by_app, unexplained, was_taken_at_once
from phoneward.watch.scanned import Scanned
from phoneward.watch.scanning import (
    copy_document,
    copy_sentences,
    file_shown,
    html_copies,
    kept_scan,
    mark_sensitive,
    picture_bytes,
    picture_shown,
    refuse_copies_page,
    refuse_evidence_folder,
    save_copies_page,
    scan,
    scanned_document,
    severity_of,
    write_evidence,
)

__all__ = [
    "ABOUT",
    "PURPOSES",
    "TOPICS",
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
    "ComparedPage",
    "Conclusion",
    "Exchange",
    "FileLeftOutError",
    "FolderMatch",
    "Hands",
    "InCapture",
    "Looked",
    "Network",
    "NoMainFileError",
    "NoPictureInFolderError",
    "NoSuchFolderError",
    "NotedCanary",
    "Open",
    "OwnPicture",
    "Owner",
    "Place",
    "Present",
    "Put",
    "RecordingGuide",
    "RecordingWay",
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
    "bytes_sentences",
    "bytes_verdict",
    "capture_verdict",
    "cause_words",
    "compare_folders",
    "copy_document",
    "copy_sentences",
    "file_shown",
    "files_in_snapshot",
    "files_on_computer",
    "find_canary",
    "finish_canaries",
    "form_of",
    "gap_words",
    "html_copies",
    "kept_scan",
    "kind_words",
    "load_trackers",
    "look_at_app",
    "look_in_capture",
    "look_into_capture",
    "looked_sentences",
    "make_canary",
    "mark_sensitive",
    "measure_bytes",
    "not_seen_sentence",
    "note_canary",
    "owner_words",
    "owners_words",
    "packages_by_uid",
    "picture_bytes",
    "picture_shown",
    "pictures_in_folder",
    "pictures_in_snapshot",
    "play_canary",
    "read_text",
    "recording_guide",
    "refuse_copies_page",
    "refuse_evidence_folder",
    "room_answer",
    "save_copies_page",
    "scan",
    "scanned_document",
    "search_for_canaries",
    "seen_words",
    "sent_title",
    "sentence",
    "sentences_of",
    "severity_of",
    "since_words",
    "text_of",
    "unexplained",
    "unread_sentences",
    "upload_sentences",
    "was_taken_at_once",
    "with_capture",
    "write_canary",
    "write_evidence",
]
