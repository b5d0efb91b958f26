"""A repository in S3-compatible object storage, in restic's layout, through obstore."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
    StorageError,
    StorageRightsError,
    VaultError,
    WrongAnswerError,
)
from phoneward.vault.storage.base import FreeSpace, ListedFile, parse_name
from phoneward.vault.storage.s3address import parse_s3_address
from phoneward.vault.storage.s3clients import OBSTORE_ERRORS, SILENCE_S, S3Clients, obstore
from phoneward.vault.storage.s3failures import Failure, explain, read_failure
from phoneward.vaultplace import RemotePlace, shown_place

if TYPE_CHECKING:
    from obstore import GetOptions, ObjectMeta

_T = TypeVar("_T")

_CONFLICTS: Final = frozenset({"ConditionalRequestConflict", "OperationAborted"})
"""409, and yet nothing is there: another request came between."""
_LARGEST: Final = 2**30
"""No file of a repository is larger: what claims to be is not read."""
_COMPARED_BYTES: Final = 2**20
_PAGE: Final = 1000


class S3Storage:
    """Objects named `PREFIX/config`, `PREFIX/keys/…`, `PREFIX/data/00/…` and so on. It tries nothing twice.

    One PutObject stores a file: whole or not at all, and only where the name is free (`If-None-Match: *`). The request
    carries the content's SHA-256 in its signature, and the service refuses what arrives otherwise. ETags prove nothing
    here: what they are differs from service to service.

    Args:
        place: restic's address.
        access: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`, `AWS_DEFAULT_REGION` or `AWS_REGION`.
        silence_s: how long the service may be silent, seconds.

    Raises:
        RemoteAddressError: the address cannot be understood.
        StorageAccessError: no key is named.
    """

    def __init__(self, place: RemotePlace, access: Mapping[str, str], *, silence_s: float = SILENCE_S) -> None:
        self._address = parse_s3_address(place)
        self._location = shown_place(place)
        self._clients = S3Clients(self._address, access, self._location, silence_s)
        self._exclusive = True
        self._checksums = False

    @property
    def location(self) -> str:
        """The address."""
        return self._location

    def create(self) -> None:
        """See whether the bucket can be listed. It is made at the provider: obstore makes none."""
        self._do(lambda: self._first_page(self._address.prefix))

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
            except _NotDoneError as error:
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
                return

    def load(self, file_type: FileType, name: FileId, offset: int = 0, length: int | None = None) -> bytes:
        """Ask for the file or a range of it."""
        key = self._key(file_type, name)
        short = DamagedError(name=readable(_path(file_type, name)), problem=_("it is shorter than it must be."))
        if length == 0:  # no range of HTTP is empty
            if self.size(file_type, name) < offset:
                raise short
            return b""
        options: GetOptions = {}
        if length is not None:
            options = {"range": (offset, offset + length)}
        elif offset:
            options = {"range": {"offset": offset}}

        def read() -> bytes | None:
            result = obstore.get(self._clients.reader(), key, options=options)
            start, end = result.range
            if length is not None and end - start != length:
                return None
            if end - start > _LARGEST:
                raise WrongAnswerError(path=self._location, detail=_("a file larger than any of a vault"))
            return bytes(result.bytes())

        try:
            data = self._ask(read)
        except _NotDoneError as error:
            if error.failure.status == 416:
                if length is None and self.size(file_type, name) == offset:
                    return b""
                raise short from error
            raise self._missing_or(error.failure, file_type, name) from error
        if data is None:
            raise short
        return data

    def holds(self, file_type: FileType, name: FileId, pieces: Sequence[BytesLike]) -> bool:
        """Read the file back and compare it as it comes."""
        key = self._key(file_type, name)
        total = sum(len(piece) for piece in pieces)

        def compare() -> bool:
            result = obstore.get(self._clients.reader(), key)
            start, end = result.range
            return end - start == total and _are_pieces(result.stream(min_chunk_size=_COMPARED_BYTES), pieces)

        try:
            return self._ask(compare)
        except _NotDoneError as error:
            raise self._missing_or(error.failure, file_type, name) from error

    def size(self, file_type: FileType, name: FileId) -> int:
        """Ask for the file's head."""
        key = self._key(file_type, name)
        try:
            return self._ask(lambda: obstore.head(self._clients.reader(), key))["size"]
        except _NotDoneError as error:
            raise self._missing_or(error.failure, file_type, name) from error

    def list(self, file_type: FileType) -> Iterator[ListedFile]:
        """Yield the files page by page; what has no name of a repository's is none of ours."""
        if file_type is FileType.CONFIG:
            raise ValueError("config stands alone")
        found = False
        for listed in self._list(file_type):
            found = True
            yield listed
        # restic before 0.7 wrote a layout of its own in S3, `key/` instead of `keys/`; `config` is where it is today.
        if file_type is FileType.KEY and not found and self._do(lambda: self._first_page(self._address.key("key"))):
            raise OldLayoutError(path=self._location, detail="")

    def remove(self, file_type: FileType, name: FileId) -> None:
        """Remove the file. S3 says nothing where there is none, so it is asked first."""
        key = self._key(file_type, name)
        self.size(file_type, name)
        try:
            self._ask(lambda: obstore.delete(self._clients.reader(), key))
        except _NotDoneError as error:
            known = self._missing_or(error.failure, file_type, name)
            if isinstance(known, StorageRightsError):
                raise AppendOnlyError(path=self._location, detail=error.failure.detail) from error
            raise known from error

    def free_space(self) -> FreeSpace | None:
        """S3 does not tell."""
        return None

    def remove_leftovers(self, older_than_s: float) -> int:  # noqa: ARG002
        """Do nothing: what is sent in one piece leaves nothing when it is cut off."""
        return 0

    def _list(self, file_type: FileType) -> Iterator[ListedFile]:
        folder = self._address.key(file_type.value)

        def begin() -> "tuple[Iterator[Sequence[ObjectMeta]], Sequence[ObjectMeta]]":
            # All our names sort after 0. What sorts before is not asked for: `//`, `..` and control characters would
            # end obstore's listing.
            stream = iter(obstore.list(self._clients.reader(), folder, offset=f"{folder}/0", chunk_size=_PAGE))
            return stream, next(stream, ())

        try:
            stream, page = self._ask(begin)
        except _NotDoneError as error:
            if error.failure.code == "NoSuchBucket":
                return
            raise self._error(error.failure) from error
        while page:
            for item in page:
                listed = _listed(item["path"].removeprefix(folder + "/"), item["size"], file_type)
                if listed is not None:
                    yield listed
            page = self._do(lambda: next(stream, ()))

    def _first_page(self, folder: str) -> "Sequence[ObjectMeta]":
        """Return up to one file of what lies in a folder."""
        return next(iter(obstore.list(self._clients.reader(), folder or None, chunk_size=1)), ())

    def _put(self, key: str, content: bytes, *, exclusive: bool, checksums: bool) -> None:
        def put() -> None:
            client = self._clients.sender(len(content), checksums=checksums)
            obstore.put(client, key, content, mode="create" if exclusive else "overwrite", use_multipart=False)

        self._ask(put)

    def _ask(self, action: Callable[[], _T]) -> _T:
        """Do what takes an answer; learn from it in which region the bucket lies.

        Raises:
            _NotDoneError: it failed.
        """
        failure = Failure()
        for _attempt in range(2):
            try:
                return action()
            except OBSTORE_ERRORS as error:
                failure = read_failure(error)
                if failure.status in {400, 403} and not failure.code:
                    failure = self._asked_for_reason() or failure
                if not failure.region or failure.region == self._clients.region:
                    raise _NotDoneError(failure) from error
                self._clients.region = failure.region
        raise _NotDoneError(failure)

    def _asked_for_reason(self) -> Failure | None:
        """Return why nothing is answered: an answer to HEAD has no body that would tell."""
        try:
            self._first_page(self._address.prefix)
        except OBSTORE_ERRORS as error:
            return read_failure(error)
        return None

    def _do(self, action: Callable[[], _T]) -> _T:
        try:
            return self._ask(action)
        except _NotDoneError as error:
            raise self._error(error.failure) from error

    def _error(self, failure: Failure) -> StorageError:
        return explain(failure, self._location, self._address.bucket)

    def _missing_or(self, failure: Failure, file_type: FileType, name: FileId) -> VaultError:
        if failure.status == 404:
            return FileMissingError(name=readable(_path(file_type, name)))
        return self._error(failure)

    def _key(self, file_type: FileType, name: FileId) -> str:
        if file_type is not FileType.CONFIG and parse_name(name) is None:
            raise ValueError(f"not a file name of a repository: {name!r}")
        return self._address.key(_path(file_type, name))


class _NotDoneError(Exception):
    """The service did not do what it was asked for."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.detail)
        self.failure = failure


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


def _are_pieces(chunks: Iterable[BytesLike], pieces: Sequence[BytesLike]) -> bool:
    """Tell whether the chunks are the pieces, put together."""
    rest = iter(pieces)
    piece = memoryview(b"")
    for chunk in chunks:
        view = memoryview(chunk)
        while view:
            while not piece:
                following = next(rest, None)
                if following is None:
                    return False
                piece = memoryview(following)
            length = min(len(view), len(piece))
            if bytes(view[:length]) != bytes(piece[:length]):  # bytes compare 60 times as fast as views
                return False
            view, piece = view[length:], piece[length:]
    return not piece and not any(len(following) for following in rest)
