"""Where a repository's files lie: one protocol, written MUSTs, one shared suite."""

from phoneward.vault.storage.base import NO_NAME, ListedFile, Storage, parse_name
from phoneward.vault.storage.local import LocalStorage

__all__ = ["NO_NAME", "ListedFile", "LocalStorage", "Storage", "parse_name"]
