"""The files that make a sealed case a bag (BagIt 1.0, RFC 8493), written in one way only.

Manifests have two blanks between hash and path, as `sha256sum` writes: GNU's `sha256sum -c` takes the second character
of a lone blank for part of the name as soon as one line has two, and bagit-python splits at any white space. Names hold
nothing that would have to be escaped (`names`), are sorted by their bytes, and lines end with a line feed: whatever is
changed in a manifest is seen.
"""

import re
from collections.abc import Iterable, Mapping
from typing import BinaryIO, Final

MANIFEST: Final = "manifest-sha256.txt"
TAG_MANIFEST: Final = "tagmanifest-sha256.txt"
DECLARATION: Final = "bagit.txt"
INFO: Final = "bag-info.txt"
README: Final = "README.txt"
TAG_FILES: Final = (README, INFO, DECLARATION, MANIFEST)
"""Tag files in the root that the tag manifest names."""

DECLARED: Final = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
MAX_ENTRIES: Final = 1_000_000
"""Files of a bag that are looked at."""
MAX_PATH: Final = 4096
"""Bytes of a path."""
MAX_NAMES: Final = 256 << 20
"""Bytes of all paths together, of a manifest and of a log: what is kept in memory is a few times as much at most."""

STAMP: Final = "timestamp.tsr"
CHAIN: Final = "chain.pem"
OPEN_STAMP: Final = "opentimestamps.ots"
SUMS: Final = "SHA256SUMS"
KEPT_FACTS: Final = "case.json"

_ENTRY: Final = re.compile(rb"([0-9a-f]{64})  ([^\x00-\x1f\x7f%\\]+)\n\Z")


def seal_folder(number: int) -> str:
    """Return the folder in the bag of what belongs to a seal: `seals/0001`."""
    return f"seals/{number:04}"


def encode_manifest(entries: Mapping[str, str]) -> bytes:
    """Return a manifest of SHA-256 (hexadecimal) by path."""
    lines = sorted((path.encode(), sha256) for path, sha256 in entries.items())
    return b"".join(b"%s  %s\n" % (sha256.encode(), path) for path, sha256 in lines)


def read_manifest(stream: BinaryIO) -> tuple[dict[str, str], list[int]]:
    """Return what a manifest says, and the lines that are not as `encode_manifest` writes them.

    Reading ends at the tenth such line, and where a bound is reached.
    """
    entries: dict[str, str] = {}
    odd: list[int] = []
    last, number, size = b"", 0, 0
    while len(odd) < 10 and (line := stream.readline(MAX_PATH + 100)):
        number += 1
        size += len(line)
        if number > MAX_ENTRIES or size > MAX_NAMES:
            odd.append(number)
            break
        found = _ENTRY.fullmatch(line)
        path = found[2] if found is not None else b""
        try:
            name = path.decode()
        except UnicodeDecodeError:
            found, name = None, ""
        if found is None or path <= last:
            odd.append(number)
        if found is not None:
            entries.setdefault(name, found[1].decode())
            last = max(last, path)
    return entries, odd


def encode_info(fields: Iterable[tuple[str, str]]) -> bytes:
    """Return bag-info.txt: one line a field, whatever a value holds."""
    return "".join(f"{label}: {_one_line(value)}\n" for label, value in fields).encode()


def read_info(data: bytes) -> dict[str, str]:
    """Return the fields of bag-info.txt; what is none is left out, of several of one name the first counts."""
    fields: dict[str, str] = {}
    for line in data.decode("utf-8", "replace").split("\n"):
        label, colon, value = line.partition(": ")
        if colon:
            fields.setdefault(label, value)
    return fields


def _one_line(value: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in value).split())[:1000]
