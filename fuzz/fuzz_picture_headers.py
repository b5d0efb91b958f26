"""Fuzz target: the headers of pictures, the only bytes of them that the main process reads.

Seeds: 40×30 pixels of each format, written by Pillow and libheif (`tests/media/comparing/pictures.py`: `scene`,
`encoded`), with EXIF data where the format has a place for it; moving ones where it moves.
"""

import sys

import atheris

with atheris.instrument_imports(include=["phoneward.media"]):
    from phoneward.media.headers import end_of, read_header


def one_input(data: bytes) -> None:
    """What is read is in its bounds, and a picture cut out at its end says the same as before."""
    header = read_header(data)
    if header is None:
        return
    if header.width <= 0 or header.height <= 0 or not 1 <= header.orientation <= 8:
        raise AssertionError("a size or an orientation that cannot be")
    if header != read_header(memoryview(data)):
        raise AssertionError("a view says something else")
    end = end_of(data, header)
    if end is None:
        return
    if not 12 <= end <= len(data):
        raise AssertionError("an end outside")
    again = read_header(data[:end])
    if again is None or (again.format, again.width, again.height) != (header.format, header.width, header.height):
        raise AssertionError("what follows a picture changes what it says")
    if end_of(data[:end], again) != end:
        raise AssertionError("another end")


def main() -> None:
    """Run under libFuzzer's arguments."""
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
