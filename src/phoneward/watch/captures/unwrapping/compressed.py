"""Compression: what a header says is compressed, and what its first bytes show to be. Nothing unpacks without bound."""

import re
import sys
import zlib
from collections.abc import Iterator, Sequence
from typing import Final

from phoneward.watch.captures.unwrapping.budget import Budget, Node, Problem

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

GZIP: Final = b"\x1f\x8b\x08"
_GZIP_HEAD: Final = re.compile(rb"\x1f\x8b\x08[\0-\x1f].{5}[\0-\x0d\xff]", re.DOTALL)
"""RFC 1952 2.3: flags above 0x1F are reserved, systems are 0 to 13 and 255."""
ZSTD: Final = b"\x28\xb5\x2f\xfd"
_ZLIB: Final = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_GZIP_BITS: Final = 31
"""zlib's `wbits` for gzip."""
_STEP: Final = 1 << 20
_INPUT_STEP: Final = 1 << 14
_MOST_MEMBERS: Final = 1_000
_MOST_WITHIN: Final = 32
"""Places within one layer at which something compressed may begin."""


def decoded(node: Node, budget: Budget) -> Node:
    """Return a body without the content encodings that its header names; those that were taken off already stay off."""
    data, form = node.data, node.form
    for name in reversed(node.encodings):
        result = _decoded(name, data, budget)
        if result is not None:
            data, form = result, (*form, name)
    return Node(data, form, node.content_type, is_form_value=node.is_form_value)


def _decoded(name: str, data: bytes, budget: Budget) -> bytes | None:
    result: bytes | None = None
    match name:
        case "gzip" | "x-gzip" if data.startswith(GZIP):
            result = _inflated(data, _GZIP_BITS, budget)
        case "deflate":  # zlib as in RFC 9110, or bare as some send it
            result = _inflated(data, 15, budget) or _inflated(data, -15, budget)
        case "zstd" if data.startswith(ZSTD):
            result = _unzstd(data, budget)
        case "br":
            result = _unbrotli(data, budget)
        case "aws-chunked" | "chunked":
            result = unchunked(data)
        case "gzip" | "x-gzip" | "zstd" | "identity":
            pass  # taken off already
        case _:
            budget.note(Problem.ENCODING)
    return result or None


def opened(node: Node, budget: Budget) -> Node | None:
    """Return what a compressed body holds, told by its first bytes; None where it is not compressed."""
    data = node.data
    if data.startswith(GZIP):
        content, name = _inflated(data, _GZIP_BITS, budget), "gzip"
    elif data.startswith(ZSTD):
        content, name = _unzstd(data, budget), "zstd"
    elif data[:2] in _ZLIB:
        content, name = _inflated(data, 15, budget, is_sure=False), "zlib"
    else:
        return None
    return node.inner(content, name) if content else None


def within(node: Node, pictures: Sequence[range], budget: Budget) -> Iterator[Node]:
    """Yield what lies compressed at an offset: behind a frame's head, in a field of a binary message.

    Args:
        node: where to look.
        pictures: where pictures lie in it: what is compressed in there is their own (a PNG's lines are zlib).
        budget: bounds the output.
    """
    for magic, name in ((GZIP, "gzip"), (ZSTD, "zstd"), *((magic, "zlib") for magic in _ZLIB)):
        at = 0
        for _count in range(_MOST_WITHIN):
            at = node.data.find(magic, at + 1)
            if at < 0:
                break
            if any(at in picture for picture in pictures):
                continue
            if name == "gzip" and not _GZIP_HEAD.match(node.data, at):
                continue
            content = _content_at(node.data, at, name, budget)
            if content:
                yield node.inner(content, name)


def _content_at(data: bytes, at: int, name: str, budget: Budget) -> bytes:
    match name:
        case "gzip":
            return _inflated(data[at:], _GZIP_BITS, budget, is_sure=False)
        case "zlib":
            # Two bytes are met by chance in every 16 kB: nothing is copied for a look.
            return _inflated(memoryview(data)[at:], 15, budget, is_sure=False)
        case _:
            return _unzstd(data[at:], budget, is_sure=False)


def _inflated(data: bytes | memoryview, wbits: int, budget: Budget, *, is_sure: bool = True) -> bytes:
    """Return what zlib unpacks, member after member; what was unpacked before an error counts.

    Args:
        data: compressed.
        wbits: zlib's: 15 zlib, 31 gzip, -15 bare.
        budget: bounds the output.
        is_sure: damage is a problem, and no sign that it never was compressed.
    """
    found = bytearray()
    most = budget.largest
    at = 0
    for _count in range(_MOST_MEMBERS):
        unpacker = zlib.decompressobj(wbits)
        try:
            at = _inflate(unpacker, data, at, found, most)
        except zlib.error:
            if not is_sure:
                return b""
            if wbits == _GZIP_BITS and not found:
                budget.note(Problem.BROKEN)
            break
        if len(found) > most:
            budget.note(Problem.BOMB)
            return bytes(found[:most])
        if wbits != _GZIP_BITS or data[at : at + len(GZIP)] != GZIP:
            break
    return bytes(found)


def _inflate(unpacker: "zlib._Decompress", data: bytes | memoryview, at: int, found: bytearray, most: int) -> int:
    """Unpack one member, or as much of it as takes `found` above `most`; return where it ends.

    It goes in by small steps: zlib copies what it is given and does not use.
    """
    while not unpacker.eof and at < len(data) and len(found) <= most:
        part = data[at : at + _INPUT_STEP]
        found += unpacker.decompress(part, min(_STEP, most - len(found) + 1))
        at += len(part) - len(unpacker.unconsumed_tail) - len(unpacker.unused_data)
    return at


def _unzstd(data: bytes, budget: Budget, *, is_sure: bool = True) -> bytes:
    found = bytearray()
    most = budget.largest
    unpacker = zstd.ZstdDecompressor()
    try:
        while not unpacker.eof and len(found) <= most and (data or not unpacker.needs_input):
            found += unpacker.decompress(data, min(_STEP, most - len(found) + 1))
            data = b""
    except zstd.ZstdError:
        if not is_sure:
            return b""
        if not found:
            budget.note(Problem.BROKEN)
    if len(found) > most:
        budget.note(Problem.BOMB)
    return bytes(found[:most])


def _unbrotli(data: bytes, budget: Budget) -> bytes | None:
    """Unpack with whichever binding of Brotli happens to be installed; none is in the standard library."""
    try:
        import brotli  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        budget.note(Problem.BROTLI)
        return None
    try:
        unpacker = brotli.Decompressor()
        found = bytearray()
        for start in range(0, len(data), 1 << 12):
            found += unpacker.process(data[start : start + (1 << 12)])
            if len(found) > budget.largest:
                budget.note(Problem.BOMB)
                break
        return bytes(found[: budget.largest])
    except brotli.error:
        return None  # taken off already


def unchunked(data: bytes) -> bytes | None:
    """Return a body without the sizes between its chunks (RFC 9112 7.1; S3's `aws-chunked` adds signatures).

    None where it has none: whoever recorded it took them off.
    """
    found = bytearray()
    at = 0
    while at < len(data):
        end = data.find(b"\r\n", at, at + 200)
        digits = data[at:end].partition(b";")[0].strip()
        if end < 0 or not digits or len(digits) > 8 or digits.strip(b"0123456789abcdefABCDEF"):
            return bytes(found) if found else None
        size = int(digits, 16)
        found += data[end + 2 : end + 2 + size]
        at = end + 2 + size + 2
        if size == 0:
            break
    return bytes(found)
