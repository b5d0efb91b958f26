"""Which side of a connection is the phone, and which opened it."""

from phoneward.watch.captures.pcap.packets import Packet
from phoneward.watch.captures.pcap.pcapdroid import PHONE_ADDRESSES
from phoneward.watch.captures.pcap.segments import ACK, SYN, TCP, Segment


def opens(segment: Segment) -> bool:
    """Tell whether a segment asks for a new connection."""
    return segment.protocol == TCP and segment.flags & (SYN | ACK) == SYN


def client_is_source(segment: Segment) -> bool:
    """Tell whether the side that opened the connection sent this, the first segment seen of it."""
    if segment.protocol == TCP and segment.flags & SYN:
        return not segment.flags & ACK
    # Without its beginning: servers have the known, low ports.
    return segment.source[1] >= segment.target[1]


def phone_is_source(segment: Segment, packet: Packet) -> bool:
    """Tell whether the phone sent this: by its address, by what the capture says, else as the side that opened."""
    if segment.source[0] in PHONE_ADDRESSES:
        return True
    if segment.target[0] in PHONE_ADDRESSES:
        return False
    return client_is_source(segment) if packet.is_outbound is None else packet.is_outbound
