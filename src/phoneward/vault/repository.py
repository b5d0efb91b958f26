"""The repository: opens and makes it, reads and writes its files, and finds its blobs."""

import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from phoneward.errors import PhonewardError
from phoneward.texts import _
from phoneward.vault.blob_batches import load_blobs
from phoneward.vault.blobs import MAX_BLOB_SIZE, BlobId, BlobType, FileId, FileType
from phoneward.vault.cache import SealedCache
from phoneward.vault.compression import CompressionError, compress, decompress_at_most, decompress_exactly
from phoneward.vault.config import Config, is_key_of, new_config, open_config, seal_config
from phoneward.vault.crypto import SealError, SealingKey
from phoneward.vault.errors import (
    AppendOnlyError,
    BlobMissingError,
    DamagedError,
    FileMissingError,
    KeyFileError,
    LockLostError,
    NameTakenError,
    NoRepositoryError,
    RepositoryExistsError,
    VerifyError,
    WrongPasswordError,
)
from phoneward.vault.firstkey import save_first_key
from phoneward.vault.index import decode_columns
from phoneward.vault.index_table import IndexTable, Location
from phoneward.vault.keys import NewKeyCost, find_master_key, key_age_s, save_key
from phoneward.vault.loading import load_each
from phoneward.vault.locks import HeldLock, LockTiming, unlock
from phoneward.vault.near import NEAR_FOLDER, NEAR_PURPOSE, NearFiles
from phoneward.vault.packs import PackEntry, read_pack_header
from phoneward.vault.storage.base import NO_NAME, ListedFile, Storage, requests_at_once
from phoneward.vault.storage.retrying import under_new_names
from phoneward.vault.writer import BlobWriter

MAX_UNPACKED_SIZE = 128 * 2**20
"""Largest snapshot, index or lock, stored or unpacked, bytes. restic's largest, an index, has about 10 MB."""

_INDEX_BYTES_PER_BLOB = 64
"""What an index file takes for a blob, sealed: about 48 to 60 bytes compressed, three times that in version 1."""

UNFINISHED_AFTER_S = 60.0
"""A key that has waited this long for its `config` was left by an `init` that was cut off."""

_UNPACKED_VERSION = b"\x02"
_OUTSIDE_LABEL = b"phoneward sealed outside the repository v1\0"


def repository_exists(storage: Storage) -> bool:
    """Tell whether there is a repository: its `config`, written last, is what makes one.

    Raises:
        StorageError: the place cannot be asked.
    """
    return storage.exists(FileType.CONFIG, NO_NAME)


def init_repository(
    storage: Storage,
    password: str,
    *,
    kdf: NewKeyCost | None = None,
    chunker_of: "Repository | None" = None,
    on_spare_key: Callable[[FileId], None] = lambda _name: None,
) -> "Repository":
    """Make a new repository and return it, open.

    The key is durable before `config`, whose existence is what makes a repository (restic `repository.Init`).

    Args:
        storage: an empty place.
        password: of the first key file.
        kdf: what guessing the password shall cost; None measures this computer.
        chunker_of: another repository that shall be able to share blobs with this one: files are cut at the same
            places (restic's `init --copy-chunker-params`).
        on_spare_key: hears of a second key file with the same password: a cut connection left it, the place keeps it.

    Raises:
        RepositoryExistsError: there is one, or a part of one.
        KeyLeftBehindError: another was made at the same moment, and what was stored for this one cannot be removed.
        StorageError: the place cannot be written to.
    """
    if repository_exists(storage):
        raise RepositoryExistsError(location=storage.location)
    config = new_config(None if chunker_of is None else chunker_of.config.chunker_polynomial)
    if any(True for _file in storage.list(FileType.KEY)):
        key, name = _key_of_unfinished(storage, password)
        storage.create()
    else:
        storage.create()
        key = SealingKey.generate()
        name = save_first_key(storage, key, password, kdf or NewKeyCost.calibrated(), on_spare_key)
    try:
        storage.save(FileType.CONFIG, NO_NAME, [seal_config(config, key)])
    except NameTakenError as error:  # of a place whose listings lag: another was there all the same
        raise RepositoryExistsError(location=storage.location) from error
    return Repository(storage, key, config, name)


