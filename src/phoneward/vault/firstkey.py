"""The first key file of a new repository, also where two make one at once, or nothing can be removed again."""

from collections.abc import Callable

from phoneward.vault.blobs import FileId, FileType
from phoneward.vault.crypto import SealingKey
from phoneward.vault.errors import AppendOnlyError, FileMissingError, KeyLeftBehindError, RepositoryExistsError
from phoneward.vault.keys import NewKeyCost, save_key
from phoneward.vault.storage.base import Storage


def save_first_key(
    storage: Storage, key: SealingKey, password: str, cost: NewKeyCost, on_spare: Callable[[FileId], None]
) -> FileId:
    """Store the first key file, and give way to others who do the same: before `config` makes it a repository.

    Each stores its own and then looks, so that of two at least one sees the other. Where a try ended unclear, files of
    several names are our own; all open the same.

    Raises:
        RepositoryExistsError: somebody else is at it.
        KeyLeftBehindError: likewise, and ours cannot be removed.
    """
    ours: list[FileId] = []

    def sending(name: FileId) -> None:
        # Deriving takes a second. Looking again here leaves others a moment only, and nothing of ours behind.
        if not {file.name for file in storage.list(FileType.KEY)} <= set(ours):
            raise RepositoryExistsError(location=storage.location)
        ours.append(name)

    try:
        name = save_key(storage, key, password, cost, sending=sending)
    except RepositoryExistsError:
        _give_way(storage, ours)
        raise
    there = {file.name for file in storage.list(FileType.KEY)}
    if not there <= set(ours):
        _give_way(storage, ours)
        raise RepositoryExistsError(location=storage.location)
    for spare in sorted(there - {name}):
        if _kept(storage, [spare]):
            on_spare(spare)
    return name


def _give_way(storage: Storage, ours: list[FileId]) -> None:
    """Remove our own key files.

    Raises:
        KeyLeftBehindError: the place keeps one that is there.
    """
    left = _kept(storage, ours)
    if left:
        raise KeyLeftBehindError(location=storage.location, names=", ".join(f"keys/{name}" for name in left))


def _kept(storage: Storage, names: list[FileId]) -> list[FileId]:
    """Remove key files, and return those that the place keeps."""
    left = []
    for name in names:
        try:
            storage.remove(FileType.KEY, name)
        except FileMissingError:
            continue
        except AppendOnlyError:
            if storage.exists(FileType.KEY, name):
                left.append(name)
    return left
