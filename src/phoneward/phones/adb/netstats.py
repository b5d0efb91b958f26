"""How many bytes an app has sent, by the phone's own count (`dumpsys netstats --uid`).

After `dumpsys netstats --poll` ("Forced poll") the section "UID stats:" holds all that was counted since the phone was
switched on, in buckets of two hours; their sum is exact to the byte at the poll, so the difference of two sums is what
was sent in between, whichever buckets it fell into. Lines with a tag repeat a part of those with `tag=0x0`.

Source: AOSP NetworkStatsService.java `dump` (`--poll` does nothing else), NetworkStatsRecorder.java `dumpLocked`
(`Pending bytes: N`, `History since boot:`), NetworkStatsCollection.java `dump` (`ident=… uid=N set=S tag=0xN`),
NetworkStatsHistory.java `dump` (`st= rb= rp= tb= tp= op=`): read in builds from before Android 8, of 9 or 10, and of 13
and later, the same in all. Seen in what people published: a phone of 2021 (`type=WIFI`), emulators with Android 12 and
later (`type=1`), a ColorOS with Android 16. Of Android 11 and 15 nothing was seen. Android 4's `txBytes=` is not read.
"""

import re

from phoneward.phones.usage import SentBytes

_KEY = re.compile(rb"  +ident=(.{0,4000}) uid=(-?\d{1,10}) set=[A-Z_]{1,30} tag=0x([0-9a-f]{1,8})")
_COUNT = re.compile(rb" +st=\d{1,12} rb=(\d{1,18}) rp=\d{1,18} tb=(\d{1,18}) tp=\d{1,18}(?: op=-?\d{1,18})?")
_VPN = re.compile(rb"\btype=(?:17|VPN)\b")
"""ConnectivityManager.TYPE_VPN; by name before Android 12."""
_SECTION = re.compile(rb"^UID stats:\r?\n((?:[ \r][^\n]*\n|\n)*)", re.MULTILINE)
_MOST_LINES = 1_000_000


def parse_sent(answer: bytes, uid: int) -> SentBytes | None:
    """Return what is counted for one user id; None where this is no such listing.

    Args:
        answer: what `dumpsys netstats --uid` printed.
        uid: of the app, with its user (Android's `userId * 100000 + appId`).
    """
    section = _SECTION.search(answer)
    if section is None:
        return None
    sent = received = vpn_sent = entries = 0
    is_ours = is_vpn = False
    for line in section[1].split(b"\n", _MOST_LINES)[:_MOST_LINES]:
        if (key := _KEY.match(line)) is not None:
            is_ours = int(key[2]) == uid and int(key[3], 16) == 0
            is_vpn = _VPN.search(key[1]) is not None
        elif is_ours and (count := _COUNT.match(line)) is not None:
            entries += 1
            received += int(count[1])
            sent += int(count[2])
            vpn_sent += int(count[2]) if is_vpn else 0
    return SentBytes(sent, received, vpn_sent, entries)
