"""Whose connection is it? On Linux the system tells; cookies alone cannot, since they are not separated by port.

Every user of a computer can connect to 127.0.0.1. `/proc/net/tcp` lists each connection with the user it belongs to
(proc_net_tcp(5)). On Windows and macOS there is nothing like it without administrator rights or a library of its own;
there the session's secret alone keeps other users out (docs/threat-model.md).
"""

import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

TABLES: Final = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
_ESTABLISHED: Final = "01"
_MAPPED: Final = b"\0" * 10 + b"\xff\xff"
_UID_FIELD: Final = 7

Address = tuple[str, int]


def can_tell(tables: Sequence[Path] = TABLES) -> bool:
    """Tell whether this system says whose a connection is."""
    return sys.platform == "linux" and os.access(tables[0], os.R_OK)


def owner(client: Address, server: Address, tables: Sequence[Path] = TABLES) -> int | None:
    """Return the user ID of who connected, None where it is not listed (any more).

    Only established connections count: for one that its owner closed, the kernel names user 0.

    Args:
        client: IPv4 address and port of the far end.
        server: ours.
        tables: where to look; `/proc/net/tcp6` lists IPv4 connections of sockets that were opened for both.
    """
    for table, is_mapped in zip(tables, (False, True), strict=False):
        needle = f" {_place(client, mapped=is_mapped)} {_place(server, mapped=is_mapped)} {_ESTABLISHED} "
        try:
            lines = table.read_text("ascii", "replace").splitlines()
        except OSError:
            continue
        for line in lines:
            if needle in line:
                return int(line.split()[_UID_FIELD])
    return None


def is_own(client: Address | None, server: Address | None, tables: Sequence[Path] = TABLES) -> bool:
    """Tell whether a connection belongs to the user this program runs as; what cannot be told is not."""
    if sys.platform == "win32" or client is None or server is None:
        return False
    return owner(client, server, tables) == os.getuid()


def _place(address: Address, *, mapped: bool) -> str:
    """Write an address as the kernel does: words of 32 bits in this machine's byte order, in hexadecimal."""
    raw = (_MAPPED if mapped else b"") + socket.inet_aton(address[0])
    words = (int.from_bytes(raw[start : start + 4], sys.byteorder) for start in range(0, len(raw), 4))
    return "".join(f"{word:08X}" for word in words) + f":{address[1]:04X}"
