"""The room's public face."""

from phoneward.watch.canary.code import SeenCanary
from phoneward.watch.canary.looking import CanaryLooker, Looked, Sighting
from phoneward.watch.canary.making import Canary, make_canary
from phoneward.watch.canary.screen import Screen
from phoneward.watch.captures.exchange import Capture, Exchange, Unread
from phoneward.watch.captures.looking import CaptureResult, look_into_capture
from phoneward.watch.captures.own import OwnPicture, pictures_in_folder
from phoneward.watch.captures.upload import Upload
from phoneward.watch.comparing_folders import FolderMatch, Place, compare_folders
from phoneward.watch.copies import AppCopy, Cause
from phoneward.watch.errors import FileLeftOutError, NoSuchFolderError, WatchError

__all__ = [
    "AppCopy",
    "Canary",
    "CanaryLooker",
    "Capture",
    "CaptureResult",
    "Cause",
    "Exchange",
    "FileLeftOutError",
    "FolderMatch",
    "Looked",
    "NoSuchFolderError",
    "OwnPicture",
    "Place",
    "Screen",
    "SeenCanary",
    "Sighting",
    "Unread",
    "Upload",
    "WatchError",
    "compare_folders",
    "look_into_capture",
    "make_canary",
    "pictures_in_folder",
]