def _key_of_unfinished(storage: Storage, password: str) -> tuple[SealingKey, FileId]:
    """Return the key that an `init` left which was cut off before `config`; the next one goes on with it.

    Nothing is removed: keys alone may also be the first that a program has brought over of a vault that is elsewhere.
    Any data beside them means just that, or that `config` was lost; and for a while another `init` may be at work.

    Raises:
        RepositoryExistsError: it is no unfinished `init` of this password.
    """
    if any(True for kind in (FileType.SNAPSHOT, FileType.INDEX, FileType.PACK) for _file in storage.list(kind)):
        raise RepositoryExistsError(location=storage.location)
    keys = [file.name for file in storage.list(FileType.KEY)]
    if any(key_age_s(storage.load(FileType.KEY, name)) < UNFINISHED_AFTER_S for name in keys):
        raise RepositoryExistsError(location=storage.location)
    try:
        return find_master_key(storage, password)
    except (WrongPasswordError, KeyFileError) as error:
        raise RepositoryExistsError(location=storage.location) from error


def open_repository(storage: Storage, password: str, *, cache: Path | None = None) -> "Repository":
    """Open a repository. Its index is not loaded yet (`Repository.load_index`).

    Args:
        storage: where it lies.
        password: opens one of its keys.
        cache: the program's folder for what can be made again: index files, snapshots and folders' lists of a distant
            vault are kept in it, sealed. None keeps none; a vault on a disk of this computer needs none.

    Raises:
        NoRepositoryError: there is none.
        WrongPasswordError: the password fits no key file.
        KeyFileError, DamagedError, UnsupportedVersionError, StorageError: it cannot be opened.
    """
    try:
        config = storage.load(FileType.CONFIG, NO_NAME)
    except FileMissingError:
        raise NoRepositoryError(location=storage.location) from None
    key, name = find_master_key(storage, password, lambda master: is_key_of(master, config))
    repo = Repository(storage, key, open_config(config, key), name)
    if cache is not None and repo.requests_at_once > 1:
        repo.near = NearFiles(SealedCache(cache / NEAR_FOLDER, repo, purpose=NEAR_PURPOSE))
    return repo


