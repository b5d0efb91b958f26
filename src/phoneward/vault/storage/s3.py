"""A repository in S3-compatible object storage, in restic's layout, through obstore."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from phoneward.errors import readable
from phoneward.texts import _
from phoneward.vault.blobs import BytesLike, FileId, FileType
from phoneward.vault.errors import (
    AppendOnlyError,
    DamagedError,
    FileMissingError,
    NameTakenError,
    OldLayoutError,
    StorageAccessError,
    StorageError,
    StorageRightsError,
    VaultError,
    WrongAnswerError,
)
from phoneward.vault.storage.base import FreeSpace, ListedFile, parse_name
from phoneward.vault.storage.comparing import are_pieces
from phoneward.vault.storage.s3address import parse_s3_address
from phoneward.vault.storage.s3clients import OBSTORE_ERRORS, SILENCE_S, S3Clients, obstore
from phoneward.vault.storage.s3failures import Failure, NotDoneError, explain, read_failure
from phoneward.vault.storage.s3listing import ListedKey, S3Lister
from phoneward.vault.storage.s3signing import S3Keys
from phoneward.vault.storage.webclient import Waits
from phoneward.vaultplace import RemoteAddressError, RemotePlace, shown_place

if TYPE_CHECKING:
    from obstore import GetOptions

_T = TypeVar("_T")

_CONFLICTS: Final = frozenset({"ConditionalRequestConflict", "OperationAborted"})
"""409, and yet nothing is there: another request came between."""
_LARGEST: Final = 512 * 2**20
"""No file is read at once that is longer, bytes: an honest index has some 10 MB, a pack 128 MB at most."""
_COMPARED_BYTES: Final = 2**20
_READ_BACK: Final = frozenset({FileType.CONFIG, FileType.KEY, FileType.INDEX, FileType.SNAPSHOT})
"""What much hangs on. The writer of packs reads those back itself."""


class S3Storage:
    """Objects named `PREFIX/config`, `PREFIX/keys/…`, `PREFIX/data/00/…` and so on. It tries nothing twice.

    One PutObject stores a file: whole or not at all, and only where the name is free (`If-None-Match: *`). The request
    carries the content's SHA-256 in its signature, and a service refuses what arrives otherwise; small files that much
    hangs on are read back all the same. ETags prove nothing here: what they are differs from service to service.

    Args:
        place: restic's address.
        access: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`, `AWS_DEFAULT_REGION` or `AWS_REGION`,
            and `RESTIC_CACERT`, a file of certificates that count as well.
        silence_s: how long the service may be silent, seconds.

    Raises:
        RemoteAddressError: the address cannot be understood.
        StorageAccessError: no key is named.
    """

    def __init__(self, place: RemotePlace, access: Mapping[str, str], *, silence_s: float = SILENCE_S) -> None:
        self._address = parse_s3_address(place)
        self._location = shown_place(place)
        keys = S3Keys(
            access.get("AWS_ACCESS_KEY_ID", ""),
            access.get("AWS_SECRET_ACCESS_KEY", ""),
            access.get("AWS_SESSION_TOKEN", ""),
        )
        if not keys.key_id or not keys.secret:  # obstore would look for the keys of a server at Amazon
            raise StorageAccessError(
                path=self._location, detail=_("AWS_ACCESS_KEY_ID or AWS_SECRET_ACCESS_KEY is not set")
            )
        ca_file = access.get("RESTIC_CACERT", "")
        waits = Waits(connect_s=silence_s, silent_s=silence_s)
        try:
            self._lister = S3Lister(self._address, keys, self._location, waits, ca_file)
            trusted = Path(ca_file).read_bytes() if ca_file else b""
        except OSError as error:
            problem = _("the file of certificates cannot be used: {reason}").format(reason=error)
            raise RemoteAddressError(place=self._location, problem=problem) from error
        region = access.get("AWS_DEFAULT_REGION") or access.get("AWS_REGION") or self._address.region
        self._clients = S3Clients(self._address, keys, region, silence_s, trusted)
        self._exclusive = True
        self._checksums = False

    @property
    def location(self) -> str:
        """The address."""
        return self._location

    def create(self) -> None:
        """See whether the bucket can be listed. It is made at the provider: obstore makes none."""
        self._do(lambda: self._first_page(""))

    def exists(self, file_type: FileType, name: FileId) -> bool:
        """Ask for the file's head."""
        try:
            self.size(file_type, name)
        except FileMissingError:
            return False
        return True

    def save(self, file_type: FileType, name: FileId, pieces: Sequence[BytesLike]) -> None:
        """Send the file in one piece."""
        key = self._key(file_type, name)
        # A copy: what is under way may still be read after the call is given up, and the pieces are used anew then.
        content = b"".join(pieces)
        while True:
            exclusive, checksums = self._exclusive, self._checksums
            if not exclusive and self.exists(file_type, name):
                raise NameTakenError(path=readable(key), detail="")
            try:
                self._put(key, content, exclusive=exclusive, checksums=checksums)
            except NotDoneError as error:
                failure = error.failure
                if failure.status == 412 or (failure.status in {304, 409} and failure.code not in _CONFLICTS):
                    raise NameTakenError(path=readable(key), detail=failure.detail) from error
                if exclusive and (failure.status == 501 or failure.code == "NotImplemented"):
                    self._exclusive = False
                elif not checksums and failure.status == 400 and "Content-MD5" in failure.text:  # with object lock
                    self._checksums = True
                else:
                    raise self._error(failure) from error
            else:
                break
        if file_type in _READ_BACK and not self.holds(file_type, name, [content]):
            raise WrongAnswerError(
                path=self._location, detail=_("it says that a file is stored, and gives back something else")
            )

    def load(self, file_type: FileType, name: FileId, offset: int = 0, length: int | None = None) -> bytes:
        """Ask for the file or a range of it."""
        key = self._key(file_type, name)
        if length == 0:  # no range of HTTP is empty
            if self.size(file_type, name) < offset:
                raise self._too_short(file_type, name)
            return b""
        try:
            data = self._ask(lambda: self._read(key, offset, length))
        except NotDoneError as error:
            if error.failure.status == 416:
                if length is None and self.size(file_type, name) == offset:
                    return b""
                raise self._too_short(file_type, name) from error
            raise self._missing_or(error.failure, file_type, name) from error
        if length is not None and len(data) != length:
            raise self._too_short(file_type, name)
        return data

    def holds(self, file_type: FileType, name: FileId, pieces: Sequence[BytesLike]) -> bool:
        """Read the file back and compare it as it comes."""
        key = self._key(file_type, name)
        total = sum(len(piece) for piece in pieces)

        def compare() -> bool:
            result = obstore.get(self._clients.reader(), key)
            start, end = result.range
            return end - start == total and are_pieces(result.stream(min_chunk_size=_COMPARED_BYTES), pieces)

        try:
            return self._ask(compare)
        except NotDoneError as error:
            raise self._missing_or(error.failure, file_type, name) from error

    def size(self, file_type: FileType, name: FileId) -> int:
        """Ask for the file's head."""
        key = self._key(file_type, name)
        try:
            return self._ask(lambda: obstore.head(self._clients.reader(), key))["size"]
        except NotDoneError as error:
            raise self._missing_or(error.failure, file_type, name) from error

    def list(self, file_type: FileType) -> Iterator[ListedFile]:
        """Yield the files page by page; what has no name of a repository's is none of ours."""
        if file_type is FileType.CONFIG:
            raise ValueError("config stands alone")
        folder = self._address.key(file_type.value) + "/"
        found = False
        try:
            for key, size in self._listed_keys(folder):
                listed = _listed(key.removeprefix(folder), size, file_type) if key.startswith(folder) else None
                if listed is not None:
                    found = True
                    yield listed
        except NotDoneError as error:
            if error.failure.code == "NoSuchBucket":
                return
            raise self._error(error.failure) from error
        # restic before 0.7 wrote a layout of its own in S3, `key/` instead of `keys/`; `config` is where it is today.
        if file_type is FileType.KEY and not found and self._do(lambda: self._first_page("key/")):
            raise OldLayoutError(path=self._location, detail="")

    def remove(self, file_type: FileType, name: FileId) -> None:
        """Remove the file. S3 is silent where there is none, so it is asked first; told it is either way.

        Whoever may remove nothing hears so then, even of a file that is not there.
        """
        key = self._key(file_type, name)
        there = self.exists(file_type, name)
        try:
            self._ask(lambda: obstore.delete(self._clients.reader(), key))
        except NotDoneError as error:
            known = self._missing_or(error.failure, file_type, name)
            if isinstance(known, StorageRightsError):
                raise AppendOnlyError(path=self._location, detail=error.failure.detail) from error
            raise known from error
        if not there:
            raise self._missing(file_type, name)

    def free_space(self) -> FreeSpace | None:
        """S3 does not tell."""
        return None

    def remove_leftovers(self, older_than_s: float) -> int:  # noqa: ARG002
        """Do nothing: what is sent in one piece leaves nothing when it is cut off."""
        return 0

    def _first_page(self, folder: str) -> Sequence[ListedKey]:
        """Return up to one file of those whose paths begin so."""
        return self._lister.page(self._address.key(folder), self._clients.region, limit=1).files

    def _listed_keys(self, prefix: str) -> Iterator[ListedKey]:
        def begin() -> tuple[Iterator[Sequence[ListedKey]], Sequence[ListedKey] | None]:
            pages = self._lister.pages(prefix, self._clients.region)
            return pages, next(pages, None)

        pages, page = self._ask(begin)
        while page is not None:
            yield from page
            page = self._ask(lambda: next(pages, None))

    def _reason(self) -> Failure | None:
        """Return why nothing is done: an answer to HEAD has no body that would tell."""
        try:
            self._first_page("")
        except NotDoneError as error:
            return error.failure
        return None

    def _read(self, key: str, offset: int, length: int | None) -> bytes:
        """Return what there is of a range, perhaps less."""
        options: GetOptions = {}
        if length is not None:
            options = {"range": (offset, offset + length)}
        elif offset:
            options = {"range": {"offset": offset}}
        result = obstore.get(self._clients.reader(), key, options=options)
        start, end = result.range
        if end - start > _LARGEST:
            raise WrongAnswerError(path=self._location, detail=_("a file larger than any of a vault"))
        data = bytes(result.bytes())
        if len(data) != end - start:  # obstore believes what the answer says of itself
            raise WrongAnswerError(path=self._location, detail=_("another part of the file than was asked for"))
        return data

    def _too_short(self, file_type: FileType, name: FileId) -> DamagedError:
        return DamagedError(name=readable(_path(file_type, name)), problem=_("it is shorter than it must be."))

    def _put(self, key: str, content: bytes, *, exclusive: bool, checksums: bool) -> None:
        def put() -> None:
            client = self._clients.sender(len(content), checksums=checksums)
            obstore.put(client, key, content, mode="create" if exclusive else "overwrite", use_multipart=False)

        self._ask(put)

    def _ask(self, action: Callable[[], _T]) -> _T:
        """Do what takes an answer; learn from it in which region the bucket lies.

        Raises:
            NotDoneError: it failed.
        """
        failure = Failure()
        for _attempt in range(2):
            try:
                return action()
            except (*OBSTORE_ERRORS, NotDoneError) as error:
                failure = error.failure if isinstance(error, NotDoneError) else read_failure(error)
                if not isinstance(error, NotDoneError) and not failure.code and failure.status in {301, 400, 403}:
                    failure = self._reason() or failure
                if not failure.region or failure.region == self._clients.region:
                    raise NotDoneError(failure) from error
                self._clients.region = failure.region
        raise NotDoneError(failure)

    def _do(self, action: Callable[[], _T]) -> _T:
        try:
            return self._ask(action)
        except NotDoneError as error:
            raise self._error(error.failure) from error

    def _error(self, failure: Failure) -> StorageError:
        return explain(failure, self._location, self._address.bucket)

    def _missing_or(self, failure: Failure, file_type: FileType, name: FileId) -> VaultError:
        return self._missing(file_type, name) if failure.status == 404 else self._error(failure)

    def _missing(self, file_type: FileType, name: FileId) -> FileMissingError:
        return FileMissingError(name=readable(_path(file_type, name)))

    def _key(self, file_type: FileType, name: FileId) -> str:
        if file_type is not FileType.CONFIG and parse_name(name) is None:
            raise ValueError(f"not a file name of a repository: {name!r}")
        return self._address.key(_path(file_type, name))


def _path(file_type: FileType, name: FileId) -> str:
    """Return a file's path in restic's default layout."""
    if file_type is FileType.CONFIG:
        return FileType.CONFIG.value
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
