"""PCAP and pcapng: packets as a phone sent them, read with tshark where it is installed."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from phoneward.watch.captures.exchange import Capture


def open_pcap(path: Path, *, key_logs: Iterable[Path] = (), packages: Mapping[int, str] | None = None) -> Capture:
    """Return a capture of packets to be read. Nothing is opened yet.

    Bytes in clear are read here. What is encrypted is read where there are keys (in the file itself, or in a key log)
    and tshark is installed; the rest counts in `unread`.

    Args:
        path: a pcap or pcapng file; as PCAPdroid writes it, it names the app.
        key_logs: files with TLS keys, as `SSLKEYLOGFILE` and PCAPdroid save them.
        packages: package of each UID (a snapshot's `packages.json`), for captures that name only the UID or a label.
    """
    from phoneward.watch.captures.pcap.capture import PcapCapture

    return PcapCapture(Path(path), [Path(one) for one in key_logs], packages or {})
