"""Write both pictures of copies into a folder, byte for byte, with a manifest: for somebody who has to be shown.

The folder holds pictures that are not encrypted: it is only written where the person asks for it.
"""

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from phoneward.errors import readable
from phoneward.media import Format, read_header
from phoneward.snapshots import SnapshotInfo
from phoneward.vault import Repository
from phoneward.watch.copies import AppCopy
from phoneward.watch.scanned import Scanned
from phoneward.watch.scanning.document import copy_document, scanned_document
from phoneward.watch.scanning.errors import EvidenceFolderError
from phoneward.watch.scanning.showing import WHICH, picture_bytes

FORMAT: Final = 1
_ENDINGS: Final = {Format.JPEG: "jpg", Format.HEIF: "heic"}


def refuse_evidence_folder(folder: Path) -> None:
    """Look whether evidence may be written into a folder, before anybody waits for it.

    Raises:
        EvidenceFolderError: it is no folder, or something is in it.
    """
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise EvidenceFolderError(path=readable(str(folder)))
    except OSError as error:
        raise EvidenceFolderError(path=readable(str(folder))) from error


def write_evidence(
    repo: Repository, info: SnapshotInfo, scanned: Scanned, copies: Sequence[AppCopy], folder: Path
) -> int:
    """Write the pictures of copies, `manifest.json` and `SHA256SUMS`; return how many copies have both pictures there.

    Args:
        repo: open, its index loaded.
        info: the snapshot in which the copies were found.
        scanned: the look that found them.
        copies: which.
        folder: empty, or not there yet; readable by its owner only.

    Raises:
        EvidenceFolderError: it cannot be written.
        StorageError: the vault cannot be reached.
    """
    refuse_evidence_folder(folder)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return _Folder(folder).write(repo, info, scanned, copies)
    except OSError as error:
        raise EvidenceFolderError(path=readable(str(folder))) from error


class _Folder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names: dict[str, str] = {}

    def write(self, repo: Repository, info: SnapshotInfo, scanned: Scanned, copies: Sequence[AppCopy]) -> int:
        rows = []
        for copy in copies:
            files = {which: self._picture(repo, info, copy, which) for which in WHICH}
            rows.append(copy_document(copy) | {"files": files})
        manifest = {"format": FORMAT, **scanned_document(scanned), "exported": rows}
        self._put(
            "manifest.json", json.dumps(manifest, indent=1, ensure_ascii=False).encode("utf-8", "backslashreplace")
        )
        sums = "".join(f"{digest}  {name}\n" for name, digest in sorted(self._names.items()))
        self._put("SHA256SUMS", sums.encode())
        return sum(all(row["files"].values()) for row in rows if isinstance(row["files"], dict))

    def _picture(self, repo: Repository, info: SnapshotInfo, copy: AppCopy, which: str) -> str | None:
        """Write one picture, named by its content; return its name, None where it cannot be had."""
        sha256 = copy.sha256 if which == "copy" else copy.original_sha256
        known = next((name for name in self._names if name.startswith(f"{which}-{sha256}")), None)
        if known is not None:
            return known
        data = picture_bytes(repo, info, copy, which=which)
        if data is None:
            return None
        header = read_header(data)
        ending = "bin" if header is None else _ENDINGS.get(header.format, header.format.value)
        return self._put(f"{which}-{sha256}.{ending}", data)

    def _put(self, name: str, data: bytes) -> str:
        descriptor = os.open(
            self._folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600
        )
        with open(descriptor, "wb") as file:
            file.write(data)
        self._names[name] = hashlib.sha256(data).hexdigest()
        return name
