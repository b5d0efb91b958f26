"""How sure each file is, and since when: `/proofs/…` beside `/SHA256SUMS/…` (docs/decisions/0009-proofs.md).

`/proofs/XY` belongs to `/SHA256SUMS/XY`: its n-th file is the n-th line there. First a line of JSON (`Header`), then
runs of files with equal proofs: `COUNT <TAB> STORED <TAB> MATCHED <TAB> NOTE`, times as seconds since 1970, `-` for
none. `/proofs/index.json` sums up each shard. Both are ours to extend: `format` is 1.
"""

import datetime as dt
import hashlib
import re
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import Annotated, Final, NamedTuple

import msgspec

from phoneward.errors import PhonewardError
from phoneward.snapshots.coverage import Levels
from phoneward.snapshots.layout import PROOFS, SUMS
from phoneward.snapshots.parents import TreeReader
from phoneward.snapshots.sums import MAX_DIGITS, SHARD_FILES, by_folder, parse_sums, shard_names, shard_of
from phoneward.vault import BlobType, Node, NodeType, Repository, Snapshot

FORMAT: Final = 1
INDEX: Final = b"index.json"
MAX_SHARD: Final = 256 << 20
"""Bytes of a shard that are read: a folder of a million files with long names takes less."""

MAX_INDEX: Final = 8 << 20
CACHED_SHARDS: Final = 17
"""Shards kept parsed: where there were sixteen times as many before, one of today has the files of sixteen."""

CACHED_ROWS: Final = 32 * SHARD_FILES

MISMATCH: Final = "mismatch"
"""The phone's sum was another one, twice, though the file did not change meanwhile."""

_RUN: Final = re.compile(rb"([1-9]\d{0,8})\t(\d{1,12})\t(\d{1,12}|-)\t([a-z-]{1,20})\n")


class Proven(NamedTuple):
    """A file with its proofs.

    Attributes:
        stored: when the run began that sent it, seconds since 1970 UTC.
        matched: when the phone's SHA-256 was last the same; 0 for never.
        note: empty, or `MISMATCH`.
    """

    name: bytes
    digest: bytes
    stored: int
    matched: int = 0
    note: str = ""


class Header(msgspec.Struct, frozen=True):
    """The first line of a shard. `sums`: SHA-256 of the shard of checksums that it belongs to."""

    format: int
    sums: str
    files: int


_Count = Annotated[int, msgspec.Meta(ge=0)]


class ShardSummary(msgspec.Struct, frozen=True):
    """One shard in few numbers. Times in seconds since 1970 UTC, 0 for none.

    Attributes:
        oldest: of those that are matched, the match that is longest ago.
        sampled: when files of this shard were last asked for again: the next sample comes from the oldest.
    """

    name: str
    files: _Count
    matched: _Count
    mismatched: _Count
    oldest: _Count
    sampled: _Count


class Index(msgspec.Struct, frozen=True):
    """`/proofs/index.json`."""

    format: int
    digits: Annotated[int, msgspec.Meta(ge=0, le=MAX_DIGITS)]
    shards: list[ShardSummary]


class ShardText:
    """Collects the runs and the numbers of one shard."""

    def __init__(self, name: bytes) -> None:
        self._name = name.decode("ascii")
        self._runs: list[bytes] = []
        self._last: tuple[int, int, str] | None = None
        self._count = 0
        self.files = self.matched = self.mismatched = self.oldest = 0

    def add(self, row: Proven) -> None:
        """Take in the next file."""
        key = (row.stored, row.matched, row.note)
        if key != self._last:
            self._close_run()
            self._last = key
        self._count += 1
        self.files += 1
        self.mismatched += row.note == MISMATCH
        if row.matched:
            self.matched += 1
            self.oldest = min(self.oldest or row.matched, row.matched)

    def _close_run(self) -> None:
        if self._last is not None:
            stored, matched, note = self._last
            line = f"{self._count}\t{stored}\t{matched or '-'}\t{note or '-'}\n"
            self._runs.append(line.encode("ascii"))
        self._count = 0

    def text(self, sums_sha256: str) -> bytes:
        """Return the shard."""
        self._close_run()
        self._last = None
        runs, self._runs = b"".join(self._runs), []
        return msgspec.json.encode(Header(FORMAT, sums_sha256, self.files)) + b"\n" + runs

    def summary(self, sampled: int) -> ShardSummary:
        """Return its numbers."""
        return ShardSummary(self._name, self.files, self.matched, self.mismatched, self.oldest, sampled)


def parse_proofs(text: bytes, sums: bytes) -> Iterator[tuple[int, int, str]]:
    """Yield (stored, matched, note) of each file of a shard, in order.

    Args:
        text: the shard of proofs.
        sums: the shard of checksums.

    Raises:
        ValueError: they do not belong together, or this is no shard of a format known here.
    """
    head, _line_end, runs = text.partition(b"\n")
    try:
        header = msgspec.json.decode(head, type=Header)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise ValueError(str(error)) from error
    if header.format != FORMAT or header.sums != hashlib.sha256(sums).hexdigest():
        raise ValueError("proofs of other files")
    left, at = header.files, 0
    while at < len(runs):
        found = _RUN.match(runs, at)
        if found is None or int(found[1]) > left:
            raise ValueError("not a run of proofs")
        left -= int(found[1])
        matched, note = found[3], found[4].decode("ascii")
        proof = int(found[2]), 0 if matched == b"-" else int(matched), "" if note == "-" else note
        for _file in range(int(found[1])):
            yield proof
        at = found.end()
    if left:
        raise ValueError("proofs are missing")


