"""What a file of a snapshot holds, handed to the browser as something to keep, never as a page of ours.

Whatever a phone's file is called and holds, it comes as an attachment, its type fixed here. Only what begins as a JPEG,
PNG, GIF or WebP does is shown inside a page, as a picture. Nothing is decoded here.
"""

from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from phoneward.errors import readable
from phoneward.vault import BlobFile, Node, NodeType, Repository, find_node, open_file
from phoneward.web.addresses import path_of
from phoneward.web.page import context_of

MAX_PREVIEW: Final = 32 << 20
"""Bytes of a picture that is shown on a page; a larger one can be downloaded."""
PIECE: Final = 256 << 10
CACHE_BYTES: Final = 1 << 20
HEAD_BYTES: Final = 16
ANYTHING: Final = "application/octet-stream"
MAX_NAME: Final = 200
_UNSAFE: Final = frozenset("<>:\"/\\|?*;%'")


def picture_type(head: bytes) -> str:
    """Return the type of a picture by its first bytes; empty for everything else, SVG among it.

    Sources: JPEG ITU-T T.81 B.1.1.3 (SOI) and the marker after it; PNG 3rd edition 5.2; GIF89a 17; RFC 9649 2.4.
    """
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image/webp"
    return ""


def preview_type(repo: Repository, node: Node) -> str:
    """Return as what a file may be shown on a page; empty where it may not.

    Raises:
        PhonewardError: it cannot be read.
    """
    if node.type != NodeType.FILE:
        return ""
    with open_file(repo, node, cache_bytes=CACHE_BYTES) as stream:
        kind = picture_type(stream.read(HEAD_BYTES) or b"")
    return kind if node.size <= MAX_PREVIEW else ""


def content(request: Request) -> Response:
    """Send a file of a snapshot, piece by piece."""
    with context_of(request).library.open() as opened:
        info = opened.find(request.path_params["id"])
        path = b"/" + path_of(request).strip(b"/")
        node = find_node(opened.repo, info.snapshot.tree, path)
        stream = open_file(opened.repo, node, cache_bytes=CACHE_BYTES)
        kind = picture_type(stream.read(HEAD_BYTES) or b"")
    stream.seek(0)
    is_shown = bool(kind) and node.size <= MAX_PREVIEW and "show" in request.query_params
    headers = {
        "content-length": str(stream.size),
        "content-disposition": disposition(path.rpartition(b"/")[2], is_shown=is_shown),
        "accept-ranges": "none",
    }
    if request.method == "HEAD":
        return Response(headers=headers, media_type=kind or ANYTHING)
    return StreamingResponse(_pieces(stream), headers=headers, media_type=kind or ANYTHING)


def _pieces(stream: BlobFile) -> Iterator[bytes]:
    """Yield the content. Damage in the middle breaks the connection off: the browser keeps no half file as a whole."""
    with stream:
        while piece := stream.read(PIECE):
            yield piece


def disposition(name: bytes, *, is_shown: bool) -> str:
    """Return a Content-Disposition (RFC 6266): the name in ASCII, and as it is for browsers that know RFC 8187."""
    text = "".join("_" if c in _UNSAFE else c for c in readable(name))[:MAX_NAME].strip(". ") or "file"
    plain = "".join(c if c.isascii() else "_" for c in text)
    kind = "inline" if is_shown else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(text, safe='')}"


ROUTES: Final = (Route("/content/{id}", content),)
