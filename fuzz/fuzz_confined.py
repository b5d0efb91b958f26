"""Fuzz target: what a confined worker says to its parent, after hostile input may have taken the worker over."""

import sys
from dataclasses import dataclass

import atheris

with atheris.instrument_imports(include=["phoneward.confined"]):
    from phoneward.confined.protocol import decode_reply

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
        decode_reply(data, DECODER)
    except PhonewardError:
        return


def main() -> None:
    """Run under libFuzzer's usual arguments."""
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
