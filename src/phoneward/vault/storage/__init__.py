"""Where a repository's files lie: one protocol, written MUSTs, one shared suite."""

from phoneward.vault.storage.base import NO_NAME, Distant, ListedFile, Storage, parse_name, requests_at_once
from phoneward.vault.storage.local import LocalStorage
from phoneward.vault.storage.opening import for_looking, open_storage

__all__ = [
    "NO_NAME",
    "Distant",
    "ListedFile",
    "LocalStorage",
    "Storage",
    "for_looking",
    "open_storage",
    "parse_name",
    "requests_at_once",
]
