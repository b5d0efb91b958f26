"""The room's public face."""

from phoneward.watch.canary.code import SeenCanary
from phoneward.watch.canary.looking import CanaryLooker, Looked, Sighting
from phoneward.watch.canary.making import Canary, make_canary
from phoneward.watch.canary.screen import Screen
from phoneward.watch.captures.exchange import Capture, Exchange, Unread
from phoneward.watch.captures.looking import CaptureResult, look_into_capture
from phoneward.watch.captures.own import OwnPicture, pictures_in_folder
from phoneward.watch.captures.upload import Upload
from phoneward.watch.copies import AppCopy, Cause
from phoneward.watch.errors import WatchError
from phoneward.watch.scanned import Scanned
from phoneward.watch.scanning import kept_scan, mark_sensitive, scan

__all__ = [
    "AppCopy",
    "Canary",
    "CanaryLooker",
    "Capture",
    "CaptureResult",
    "Cause",
    "Exchange",
    "Looked",
    "OwnPicture",
    "Scanned",
    "Screen",
    "SeenCanary",
    "Sighting",
    "Unread",
    "Upload",
    "WatchError",
    "kept_scan",
    "look_into_capture",
    "make_canary",
    "mark_sensitive",
    "pictures_in_folder",
    "scan",
]
