"""How a found file is opened where it lies: on this computer, in a snapshot, on a phone."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from phoneward.apk.errors import ApkUnreadableError
from phoneward.apk.source import Source
from phoneward.errors import PhonewardError
from phoneward.phones import Phone
from phoneward.snapshots import open_path
from phoneward.snapshots.kept_apps import VaultSource
from phoneward.texts import words
from phoneward.updates.found import FoundFile, Where
from phoneward.updates.looking import Opener
from phoneward.updates.sources import PhoneSource, save_stream
from phoneward.vault import Repository

MAX_BYTES: Final = 8 << 30
"""Bytes of one found file that are copied from a phone."""


def opener(repo: Repository | None = None, ref: str = "", phone: Phone | None = None, *, copy: bool = False) -> Opener:
    """Return what opens found files.

    Args:
        repo: for files in a snapshot: the vault, open.
        ref: for those: which snapshot.
        phone: for files on a phone: open.
        copy: a phone's file is copied whole into a private folder first; else it is read piece by piece.
    """

    @contextmanager
    def opened(file: FoundFile) -> Iterator[Path | Source]:
        if file.where is Where.SNAPSHOT and repo is not None:
            try:
                source = VaultSource(open_path(repo, ref, file.path), file.shown)
            except PhonewardError as error:
                raise ApkUnreadableError(file=file.shown, problem=words("its place in the vault is damaged")) from error
            yield source
        elif file.where is Where.PHONE and phone is not None:
            if copy:
                yield from _copied(phone, file)
            else:
                yield PhoneSource(phone, file.path, file.size, file.shown)
        else:
            yield Path(os.fsdecode(file.path))

    return opened


def _copied(phone: Phone, file: FoundFile) -> Iterator[Path]:
    if file.size > MAX_BYTES:
        raise ApkUnreadableError(file=file.shown, problem=words("it is too large"))
    with tempfile.TemporaryDirectory(prefix="phoneward-") as folder:
        target = Path(folder) / "found.apk"
        for stream in phone.read([file.path]):
            save_stream(stream, file.size, target, file.shown)
        yield target
