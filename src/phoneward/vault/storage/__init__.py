"""Where a repository's files lie: one protocol, written MUSTs, one shared suite."""

from phoneward.vault.storage.base import NO_NAME, ListedFile, Storage, parse_name
from phoneward.vault.storage.local import LocalStorage
from phoneward.vault.storage.opening import open_storage

__all__ = ["NO_NAME", "ListedFile", "LocalStorage", "Storage", "open_storage", "parse_name"]
