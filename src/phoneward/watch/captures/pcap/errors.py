"""What can go wrong with a file of packets."""

from phoneward.texts import N_
from phoneward.watch.errors import WatchError


class NotACaptureError(WatchError):
    """The file is neither pcap nor pcapng."""

    message = N_("This file is not a capture of packets: {problem}.")
    next_step = N_("Give the file that PCAPdroid, tcpdump or Wireshark saved (.pcap or .pcapng).")
