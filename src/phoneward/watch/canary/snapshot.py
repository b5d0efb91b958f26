"""The files of a snapshot in which a canary may lie."""

import datetime as dt
from collections.abc import Callable, Iterator

from phoneward import snapshots
from phoneward.errors import readable
from phoneward.vault import NodeType, Repository, VaultError
from phoneward.watch.canary.looking import LARGEST
from phoneward.watch.canary.owners import owner_in_snapshot
from phoneward.watch.canary.storage import FileSeen, moment, was_written_since


def in_snapshot(repo: Repository, ref: str, since: dt.datetime | None) -> Iterator[FileSeen]:
    """Yield the files of a snapshot that were written since a time, by the phone's clock.

    Args:
        repo: open, its index loaded.
        ref: `latest` or the first digits of an id.
        since: None: all files.

    Raises:
        VaultError: there is no such snapshot, or a folder of it is damaged.
    """
    for entry in snapshots.list_path(repo, ref, recursive=True):
        node = entry.node
        if node.type == NodeType.FILE and was_written_since(since, node.size, node.mtime_ns, node.ctime_ns):
            path = readable(entry.path)
            read = _reader(repo, ref, entry.path)
            yield FileSeen(path, moment(node.mtime_ns), node.size, read, owner_in_snapshot(path))


def _reader(repo: Repository, ref: str, path: bytes) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            with snapshots.open_path(repo, ref, path) as file:
                return file.read(LARGEST)
        except VaultError as error:
            raise OSError(str(error)) from error

    return read
