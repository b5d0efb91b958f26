"""The APKs in a bundle as sources: read in place where they are stored, unpacked into a private file where not."""

import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from phoneward.apk.container import STORED, Container, Entry
from phoneward.apk.errors import ApkUnreadableError, BundleError, NoRoomError
from phoneward.apk.source import FileSource, PartSource, Source
from phoneward.errors import readable
from phoneward.texts import Size, words

KEPT_FREE: Final = 256 << 20
"""Bytes that stay free on the disk."""
MOST_TIMES: Final = 20
"""APKs are packed themselves; those that grow more than this many times are a bomb."""
ALWAYS_UNPACKED: Final = 64 << 20
"""Bytes of one app that are unpacked however far they grow."""


class Members:
    """Gives out the APKs of bundles. What had to be unpacked is removed when `stack` is closed.

    Raises of `source`:
        BundleError: it grows beyond measure.
        NoRoomError: there is no room for it.
        ApkError: it cannot be read.
    """

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._folder: Path | None = None
        self._unpacked_bytes = self._packed_bytes = 0

    def source(self, bundle: Container, entry: Entry) -> Source:
        """Return one APK of a bundle."""
        name = f"{bundle.source.name}/{readable(entry.name)}"
        if entry.method == STORED:
            return PartSource(bundle.source, bundle.data_offset(entry), entry.size, name)
        return self._unpacked(bundle, entry, name)

    def _unpacked(self, bundle: Container, entry: Entry, name: str) -> Source:
        self._unpacked_bytes += entry.size
        self._packed_bytes += entry.compressed_size
        if self._unpacked_bytes > max(ALWAYS_UNPACKED, MOST_TIMES * self._packed_bytes):
            raise BundleError(
                file=bundle.source.name,
                problem=words("{part} would take {size} when unpacked", part=name, size=Size(entry.size)),
            )
        folder = self._private_folder()
        if entry.size + KEPT_FREE > shutil.disk_usage(folder).free:
            raise NoRoomError(file=bundle.source.name, size=Size(entry.size))
        path = folder / f"{len(list(folder.iterdir()))}.apk"
        try:
            with path.open("xb") as file:
                for piece in bundle.chunks(entry):
                    file.write(piece)
        except OSError as error:
            raise ApkUnreadableError(file=name, problem=readable(error.strerror or str(error))) from error
        return self._stack.enter_context(FileSource(path, name=name))

    def _private_folder(self) -> Path:
        if self._folder is None:
            self._folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="phoneward-")))
        return self._folder
