"""The room's public face."""

from phoneward.watch.captures.exchange import Capture, Exchange, Unread
from phoneward.watch.captures.looking import CaptureResult, look_into_capture
from phoneward.watch.captures.own import OwnPicture, pictures_in_folder
from phoneward.watch.captures.upload import Upload
from phoneward.watch.copies import AppCopy, Cause
from phoneward.watch.errors import WatchError

__all__ = [
    "AppCopy",
    "Capture",
    "CaptureResult",
    "Cause",
    "Exchange",
    "OwnPicture",
    "Unread",
    "Upload",
    "WatchError",
    "look_into_capture",
    "pictures_in_folder",
]
