"""What of the room works without the extra `watch`: its answer, its words, and what was found before."""

from phoneward.watch.answering import answer as room_answer
from phoneward.watch.answering import sentence
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
from phoneward.watch.copies import AppCopy, Cause
from phoneward.watch.copy_words import cause_words, gap_words, kind_words, since_words
from phoneward.watch.errors import WatchError
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
    "AppCopy",
    "Capture",
    "CaptureResult",
    "Cause",
    "Exchange",
    "OwnPicture",
    "RecordingGuide",
    "RecordingWay",
    "Scanned",
    "Unread",
    "Upload",
    "WatchError",
    "by_app",
    "capture_verdict",
    "cause_words",
    "copy_document",
    "copy_sentences",
    "file_shown",
    "gap_words",
    "html_copies",
    "kept_scan",
    "kind_words",
    "look_into_capture",
    "looked_sentences",
    "mark_sensitive",
    "not_seen_sentence",
    "packages_by_uid",
    "picture_bytes",
    "picture_shown",
    "pictures_in_folder",
    "pictures_in_snapshot",
    "recording_guide",
    "refuse_copies_page",
    "refuse_evidence_folder",
    "room_answer",
    "save_copies_page",
    "scan",
    "scanned_document",
    "sent_title",
    "sentence",
    "severity_of",
    "since_words",
    "unexplained",
    "unread_sentences",
    "upload_sentences",
    "was_taken_at_once",
    "write_evidence",
]
