"""Phones: one protocol, several kinds. Knows no vault."""

from pathlib import Path

from phoneward.phones.base import (
    AppInventory,
    Entry,
    FileKind,
    FileStream,
    Identity,
    InstalledApp,
    ListingItem,
    Obstacle,
    Phone,
    Unreadable,
    Volume,
    VolumeKind,
)
from phoneward.phones.errors import FileReadError, FolderMissingError, PhoneError, PhoneGoneError
from phoneward.phones.folder import FolderPhone

__all__ = [
    "AppInventory",
    "Entry",
    "FileKind",
    "FileReadError",
    "FileStream",
    "FolderMissingError",
    "Identity",
    "InstalledApp",
    "ListingItem",
    "Obstacle",
    "Phone",
    "PhoneError",
    "PhoneGoneError",
    "Unreadable",
    "Volume",
    "VolumeKind",
    "open_folder",
]


def open_folder(path: Path) -> FolderPhone:
    """Return a folder of this computer as a phone; it is opened by `with`, which may raise FolderMissingError."""
    return FolderPhone(path)
