"""Which blobs are needed: everything that any snapshot reaches, marked in one byte for each record of the index.

As restic's `FindUsedBlobs` (internal/data/find.go). What cannot be read stops it: nobody knows what lies behind.
"""

from array import array
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Final, NamedTuple

import msgspec

from phoneward.errors import PhonewardError, readable
from phoneward.progress import Advanced, Listener, PhaseDone, PhaseStarted
from phoneward.texts import _
from phoneward.vault.blobs import BlobId, BlobType
from phoneward.vault.errors import StorageError, TreeDamagedError, VaultNotWholeError
from phoneward.vault.loading import reading_threads
from phoneward.vault.open_packs import Gate
from phoneward.vault.repository import Repository
from phoneward.vault.snapshot_files import Snapshot
from phoneward.vault.trees import MAX_TREE_BYTES

USED: Final = 1
"""Some snapshot needs the blob of this record."""
KEPT: Final = 2
"""This record is the copy that stays, where it lies or packed anew."""

_TREES_AT_ONCE: Final = 8 << 20
_TREES_PER_EVENT: Final = 256


class References(NamedTuple):
    """The blobs that a tree names, in its order; `others` are named by what is neither file nor folder."""

    data: list[BlobId]
    trees: list[BlobId]
    others: list[BlobId]


class _Node(msgspec.Struct, gc=False):
    type: str
    content: list[str] | None = None
    subtree: str | None = None


class _Tree(msgspec.Struct, gc=False):
    nodes: list[_Node] | None


_decoder: Final = msgspec.json.Decoder(_Tree)


def decode_references(data: bytes) -> References:
    """Return what a tree blob refers to. `trees.decode_tree` takes five times the memory and looks at every field.

    Raises:
        TreeDamagedError: it is no tree.
    """
    if len(data) > MAX_TREE_BYTES:
        raise TreeDamagedError(reason=_("it is larger than any folder can be"))
    found = References([], [], [])
    try:
        for node in _decoder.decode(data).nodes or ():
            content = found.data if node.type == "file" else found.others
            content.extend(map(_blob_id, node.content or ()))
            if node.subtree is not None:
                (found.trees if node.type == "dir" else found.others).append(_blob_id(node.subtree))
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:  # ValueError: UTF-8, IDs
        raise TreeDamagedError(reason=readable(str(error))) from error
    return found


def _blob_id(text: str) -> BlobId:
    blob_id = bytes.fromhex(text)
    if len(blob_id) != 32 or len(text) != 64:  # fromhex passes over white space
        raise ValueError("not the ID of a blob")
    return BlobId(blob_id)


class UsedBlobs:
    """Walks all snapshots and marks what they need.

    Memory: a byte for each record of the index, four for each folder that waits, and a few folders' text at a time.

    Args:
        repo: with its index loaded.
        sound: by pack number, 1 where the pack is there with the size that the index gives it.
        names: the packs by number, for errors.

    Attributes:
        marks: `USED` and `KEPT` by record number; a blob of which there are several copies is not `KEPT` yet.
        duplicates: the number of a sound record of each such blob.
    """

    def __init__(self, repo: Repository, sound: bytearray, names: Sequence[str], listener: Listener) -> None:
        self._repo = repo
        self._sound = sound
        self._names = names
        self._listener = listener
        self._gate = Gate(_TREES_AT_ONCE)
        self._threads = reading_threads(repo)
        self._pending = array("I")
        self._snapshot = ""
        self._trees = 0
        self.marks = bytearray(len(repo.index))
        self.duplicates = array("I")

    def find(self, snapshots: Sequence[Snapshot]) -> None:
        """Mark all that these snapshots need.

        Raises:
            VaultNotWholeError: a folder cannot be read, or something needed is not there.
            StorageError: the repository cannot be read.
        """
        self._listener(PhaseStarted("find-used"))
        with ThreadPoolExecutor(self._threads, "prune") as pool:
            for snapshot in snapshots:
                self._snapshot = snapshot.short_id
                self._need_tree(snapshot.tree)
                self._walk(pool)
        self._listener(PhaseDone("find-used", self._trees, 0))

    def _walk(self, pool: ThreadPoolExecutor) -> None:
        running: set[Future[References]] = set()
        try:
            while self._pending or running:
                while self._pending and len(running) < 2 * self._threads:
                    running.add(pool.submit(self._load, self._pending.pop()))
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    self._note(future)
        finally:
            for future in running:
                future.cancel()

    def _load(self, number: int) -> References:
        entry = self._repo.index.location(number).entry
        self._gate.enter(entry.plaintext_length)
        try:
            return decode_references(self._repo.load_blob(BlobType.TREE, entry.id))
        finally:
            self._gate.leave(entry.plaintext_length)

    def _note(self, future: Future[References]) -> None:
        try:
            references = future.result()
        except StorageError:
            raise
        except PhonewardError as error:
            problem = _("The snapshot {name} cannot be read in full. {detail}")
            raise VaultNotWholeError(problem=problem.format(name=self._snapshot, detail=error.sentence())) from error
        for blob_id in references.data:
            self._need(BlobType.DATA, blob_id)
        for blob_id in references.trees:
            self._need_tree(blob_id)
        for blob_id in references.others:  # no program reads these; what is there stays all the same
            for blob_type in BlobType:
                if self._repo.index.numbers(blob_type, blob_id):
                    self._need(blob_type, blob_id)
        self._trees += 1
        if self._trees % _TREES_PER_EVENT == 0:
            self._listener(Advanced("find-used", self._trees, 0))

    def _need_tree(self, blob_id: BlobId) -> None:
        number = self._need(BlobType.TREE, blob_id)
        if number is not None:
            self._pending.append(number)

    def _need(self, blob_type: BlobType, blob_id: BlobId) -> int | None:
        """Mark every copy of a blob. Returns a record number, None where it was marked before."""
        index, marks = self._repo.index, self.marks
        numbers = index.numbers(blob_type, blob_id)
        if not numbers:
            problem = _("The snapshot {name} needs a piece ({blob}) that no index names.")
            raise VaultNotWholeError(problem=problem.format(name=self._snapshot, blob=blob_id.hex()[:12]))
        if marks[numbers[0]] & USED:
            return None
        sound = [number for number in numbers if self._sound[index.pack_number(number)]]
        if not sound:
            pack = self._names[index.pack_number(numbers[0])]
            problem = _("The snapshot {name} needs the pack {pack}, which is missing or has the wrong size.")
            raise VaultNotWholeError(problem=problem.format(name=self._snapshot, pack=pack))
        for number in numbers:
            marks[number] |= USED
        if len(numbers) == 1:
            marks[sound[0]] |= KEPT
        else:
            self.duplicates.append(sound[0])
        return numbers[0]
