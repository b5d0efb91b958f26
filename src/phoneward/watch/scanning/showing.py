"""The two pictures of a copy: their bytes as the snapshot has them, and made small for showing."""

from typing import Final

from phoneward.errors import PhonewardError
from phoneward.media import Skipped
from phoneward.media.finding import find_in
from phoneward.snapshots import SnapshotInfo
from phoneward.vault import Repository, StorageError, find_node, open_file
from phoneward.watch.copies import AppCopy
from phoneward.watch.scanning.reading import MOST_PICTURES, sha256_of

WHICH: Final = ("original", "copy")
_MAX_PICTURE: Final = 256 << 20
_CACHE_BYTES: Final = 8 << 20


def picture_bytes(repo: Repository, info: SnapshotInfo, copy: AppCopy, *, which: str) -> bytes | None:
    """Return a picture as the snapshot has it; None where it is not there any more, damaged or another one.

    Args:
        repo: open, its index loaded.
        info: the snapshot in which the copy was found.
        copy: what was found.
        which: "original", the person's picture, or "copy", the app's; of anything else there is none.

    Raises:
        StorageError: the vault cannot be reached.
    """
    if which not in WHICH:
        return None
    is_copy = which == "copy"
    path, wanted = (copy.raw_path, copy.sha256) if is_copy else (copy.raw_original, copy.original_sha256)
    try:
        node = find_node(repo, info.snapshot.tree, path)
        with open_file(repo, node, cache_bytes=_CACHE_BYTES) as stored:
            if not (is_copy and copy.inside):
                stored.seek(copy.offset if is_copy else 0)
                data = stored.read(min(copy.size if is_copy else node.size, _MAX_PICTURE)) or b""
                if sha256_of(data) == wanted:
                    return data
            for found in find_in(stored, node.size, most=MOST_PICTURES):
                if sha256_of(found.data) == wanted:
                    return found.data
    except StorageError:
        raise
    except PhonewardError:
        return None
    return None


def picture_shown(repo: Repository, info: SnapshotInfo, copy: AppCopy, *, which: str, width: int) -> bytes | None:
    """Return a picture for showing: a JPEG of our own making, at most so many pixels wide; None where it cannot be had.

    Args:
        repo: open, its index loaded.
        info: the snapshot in which the copy was found.
        copy: what was found.
        which: "original", the person's picture, or "copy", the app's; of anything else there is none.
        width: pixels.

    Raises:
        StorageError: the vault cannot be reached.
        PicturesExtraMissingError: the extra `watch` is not installed.
    """
    data = picture_bytes(repo, info, copy, which=which)
    return None if data is None else _small(data, width)


def file_shown(repo: Repository, info: SnapshotInfo, path: bytes, *, width: int) -> bytes | None:
    """Return a picture file of a snapshot for showing, as `picture_shown` does; None where it cannot be had.

    Args:
        repo: open, its index loaded.
        info: the snapshot.
        path: in it, raw bytes.
        width: pixels.

    Raises:
        StorageError: the vault cannot be reached.
        PicturesExtraMissingError: the extra `watch` is not installed.
    """
    try:
        node = find_node(repo, info.snapshot.tree, path)
        with open_file(repo, node, cache_bytes=_CACHE_BYTES) as stored:
            data = stored.read(min(node.size, _MAX_PICTURE)) or b""
    except StorageError:
        raise
    except PhonewardError:
        return None
    return _small(data, width)


def _small(data: bytes, width: int) -> bytes | None:
    from phoneward.media.comparing import Looker

    with Looker(workers=1) as looker:
        shown = looker.shown(data, width=width)
    return None if isinstance(shown, Skipped) else shown
