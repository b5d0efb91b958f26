"""Fuzz target: the ZIP container of an APK.

Seeds: three small files written with `tests/apk/container/zips.py`: stored and deflated with a comment, with a data
descriptor and a name of more than ASCII, with a block before the directory.
"""

import sys

import atheris

with atheris.instrument_imports(include=["phoneward.apk.container"]):
    from phoneward.apk.container import open_container
    from phoneward.apk.container.archive import CHUNK

from phoneward.apk.source import BytesSource
from phoneward.errors import PhonewardError

LIMIT = 1 << 20


def one_input(data: bytes) -> None:
    """Open a container; what it then promises of its entries must be so."""
    source = BytesSource(data, "fuzz.apk")
    try:
        container = open_container(source)
    except PhonewardError:
        return
    start, size = container.central_directory_offset, container.central_directory_size
    if not 0 <= start <= start + size <= container.end_offset <= len(data) - 22:
        raise AssertionError("a directory outside")
    names = list(container)
    if len(set(names)) != len(names) or any(b"\0" in name for name in names):
        raise AssertionError("names that cannot be")
    for entry in container.entries():
        for as_asset in (False, True):
            try:
                if not entry.header_offset < container.data_offset(entry) <= start:
                    raise AssertionError("a content outside")
                if entry.size <= LIMIT and len(container.read(entry, LIMIT, as_asset=as_asset)) != entry.size:
                    raise AssertionError("a size that is not so")
                if any(len(piece) > CHUNK for piece in container.chunks(entry, as_asset=as_asset)):
                    raise AssertionError("a piece that is too large")
            except PhonewardError:
                continue


def main() -> None:
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
