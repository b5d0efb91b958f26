"""The list of files of an encrypted backup, deciphered into a private file for as long as it is read."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from phoneward.errors import readable
from phoneward.phones.iosbackup.backup import Backup
from phoneward.phones.iosbackup.errors import IphoneBackupSpoolError
from phoneward.phones.iosbackup.manifest import NAME


@contextlib.contextmanager
def plain_manifest(backup: Backup) -> Iterator[Path]:
    """Yield the list of files as a database that can be opened.

    It holds names, no contents. Where the backup is encrypted it lies in a folder that nobody else may enter, and is
    removed at the end.

    Raises:
        IphoneBackupError: it cannot be deciphered, or there is no room for it.
    """
    if not backup.is_manifest_sealed():
        yield backup.path / NAME
        return
    with tempfile.TemporaryDirectory(prefix="phoneward-") as folder:
        path = Path(folder) / NAME
        try:
            with path.open("xb") as file:
                for piece in backup.manifest_pieces():
                    file.write(piece)
        except OSError as error:
            raise IphoneBackupSpoolError(path=backup.name, detail=readable(error.strerror or str(error))) from error
        yield path
