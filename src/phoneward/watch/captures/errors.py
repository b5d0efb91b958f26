"""What can go wrong with a capture."""

from phoneward.texts import N_
from phoneward.watch.errors import WatchError


class NotACaptureError(WatchError):
    """The file is no capture that Phoneward knows."""

    message = N_("{file} is no capture that Phoneward can read: {problem}.")
    next_step = N_(
        "It reads flow files of mitmproxy, HAR files, and pcap or pcapng files. "
        "How to make one: phoneward watch capture --guide"
    )


class CaptureUnreadableError(WatchError):
    """The file cannot be opened."""

    message = N_("The capture {file} cannot be read: {problem}.")
    next_step = N_("Check the name of the file and whether you may read it.")
