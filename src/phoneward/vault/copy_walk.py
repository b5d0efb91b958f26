"""Which pieces of a snapshot another repository lacks, and which folders are there with all that is in them."""

from array import array
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Final

from phoneward.errors import PhonewardError
from phoneward.vault.blobs import BlobId, BlobType
from phoneward.vault.errors import BlobMissingError
from phoneward.vault.open_packs import Gate
from phoneward.vault.prune_used import References, decode_references
from phoneward.vault.repository import Repository

_TREES_AT_ONCE: Final = 8 << 20
_READ_AHEAD: Final = 8


class SnapshotWalk:
    """Walks the folders of snapshots, each once, and notes what the destination lacks.

    Args:
        source: with its index loaded; it stays as it is meanwhile.
        destination: likewise.

    Attributes:
        trees: folders looked at so far.
    """

    def __init__(self, source: Repository, destination: Repository) -> None:
        self._source, self._destination = source, destination
        self._seen = bytearray(len(source.index))
        self._gate = Gate(_TREES_AT_ONCE)
        self.trees = 0

    def wanted(self, root: BlobId, pool: ThreadPoolExecutor) -> "array[int]":
        """Return the numbers, in the source's index, of the pieces that nobody asked for yet and that are lacking.

        Raises:
            BlobMissingError: something is in no index of the source.
            DamagedError, FileMissingError, TreeDamagedError: a folder cannot be read. Nothing counts as asked for.
            StorageError: the source cannot be read.
        """
        seen, wanted, pending = array("I"), array("I"), array("I")
        running: set[Future[References]] = set()
        try:
            self._need(BlobType.TREE, root, seen, wanted, pending)
            while pending or running:
                while pending and len(running) < _READ_AHEAD:
                    running.add(pool.submit(self._load, pending.pop()))
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    references = future.result()
                    self.trees += 1
                    for blob_type, blob_id in _named(references):
                        self._need(blob_type, blob_id, seen, wanted, pending)
        except BaseException:  # also where it is interrupted: what was half walked must not count as walked
            for number in seen:
                self._seen[number] = 0
            for future in running:
                future.cancel()
            raise
        return wanted

    def _load(self, number: int) -> References:
        entry = self._source.index.location(number).entry
        self._gate.enter(entry.plaintext_length)
        try:
            return decode_references(self._source.load_blob(BlobType.TREE, entry.id))
        finally:
            self._gate.leave(entry.plaintext_length)

    def _need(
        self, blob_type: BlobType, blob_id: BlobId, seen: "array[int]", wanted: "array[int]", pending: "array[int]"
    ) -> None:
        number = self._source.index.number(blob_type, blob_id)
        if number is None:
            raise BlobMissingError(blob=blob_id.hex()[:12])
        if self._seen[number]:
            return
        self._seen[number] = 1
        seen.append(number)
        if blob_type is BlobType.TREE:
            pending.append(number)  # also where the other has it: an earlier run may have been cut off below
        if not self._destination.index.has(blob_type, blob_id):
            wanted.append(number)


def _named(references: References) -> Iterator[tuple[BlobType, BlobId]]:
    for blob_id in references.data:
        yield BlobType.DATA, blob_id
    for blob_id in references.trees:
        yield BlobType.TREE, blob_id


class WholeTrees:
    """Tells whether all below a folder is in the destination's index. Asked only where something was lost on the way.

    Args:
        source: where folders are read from.
        destination: what is asked.
    """

    def __init__(self, source: Repository, destination: Repository) -> None:
        self._source, self._destination = source, destination
        self._whole = bytearray(len(source.index))

    def missing(self, root: BlobId) -> BlobId | None:
        """Return a piece below a folder (or the folder) that the destination lacks; None where it lacks nothing."""
        seen, pending = array("I"), [root]
        while pending:
            tree = pending.pop()
            number = self._source.index.number(BlobType.TREE, tree)
            if number is None or not self._destination.index.has(BlobType.TREE, tree):
                return self._forget(seen, tree)
            if self._whole[number]:
                continue
            self._whole[number] = 1
            seen.append(number)
            try:
                references = decode_references(self._source.load_blob(BlobType.TREE, tree))
            except PhonewardError:
                return self._forget(seen, tree)
            for blob in references.data:
                if not self._destination.index.has(BlobType.DATA, blob):
                    return self._forget(seen, blob)
            pending += references.trees
        return None

    def _forget(self, seen: "array[int]", lost: BlobId) -> BlobId:
        for number in seen:
            self._whole[number] = 0
        return lost