def decode_index(data: bytes) -> Index:
    """Return the index's content.

    Raises:
        ValueError: it is none of a format known here.
    """
    try:
        index = msgspec.json.decode(data, type=Index)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise ValueError(str(error)) from error
    if index.format != FORMAT or [s.name.encode() for s in index.shards] != shard_names(index.digits):
        raise ValueError("not an index of proofs")
    return index


ByFolder = dict[bytes, list[Proven]]


class StoredProofs:
    """The checksums and proofs that a snapshot holds, shard by shard. One thread owns it.

    Args:
        sums, proofs: the nodes of both folders by name.
    """

    def __init__(self, repo: Repository, index: Index, sums: dict[bytes, Node], proofs: dict[bytes, Node]) -> None:
        self._repo = repo
        self.index = index
        self.sums, self.proofs = sums, proofs
        self._empty = {shard.name.encode("ascii") for shard in index.shards if not shard.files}
        self._cache: OrderedDict[bytes, ByFolder | None] = OrderedDict()

    @classmethod
    def of(cls, repo: Repository, trees: TreeReader, snapshot: Snapshot) -> "StoredProofs | None":
        """Return those of a snapshot; None where it has none that can be understood."""
        try:
            folders = [_nodes(trees, snapshot, path) for path in (SUMS, PROOFS)]
            index = decode_index(_content(repo, folders[1][INDEX], MAX_INDEX))
        except (ValueError, KeyError, PhonewardError):
            return None
        names = [shard.name.encode("ascii") for shard in index.shards if shard.files]
        whole = all(name in folder for name in names for folder in folders)
        return cls(repo, index, folders[0], folders[1]) if whole else None

    def shard(self, name: bytes) -> ByFolder | None:
        """Return the files of a shard by folder, in the order they stand there; None where it cannot be read."""
        if name in self._empty:
            return {}
        if name in self._cache:
            self._cache.move_to_end(name)
            return self._cache[name]
        found: ByFolder | None
        try:
            sums = _content(self._repo, self.sums[name], MAX_SHARD)
            proofs = _content(self._repo, self.proofs[name], MAX_SHARD)
            found = self._joined(name, sums, proofs)
        except (ValueError, KeyError, PhonewardError):
            found = None
        self._cache[name] = found
        while len(self._cache) > CACHED_SHARDS:
            self._cache.popitem(last=False)
        return found

    def _joined(self, name: bytes, sums: bytes, proofs: bytes) -> ByFolder:
        found: ByFolder = {}
        digits = self.index.digits
        for (folder, file, digest), proof in zip(by_folder(parse_sums(sums)), parse_proofs(proofs, sums), strict=True):
            rows = found.get(folder)
            if rows is None:
                if shard_of(folder, digits) != name:
                    raise ValueError("a file in a shard that is not its own")
                rows = found[folder] = []
            rows.append(Proven(file, digest, *proof))
        return found

    def folder(self, path: bytes) -> dict[bytes, Proven] | None:
        """Return the files of a folder by name; None where its shard cannot be read."""
        shard = self.shard(shard_of(path, self.index.digits))
        return None if shard is None else {row.name: row for row in shard.get(path, ())}


def _nodes(trees: TreeReader, snapshot: Snapshot, path: bytes) -> dict[bytes, Node]:
    node = trees.find(snapshot.tree, path)
    if node is None or node.type != NodeType.DIR or node.subtree is None:
        raise ValueError("no such folder")
    return {inside.name: inside for inside in trees.nodes(node.subtree)}


def _content(repo: Repository, node: Node, limit: int) -> bytes:
    if node.type != NodeType.FILE or node.content is None or node.size > limit:
        raise ValueError("no such document")
    data = bytearray()
    for blob_id in node.content:
        data += repo.load_blob(BlobType.DATA, blob_id)
        if len(data) > limit:
            raise ValueError("a document that is too large")
    return bytes(data)


def levels_of(shards: Iterable[ShardSummary]) -> Levels:
    """Return the sum of all shards."""
    files = matched = mismatched = oldest = 0
    for shard in shards:
        files += shard.files
        matched += shard.matched
        mismatched += shard.mismatched
        if shard.oldest:
            oldest = min(oldest or shard.oldest, shard.oldest)
    return Levels(files, files - matched, matched, mismatched, moment_of(oldest))


def moment_of(seconds: int) -> dt.datetime | None:
    """Return a time of a proof; None for none, and for what no calendar holds."""
    try:
        return dt.datetime.fromtimestamp(seconds, dt.UTC) if seconds else None
    except (ValueError, OverflowError, OSError):
        return None
