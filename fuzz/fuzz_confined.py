"""Fuzz target: what a confined worker says to its parent, after hostile input may have taken the worker over.

The seeds are one reply of each kind, made with `phoneward.confined.protocol` and msgspec.
"""

import sys
from dataclasses import dataclass

import atheris

with atheris.instrument_imports(include=["phoneward.confined"]):
    from phoneward.confined.protocol import Raised, Value, decode_reply

import msgspec

from phoneward.errors import PhonewardError


@dataclass
class Sample:
    """A shape with one field of each kind that a parser's answer has."""

    name: bytes
    title: str
    sizes: list[int]
    parts: dict[str, "Sample | None"]


DECODER: "msgspec.msgpack.Decoder[Sample]" = msgspec.msgpack.Decoder(Sample)


def one_input(data: bytes) -> None:
    """Decode; an error of our family is the expected answer to nonsense, anything else is a finding."""
    try:
        reply = decode_reply(data, DECODER)
    except PhonewardError as error:
        if not str(error).isprintable():
            raise AssertionError(data) from error
        return
    printable = not isinstance(reply, Raised) or (reply.kind + reply.problem).isprintable()
    as_promised = not isinstance(reply, Value) or isinstance(reply.value, Sample)
    if not (printable and as_promised):
        raise AssertionError(data)


def main() -> None:
    """Run under libFuzzer's usual arguments."""
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
