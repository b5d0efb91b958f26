"""Reading one copy of a blob and proving it."""

from phoneward.texts import _
from phoneward.vault.blobs import MAX_BLOB_SIZE, FileType
from phoneward.vault.errors import DamagedError
from phoneward.vault.index_table import Location
from phoneward.vault.repository import Repository


def load_proved(repo: Repository, location: Location) -> bytes:
    """Return a blob's sealed bytes from one pack, after they were opened and hashed.

    Raises:
        DamagedError, FileMissingError: this copy is not whole.
        StorageError: it cannot be read.
    """
    entry = location.entry
    if entry.length > 2 * MAX_BLOB_SIZE[entry.type]:
        raise DamagedError(name=f"data/{location.pack}", problem=_("it claims a piece that is far too large."))
    sealed = repo.storage.load(FileType.PACK, location.pack, entry.offset, entry.length)
    repo.open_blob(location.pack, entry, sealed)
    return sealed
