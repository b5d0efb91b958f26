"""A repository in S3-compatible object storage, in restic's layout, through obstore."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

from phoneward.errors import readable
from phoneward.texts import _
from phoneward.vault.blobs import BytesLike, FileId, FileType
from phoneward.vault.errors import (
    AppendOnlyError,
    DamagedError,
    FileMissingError,
    NameTakenError,
    OldLayoutError,
    StorageError,
    StorageRightsError,
    VaultError,
    WrongAnswerError,
)
from phoneward.vault.storage.base import FreeSpace, ListedFile, parse_name
from phoneward.vault.storage.s3bucket import S3Bucket
from phoneward.vault.storage.s3clients import SILENCE_S, WHOLE_SIZE
from phoneward.vault.storage.s3failures import Failure, NotDoneError
from phoneward.vaultplace import RemotePlace

_T = TypeVar("_T")

_CONFLICTS: Final = frozenset({"ConditionalRequestConflict", "OperationAborted"})
"""409, and yet nothing is there: another request came between."""
_READ_BACK: Final = frozenset({FileType.CONFIG, FileType.KEY, FileType.INDEX, FileType.SNAPSHOT})
"""What much hangs on. The writer of packs reads those back itself."""


class S3Storage:
    """Objects named `PREFIX/config`, `PREFIX/keys/…`, `PREFIX/data/00/…` and so on. It tries nothing twice.

    One PutObject stores a file: whole or not at all, and only where the name is free (`If-None-Match: *`). Large files
    (packs) go in parts and appear with the last word. obstore has no such condition there, so it is asked before
    whether the name is free; a pack's name is that of its content anyway. Each request carries its content's SHA-256 in
    its signature, and a service refuses what arrives otherwise; small files that much hangs on are read back all the
    same. ETags prove nothing here: what they are differs from service to service.

    Args:
        place: restic's address.
        access: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`, `AWS_DEFAULT_REGION` or `AWS_REGION`,
            and `RESTIC_CACERT`, a file of certificates that count as well.
        silence_s: how long the service may be silent, seconds.

    Raises:
        RemoteAddressError: the address, or a file of certificates, makes no sense.
        StorageAccessError: no key is named.
    """

    def __init__(self, place: RemotePlace, access: Mapping[str, str], *, silence_s: float = SILENCE_S) -> None:
        self._bucket = S3Bucket(place, access, silence_s)
        self._exclusive = True
        self._checksums = False

    @property
    def location(self) -> str:
        """The address."""
        return self._bucket.location

    def create(self) -> None:
        """See whether the bucket can be listed. It is made at the provider, before."""
        self._do(lambda: self._bucket.holds_any(self._key("")))

    def exists(self, file_type: FileType, name: FileId) -> bool:
        """Ask for the file's head."""
        try:
            self.size(file_type, name)
        except FileMissingError:
            return False
        return True

    def save(self, file_type: FileType, name: FileId, pieces: Sequence[BytesLike]) -> None:
        """Send the file, a large one in parts."""
        path = _path(file_type, name)
        taken = NameTakenError(path=readable(path), detail="")
        # A copy: what is under way may still be read after the call is given up, and the pieces are used anew then.
        content = b"".join(pieces)
        while True:
            exclusive, checksums = self._exclusive, self._checksums
            if (not exclusive or len(content) > WHOLE_SIZE) and self.exists(file_type, name):
                raise taken
            try:
                self._bucket.put(self._key(path), content, exclusive=exclusive, checksums=checksums)
            except NotDoneError as error:
                failure = error.failure
                if failure.status == 412 or (failure.status in {304, 409} and failure.code not in _CONFLICTS):
                    raise taken from error
                if exclusive and (failure.status == 501 or failure.code == "NotImplemented"):
                    self._exclusive = False
                elif not checksums and failure.status == 400 and "Content-MD5" in failure.text:  # with object lock
                    self._checksums = True
                else:
                    raise self._bucket.explained(failure) from error
            else:
                break
        if file_type in _READ_BACK and not self.holds(file_type, name, [content]):
            raise WrongAnswerError(
                path=self.location, detail=_("it says that a file is stored, and gives back something else")
            )

    def load(self, file_type: FileType, name: FileId, offset: int = 0, length: int | None = None) -> bytes:
        """Ask for the file or a range of it."""
        path = _path(file_type, name)
        short = DamagedError(name=readable(path), problem=_("it is shorter than it must be."))
        if length == 0:  # no range of HTTP is empty
            if self.size(file_type, name) < offset:
                raise short
            return b""
        try:
            data = self._bucket.read(self._key(path), offset, length)
        except NotDoneError as error:
            if error.failure.status == 416:
                if length is None and self.size(file_type, name) == offset:
                    return b""
                raise short from error
            raise self._missing_or(error.failure, path) from error
        if length is not None and len(data) != length:
            raise short
        return data

    def holds(self, file_type: FileType, name: FileId, pieces: Sequence[BytesLike]) -> bool:
        """Read the file back and compare it as it comes."""
        path = _path(file_type, name)
        return self._of_file(path, lambda: self._bucket.holds(self._key(path), pieces))

    def size(self, file_type: FileType, name: FileId) -> int:
        """Ask for the file's head."""
        path = _path(file_type, name)
        return self._of_file(path, lambda: self._bucket.size(self._key(path)))

    def list(self, file_type: FileType) -> Iterator[ListedFile]:
        """Yield the files page by page; what has no name of a repository's is none of ours."""
        if file_type is FileType.CONFIG:
            raise ValueError("config stands alone")
        folder = self._key(f"{file_type.value}/")
        found = False
        try:
            for key, size in self._bucket.list(folder):
                listed = _listed(key.removeprefix(folder), size, file_type) if key.startswith(folder) else None
                if listed is not None:
                    found = True
                    yield listed
        except NotDoneError as error:
            if error.failure.code == "NoSuchBucket":
                return
            raise self._bucket.explained(error.failure) from error
        # restic before 0.7 wrote a layout of its own in S3, `key/` instead of `keys/`; `config` is where it is today.
        if file_type is FileType.KEY and not found and self._do(lambda: self._bucket.holds_any(self._key("key/"))):
            raise OldLayoutError(path=self.location, detail="")

    def remove(self, file_type: FileType, name: FileId) -> None:
        """Remove the file. S3 is silent where there is none, so it is asked first; told it is either way.

        Whoever may remove nothing hears so then, even of a file that is not there.
        """
        path = _path(file_type, name)
        there = self.exists(file_type, name)
        try:
            self._bucket.delete(self._key(path))
        except NotDoneError as error:
            known = self._missing_or(error.failure, path)
            if isinstance(known, StorageRightsError):
                raise AppendOnlyError(path=self.location, detail=error.failure.detail) from error
            raise known from error
        if not there:
            raise FileMissingError(name=readable(path))

    def free_space(self) -> FreeSpace | None:
        """S3 does not tell."""
        return None

    def remove_leftovers(self, older_than_s: float) -> int:
        """Have the parts of files thrown away that were never ended: nobody sees them, and they cost all the same."""
        before = datetime.now(UTC) - timedelta(seconds=older_than_s)
        with suppress(StorageError):  # a key that may not, a service that knows no such list: they only cost
            return self._do(lambda: self._bucket.remove_uploads(self._key(""), before, self._is_ours))
        return 0

    def _is_ours(self, key: str) -> bool:
        kind, _slash, rest = key.removeprefix(self._key("")).partition("/")
        return any(kind == one.value and _listed(rest, 0, one) for one in FileType if one is not FileType.CONFIG)

    def _do(self, action: Callable[[], _T]) -> _T:
        try:
            return action()
        except NotDoneError as error:
            raise self._bucket.explained(error.failure) from error

    def _of_file(self, path: str, action: Callable[[], _T]) -> _T:
        try:
            return action()
        except NotDoneError as error:
            raise self._missing_or(error.failure, path) from error

    def _missing_or(self, failure: Failure, path: str) -> VaultError:
        return FileMissingError(name=readable(path)) if failure.status == 404 else self._bucket.explained(failure)

    def _key(self, path: str) -> str:
        return self._bucket.address.key(path)


def _path(file_type: FileType, name: FileId) -> str:
    """Return a file's path in restic's default layout.

    Raises:
        ValueError: a repository gives no such name.
    """
    if file_type is FileType.CONFIG:
        return FileType.CONFIG.value
    if parse_name(name) is None:
        raise ValueError(f"not a file name of a repository: {name!r}")
    if file_type is FileType.PACK:
        return f"{file_type.value}/{name[:2]}/{name}"
    return f"{file_type.value}/{name}"


def _listed(path: str, size: int, file_type: FileType) -> ListedFile | None:
    """Return the file that a path in its type's folder names, None where it is none of ours."""
    if file_type is FileType.PACK:
        folder, _slash, path = path.partition("/")
        if path[:2] != folder:
            return None
    name = parse_name(path)
    return None if name is None else ListedFile(name, size)
