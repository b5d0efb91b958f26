"""Takes an app's folders of this computer into a phone's snapshot: opened beside the phone, read as one with it."""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from phoneward.errors import readable
from phoneward.phones import FolderMissingError, Obstacle, Phone, Volume, VolumeKind, open_folder
from phoneward.phones.appbackups import look_at
from phoneward.phones.joined import joined
from phoneward.phones.source import MOUNTS, Source
from phoneward.progress import Listener, Notice
from phoneward.snapshots.app_folders import KeptFolder, free_name, kept_folders, known_computer_id
from phoneward.snapshots.state_store import load_state
from phoneward.texts import _
from phoneward.vault import Repository


@dataclass(frozen=True, slots=True)
class Beside:
    """A folder of this computer that goes along.

    Attributes:
        made: when the newest backup in it was made, as names and times tell.
    """

    kept: KeptFolder
    app: str
    kind: str
    made: dt.datetime | None


def folders_of(phone: Phone, repo: Repository, state_dir: Path, listener: Listener) -> list[KeptFolder]:
    """Return the folders of this computer that go along into a phone's snapshots, as the person said.

    Raises:
        StorageError: the vault cannot be reached.
    """
    computer = known_computer_id(state_dir)
    if computer is None:
        return []

    def tell(_name: str, error: Exception) -> None:
        sentence = _("What you decided cannot all be read, so a folder of this computer may be left out: {detail}")
        listener(Notice(None, sentence.format(detail=readable(str(error)))))

    return kept_folders(load_state(repo, on_damaged=tell), device=phone.identity.id, computer=computer)


def with_once(folders: Sequence[KeptFolder], device: str, also: Sequence[tuple[str, Path]]) -> list[KeptFolder]:
    """Return the folders that go along, and those that do so this once; one that does anyway is not taken twice."""
    found = list(folders)
    for package, path in also:
        text = str(path.absolute())
        if all((one.package, one.path) != (package, text) for one in found):
            taken = {one.name.casefold() for one in found if one.package == package}
            found.append(KeptFolder(device, "", package, free_name(path.name, taken), text))
    return found


@contextmanager
def beside(phone: Phone, folders: Sequence[KeptFolder]) -> Iterator[tuple[Phone, tuple[Beside, ...]]]:
    """Yield the phone with these folders beside it. One that is not there is a storage that cannot be read.

    Args:
        phone: open.
        folders: on this computer.
    """
    sources: list[Source] = []
    known: list[Beside] = []
    with ExitStack() as stack:
        for kept in folders:
            mount = MOUNTS + kept.place.lstrip(b"/")
            volume = Volume(VolumeKind.COMPUTER, kept.name, b"/", readable(kept.path), package=kept.package)
            try:
                folder: Phone = stack.enter_context(open_folder(Path(kept.path)))
            except FolderMissingError:
                # Nothing is ever asked of a storage that is closed, so whose it is does not matter.
                sources.append(Source(phone, mount, (replace(volume, obstacle=Obstacle.ABSENT),)))
                continue
            sources.append(Source(folder, mount, (volume,)))
            seen = look_at(Path(kept.path), kept.package)
            known.append(Beside(kept, seen.app, seen.kind, seen.made))
        yield joined(phone, sources), tuple(known)