class Repository:
    """An open repository. Safe to read from several threads."""

    def __init__(self, storage: Storage, key: SealingKey, config: Config, key_name: FileId) -> None:
        self.storage = storage
        self.key = key
        self.config = config
        self.key_name = key_name
        self.near = NearFiles()
        self.index = IndexTable()
        self._indexes_loaded: set[FileId] = set()
        self._outside_key: SealingKey | None = None
        self._locks: list[HeldLock] = []
        self._loading = threading.Lock()

    def twin(self) -> "Repository":
        """Return another object for the same repository, its index not loaded yet; what is kept near serves both."""
        twin = Repository(self.storage, self.key, self.config, self.key_name)
        twin.near = self.near
        return twin

    # -- files ---------------------------------------------------------------------------------------------------

    def list_files(self, file_type: FileType) -> Iterator[ListedFile]:
        """Yield the stored files of a type."""
        return self.storage.list(file_type)

    def load_unpacked(self, file_type: FileType, name: FileId) -> bytes:
        """Return the content of a snapshot, index or lock file.

        Raises:
            FileMissingError: there is none of this name.
            DamagedError: its content was changed, or it is larger than any honest one.
        """
        return self._open_unpacked(
            self._load_whole(file_type, name, self.storage.size(file_type, name)), file_type, name
        )

    @property
    def requests_at_once(self) -> int:
        """How many requests to the storage to have on the way at once; 1 for a disk of this computer."""
        return requests_at_once(self.storage)

    def load_listed(self, file_type: FileType, file: ListedFile) -> bytes:
        """Return the content of a snapshot or index file that a listing has just named.

        Since it is there, a copy of it that was kept on this computer will do.

        Raises:
            DamagedError, FileMissingError, StorageError: as `load_unpacked`.
        """
        name, size = file
        raw = self.near.file(file_type, name)
        if raw is None:
            raw = self._load_whole(file_type, name, size)
            self.near.keep_file(file_type, name, raw)
        return self._open_unpacked(raw, file_type, name)

    def _load_whole(self, file_type: FileType, name: FileId, size: int) -> bytes:
        label = f"{file_type.value}/{name}"
        if size > MAX_UNPACKED_SIZE:
            raise DamagedError(name=label, problem=_("it is far too long."))
        raw = self.storage.load(file_type, name, 0, size)
        if hashlib.sha256(raw).hexdigest() != name:
            raise DamagedError(name=label, problem=_("its content was changed."))
        return raw

    def _open_unpacked(self, raw: bytes, file_type: FileType, name: FileId) -> bytes:
        label = f"{file_type.value}/{name}"
        try:
            plain = self.key.open(raw)
            if plain[:1] in {b"{", b"["}:  # as version 1 wrote it; version 2 may hold such files from before
                return plain
            if plain[:1] == _UNPACKED_VERSION:
                return decompress_at_most(memoryview(plain)[1:], MAX_UNPACKED_SIZE)
        except SealError as error:
            raise DamagedError(name=label, problem=_("its content was changed.")) from error
        except CompressionError as error:
            raise DamagedError(name=label, problem=_("it cannot be unpacked.")) from error
        raise DamagedError(name=label, problem=_("it has an unknown form."))

    def save_unpacked(self, file_type: FileType, plaintext: bytes) -> FileId:
        """Store a snapshot, index or lock and return its name; durable on return.

        Raises:
            StorageError: it was not stored.
            VerifyError: sealing went wrong (faulty memory).
        """
        return under_new_names(lambda: self._save_unpacked(file_type, plaintext))

    def _save_unpacked(self, file_type: FileType, plaintext: bytes) -> FileId:
        inner = plaintext if self.config.version == 1 else _UNPACKED_VERSION + compress(plaintext)
        raw = self.key.seal(inner)
        name = FileId(hashlib.sha256(raw).hexdigest())
        try:
            intact = self._open_unpacked(raw, file_type, name) == plaintext
        except DamagedError:
            intact = False
        if not intact:
            raise VerifyError(blob=f"{file_type.value}/{name}")
        self.storage.save(file_type, name, [raw])
        self.near.keep_file(file_type, name, raw)
        return name

    def remove_unpacked(self, file_type: FileType, name: FileId) -> None:
        """Remove a snapshot, index or lock file.

        Raises:
            FileMissingError, StorageError: it was not removed.
        """
        self.storage.remove(file_type, name)

    def ensure_removable(self) -> None:
        """Find out whether files can be removed here: before work that would end half done where they cannot.

        A file is asked to go that nobody has: where nothing may be removed, that is refused, too.

        Raises:
            AppendOnlyError: the place keeps everything.
            StorageError: the place cannot be asked.
        """
        with suppress(FileMissingError):
            self.storage.remove(FileType.SNAPSHOT, FileId(secrets.token_hex(32)))

    # -- index and blobs -----------------------------------------------------------------------------------------

    def load_index(self) -> None:
        """Load the index files that are not loaded yet; all anew where one that is loaded is gone.

        Several threads may ask: one loads, the others wait.

        Raises:
            DamagedError: an index file is damaged.
            StorageError: one cannot be read.
        """
        with self._loading:
            self._load_index()

    def _load_index(self) -> None:
        there = list(self.storage.list(FileType.INDEX))
        if not self._indexes_loaded.issubset(file.name for file in there):
            self.reset_index()  # somebody pruned since: what that index named may be gone with it
        new = [file for file in there if file.name not in self._indexes_loaded]
        self.index.reserve(sum(file.size for file in new) // _INDEX_BYTES_PER_BLOB)
        for name, document in load_each(self, FileType.INDEX, new):
            if isinstance(document, FileMissingError):
                continue  # another process put a new index in its place between listing and reading
            if isinstance(document, PhonewardError):
                raise document
            try:
                packs = decode_columns(document)
            except ValueError as error:
                raise DamagedError(name=f"index/{name}", problem=str(error)) from error
            for pack in packs:
                self.index.add_columns(pack)
            self._indexes_loaded.add(name)

    @property
    def loaded_indexes(self) -> frozenset[FileId]:
        """The names of the index files that were loaded or written. Index files never change."""
        return frozenset(self._indexes_loaded)

    def reset_index(self) -> None:
        """Let go of the index; the next `load_index` reads what is stored then. For work that removes packs."""
        self.index = IndexTable()
        self._indexes_loaded = set()

    def index_saved(self, name: FileId) -> None:
        """Note that this index file's content is in `index` already: its writer put it there."""
        self._indexes_loaded.add(name)

    def has_blob(self, blob_type: BlobType, blob_id: BlobId) -> bool:
        """Tell whether a durable index knows the blob."""
        return self.index.has(blob_type, blob_id)

    def blob_size(self, blob_type: BlobType, blob_id: BlobId) -> int | None:
        """Return the blob's plaintext size in bytes, None when no index knows it."""
        return self.index.size(blob_type, blob_id)

    def load_blob(self, blob_type: BlobType, blob_id: BlobId) -> bytes:
        """Return a blob's plaintext, its SHA-256 verified. Where one copy is damaged, others are tried.

        Raises:
            BlobMissingError: no index knows it.
            DamagedError, FileMissingError: no copy is whole.
            StorageError: it cannot be read.
        """
        if blob_type is BlobType.TREE and self.requests_at_once > 1:
            tree = self.near.tree(self, blob_id)
            if tree is not None:
                return tree
        failure: DamagedError | FileMissingError | None = None
        for location in self.index.lookup(blob_type, blob_id):
            try:
                return self.load_copy(location)
            except (DamagedError, FileMissingError) as error:
                failure = error
        raise failure or BlobMissingError(blob=blob_id.hex())

    def load_blobs(self, blob_type: BlobType, blob_ids: Sequence[BlobId]) -> list[bytes | PhonewardError]:
        """Return several small blobs at once, with few reads; see `blob_batches.load_blobs`."""
        return load_blobs(self, blob_type, blob_ids)

    def load_copy(self, location: Location) -> bytes:
        """Return the plaintext of one copy of a blob, as `load_blob`.

        Raises:
            DamagedError, FileMissingError: this copy is not whole.
            StorageError: it cannot be read.
        """
        entry = location.entry
        # Compression of incompressible data adds a little, so the stored length gets some room.
        limit = MAX_BLOB_SIZE[entry.type]
        if entry.plaintext_length > limit or entry.length > limit + limit // 128 + 1024:
            raise DamagedError(name=f"data/{location.pack}", problem=_("it claims a piece that is far too large."))
        sealed = self.storage.load(FileType.PACK, location.pack, entry.offset, entry.length)
        return self.open_blob(location.pack, entry, sealed)

    def open_blob(self, pack: FileId, entry: PackEntry, sealed: bytes | memoryview) -> bytes:
        """Return the plaintext of a blob's sealed bytes, decrypted, unpacked and hashed.

        Raises:
            DamagedError: it is not the blob that the entry describes.
        """
        label = f"data/{pack}"
        if entry.plaintext_length > MAX_BLOB_SIZE[entry.type]:
            raise DamagedError(name=label, problem=_("it claims a piece that is far too large."))
        try:
            plain = self.key.open(sealed)
            if entry.uncompressed_length:
                plain = decompress_exactly(plain, entry.uncompressed_length)
        except SealError as error:
            raise DamagedError(name=label, problem=_("a piece of it was changed.")) from error
        except CompressionError as error:
            raise DamagedError(name=label, problem=_("a piece of it cannot be unpacked.")) from error
        if hashlib.sha256(plain).digest() != entry.id:
            raise DamagedError(name=label, problem=_("a piece of it is not what it claims to be."))
        return plain

    def read_pack_header(self, name: FileId) -> list[PackEntry]:
        """Return what a pack itself says it holds.

        Raises:
            FileMissingError, DamagedError, StorageError: it cannot be read.
        """
        size = self.storage.size(FileType.PACK, name)
        return read_pack_header(
            self.key, name, size, lambda offset, length: self.storage.load(FileType.PACK, name, offset, length)
        )

    def writer(self) -> BlobWriter:
        """Return a writer for new blobs, to be used as a context manager. Load the index before.

        It stores its index files with `save_index`.
        """
        return BlobWriter(self, save_index=self.save_index)

    def save_index(self, content: bytes) -> FileId:
        """Store an index file and return its name, only if all locks taken with `lock` are held before and afterwards.

        Once a lock is lost, somebody may have pruned, and taken the packs for what an interrupted run left. An index
        that named them would have every later backup believe that their content is there. Looking before is not
        enough: a program may stand still between the look and the storing. Whoever read the index file before it is
        taken back here lacks nothing but that file, which `repair index` makes anew.

        Raises:
            LockLostError: a lock is gone, and the file is not there.
            StorageError, VerifyError: it was not stored.
        """
        self._confirm_locks()
        name = self.save_unpacked(FileType.INDEX, content)
        try:
            self._confirm_locks()
        except LockLostError:
            with suppress(AppendOnlyError):
                self.remove_unpacked(FileType.INDEX, name)
            raise
        return name

    def _confirm_locks(self) -> None:
        for lock in self._locks:
            if lock.is_taken:
                lock.confirm()

    # -- keys, locks, things outside -----------------------------------------------------------------------------

    def add_key(self, password: str, *, kdf: NewKeyCost | None = None) -> FileId:
        """Store another key file, so that this password opens the repository too; return its name.

        Raises:
            StorageError: it was not stored.
        """
        return save_key(self.storage, self.key, password, kdf or NewKeyCost.calibrated())

    def lock(self, *, exclusive: bool, timing: LockTiming | None = None) -> HeldLock:
        """Return a lock to hold with a `with` block.

        Raises (on entering):
            RepositoryLockedError: somebody else's lock excludes it.
        """
        lock = HeldLock(self, exclusive=exclusive, timing=timing)
        self._locks = [*(other for other in self._locks if other.is_taken), lock]
        return lock

    def unlock(self, *, remove_all: bool = False) -> int:
        """Remove stale locks, or all; return how many were removed.

        Raises:
            LockUnreadableError: a lock file is damaged, and not all were to be removed.
        """
        return unlock(self, remove_all=remove_all)

    def seal(self, plaintext: bytes) -> bytes:
        """Seal something that lies outside the repository (a journal, a cache). Not part of restic's format.

        It is sealed under a key of its own, made of the master key with HMAC-SHA-512, so that nobody can pass off
        such a file as a part of the repository, or the other way round.
        """
        return self._outside().seal(plaintext)

    def open_sealed(self, sealed: bytes) -> bytes:
        """Return what `seal` was given.

        Raises:
            SealError: it was changed, or sealed by another repository.
        """
        return self._outside().open(sealed)

    def _outside(self) -> SealingKey:
        if self._outside_key is None:
            secret = self.key.encrypt + self.key.mac_k + self.key.mac_r
            self._outside_key = SealingKey.from_bytes(hmac.digest(secret, _OUTSIDE_LABEL, "sha512"))
        return self._outside_key
