"""What PCAPdroid adds to packets: which app sent them.

Source: PCAPdroid's `app/src/main/jni/core/pcap_dump.{c,h}` and `pcap_reader.c` (2026-08), and its documentation,
"Advanced features". With its extensions on, a PCAP file has Ethernet frames with a dummy header and, behind the IP
packet, a trailer of 32 bytes in network order: magic, UID, app name of 20 bytes (ended by NUL, perhaps cut), FCS.
A pcapng file has raw IP packets, a custom block (PEN 62652) for each UID and a comment `u-UID` at each packet.
"""

import re
import struct

PEN = 62652
PHONE_ADDRESSES = (
    bytes([10, 215, 173, 1]),
    bytes.fromhex("fd000002fd000001fd000001fd000001"),
)
"""The phone's side of the VPN (`CaptureService.VPN_IP_ADDRESS`, `VPN_IP6_ADDRESS`)."""

_MAGIC = b"\x01\x07\x20\x21"
_TRAILER = struct.Struct(">4si20s")
_FCS = 4
_COMMENT = re.compile(rb"u-(\d{1,10})\0*")


def read_trailer(frame: bytes | memoryview, ip_end: int) -> tuple[int, str] | None:
    """Return UID (-1: PCAPdroid does not know) and app name of an Ethernet frame's trailer.

    Args:
        frame: the whole frame as captured.
        ip_end: where its IP packet ends: what lies before is the sender's, and no trailer.

    Returns:
        None where there is none.
    """
    # The FCS may have been taken off by a tool (editcap).
    for behind in (_FCS, 0):
        start = len(frame) - _TRAILER.size - behind
        if start >= ip_end and frame[start : start + 4] == _MAGIC:
            _magic, uid, name = _TRAILER.unpack_from(frame, start)
            return uid, name.split(b"\0", 1)[0].decode("utf-8", "replace")
    return None


def read_uid_map(content: bytes, order: str) -> tuple[int, str, str] | None:
    """Return UID, package and app name from what follows the PEN in a custom block.

    Args:
        content: the block without its head, PEN and closing length.
        order: "<" or ">", as the section's.

    Returns:
        None where the block says something else (its version is 1, its type 1), or lies about lengths.
    """
    layout = struct.Struct(order + "HBBiBB")
    if len(content) < layout.size:
        return None
    version, kind, _padding, uid, package_length, name_length = layout.unpack_from(content)
    end = layout.size + package_length
    if (version, kind) != (1, 1) or end + name_length > len(content):
        return None
    package = content[layout.size : end].decode("utf-8", "replace")
    return uid, package, content[end : end + name_length].decode("utf-8", "replace")


def read_comment(comment: bytes) -> int | None:
    """Return the UID that a packet's comment names; None where it is another comment."""
    found = _COMMENT.fullmatch(comment)
    return int(found[1]) if found else None
