"""Folders of a computer that go along into a phone's snapshots: which, of which phone, as the person said.

Two backups of one app on one computer may be of two people's phones: nobody but the person can tell. So it is asked
once, for each phone, and remembered with what they decided (state.py), for each computer, since a path is a computer's.

An entry of the kind `app-folder` is about `DEVICE/COMPUTER/PACKAGE/NAME`, its value is the path; one of the kind
`computer-name` is about a computer, its value what that calls itself. `NAME` is where the folder stands in snapshots.
"""

import contextlib
import os
import re
import secrets
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from phoneward.errors import readable
from phoneward.snapshots.errors import FolderNameError, JournalUnwritableError
from phoneward.snapshots.layout import COMPUTER, is_package_name, is_volume_name
from phoneward.snapshots.state import MAX_SETTING, Change, OwnerState, stored_text

FOLDER: Final = "app-folder"
COMPUTER_NAME: Final = "computer-name"

MAX_FOLDERS: Final = 100
"""Folders of one phone that are taken along from one computer; a document may say anything."""
_ID_FILE: Final = "computer-id"
_ID: Final = re.compile(r"[0-9a-f]{16}\Z")
_DEVICE: Final = re.compile(r"[A-Za-z0-9._-]{1,64}\Z")
_MAX_NAME: Final = 60


@dataclass(frozen=True, slots=True, order=True)
class KeptFolder:
    """A folder that goes along.

    Attributes:
        device: id of the phone whose snapshots take it.
        computer: id of the computer that it is on.
        package: the app that it is of.
        name: where it stands, below `/computer/<package>/`.
        path: on that computer.
    """

    device: str
    computer: str
    package: str
    name: str
    path: str

    @property
    def place(self) -> bytes:
        """Where it stands in the snapshot."""
        return COMPUTER + b"/" + self.package.encode("ascii") + b"/" + self.name.encode("ascii")

    @property
    def subject(self) -> str:
        """What its entry is about."""
        return f"{self.device}/{self.computer}/{self.package}/{self.name}"


def kept_folders(state: OwnerState, *, device: str | None = None, computer: str | None = None) -> list[KeptFolder]:
    """Return the folders that go along; of one phone, or from one computer, where that is said."""
    found = [
        kept
        for kind, subject in state.entries
        if kind == FOLDER and (kept := _kept(subject, state.value(kind, subject))) is not None
    ]
    chosen = [k for k in found if device in {None, k.device} and computer in {None, k.computer}]
    return sorted(chosen)[:MAX_FOLDERS] if device is not None and computer is not None else sorted(chosen)


def _kept(subject: str, value: object) -> KeptFolder | None:
    parts = subject.split("/")
    if len(parts) != 4 or not isinstance(value, str) or not value:
        return None
    device, computer, package, name = parts
    good = _DEVICE.match(device) and _ID.match(computer) and is_package_name(package) and is_volume_name(name)
    return KeptFolder(device, computer, package, name, value) if good else None


def computer_name(state: OwnerState, computer: str) -> str:
    """Return what a computer calls itself, readable; its id where nobody noted it."""
    name = state.value(COMPUTER_NAME, computer)
    return readable(name) if isinstance(name, str) and name else computer


def keep_folder(
    state: OwnerState, *, device: str, computer: str, package: str, path: Path
) -> tuple[KeptFolder, list[Change]]:
    """Return the folder, and the changes that have it go along from now on; none where it does already.

    Raises:
        FolderNameError: its path cannot be written down: it is too long, or its bytes are no text.
    """
    text = str(path.absolute())
    if len(text) > MAX_SETTING or stored_text(text) != text:
        raise FolderNameError(path=readable(os.fsencode(path)))
    all_of_phone = kept_folders(state, device=device)
    for kept in all_of_phone:
        if (kept.computer, kept.package, kept.path) == (computer, package, text):
            return kept, []
    taken = {kept.name.casefold() for kept in all_of_phone if kept.package == package}
    kept = KeptFolder(device, computer, package, free_name(path.name, taken), text)
    return kept, [
        Change(FOLDER, kept.subject, text),
        Change(COMPUTER_NAME, computer, stored_text(socket.gethostname())[:MAX_SETTING] or computer),
    ]


def leave_folder(kept: KeptFolder) -> Change:
    """Return the change after which it no longer goes along. What snapshots hold of it stays."""
    return Change(FOLDER, kept.subject, None)


def free_name(wanted: str, taken: Iterable[str]) -> str:
    """Return a name that is safe in a snapshot, as near to the folder's own as can be, and not taken yet."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", wanted).strip("-._")[:_MAX_NAME] or "folder"
    names = (plain, *(f"{plain}-{number}" for number in range(2, MAX_FOLDERS * 10)))
    return next(name for name in names if name.casefold() not in taken)


def computer_id(state_dir: Path) -> str:
    """Return the id of this computer; made when it is first asked for, and kept with what must be remembered.

    Raises:
        JournalUnwritableError: it cannot be written down.
    """
    path = state_dir / _ID_FILE
    known = known_computer_id(state_dir)
    if known is not None:
        return known
    made = secrets.token_hex(8)
    try:
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = path.with_name(f"{_ID_FILE}.{made}")
        fresh.write_text(made + "\n")
        fresh.replace(path)
    except OSError as error:
        raise JournalUnwritableError(path=readable(str(path)), detail=readable(error.strerror or str(error))) from error
    return known_computer_id(state_dir) or made


def known_computer_id(state_dir: Path) -> str | None:
    """Return the id of this computer, None where it has none yet: then nothing goes along from it."""
    with contextlib.suppress(OSError, UnicodeDecodeError), (state_dir / _ID_FILE).open() as file:
        text = file.read(64).strip()
        return text if _ID.match(text) else None
    return None
