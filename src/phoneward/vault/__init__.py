"""The vault: an ordinary restic repository (plain `restic` can check and restore it). Knows no phone."""

from phoneward.vault.blobs import BlobId, BlobType, FileId, FileType
from phoneward.vault.crypto import SealError
from phoneward.vault.errors import (
    BlobMissingError,
    ChunkerError,
    DamagedError,
    FileMissingError,
    KeyFileError,
    LockLostError,
    LockUnreadableError,
    NoRepositoryError,
    RepositoryExistsError,
    RepositoryLockedError,
    StorageDeniedError,
    StorageError,
    StorageFullError,
    UnsupportedVersionError,
    VaultError,
    VerifyError,
    WrongPasswordError,
)
from phoneward.vault.keys import NewKeyCost
from phoneward.vault.locks import HeldLock, LockTiming
from phoneward.vault.repository import Repository, init_repository, open_repository
from phoneward.vault.storage import LocalStorage, Storage
from phoneward.vault.writer import BlobWriter, Pending, PendingFile, StoredFile, WriterStats

__all__ = [
    "BlobId",
    "BlobMissingError",
    "BlobType",
    "BlobWriter",
    "ChunkerError",
    "DamagedError",
    "FileId",
    "FileMissingError",
    "FileType",
    "HeldLock",
    "KeyFileError",
    "LocalStorage",
    "LockLostError",
    "LockTiming",
    "LockUnreadableError",
    "NewKeyCost",
    "NoRepositoryError",
    "Pending",
    "PendingFile",
    "Repository",
    "RepositoryExistsError",
    "RepositoryLockedError",
    "SealError",
    "Storage",
    "StorageDeniedError",
    "StorageError",
    "StorageFullError",
    "StoredFile",
    "UnsupportedVersionError",
    "VaultError",
    "VerifyError",
    "WriterStats",
    "WrongPasswordError",
    "init_repository",
    "open_repository",
]
