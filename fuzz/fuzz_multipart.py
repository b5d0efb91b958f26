"""Fuzz target: a form with files, as the page's server reads it.

The first byte says how long the pieces are that it comes in. What is read must not depend on that, where it is read:
python-multipart refuses some line ends in front of the first part only in some pieces.
"""

import contextlib
import sys

import atheris

with atheris.instrument_imports(include=["phoneward.web.security.multipart"]):
    from phoneward.web.security.multipart import Data, Event, MultipartError, MultipartReader, Part, boundary_of

BOUNDARY = b"b0undary"


def read(body: bytes, step: int) -> list[object] | None:
    """Return the parts with their content; None where it is refused."""
    reader = MultipartReader(BOUNDARY)
    found: list[object] = []
    content = bytearray()
    try:
        for start in range(0, len(body), step):
            for event in reader.feed(body[start : start + step]):
                _take(event, found, content)
    except MultipartError:
        return None
    return [*found, bytes(content)] if reader.is_done else None


def _take(event: Event, found: list[object], content: bytearray) -> None:
    if isinstance(event, Data):
        content += event.content
    else:
        found.append((bytes(content), event.name if isinstance(event, Part) else None))
        content.clear()


def one_input(data: bytes) -> None:
    """Read it whole and in pieces; where both are read, both say the same."""
    body = data[1:].replace(b"\x00", b"--" + BOUNDARY)
    whole = read(body, max(1, len(body)))
    pieces = read(body, 1 + data[0] % 64 if data else 1)
    if whole is not None and pieces is not None and pieces != whole:
        raise AssertionError(body)
    with contextlib.suppress(MultipartError):
        boundary_of(data.decode("latin-1"))


def main() -> None:
    """Run the fuzzer."""
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
