"""What caches and thumbnail databases note of a picture besides its bytes: when it was, and of which picture it is.

Each function looks at one kind of trace, believes nothing, and returns None where it does not fit. Sources:
- `.thumbdata3-…`, `.thumbdata4-…`: AOSP, `android.media.MiniThumbFile` (until Android 9): a slot of 10,000 bytes for
  each picture, by its number in the MediaStore: a status byte, a number of 8 bytes (`mini_thumb_magic`), a length of 4,
  the JPEG. MediaTek's versions 5 and 6 differ (16 KiB, an index apart); of those only the pictures are found.
- `imgcache.0`, `imgcache.1` of AOSP's gallery and those built on it: `com.android.gallery3d.common.BlobCache` and
  `ImageCacheService`: before each picture stands its key in UTF-16: path, time of change in seconds, kind.
- `journal` of DiskLruCache (Glide, OkHttp, Picasso, Universal Image Loader): its README,
  github.com/JakeWharton/DiskLruCache.
- `<md5>.0` beside `<md5>.1`: OkHttp's `Cache.Entry`: address, request, status, headers with `OkHttp-Received-Millis`.
- Chromium's simple cache: net/disk_cache/simple/simple_entry_format.h: a header of 24 bytes, then the key, an address.
"""

import email.utils
import re
import struct
from dataclasses import dataclass
from typing import Final

SLOT: Final = 10_000
_SLOT_HEADER: Final = struct.Struct(">BqI")
_GALLERY_KEY: Final = re.compile(r"(/[^\0+]{1,300})\+(?:(-?\d{1,13})\+)?(\d{1,3})\Z")
_NUMBER_AT_END: Final = re.compile(r"/item/(\d{1,18})\Z")
_MOST_KEY: Final = 1_024
"""Bytes before a picture that are looked at for its key."""
_SIMPLE: Final = struct.Struct("<QIIII")
_SIMPLE_MAGIC: Final = 0xFCFB6D1BA7725C30
_JOURNAL_HEADS: Final = (b"libcore.io.DiskLruCache\n",)
_JOURNAL_LINE: Final = re.compile(rb"(CLEAN|DIRTY|REMOVE|READ) ([a-zA-Z0-9_-]{1,120})((?: \d{1,15})*)\Z")
_MOST_LINES: Final = 1_000_000
_RECEIVED: Final = re.compile(r"(?:OkHttp|X-Android)-Received-Millis: (\d{10,15})\Z", re.IGNORECASE)
_MODIFIED: Final = re.compile(r"Last-Modified: ([^\r\n]{10,60})\Z", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"https?://[\x21-\x7e]{1,2000}\Z")
_LATEST_MS: Final = 4_102_444_800_000
"""2100."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What is noted of a picture.

    Attributes:
        how: a stable word for where it stands: `thumbdata`, `gallery`, `okhttp`, `simple-cache`, `journal`.
        time_ms: when, milliseconds since 1970 UTC; None where it is not noted.
        number: of the picture in the MediaStore; None where it is not noted.
        magic: of its thumbnail in the MediaStore (`mini_thumb_magic`); None where it is not noted.
        address: where it was loaded from, or its path; empty where it is not noted.
        is_small: it is a thumbnail of another picture.
    """

    how: str
    time_ms: int | None = None
    number: int | None = None
    magic: int | None = None
    address: str = ""
    is_small: bool = False


def thumbdata_trace(offset: int, before: bytes) -> Trace | None:
    """Return what a slot of a thumbnail database says of the picture in it.

    Args:
        offset: of the picture in the file.
        before: the bytes before it, at least the slot's header.
    """
    number, place = divmod(offset, SLOT)
    if place != _SLOT_HEADER.size or len(before) < _SLOT_HEADER.size:
        return None
    status, magic, length = _SLOT_HEADER.unpack(before[-_SLOT_HEADER.size :])
    if status not in {0, 1} or not 0 < length <= SLOT - _SLOT_HEADER.size:
        return None
    return Trace(how="thumbdata", number=number, magic=magic, is_small=True)


def gallery_trace(before: bytes) -> Trace | None:
    """Return what a gallery's cache says of a picture: its key ends where the picture begins.

    Args:
        before: the bytes before it.
    """
    key = before[-_MOST_KEY:]
    if len(key) % 2:
        key = key[1:]
    text = key.decode("utf-16-le", "replace")
    found = _GALLERY_KEY.search(text[text.rfind("\0") + 1 :])
    if found is None:
        return None
    seconds = int(found[2]) if found[2] else 0
    number = _NUMBER_AT_END.search(found[1])
    return Trace(
        how="gallery",
        time_ms=_usable(seconds * 1000),
        number=int(number[1]) if number else None,
        address=found[1],
        is_small=True,
    )


def simple_cache_trace(head: bytes) -> Trace | None:
    """Return what the beginning of a file of Chromium's simple cache says.

    Args:
        head: the file's first bytes; the key reaches to some hundred.
    """
    if len(head) < _SIMPLE.size:
        return None
    magic, version, length, _hash, _pad = _SIMPLE.unpack_from(head)
    if magic != _SIMPLE_MAGIC or not 1 <= version <= 100 or not 0 < length <= 8192:
        return None
    key = head[_SIMPLE.size : _SIMPLE.size + length].decode("utf-8", "replace").rpartition(" ")[2]
    return Trace(how="simple-cache", address=key if _ADDRESS.match(key) else "")


def okhttp_trace(metadata: bytes) -> Trace | None:
    """Return what OkHttp noted of an answer that it kept.

    Args:
        metadata: the file that ends in `.0`.
    """
    lines = metadata[: 64 << 10].decode("utf-8", "replace").split("\n")
    if len(lines) < 5 or not _ADDRESS.match(lines[0]) or not lines[1].isupper():
        return None
    received, modified = None, None
    for line in lines[2:400]:
        if found := _RECEIVED.match(line):
            received = int(found[1])
        elif found := _MODIFIED.match(line):
            modified = _http_time(found[1])
    return Trace(how="okhttp", time_ms=_usable(received if received is not None else modified), address=lines[0])


@dataclass(frozen=True, slots=True)
class Journal:
    """What a cache's journal says.

    Attributes:
        order: keys in the order in which they were last written; a key's place is its value.
        unfinished: keys whose writing had begun and not ended.
    """

    order: dict[str, int]
    unfinished: frozenset[str]


def read_journal(data: bytes) -> Journal | None:
    """Return what a journal of DiskLruCache says; None where it is none. A damaged end does no harm."""
    if not data.startswith(_JOURNAL_HEADS):
        return None
    order: dict[str, int] = {}
    begun: set[str] = set()
    for number, line in enumerate(data.split(b"\n", _MOST_LINES)[4:]):
        found = _JOURNAL_LINE.match(line)
        if found is None:
            continue
        key = found[2].decode("ascii")
        match found[1]:
            case b"CLEAN":
                order.pop(key, None)
                order[key] = number
                begun.discard(key)
            case b"DIRTY":
                begun.add(key)
            case b"REMOVE":
                order.pop(key, None)
                begun.discard(key)
    places = {key: place for place, key in enumerate(sorted(order, key=order.__getitem__))}
    return Journal(places, frozenset(begun))


def _usable(time_ms: int | None) -> int | None:
    return time_ms if time_ms is not None and 0 < time_ms < _LATEST_MS else None


def _http_time(text: str) -> int | None:
    try:
        return int(email.utils.parsedate_to_datetime(text).timestamp() * 1000)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
