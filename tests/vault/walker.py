"""What stands on a disk, found without any code of ours: names as bytes, types, modes, times, link texts, hashes."""

import hashlib
import os
import stat
from typing import NamedTuple


class Found(NamedTuple):
    """One name. `mtime_ns` is None where it was asked to be left out."""

    kind: str
    mode: int
    mtime_ns: int | None
    content: bytes
    """SHA-256 of a file, text of a link, else empty."""


def walk(root: str | os.PathLike[str], *, times: bool = True) -> dict[bytes, Found]:
    """Return everything below a folder by its path relative to it."""
    found: dict[bytes, Found] = {}
    pending = [b""]
    top = os.fsencode(os.fspath(root))
    while pending:
        folder = pending.pop()
        for name in os.listdir(os.path.join(top, folder)):
            relative = os.path.join(folder, name)
            path = os.path.join(top, relative)
            status = os.lstat(path)
            kind, content = "other", b""
            if stat.S_ISLNK(status.st_mode):
                kind, content = "link", os.readlink(path)
            elif stat.S_ISDIR(status.st_mode):
                kind = "folder"
                pending.append(relative)
            elif stat.S_ISREG(status.st_mode):
                kind = "file"
                with open(path, "rb") as stream:
                    content = hashlib.file_digest(stream, "sha256").digest()
            found[relative] = Found(kind, stat.S_IMODE(status.st_mode), status.st_mtime_ns if times else None, content)
    return found
