"""The words between a confined worker and its parent. The parent trusts none of them.

A frame is a 4-byte little-endian length and that many bytes. To the worker go one `Setup` and then, a frame a call,
the arguments as a MessagePack map (parameter name → value). From the worker come replies: one tag byte and a body.
MessagePack (msgspec) and never pickle: decoding gives plain data of the promised type, and runs nothing.
"""

import struct
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

import msgspec

from phoneward.confined.errors import BadAnswerError
from phoneward.errors import readable

R = TypeVar("R")

LENGTH = struct.Struct("<I")
MAX_KIND = 100
"""Characters of an exception's class name that are kept."""
MAX_PROBLEM = 500
"""Characters of an exception's message that are kept."""
OVERHEAD = 16 << 10
"""Bytes a reply that carries no value may take."""

TAG_READY = b"R"
TAG_VALUE = b"V"
TAG_RAISED = b"E"
TAG_MEMORY = b"M"
TAG_TOO_LARGE = b"L"


class Setup(msgspec.Struct, frozen=True):
    """The first frame: what this worker will call and how it confines itself. Sizes in bytes."""

    module: str
    function: str
    parameters: list[str]
    memory_bytes: int
    output_bytes: int
    open_files: int
    cpu_seconds: int


@dataclass(frozen=True, slots=True)
class Ready:
    """The function is loaded; `measures` names what confines the worker."""

    measures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Value(Generic[R]):
    """The function returned this."""

    value: R


@dataclass(frozen=True, slots=True)
class Raised:
    """The function raised; both texts are printable and short."""

    kind: str
    problem: str


@dataclass(frozen=True, slots=True)
class OutOfMemory:
    """The function ran out of memory."""


@dataclass(frozen=True, slots=True)
class TooLarge:
    """The function returned more than the caller is ready to take."""


Reply: TypeAlias = Ready | Value[R] | Raised | OutOfMemory | TooLarge

_READY: msgspec.msgpack.Decoder[list[str]] = msgspec.msgpack.Decoder(list[str])
_RAISED: msgspec.msgpack.Decoder[tuple[str, str]] = msgspec.msgpack.Decoder(tuple[str, str])


def frame(body: bytes) -> bytes:
    """Return the frame that carries this body."""
    return LENGTH.pack(len(body)) + body


def encode_raised(kind: str, problem: str) -> bytes:
    """Return the body of a reply that says what the function raised; cut to length, any string is accepted."""
    cut = [kind[:MAX_KIND], problem[:MAX_PROBLEM]]
    return TAG_RAISED + msgspec.msgpack.encode([text.encode("utf-8", "backslashreplace").decode() for text in cut])


def decode_reply(body: bytes, values: "msgspec.msgpack.Decoder[R]") -> "Reply[R]":
    """Return what the worker said, its value checked against the promised type.

    Args:
        body: one frame without its length, already bounded by the caller.
        values: the decoder of the promised type; its strictness is the check.

    Raises:
        BadAnswerError: anything else than a well-formed reply of the promised type.
    """
    tag, rest = body[:1], body[1:]
    try:
        if tag == TAG_VALUE:
            return Value(values.decode(rest))
        if tag == TAG_RAISED:
            kind, problem = _RAISED.decode(rest)
            return Raised(readable(kind[:MAX_KIND]), readable(problem[:MAX_PROBLEM]))
        if tag == TAG_READY:
            return Ready(tuple(readable(name[:MAX_KIND]) for name in _READY.decode(rest)))
    # A header may claim 2^32 items, nest without end, hold text that is not UTF-8 or a timestamp out of range.
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        raise BadAnswerError(problem=readable(str(error)[:MAX_PROBLEM])) from None
    if body == TAG_MEMORY:
        return OutOfMemory()
    if body == TAG_TOO_LARGE:
        return TooLarge()
    raise BadAnswerError(problem=readable(f"tag {tag.hex()!r}"))
