"""One bucket of a service that speaks S3: what is asked of it, and what its refusals mean."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from phoneward.texts import _
from phoneward.vault.blobs import BytesLike
from phoneward.vault.errors import StorageAccessError, StorageError, WrongAnswerError
from phoneward.vault.storage.comparing import are_pieces
from phoneward.vault.storage.s3address import parse_s3_address
from phoneward.vault.storage.s3clients import OBSTORE_ERRORS, PART_SIZE, WHOLE_SIZE, S3Clients, obstore
from phoneward.vault.storage.s3failures import Failure, NotDoneError, explain, read_failure
from phoneward.vault.storage.s3listing import ListedKey, S3Lister
from phoneward.vault.storage.s3signing import S3Keys
from phoneward.vault.storage.webclient import Waits
from phoneward.vaultplace import RemoteAddressError, RemotePlace, shown_place

if TYPE_CHECKING:
    from obstore import GetOptions

_T = TypeVar("_T")

_LARGEST = 512 * 2**20
"""No file is read at once that is longer, bytes: an honest index has some 10 MB, a pack 128 MB at most."""
_COMPARED_BYTES = 2**20


class S3Bucket:
    """Asks a bucket, once each time. What it refuses is a `NotDoneError`; `explained` makes an error for people of it.

    Args, Raises: as `S3Storage`.

    Attributes:
        address: of the bucket.
        location: the place, readable.
    """

    def __init__(self, place: RemotePlace, access: Mapping[str, str], silence_s: float) -> None:
        self.address = parse_s3_address(place)
        self.location = shown_place(place)
        keys = S3Keys(
            access.get("AWS_ACCESS_KEY_ID", ""),
            access.get("AWS_SECRET_ACCESS_KEY", ""),
            access.get("AWS_SESSION_TOKEN", ""),
        )
        if not keys.key_id or not keys.secret:  # obstore would look for the keys of a server at Amazon
            raise StorageAccessError(
                path=self.location, detail=_("AWS_ACCESS_KEY_ID or AWS_SECRET_ACCESS_KEY is not set")
            )
        ca_file = access.get("RESTIC_CACERT", "")
        waits = Waits(connect_s=silence_s, silent_s=silence_s)
        try:
            self._lister = S3Lister(self.address, keys, self.location, waits, ca_file)
            trusted = Path(ca_file).read_bytes() if ca_file else b""
        except OSError as error:
            problem = _("the file of certificates cannot be used: {reason}").format(reason=error)
            raise RemoteAddressError(place=self.location, problem=problem) from error
        region = access.get("AWS_DEFAULT_REGION") or access.get("AWS_REGION") or self.address.region
        self._clients = S3Clients(self.address, keys, region, silence_s, trusted)

    def explained(self, failure: Failure) -> StorageError:
        """Return what a person is told of a failure, or what is tried again."""
        return explain(failure, self.location, self.address.bucket)

    def size(self, key: str) -> int:
        """Return an object's size, bytes."""
        return self._ask(lambda: obstore.head(self._clients.reader(), key))["size"]

    def read(self, key: str, offset: int, length: int | None) -> bytes:
        """Return what there is of a range, perhaps less; all from `offset` where `length` is None.

        Raises:
            WrongAnswerError: the answer is not what it says it is.
        """
        options: GetOptions = {}
        if length is not None:
            options = {"range": (offset, offset + length)}
        elif offset:
            options = {"range": {"offset": offset}}

        def read() -> bytes:
            result = obstore.get(self._clients.reader(), key, options=options)
            start, end = result.range
            if end - start > _LARGEST:
                raise WrongAnswerError(path=self.location, detail=_("a file larger than any of a vault"))
            data = bytes(result.bytes())
            if len(data) != end - start:  # obstore believes what the answer says of itself
                raise WrongAnswerError(path=self.location, detail=_("another part of the file than was asked for"))
            return data

        return self._ask(read)

    def holds(self, key: str, pieces: Sequence[BytesLike]) -> bool:
        """Tell whether an object is exactly these pieces; it is compared as it comes."""
        total = sum(len(piece) for piece in pieces)

        def compare() -> bool:
            result = obstore.get(self._clients.reader(), key)
            start, end = result.range
            return end - start == total and are_pieces(result.stream(min_chunk_size=_COMPARED_BYTES), pieces)

        return self._ask(compare)

    def put(self, key: str, content: bytes, *, exclusive: bool, checksums: bool) -> None:
        """Store an object, a large one in parts.

        Args:
            key: its name.
            content: all of it.
            exclusive: only where there is none. In parts obstore knows no such condition.
            checksums: send the content's SHA-256 in a header of its own as well.
        """

        def put() -> None:
            client = self._clients.sender(len(content), checksums=checksums)
            if len(content) > WHOLE_SIZE:
                obstore.put(client, key, content, use_multipart=True, chunk_size=PART_SIZE, max_concurrency=1)
            else:
                obstore.put(client, key, content, mode="create" if exclusive else "overwrite", use_multipart=False)

        self._ask(put)

    def delete(self, key: str) -> None:
        """Remove an object; where there is none, S3 says nothing."""
        self._ask(lambda: obstore.delete(self._clients.reader(), key))

    def list(self, prefix: str) -> Iterator[ListedKey]:
        """Yield all keys that begin so, page by page."""

        def begin() -> tuple[Iterator[Sequence[ListedKey]], Sequence[ListedKey] | None]:
            pages = self._lister.pages(prefix, self._clients.region)
            return pages, next(pages, None)

        pages, page = self._ask(begin)
        while page is not None:
            yield from page
            page = self._ask(lambda: next(pages, None))

    def holds_any(self, prefix: str) -> bool:
        """Tell whether there is a key that begins so."""
        return bool(self._ask(lambda: self._first(prefix)))

    def remove_uploads(self, prefix: str, before: datetime, is_ours: Callable[[str], bool]) -> int:
        """Have the parts thrown away of what was begun before a time and never ended; return how many were."""
        removed = 0
        for upload in self._ask(lambda: self._lister.uploads(prefix, self._clients.region)):
            if upload.begun < before and is_ours(upload.key):
                self._ask(partial(self._lister.abort, upload, self._clients.region))
                removed += 1
        return removed

    def _ask(self, action: Callable[[], _T]) -> _T:
        """Do what takes an answer; learn from it in which region the bucket lies."""
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

    def _reason(self) -> Failure | None:
        """Return why nothing is done: an answer to HEAD has no body that would tell."""
        try:
            self._first(self.address.key(""))
        except NotDoneError as error:
            return error.failure
        return None

    def _first(self, prefix: str) -> Sequence[ListedKey]:
        return self._lister.page(prefix, self._clients.region, limit=1).files
