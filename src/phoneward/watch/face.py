"""The room's public face."""

from phoneward.watch.captures.exchange import Capture, Exchange, Unread
from phoneward.watch.captures.upload import Upload
from phoneward.watch.copies import AppCopy, Cause
from phoneward.watch.errors import WatchError

__all__ = [
    "AppCopy",
    "Capture",
    "Cause",
    "Exchange",
    "Unread",
    "Upload",
    "WatchError",
]
