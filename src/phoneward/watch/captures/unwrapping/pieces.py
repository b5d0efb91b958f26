"""Uploads that go in pieces: which piece of which upload a request carries, where it says so.

`Content-Range` (RFC 9110 14.4; Google's and Microsoft's resumable uploads), tus (`Upload-Offset`), S3's `partNumber`,
Azure's `blockid`, Dropbox's `Dropbox-API-Arg`, and the numbered fields of upload libraries: plupload (`chunk`),
Resumable.js (`resumableChunkNumber`), flow.js (`flowChunkNumber`), Dropzone (`dzchunkindex`, `dzchunkbyteoffset`),
Baidu (`partseq`), and whatever is called alike.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

_RANGE: Final = re.compile(r"bytes\s+(\d{1,15})-(\d{1,15})/")
_OFFSETS: Final = re.compile(
    r"(?:upload|chunk|file|byte|part|start|data|block|begin|slice|dzchunkbyte)?offset|(?:start|begin)(?:byte|pos|position)?"
)
_NUMBERS: Final = re.compile(
    r"(?:resumable|flow|dz|current|upload|file)?(?:chunk|part|block|slice|segment|piece|frag|fragment|packet|blob)"
    r"(?:index|number|num|no|seq|id|idx|order)?|index|idx|seq|seqno|sequence|number|num|no|order"
)
_IDENTITIES: Final = re.compile(
    r"(?:resumable|flow|upload|file|session|task|dz|transfer|multipart|x)*(?:identifier|uuid|guid|uploadid|fileid|sessionid|"
    r"session|taskid|uploadkey|uploadtoken|filename|filemd5|filehash|key|id)|name"
)
_CHUNKED_NAME: Final = re.compile(r"blob|chunk|part|piece|slice|\d", re.IGNORECASE)
_DIGITS: Final = re.compile(r"\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What a request says of the piece it carries.

    Attributes:
        upload: what the pieces of one upload have in common.
        place: the piece's offset, or its number.
        is_offset: which of the two.
        how: by what it is known, to be shown.
    """

    upload: str
    place: int
    is_offset: bool
    how: str


def mark_of(method: str, url: str, headers: Mapping[str, str], fields: Mapping[str, str]) -> Mark | None:
    """Return the mark of a request that carries a piece; None where nothing says that it does.

    Args:
        method: HTTP's.
        url: asked for.
        headers: names in lower case.
        fields: of the body and of the address's query.
    """
    named = {_plain(name): (name, value.strip()) for name, value in {**headers, **fields}.items()}
    parts = urlsplit(url)
    place = _DIGITS.sub("0", parts.path)
    identity = " ".join(
        f"{name}={value}"
        for name, (_shown, value) in sorted(named.items())
        if _IDENTITIES.fullmatch(name) and not (name.endswith("name") and _CHUNKED_NAME.search(value))
    )
    if (found := _RANGE.search(headers.get("content-range", ""))) is not None:
        return Mark(upload=f"{method} {url} {identity}", place=int(found[1]), is_offset=True, how="Content-Range")
    upload = f"{parts.netloc}{place} {identity}"
    for is_offset, pattern in ((True, _OFFSETS), (False, _NUMBERS)):
        for name, (shown, value) in named.items():
            if pattern.fullmatch(name) and value.isdecimal() and len(value) < 15:
                return Mark(upload=upload, place=int(value), is_offset=is_offset, how=shown)
    return _argument(headers, upload) or _block(named, upload)


def _argument(headers: Mapping[str, str], upload: str) -> Mark | None:
    """Dropbox's `Dropbox-API-Arg: {"cursor": {"session_id": "…", "offset": 0}}` and its like."""
    for name, value in headers.items():
        found = re.search(r'"offset"\s*:\s*(\d{1,15})', value)
        if found is not None:
            session = re.search(r'"session_id"\s*:\s*"([^"]{1,200})"', value)
            return Mark(
                upload=f"{upload} {session[1] if session else ''}", place=int(found[1]), is_offset=True, how=name
            )
    return None


def _block(named: Mapping[str, tuple[str, str]], upload: str) -> Mark | None:
    """Azure's blocks: their names are base64 of numbers by custom, else they count in the order of their names."""
    if "blockid" not in named:
        return None
    try:
        text = base64.b64decode(named["blockid"][1]).decode("ascii", "ignore")
    except binascii.Error:
        text = named["blockid"][1]
    digits = "".join(_DIGITS.findall(text))[-12:]
    return Mark(upload=upload, place=int(digits or 0), is_offset=False, how=named["blockid"][0])


def _plain(name: str) -> str:
    """Return a field's name without what naming habits add: case, dashes, `X-`, a maker's prefix."""
    plain = re.sub(r"[^a-z0-9]", "", name.lower().removeprefix("x-").removeprefix("goog-"))
    return plain[:60]
