"""Fuzz target: looking for pictures in any file: at any place, in databases, in zips.

Seeds: made with `tests/media/finding/test_finding.py`: a database in pages of 512 bytes with a picture in a cell, a zip
with a picture stored and one deflated, two small pictures with bytes between them.
"""

import sys

import atheris

with atheris.instrument_imports(include=["phoneward.media.finding"]):
    from phoneward.media.finding import find_in, find_pictures

import io

MOST = 50


def one_input(data: bytes) -> None:
    """What is found lies where it says, whole bytes of the input, and reading piece by piece finds the same."""
    told: list[str] = []
    found = list(find_pictures(data, most=MOST, on_left_out=lambda reason: told.append(reason.value)))
    if len(found) > MOST or len(told) != len(set(told)):
        raise AssertionError("a bound that does not hold")
    after = 0
    for one in found:
        if not one.data or min(one.header.width, one.header.height) <= 0:
            raise AssertionError("a picture without anything")
        if not one.via:
            if one.offset < after or data[one.offset : one.offset + len(one.data)] != one.data:
                raise AssertionError("a picture that does not lie there")
            after = one.offset + len(one.data)
    if list(find_in(io.BytesIO(data), len(data), most=MOST)) != found:
        raise AssertionError("another way of reading finds others")


def main() -> None:
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
