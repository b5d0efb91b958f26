"""Multipart bodies (RFC 2046 5.1, RFC 7578): each part with its name, and its transfer encoding taken off."""

import binascii
import quopri
import re
from collections.abc import Iterator
from email.message import Message
from typing import Final

from phoneward.errors import readable
from phoneward.watch.captures.unwrapping.budget import Budget, Node, Problem, encodings_of

_LONGEST_HEAD: Final = 16 << 10
_LONGEST_VALUE: Final = 1_000
_MOST_PARTS: Final = 10_000
_BOUNDARY: Final = re.compile(rb"--([!-~ ]{0,199}[!-~])\r?\n")
_HEAD_END: Final = re.compile(rb"\r?\n\r?\n")


def boundary_of(node: Node) -> bytes:
    """Return the boundary that the header names, else the one that the body begins with; empty where it has none."""
    if node.content_type.lower().startswith("multipart/"):
        named = parameter(node.content_type, "boundary").encode("latin-1", "replace")
        if named and b"--" + named in node.data[: len(named) + 4096]:
            return named
    first = _BOUNDARY.match(node.data[:210].lstrip(b"\r\n"))
    if first is None or node.data.find(b"\n--" + first[1], first.end()) < 0:
        return b""
    return first[1]


def parts(node: Node, boundary: bytes, budget: Budget) -> Iterator[tuple[str, Node]]:
    """Yield name and content of each part. The last may be cut off."""
    mark = b"--" + boundary
    at = node.data.find(mark)
    for _count in range(_MOST_PARTS):
        if at < 0:
            return
        at += len(mark)
        if node.data[at : at + 2] == b"--":
            return
        line = node.data.find(b"\n", at)
        if line < 0:
            return
        end = node.data.find(b"\n" + mark, line)
        stop = len(node.data) if end < 0 else end - (node.data[end - 1 : end] == b"\r")
        if stop > line:
            yield _part(node, node.data[line + 1 : stop])
        at = end + 1 if end >= 0 else -1
    budget.note(Problem.TOO_DEEP)


def _part(node: Node, data: bytes) -> tuple[str, Node]:
    head, content = _split(data)
    disposition = head.get("content-disposition", "")
    name, file = parameter(disposition, "name"), parameter(disposition, "filename")
    said = f"multipart {short(file or name)}" if file or name else "multipart"
    form = (*node.form, said)
    match head.get("content-transfer-encoding", "").strip().lower():
        case "base64":
            content, form = _unbased(content), (*form, "base64")
        case "quoted-printable":
            content, form = quopri.decodestring(content), (*form, "quoted-printable")
    encodings = encodings_of(head.get("content-encoding", ""))
    return name, Node(content, form, head.get("content-type", ""), encodings)


def _split(data: bytes) -> tuple[dict[str, str], bytes]:
    """Return a part's headers, names in lower case, and its content."""
    if data.startswith((b"\r\n", b"\n")):
        return {}, data[1 + data.startswith(b"\r") :]
    end = _HEAD_END.search(data, 0, _LONGEST_HEAD)
    if end is None:
        return {}, data
    lines = re.sub(rb"\r?\n[ \t]+", b" ", data[: end.start()]).decode("utf-8", "replace").splitlines()
    pairs = (line.partition(":") for line in lines)
    return {name.strip().lower(): value.strip() for name, _colon, value in pairs}, data[end.end() :]


def _unbased(data: bytes) -> bytes:
    try:
        return binascii.a2b_base64(data)
    except binascii.Error:  # cut off
        clean = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
        return binascii.a2b_base64(clean[: len(clean) // 4 * 4])


def parameter(value: str, name: str) -> str:
    """Return a parameter of a header's value, RFC 2231's forms included; empty where it is not there."""
    message = Message()
    message["x-header"] = value[:_LONGEST_VALUE].replace("\r", " ").replace("\n", " ")
    try:
        found = message.get_param(name, "", "x-header")
    except (ValueError, LookupError):
        return ""
    return found[2] if isinstance(found, tuple) else str(found)


def short(name: str) -> str:
    """Return a name that the body gave, fit to be shown."""
    return readable(name[:60])
