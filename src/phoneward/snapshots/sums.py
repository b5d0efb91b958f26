r"""`/SHA256SUMS/…`: the SHA-256 of every file of a snapshot, checkable with `sha256sum -c` and nothing of ours.

Each shard is a file in the form of GNU coreutils (manual, "md5sum invocation"): `DIGEST  PATH`, paths relative to the
snapshot's root; a line whose path holds a backslash, a line feed or a carriage return begins with a backslash and
writes them as `\\`, `\n`, `\r`. Which shard a file stands in depends on its folder alone, so that a change in one
folder renews one shard.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from phoneward.vault import BlobId

SHARD_FILES: Final = 4_096
"""Files that one shard may hold on average before there are sixteen times as many shards."""

MAX_DIGITS: Final = 3
WHOLE: Final = b"all"
"""The only shard where there are few files."""

DOCUMENTS: Final = b"documents"
"""The shard of our own documents, /proofs included: they change each time, and no other shard shall."""

EMPTY_SHA256: Final = hashlib.sha256().digest()

_DIGEST: Final = re.compile(rb"[0-9a-f]{64}")
_ESCAPED: Final = {b"\\": b"\\\\", b"\n": b"\\n", b"\r": b"\\r"}
_UNESCAPED: Final = {escaped: plain for plain, escaped in _ESCAPED.items()}
_ODD: Final = re.compile(rb"[\\\n\r]")
_ESCAPE: Final = re.compile(rb"\\(.?)", re.DOTALL)


def digits_for(files: int, before: int | None = None) -> int:
    """Return how many hexadecimal digits name a shard: 0 (one shard) to 3 (4,096 shards).

    Args:
        files: how many files there are.
        before: what the snapshot before used; kept while the number of files is about right for it.
    """
    if before is not None and 0 <= before <= MAX_DIGITS:
        room = SHARD_FILES * 16**before
        not_too_many = files <= 2 * room or before == MAX_DIGITS
        not_too_few = files > room // 64 or before == 0
        if not_too_many and not_too_few:
            return before
    digits = 0
    while digits < MAX_DIGITS and files > SHARD_FILES * 16**digits:
        digits += 1
    return digits


def shard_names(digits: int) -> list[bytes]:
    """Return the names of all shards, ascending."""
    return [b"%0*x" % (digits, number) for number in range(16**digits)] if digits else [WHOLE]


def shard_of(folder: bytes, digits: int) -> bytes:
    """Return the shard of the files in a folder of the snapshot (`/shared/DCIM`)."""
    if not digits:
        return WHOLE
    return hashlib.sha256(folder).hexdigest()[:digits].encode("ascii")


def digest_of(content: Sequence[BlobId]) -> bytes | None:
    """Return the SHA-256 of a file by its blobs; None where there are several: only their content tells then."""
    if len(content) > 1:
        return None
    return content[0] if content else EMPTY_SHA256


def sums_line(digest: bytes, path: bytes) -> bytes:
    """Return a line of a shard.

    Args:
        digest: 32 bytes.
        path: in the snapshot, with the slash at its start.
    """
    shown = path[1:]
    if _ODD.search(shown) is None:
        return b"%s  %s\n" % (digest.hex().encode("ascii"), shown)
    escaped = _ODD.sub(lambda found: _ESCAPED[found[0]], shown)
    return b"\\%s  %s\n" % (digest.hex().encode("ascii"), escaped)


def parse_sums(text: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield (path in the snapshot, digest) of each line of a shard.

    Raises:
        ValueError: this is no shard of ours.
    """
    if not text:
        return
    if not text.endswith(b"\n"):
        raise ValueError("the last line has no end")
    for line in text[:-1].split(b"\n"):
        escaped = line.startswith(b"\\")
        start = 1 if escaped else 0
        digest, path = line[start : start + 64], line[start + 66 :]
        if _DIGEST.fullmatch(digest) is None or line[start + 64 : start + 66] != b"  " or not path:
            raise ValueError("not a line of checksums")
        yield b"/" + (_ESCAPE.sub(_unescaped, path) if escaped else path), bytes.fromhex(digest.decode("ascii"))


def _unescaped(found: "re.Match[bytes]") -> bytes:
    plain = _UNESCAPED.get(found[0])
    if plain is None:
        raise ValueError("not an escape of sha256sum")
    return plain


def by_folder(lines: Iterable[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Yield (folder, name, digest) of parsed lines.

    Raises:
        ValueError: a path that no snapshot has.
    """
    for path, digest in lines:
        folder, _slash, name = path.rpartition(b"/")
        if not name:
            raise ValueError("not a path of a file")
        yield folder, name, digest
