"""Which kind of capture a file is, by its first bytes."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from phoneward.errors import readable
from phoneward.texts import _
from phoneward.watch.captures.errors import CaptureUnreadableError, NotACaptureError
from phoneward.watch.captures.exchange import Capture

_PCAP: Final = (
    b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\xc3\xd4", b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d", b"\x0a\x0d\x0d\x0a",
)  # fmt: skip
"""pcap in both byte orders, with micro- and nanoseconds; pcapng's section header block."""


def open_capture(path: Path, *, key_logs: Sequence[Path] = (), packages: Mapping[int, str] | None = None) -> Capture:
    """Return the capture that a file holds.

    Args:
        path: a flow file of mitmproxy, a HAR file, a pcap or a pcapng file.
        key_logs: TLS keys (NSS key log format) beside a pcap.
        packages: package of each UID, for captures that name only the UID.

    Raises:
        NotACaptureError: it is none of them.
        CaptureUnreadableError: it cannot be opened.
    """
    try:
        with path.open("rb") as file:
            head = file.read(64)
    except OSError as error:
        raise CaptureUnreadableError(
            file=readable(str(path)), problem=error.strerror or type(error).__name__
        ) from error
    if head[:4] in _PCAP:
        from phoneward.watch.captures.pcap import open_pcap

        return open_pcap(path, key_logs=key_logs, packages=packages)
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{":
        from phoneward.watch.captures.har import HarCapture

        return HarCapture(path)
    if head[:1].isdigit() and b":" in head[:13]:
        from phoneward.watch.captures.flows import FlowCapture

        return FlowCapture(path)
    problem = _("it begins like none of them") if head else _("it is empty")
    raise NotACaptureError(file=readable(str(path)), problem=problem)
