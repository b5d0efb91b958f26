"""What of the room works without the extra `watch`: its answer, its words, and what was found before."""

from phoneward.watch.answering import answer as room_answer
from phoneward.watch.copies import AppCopy, Cause
from phoneward.watch.copy_words import cause_words, gap_words, kind_words, since_words
from phoneward.watch.errors import WatchError
from phoneward.watch.facts import by_app, unexplained, was_taken_at_once
from phoneward.watch.scanned import Scanned
from phoneward.watch.scanning import kept_scan, mark_sensitive, picture_bytes, picture_shown, scan

__all__ = [
    "AppCopy",
    "Cause",
    "Scanned",
    "WatchError",
    "by_app",
    "cause_words",
    "gap_words",
    "kept_scan",
    "kind_words",
    "mark_sensitive",
    "picture_bytes",
    "picture_shown",
    "room_answer",
    "scan",
    "since_words",
    "unexplained",
    "was_taken_at_once",
]
