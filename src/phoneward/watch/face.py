"""The room's public face."""

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
from phoneward.watch.copies import AppCopy, Cause
from phoneward.watch.errors import FileLeftOutError, NoSuchFolderError, WatchError

__all__ = [
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
    "Conclusion",
    "Exchange",
    "FileLeftOutError",
    "FolderMatch",
    "Hands",
    "Looked",
    "NoSuchFolderError",
    "NotedCanary",
    "OwnPicture",
    "Place",
    "Put",
    "Screen",
    "SeenCanary",
    "Sighting",
    "Unread",
    "Upload",
    "WatchError",
    "bytes_sentences",
    "bytes_verdict",
    "compare_folders",
    "files_in_snapshot",
    "files_on_computer",
    "finish_canaries",
    "form_of",
    "look_into_capture",
    "make_canary",
    "measure_bytes",
    "pictures_in_folder",
    "play_canary",
    "search_for_canaries",
    "sentences_of",
    "write_canary",
]
